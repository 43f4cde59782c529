package probe

// TimeLimit pays 1 for each step that choice 0 is taken; choice 1 takes an exit that pays once and terminates. After a
// number of steps, which are not to be seen, the episode ends anyway.
//
// At a discount of 0.9 staying for ever is worth 10 and the exit 7.5. If the end is a time limit (a truncation), staying
// is right. If it is real (a termination, after 10 steps), staying is worth 6.5 at best and the exit is right. A learner
// that takes time limits for terminations gets the first one wrong, and sees its value collapse.
type TimeLimit struct {
	core
	terminates bool
}

const (
	timeLimitSteps = 10
	timeLimitExit  = 7.5
)

// NewTimeLimit returns an environment whose episodes end after 10 steps, by a termination or by a truncation.
func NewTimeLimit(terminates bool) *TimeLimit {
	return &TimeLimit{core: newCore(timeLimitSteps, 0, 0), terminates: terminates}
}

// Optimum returns the mean score of the policy that is best at a discount of 0.9, and its value in the first step.
func (l *TimeLimit) Optimum() (score, value float64) {
	if l.terminates {
		return timeLimitExit, timeLimitExit
	}
	return timeLimitSteps, 10
}

var timeLimitChoices = []int{2}

// Spec describes one constant number and the factor.
func (l *TimeLimit) Spec() ([3]int, int, []int) { return [3]int{}, 1, timeLimitChoices }

// Reset begins an episode.
func (l *TimeLimit) Reset(seed uint64, _ []uint8, proprio []float32) error {
	l.begin(seed)
	l.observe(proprio)
	return nil
}

// Step takes one step.
func (l *TimeLimit) Step(action []int, _ []uint8, proprio []float32) (reward float32, terminated, truncated bool, err error) {
	if err := l.check(action, timeLimitChoices); err != nil {
		return 0, false, false, err
	}
	l.observe(proprio)
	l.step++
	if action[0] == 1 {
		l.live = false
		return timeLimitExit, true, false, nil
	}
	over := l.step == timeLimitSteps
	l.live = !over
	return 1, over && l.terminates, over && !l.terminates, nil
}

func (l *TimeLimit) observe(proprio []float32) {
	if len(proprio) > 0 {
		proprio[0] = 1
	}
}
