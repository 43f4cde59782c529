package probe

// contexts is the number of situations of Contextual.
const contexts = 4

// Contextual is one step long and shows which of four situations it is in. In each, another choice
// of each factor is right; each right one pays a half.
type Contextual struct {
	core
}

// NewContextual returns a contextual bandit with two factors, of 4 and of 2 choices.
func NewContextual() *Contextual { return &Contextual{newCore(1, 0, contexts-1)} }

// Optimum returns the best mean score; ignoring the situation earns 0.375 at most.
func (c *Contextual) Optimum() float64 { return 1 }

var contextualChoices = []int{4, 2}

// Spec describes the situation, one number set to 1 of four, and the factors.
func (c *Contextual) Spec() ([3]int, int, []int) { return [3]int{}, contexts, contextualChoices }

// Reset begins an episode in a random situation.
func (c *Contextual) Reset(seed uint64, _ []uint8, proprio []float32) error {
	c.begin(seed)
	c.branch = c.choose(0, contexts)
	c.observe(proprio)
	return nil
}

// Step pays and terminates.
func (c *Contextual) Step(action []int, _ []uint8, proprio []float32) (reward float32, terminated, truncated bool,
	err error) {
	if err := c.check(action, contextualChoices); err != nil {
		return 0, false, false, err
	}
	if action[0] == (c.branch+1)%contexts {
		reward += 0.5
	}
	if action[1] == c.branch&1 {
		reward += 0.5
	}
	c.step, c.live = 1, false
	c.observe(proprio)
	return reward, true, false, nil
}

func (c *Contextual) observe(proprio []float32) {
	clear(proprio)
	if len(proprio) > 0 {
		proprio[c.branch] = 1
	}
}
