package robot

import (
	"context"
	"errors"
	"fmt"

	"colonnade/jaco/clock"
	"colonnade/jaco/safety"
	"colonnade/jaco/transport"
)

// violation tells a refusal by a rule of the task from everything else that stops an arm.
func violation(err error) bool {
	var t *safety.Trip
	return errors.As(err, &t) && t.Violation()
}

// doubtful tells a stop after which nobody can trust what the arm reports.
func doubtful(err error) bool {
	var t *safety.Trip
	return errors.As(err, &t) && t.Doubtful()
}

// mostSluggish is how often in an episode the cable may be too slow: a machine that was busy for a
// moment is none, a hub may be.
const mostSluggish = 3

func sluggish(err error) bool {
	var t *safety.Trip
	return errors.As(err, &t) && t.Cause == safety.Sluggish
}

const lookAtIt = "somebody must look at the arm before it moves again"

// recover waits for an arm that was lost. One that does not get out of its margins tries again as
// long as there is patience. It is not sent home, since its firmware knows neither table nor
// margins: in the end somebody must help it.
func (e *Env) recover(cause error) error {
	e.told = pose{}
	if errors.Is(cause, safety.ErrEmergency) {
		return cause
	}
	if doubtful(cause) {
		return fmt.Errorf("%s: %w", lookAtIt, cause)
	}
	if sluggish(cause) {
		if e.sluggish++; e.sluggish > mostSluggish {
			return fmt.Errorf("%d times since the episode began: %w", e.sluggish, cause)
		}
	}
	c := e.cell.Clock
	e.opt.Log(c.Now(), "the arm stopped, waiting for it: "+cause.Error())
	if needsClear(cause) {
		if err := e.clear(cause); err != nil {
			return err
		}
	}
	err := e.resume()
	for until := c.Now().Add(e.opt.Patience); errors.Is(err, safety.ErrStuck) &&
		c.Now().Before(until); err = e.resume() {
		e.counts.Retreats++
		if err := clock.Sleep(context.Background(), c, lookEvery); err != nil {
			return err
		}
	}
	switch {
	case doubtful(err):
		return fmt.Errorf("%s: %w; it stopped by: %w", lookAtIt, err, cause)
	case errors.Is(err, safety.ErrStuck):
		return fmt.Errorf("move it by hand: %w; it stopped by: %w", err, cause)
	case err != nil:
		return fmt.Errorf("the arm did not come back within %v: %w; it was lost by: %w", e.opt.Patience, err, cause)
	}
	if !violation(cause) {
		e.counts.Recoveries++
	}
	e.opt.Log(c.Now(), "the arm is back")
	return nil
}

// needsClear tells causes that somebody has to do with, who may have a hand in the arm's way: a
// plug that was pulled, or a trip over what the arm did or met. Others come and go by themselves:
// faults of the cable, commands that are late or wrong, margins.
func needsClear(cause error) bool {
	var t *safety.Trip
	if errors.As(cause, &t) {
		switch t.Cause {
		case safety.Blind, safety.Sluggish, safety.NotFinite, safety.TooFast:
			return errors.Is(cause, transport.ErrNoDevice)
		}
		return !t.Violation()
	}
	return errors.Is(cause, transport.ErrNoDevice)
}

// clear waits until the arm may move again, where people can be near.
func (e *Env) clear(cause error) error {
	if e.cell.Clear == nil {
		return nil
	}
	if err := e.cell.Clear(context.Background(), cause.Error()); err != nil {
		return fmt.Errorf("%w; it stopped by: %w", err, cause)
	}
	return nil
}

// resume makes the arm obey again, within the patience that there is.
func (e *Env) resume() error {
	var patience clock.Deadline
	patience.Set(context.Background(), e.cell.Clock.Now().Add(e.opt.Patience))
	return e.cell.Guard.Resume(&patience)
}

// rest stops the arm at the end of an episode. An arm that tripped stands already.
func (e *Env) rest() error {
	e.told = pose{}
	guard := e.cell.Guard
	err := guard.Err()
	if err == nil {
		err = guard.Stop(context.Background())
	}
	if err == nil || violation(err) {
		return nil
	}
	return e.recover(err)
}
