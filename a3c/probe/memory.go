package probe

// Memory shows a cue in the first step only and asks for it in the last: the choice made there pays
// 1 if it is the cue.
type Memory struct {
	core
	delay int
}

// NewMemory returns an environment in which delay steps, at least 1, lie between the cue and the
// question.
func NewMemory(delay int) *Memory {
	delay = max(delay, 1)
	return &Memory{core: newCore(delay+2, 0, 1), delay: delay}
}

// Optimum returns the best mean score.
func (m *Memory) Optimum() float64 { return 1 }

// Chance returns the best mean score without memory.
func (m *Memory) Chance() float64 { return 0.5 }

var memoryChoices = []int{2}

// Spec describes the cue (-1 or 1, 0 after the first step) and the question (1 in the last step),
// and the factor.
func (m *Memory) Spec() ([3]int, int, []int) { return [3]int{}, 2, memoryChoices }

// Reset begins an episode with a random cue.
func (m *Memory) Reset(seed uint64, _ []uint8, proprio []float32) error {
	m.begin(seed)
	m.branch = m.choose(0, 2)
	m.observe(proprio)
	return nil
}

// Step takes one step.
func (m *Memory) Step(action []int, _ []uint8, proprio []float32) (reward float32, terminated, truncated bool,
	err error) {
	if err := m.check(action, memoryChoices); err != nil {
		return 0, false, false, err
	}
	if m.step == m.delay+1 {
		m.live = false
		if action[0] == m.branch {
			reward = 1
		}
	}
	m.step++
	m.observe(proprio)
	return reward, !m.live, false, nil
}

func (m *Memory) observe(proprio []float32) {
	clear(proprio)
	if len(proprio) == 0 {
		return
	}
	if m.step == 0 {
		proprio[0] = float32(2*m.branch - 1)
	}
	if m.step == m.delay+1 {
		proprio[1] = 1
	}
}

// Delayed offers a little at once or more much later: the first action decides, the others do
// nothing.
type Delayed struct {
	core
	delay int
}

// What the two branches of Delayed pay.
const (
	delayedSoon  = 0.25 // choice 0, after the first step
	delayedLater = 1    // choice 1, after the last
)

// NewDelayed returns an environment with episodes of delay steps, at least 2.
func NewDelayed(delay int) *Delayed {
	delay = max(delay, 2)
	return &Delayed{core: newCore(delay, -1, 1), delay: delay}
}

// Optimum returns the best mean score under a discount gamma: waiting is right as long as
// gamma^(delay-1) > 0.25.
func (d *Delayed) Optimum(gamma float64) float64 {
	later := float64(delayedLater)
	for range d.delay - 1 {
		later *= gamma
	}
	if later > delayedSoon {
		return delayedLater
	}
	return delayedSoon
}

var delayedChoices = []int{2}

// Spec describes the branch (-1, 0 while undecided, 1) and one number set to 1 for the time, and
// the factor.
func (d *Delayed) Spec() ([3]int, int, []int) { return [3]int{}, 2 + d.delay, delayedChoices }

// Reset begins an episode.
func (d *Delayed) Reset(seed uint64, _ []uint8, proprio []float32) error {
	d.begin(seed)
	d.observe(proprio)
	return nil
}

// Step takes one step.
func (d *Delayed) Step(action []int, _ []uint8, proprio []float32) (reward float32, terminated, truncated bool,
	err error) {
	if err := d.check(action, delayedChoices); err != nil {
		return 0, false, false, err
	}
	if d.step == 0 {
		d.branch = 2*action[0] - 1
		if d.branch < 0 {
			reward = delayedSoon
		}
	}
	d.step++
	if d.step == d.delay {
		d.live = false
		if d.branch > 0 {
			reward = delayedLater
		}
	}
	d.observe(proprio)
	return reward, !d.live, false, nil
}

func (d *Delayed) observe(proprio []float32) {
	clear(proprio)
	if len(proprio) > 0 {
		proprio[0] = float32(d.branch)
		proprio[1+d.step] = 1
	}
}
