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
