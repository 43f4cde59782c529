package envtest

import (
	"encoding"
	"errors"
	"fmt"
	"slices"

	"colonnade/a3c"
)

// misuse checks that steps outside an episode and wrong actions are errors, and that an episode
// goes on after the latter.
func (c *checker) misuse() error {
	env, err := c.open()
	if err != nil {
		return err
	}
	defer closeEnv(env)
	b := c.newBuffers(0, false)
	step := func(a []int) (bool, error) {
		_, terminated, truncated, err := env.Step(a, b.pixels, b.proprio)
		return terminated || truncated, err
	}
	if _, err := step(c.action()); err == nil {
		return errors.New("a step before the first Reset is no error")
	}
	if err := env.Reset(1, b.pixels, b.proprio); err != nil {
		return err
	}
	wrong := [][]int{nil, c.action()[1:], append(c.action(), 0)}
	for i, n := range c.choices {
		for _, v := range []int{-1, n} {
			a := c.action()
			a[i] = v
			wrong = append(wrong, a)
		}
	}
	for _, a := range wrong {
		if _, err := step(a); err == nil {
			return fmt.Errorf("the action %v is no error", a)
		}
	}
	over := false
	for i := 0; i < steps && !over; i++ {
		if over, err = step(c.action()); err != nil {
			return fmt.Errorf("step %d after wrong actions were refused: %w", i, err)
		}
	}
	if over {
		if _, err := step(c.action()); err == nil {
			return errors.New("a step after the end of an episode is no error")
		}
	}
	return nil
}

// repeat checks that seed and actions decide everything, in a new environment and in a used one.
func (c *checker) repeat() error {
	s := c.script()
	first, err := c.open()
	if err != nil {
		return err
	}
	defer closeEnv(first)
	second, err := c.open()
	if err != nil {
		return err
	}
	defer closeEnv(second)
	a, err := c.play(first, s, c.newBuffers(0, false), nil)
	if err != nil {
		return err
	}
	b, err := c.play(second, s, c.newBuffers(0, false), nil)
	if err != nil {
		return err
	}
	if err := compare("with the same seeds in another environment", a, b, false); err != nil {
		return err
	}
	// In the used environment the last episode comes first.
	slices.Reverse(s.seeds)
	s.seeds = s.seeds[:1]
	last := s
	b, err = c.play(first, last, c.newBuffers(0, false), nil)
	if err != nil {
		return err
	}
	fresh, err := c.open()
	if err != nil {
		return err
	}
	defer closeEnv(fresh)
	a, err = c.play(fresh, last, c.newBuffers(0, false), nil)
	if err != nil {
		return err
	}
	return compare("after other episodes", a, b, false)
}

// buffers checks that every value of an observation is written, whatever the buffer held.
func (c *checker) buffers() error {
	s := c.script()
	var plays [2][]moment
	for i, fill := range []uint8{0x55, 0xaa} {
		env, err := c.open()
		if err != nil {
			return err
		}
		defer closeEnv(env)
		if plays[i], err = c.play(env, s, c.newBuffers(fill, false), nil); err != nil {
			return err
		}
	}
	return compare("with other values in the buffers before", plays[0], plays[1], false)
}

// blind checks that nothing but the observation depends on whether it is wanted.
func (c *checker) blind() error {
	s := c.script()
	var plays [2][]moment
	for i, blind := range []bool{false, true} {
		env, err := c.open()
		if err != nil {
			return err
		}
		defer closeEnv(env)
		if plays[i], err = c.play(env, s, c.newBuffers(0, blind), nil); err != nil {
			return err
		}
	}
	return compare("without buffers", plays[0], plays[1], true)
}

// state checks that an environment that can be saved comes back exactly, at any step, in another
// environment.
func (c *checker) state() error {
	env, err := c.open()
	if err != nil {
		return err
	}
	defer closeEnv(env)
	saver, saves := env.(encoding.BinaryMarshaler)
	_, restores := env.(encoding.BinaryUnmarshaler)
	if saves != restores {
		return errors.New("it has only one of MarshalBinary and UnmarshalBinary")
	}
	if !saves {
		return nil
	}
	// One environment plays straight on; the other is replaced by a restored one before every step.
	s := c.script()
	want, err := c.play(env, s, c.newBuffers(0, false), nil)
	if err != nil {
		return err
	}
	relay := &relay{Env: env}
	got, err := c.play(relay, s, c.newBuffers(0, false), func(int) error {
		data, err := relay.Env.(encoding.BinaryMarshaler).MarshalBinary()
		if err != nil {
			return fmt.Errorf("save: %w", err)
		}
		next, err := c.open()
		if err != nil {
			return err
		}
		if relay.Env != env {
			closeEnv(relay.Env)
		}
		relay.Env = next
		kept := slices.Clone(data)
		if err := next.(encoding.BinaryUnmarshaler).UnmarshalBinary(data); err != nil {
			return fmt.Errorf("restore: %w", err)
		}
		for i := range data {
			data[i] = 0xff // whoever keeps the data notices
		}
		again, err := next.(encoding.BinaryMarshaler).MarshalBinary()
		if err != nil {
			return fmt.Errorf("save a restored state: %w", err)
		}
		if !slices.Equal(again, kept) {
			return errors.New("a restored state saves as other bytes")
		}
		return nil
	})
	if relay.Env != env {
		defer closeEnv(relay.Env)
	}
	if err != nil {
		return err
	}
	if err := compare("saved and restored before every step", want, got, false); err != nil {
		return err
	}
	return c.damaged(saver)
}

// relay is an environment that can be exchanged.
type relay struct{ a3c.Env }

// damaged checks that a state cut short or too long is refused.
func (c *checker) damaged(saver encoding.BinaryMarshaler) error {
	data, err := saver.MarshalBinary()
	if err != nil {
		return err
	}
	env, err := c.open()
	if err != nil {
		return err
	}
	defer closeEnv(env)
	restore := env.(encoding.BinaryUnmarshaler).UnmarshalBinary
	for _, d := range [][]byte{nil, data[:len(data)-1], data[:len(data)/2], append(slices.Clone(data), 0)} {
		if err := restore(d); err == nil {
			return fmt.Errorf("a state of %d instead of %d bytes is no error", len(d), len(data))
		}
	}
	return nil
}
