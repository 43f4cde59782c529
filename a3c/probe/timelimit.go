package probe

// TimeLimit offers, in its first step, to stay (choice 0) or to leave (choice 1). Leaving pays 7.5
// at once and terminates. Who stays is paid 1 a step, this one included, and has no further choice;
// after ten steps, which are not to be seen, the episode ends.
//
// At a discount of 0.9 staying for ever is worth 10: if the end is a time limit (a truncation),
// staying is right. If it is real (a termination), staying is worth 6.5 and leaving is right. A
// learner that takes time limits for terminations gets the first one wrong and sees its value
// collapse; one that takes terminations for time limits gets the second wrong.
type TimeLimit struct {
	core
	terminates bool
}

const (
	timeLimitSteps = 10
	timeLimitLeave = 7.5
)

// NewTimeLimit returns an environment whose episodes end after 10 steps, by a termination or by a
// truncation.
func NewTimeLimit(terminates bool) *TimeLimit {
	return &TimeLimit{core: newCore(timeLimitSteps, 0, 0), terminates: terminates}
}

// Optimum returns the mean score of the policy that is best at a discount of 0.9, and the value of
// all that it sees.
func (l *TimeLimit) Optimum() (score, value float64) {
	if l.terminates {
		return timeLimitLeave, timeLimitLeave
	}
	return timeLimitSteps, 10
}

var timeLimitChoices = []int{2}

// Spec describes two numbers, of which one is 1: the first in the first step, the second in all
// others; and the factor.
func (l *TimeLimit) Spec() ([3]int, int, []int) { return [3]int{}, 2, timeLimitChoices }

// Reset begins an episode.
func (l *TimeLimit) Reset(seed uint64, _ []uint8, proprio []float32) error {
	l.begin(seed)
	l.observe(proprio)
	return nil
}

// Step takes one step.
func (l *TimeLimit) Step(action []int, _ []uint8, proprio []float32) (reward float32, terminated, truncated bool,
	err error) {
	if err := l.check(action, timeLimitChoices); err != nil {
		return 0, false, false, err
	}
	leave := l.step == 0 && action[0] == 1
	l.step++
	l.observe(proprio)
	if leave {
		l.live = false
		return timeLimitLeave, true, false, nil
	}
	over := l.step == timeLimitSteps
	l.live = !over
	return 1, over && l.terminates, over && !l.terminates, nil
}

func (l *TimeLimit) observe(proprio []float32) {
	clear(proprio)
	if len(proprio) > 0 {
		proprio[min(l.step, 1)] = 1
	}
}

// Still has any sizes, always shows the same, pays nothing, and truncates its episodes. It costs
// nearly nothing, so what a benchmark measures with it is the learner.
type Still struct {
	core
	pixels  [3]int
	proprio int
	choices []int
	length  int
	frame   []uint8
}

// NewStill returns an environment with these sizes and episodes of length steps.
func NewStill(pixels [3]int, proprioception int, choices []int, length int) *Still {
	length = max(length, 1)
	s := &Still{core: newCore(length, 0, 0), pixels: pixels, proprio: proprioception, choices: choices, length: length}
	s.frame = make([]uint8, pixels[0]*pixels[1]*pixels[2])
	for i := range s.frame {
		s.frame[i] = uint8(i * 7)
	}
	return s
}

// Spec describes the sizes that NewStill was given.
func (s *Still) Spec() ([3]int, int, []int) { return s.pixels, s.proprio, s.choices }

// Reset begins an episode.
func (s *Still) Reset(seed uint64, pixels []uint8, proprio []float32) error {
	s.begin(seed)
	s.observe(pixels, proprio)
	return nil
}

// Step counts to the end of the episode.
func (s *Still) Step(action []int, pixels []uint8, proprio []float32) (reward float32, terminated, truncated bool,
	err error) {
	if err := s.check(action, s.choices); err != nil {
		return 0, false, false, err
	}
	s.step++
	s.live = s.step < s.length
	s.observe(pixels, proprio)
	return 0, false, !s.live, nil
}

func (s *Still) observe(pixels []uint8, proprio []float32) {
	copy(pixels, s.frame)
	for i := range proprio {
		proprio[i] = float32(i%5)/2 - 1
	}
}
