package serve

import (
	"errors"
	"fmt"
	"os"

	"colonnade/sim"
	"colonnade/sim/reach"
)

// Autoreset is what happens when an episode has ended.
type Autoreset int

// The ways to go on: see the package documentation.
const (
	NextStep Autoreset = iota
	SameStep
	Disabled
)

// Autoresets are the names of the ways to go on, in the order of their constants.
var Autoresets = []string{"next-step", "same-step", "disabled"}

// Config says what a server serves.
type Config struct {
	Options   reach.Options // of all environments
	Envs      int           // environments, 1 to MaxEnvs
	Threads   int           // that step them, 1 to Envs
	Buffers   int           // that observations go to in turn, 2 to MaxBuffers
	Autoreset Autoreset
	Picture   int // side of the pictures for people, 8 to 4096 pixels
}

// Check returns an error if a number is out of its range.
func (c *Config) Check() error {
	for _, n := range []struct {
		name             string
		value, low, high int
	}{
		{"envs", c.Envs, 1, MaxEnvs}, {"threads", c.Threads, 1, c.Envs}, {"buffers", c.Buffers, 2, MaxBuffers},
		{"picture", c.Picture, 8, 4096}, {"autoreset", int(c.Autoreset), 0, len(Autoresets) - 1},
	} {
		if n.value < n.low || n.value > n.high {
			return fmt.Errorf("serve: %s is %d, want %d to %d", n.name, n.value, n.low, n.high)
		}
	}
	return nil
}

// Server steps environments for one client. It belongs to one goroutine.
type Server struct {
	config Config
	layout *layout
	file   *os.File // the memory's, which has no name any more
	memory []byte
	inputs
	buffers []buffer
	current int // buffer of the last step or reset
	slots   []slot
	pool    *pool

	stepSlot, resetSlot func(i int) // methods as values, made once
}

// slot is one environment.
type slot struct {
	env     *reach.Env
	action  [sim.NumJoints]int
	mask    uint8 // of this reset
	begun   bool  // it was reset at least once
	running bool  // an episode is under way
	ended   bool  // the last step ended an episode
	err     error

	steps, episodes int64
	_               [64]byte // threads write to neighbours
}

// New makes the environments and the memory. Close the server after use.
func New(c Config) (*Server, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	var err error
	if c.Options, err = c.Options.Share(); err != nil {
		return nil, err
	}
	s := &Server{config: c, slots: make([]slot, c.Envs), buffers: make([]buffer, c.Buffers)}
	for i := range s.slots {
		if s.slots[i].env, err = reach.New(c.Options); err != nil {
			return nil, err
		}
	}
	pixels, proprio, factors := s.slots[0].env.Spec()
	s.layout, err = newLayout(c.Envs, pixels[0], proprio, len(factors), c.Buffers, c.Picture, c.Autoreset == SameStep)
	if err != nil {
		return nil, fmt.Errorf("serve: %w", err)
	}
	if s.file, s.memory, err = newMemory(s.layout.total); err != nil {
		return nil, fmt.Errorf("serve: %w", err)
	}
	s.layout.writeHeader(s.memory, c.Autoreset, reach.EpisodeSteps)
	s.inputs = s.layout.inputs(s.memory)
	for k := range s.buffers {
		s.buffers[k] = s.layout.buffer(s.memory, k)
	}
	s.pool, s.stepSlot, s.resetSlot = newPool(c.Threads), s.stepOne, s.resetOne
	return s, nil
}

// Close gives the memory back. What a client has mapped stays its own.
func (s *Server) Close() error {
	s.pool.close()
	return errors.Join(freeMemory(s.memory), s.file.Close())
}

// refusal is why a request was refused that changed nothing; any other error ends the server.
type refusal struct{ error }

func refuse(format string, args ...any) error { return refusal{fmt.Errorf(format, args...)} }

// Counts returns the steps that all environments took and the episodes that they began.
func (s *Server) Counts() (steps, episodes int64) {
	for i := range s.slots {
		steps += s.slots[i].steps
		episodes += s.slots[i].episodes
	}
	return steps, episodes
}

