// Package envtest checks that an environment keeps the contract of a3c.Env.
//
// Conformance is for tests, Check for other callers. Both play some episodes with random actions
// and look for faults that would mislead a learner: an observation that is not written completely,
// an episode that depends on more than its seed, a result that depends on rendering, a state that
// is not restored exactly. They see only what random play reaches: faults in rare states need tests
// of their own.
package envtest

import (
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"colonnade/a3c"
)

// Conformance runs Check as a test. make returns a new environment each time; all must be alike.
func Conformance(t *testing.T, make func() a3c.Env) {
	t.Helper()
	if err := Check(make); err != nil {
		t.Error(err)
	}
}

// Sizes of the check. Episodes longer than steps are cut off by Reset, which must work at any time.
const (
	episodes = 4
	steps    = 120
)

// Check returns everything it found wrong, or nil.
func Check(make func() a3c.Env) error {
	c := &checker{make: make, random: rand.New(rand.NewPCG(20, 26))}
	env, err := c.open()
	if err != nil {
		return err
	}
	defer closeEnv(env)
	c.pixels, c.proprio, c.choices = env.Spec()
	c.choices = slices.Clone(c.choices)
	if err := c.spec(); err != nil {
		return err // the rest needs buffers of sensible sizes
	}
	tests := []struct {
		name string
		run  func() error
	}{
		{"misuse", c.misuse},
		{"repeat", c.repeat},
		{"buffers", c.buffers},
		{"blind", c.blind},
		{"state", c.state},
	}
	var errs []error
	for _, t := range tests {
		if err := guard(t.run); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", t.name, err))
		}
	}
	return errors.Join(errs...)
}

// checker knows the environment's spec.
type checker struct {
	make    func() a3c.Env
	random  *rand.Rand
	pixels  [3]int
	proprio int
	choices []int
}

// guard turns a panic into an error.
func guard(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return f()
}

func closeEnv(env a3c.Env) {
	if c, ok := env.(io.Closer); ok {
		c.Close()
	}
}

func (c *checker) open() (env a3c.Env, err error) {
	err = guard(func() error {
		if env = c.make(); env == nil {
			return errors.New("there is no environment")
		}
		return nil
	})
	return env, err
}

// spec checks that the sizes make sense and are the same for another environment.
func (c *checker) spec() error {
	p := c.pixels
	if p != [3]int{} && (p[0] < 1 || p[1] < 1 || p[2] < 1) {
		return fmt.Errorf("spec: a picture of %dx%dx%d, want three positive sizes or none", p[0], p[1], p[2])
	}
	if c.proprio < 0 {
		return fmt.Errorf("spec: %d proprioceptive values", c.proprio)
	}
	if p == [3]int{} && c.proprio == 0 {
		return errors.New("spec: neither a picture nor proprioception")
	}
	if len(c.choices) == 0 {
		return errors.New("spec: the action has no factors")
	}
	for i, n := range c.choices {
		if n < 2 {
			return fmt.Errorf("spec: factor %d has %d choices, want at least 2", i, n)
		}
	}
	other, err := c.open()
	if err != nil {
		return err
	}
	defer closeEnv(other)
	if pixels, proprio, choices := other.Spec(); pixels != c.pixels || proprio != c.proprio ||
		!slices.Equal(choices, c.choices) {
		return fmt.Errorf("spec: another environment says %v, %d, %v instead of %v, %d, %v", pixels, proprio, choices,
			c.pixels, c.proprio, c.choices)
	}
	return nil
}

// action draws a random action.
func (c *checker) action() []int {
	a := make([]int, len(c.choices))
	for i, n := range c.choices {
		a[i] = c.random.IntN(n)
	}
	return a
}

// script is a sequence of actions and the seeds of the episodes to play them in.
type script struct {
	seeds   []uint64
	actions [][]int
}

func (c *checker) script() script {
	var s script
	for i := range episodes {
		s.seeds = append(s.seeds, uint64(i)*0x9e3779b97f4a7c15+3)
	}
	for range steps {
		s.actions = append(s.actions, c.action())
	}
	return s
}

// moment is what one call gave.
type moment struct {
	pixels                []uint8
	proprio               []float32
	reward                float32
	terminated, truncated bool
}

