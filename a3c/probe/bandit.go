package probe

// Bandit is one step long and shows nothing: each factor's choice has a payoff of its own, and
// noise blurs the sum.
type Bandit struct {
	core
	payoffs [][]float32
	choices []int
}

// banditNoise is the half width of the noise on a reward, several times the difference between two
// choices.
const banditNoise = 0.5

// NewBandit returns a bandit with three factors of 2, 3 and 5 choices.
func NewBandit() *Bandit {
	return &Bandit{
		core:    newCore(1, 0, 0),
		payoffs: [][]float32{{0.1, 0.3}, {0.3, 0, 0.2}, {0, 0.1, 0.2, 0.4, 0.3}},
		choices: []int{2, 3, 5},
	}
}

// Optimum returns the best mean score.
func (b *Bandit) Optimum() float64 {
	best := 0.0
	for _, factor := range b.payoffs {
		most := factor[0]
		for _, p := range factor {
			most = max(most, p)
		}
		best += float64(most)
	}
	return best
}

// Spec describes one constant number and the factors.
func (b *Bandit) Spec() ([3]int, int, []int) { return [3]int{}, 1, b.choices }

// Reset begins an episode.
func (b *Bandit) Reset(seed uint64, _ []uint8, proprio []float32) error {
	b.begin(seed)
	b.observe(proprio)
	return nil
}

// Step pays and terminates.
func (b *Bandit) Step(action []int, _ []uint8, proprio []float32) (reward float32, terminated, truncated bool,
	err error) {
	if err := b.check(action, b.choices); err != nil {
		return 0, false, false, err
	}
	for f, a := range action {
		reward += b.payoffs[f][a]
	}
	reward += banditNoise * (float32(b.random(0)>>40)/(1<<23) - 1)
	b.step, b.live = 1, false
	b.observe(proprio)
	return reward, true, false, nil
}

func (b *Bandit) observe(proprio []float32) {
	if len(proprio) > 0 {
		proprio[0] = 1
	}
}

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