// step steps all environments into the next buffer. An action is copied before it is checked, as
// nothing keeps a client from writing it again.
func (s *Server) step() error {
	for i := range s.slots {
		e := &s.slots[i]
		if !e.begun {
			return refuse("no episode is running in environment %d: reset first", i)
		}
		if e.ended && s.config.Autoreset == NextStep {
			continue
		}
		if !e.running {
			return refuse("the episode of environment %d has ended: reset it first", i)
		}
		for j, a := range row(s.actions, i, len(s.slots)) {
			if a < 0 || a >= choices {
				return refuse("factor %d of environment %d's action is %d, want 0, 1 or 2", j, i, a)
			}
			e.action[j] = int(a)
		}
	}
	s.current = (s.current + 1) % len(s.buffers)
	s.pool.run(len(s.slots), s.stepSlot)
	return s.failure()
}

// failure returns the first error of an environment.
func (s *Server) failure() error {
	for i := range s.slots {
		if err := s.slots[i].err; err != nil {
			return fmt.Errorf("environment %d: %w", i, err)
		}
	}
	return nil
}

// outcome writes what environment i's step gave.
func (b *buffer) outcome(i int, reward float32, terminated, truncated bool, violation sim.Cause) {
	b.reward[i], b.terminated[i], b.truncated[i] = float64(reward), 0, 0
	if terminated {
		b.terminated[i] = 1
	}
	if truncated {
		b.truncated[i] = 1
	}
	b.violation[i] = uint8(violation)
}

func (s *Server) stepOne(i int) {
	e, b, n := &s.slots[i], &s.buffers[s.current], len(s.slots)
	pixels, proprio := row(b.pixels, i, n), row(b.proprio, i, n)
	if e.ended && s.config.Autoreset == NextStep {
		b.outcome(i, 0, false, false, sim.None)
		e.begin(s.seeds[i], pixels, proprio)
		return
	}
	reward, terminated, truncated, err := e.env.Step(e.action[:], pixels, proprio)
	if err != nil {
		e.err = err
		return
	}
	e.steps++
	b.outcome(i, reward, terminated, truncated, e.env.Violation().Cause)
	e.ended = terminated || truncated
	e.running = !e.ended
	if e.ended && s.config.Autoreset == SameStep {
		copy(row(b.finalPixels, i, n), pixels)
		copy(row(b.finalProprio, i, n), proprio)
		e.begin(s.seeds[i], pixels, proprio)
	}
}

// begin begins an episode.
func (e *slot) begin(seed uint64, pixels []uint8, proprio []float32) {
	e.err = e.env.Reset(seed, pixels, proprio)
	e.begun, e.running, e.ended = true, true, false
	e.episodes++
}

// What mask says.
const (
	keep  = iota // the episode goes on
	begin        // begin one
	anew         // begin one as if it were the first
)

// reset begins an episode in every environment that mask chooses, and copies what the others show
// into the next buffer.
func (s *Server) reset() error {
	for i := range s.slots {
		e := &s.slots[i]
		if e.mask = s.mask[i]; e.mask > anew {
			return refuse("mask of environment %d is %d, want 0, 1 or 2", i, e.mask)
		}
		if e.mask == keep && !e.begun {
			return refuse("environment %d was never reset: reset all of them first", i)
		}
	}
	s.current = (s.current + 1) % len(s.buffers)
	s.pool.run(len(s.slots), s.resetSlot)
	return s.failure()
}

func (s *Server) resetOne(i int) {
	e, b, n := &s.slots[i], &s.buffers[s.current], len(s.slots)
	b.outcome(i, 0, false, false, sim.None)
	pixels, proprio := row(b.pixels, i, n), row(b.proprio, i, n)
	if e.mask == keep {
		before := &s.buffers[(s.current+len(s.buffers)-1)%len(s.buffers)]
		copy(pixels, row(before.pixels, i, n))
		copy(proprio, row(before.proprio, i, n))
		return
	}
	if e.mask == anew && s.config.Options.TargetEvery > 1 {
		if e.env, e.err = reach.New(s.config.Options); e.err != nil {
			return
		}
	}
	e.begin(s.seeds[i], pixels, proprio)
}

// render draws an environment for people.
func (s *Server) render(i uint64) error {
	if i >= uint64(len(s.slots)) {
		return refuse("there is no environment %d to draw, only 0 to %d", i, len(s.slots)-1)
	}
	if !s.slots[i].begun {
		return refuse("environment %d was never reset, so there is nothing to draw: reset first", i)
	}
	picture, err := s.slots[i].env.Picture(s.config.Picture, s.config.Picture)
	if err != nil {
		return err
	}
	for k := range len(s.picture) / 3 {
		copy(s.picture[3*k:3*k+3], picture.Pix[4*k:])
	}
	return nil
}