// difference says how two moments differ, or "".
func (m moment) difference(o moment, blind bool) string {
	switch {
	case math.Float32bits(m.reward) != math.Float32bits(o.reward):
		return fmt.Sprintf("reward %v, then %v", m.reward, o.reward)
	case m.terminated != o.terminated || m.truncated != o.truncated:
		return fmt.Sprintf("terminated %t and truncated %t, then %t and %t", m.terminated, m.truncated, o.terminated,
			o.truncated)
	case !blind && !slices.Equal(m.pixels, o.pixels):
		return "another picture"
	case !blind && !slices.EqualFunc(m.proprio, o.proprio,
		func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) }):
		return "other proprioceptive values"
	}
	return ""
}

// canary is how many elements around a buffer are watched.
const canary = 64

// buffers are an environment's observation buffers inside larger arrays, all filled with one byte
// value before each call.
type buffers struct {
	fill     uint8
	pixels   []uint8
	proprio  []float32
	allBytes []uint8
	allFloat []float32
}

func (c *checker) newBuffers(fill uint8, blind bool) *buffers {
	n, p := c.pixels[0]*c.pixels[1]*c.pixels[2], c.proprio
	if blind {
		n, p = 0, 0
	}
	b := &buffers{fill: fill, allBytes: make([]uint8, n+2*canary), allFloat: make([]float32, p+2*canary)}
	b.pixels = b.allBytes[canary : canary+n : canary+n]
	b.proprio = b.allFloat[canary : canary+p : canary+p]
	if blind {
		b.pixels, b.proprio = nil, nil
	}
	return b
}

func (b *buffers) prepare() {
	for i := range b.allBytes {
		b.allBytes[i] = b.fill
	}
	for i := range b.allFloat {
		b.allFloat[i] = float32(b.fill)
	}
}

// check looks around the buffers and at the numbers in them.
func (b *buffers) check() error {
	for i := range canary {
		if b.allBytes[i] != b.fill || b.allBytes[len(b.allBytes)-1-i] != b.fill {
			return errors.New("it writes outside the picture's buffer")
		}
		if b.allFloat[i] != float32(b.fill) || b.allFloat[len(b.allFloat)-1-i] != float32(b.fill) {
			return errors.New("it writes outside the proprioception's buffer")
		}
	}
	for i, v := range b.proprio {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return fmt.Errorf("proprioceptive value %d is %v", i, v)
		}
	}
	return nil
}

// play plays a script and returns every moment, resets included. visit, unless nil, is called
// before each step.
func (c *checker) play(env a3c.Env, s script, b *buffers, visit func(step int) error) ([]moment, error) {
	var moments []moment
	note := func(m moment) {
		m.pixels, m.proprio = slices.Clone(b.pixels), slices.Clone(b.proprio)
		moments = append(moments, m)
	}
	for episode, seed := range s.seeds {
		b.prepare()
		if err := env.Reset(seed, b.pixels, b.proprio); err != nil {
			return nil, fmt.Errorf("reset of episode %d: %w", episode, err)
		}
		if err := b.check(); err != nil {
			return nil, fmt.Errorf("reset of episode %d: %w", episode, err)
		}
		note(moment{})
		for step := range s.actions {
			if visit != nil {
				if err := visit(step); err != nil {
					return nil, fmt.Errorf("episode %d, step %d: %w", episode, step, err)
				}
			}
			m, err := c.step(env, s.actions[(step+episode)%len(s.actions)], b)
			if err != nil {
				return nil, fmt.Errorf("episode %d, step %d: %w", episode, step, err)
			}
			note(m)
			if m.terminated || m.truncated {
				break
			}
		}
	}
	return moments, nil
}

// step takes one step and checks all that can be checked of it alone.
func (c *checker) step(env a3c.Env, action []int, b *buffers) (moment, error) {
	b.prepare()
	given := slices.Clone(action)
	reward, terminated, truncated, err := env.Step(given, b.pixels, b.proprio)
	switch {
	case err != nil:
		return moment{}, err
	case math.IsNaN(float64(reward)) || math.IsInf(float64(reward), 0):
		return moment{}, fmt.Errorf("the reward is %v", reward)
	case !slices.Equal(given, action):
		return moment{}, errors.New("it changes the action")
	}
	for i := range given {
		given[i] = -1 // whoever keeps the action notices
	}
	return moment{reward: reward, terminated: terminated, truncated: truncated}, b.check()
}

// compare finds the first difference between two plays of a script.
func compare(what string, a, b []moment, blind bool) error {
	for i := range min(len(a), len(b)) {
		if d := a[i].difference(b[i], blind); d != "" {
			return fmt.Errorf("%s, call %d gave %s", what, i, d)
		}
	}
	if len(a) != len(b) {
		return fmt.Errorf("%s, episodes had other lengths", what)
	}
	return nil
}
