package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"colonnade/jaco/clock"
	"colonnade/jaco/safety"
	"colonnade/sim"
)

const keyHelp = `keys: 1 to 9 choose a joint or finger; + and - turn it forwards and backwards for as long as they are pressed;
      f and s for faster and slower; space is the emergency stop, r takes it back; q ends`

// keySteps is the factor of f and s.
const keySteps = 1.5

// stopKey tells the key that stops the arm.
func stopKey(text string) (why string) {
	if text == " " {
		return "the space key"
	}
	return ""
}

// obeyKeys does what keys say. A joint moves while its key repeats: nothing goes on when nobody is there.
func (j *jogging) obeyKeys(ctx context.Context, speed float64) error {
	j.speed = math.Abs(speed)
	fmt.Fprintln(j.s.stderr, keyHelp)
	j.choose(0, j.speed)
	var next order // the one that ended a motion
	for {
		x := next
		if next = (order{}); x == next || j.orders.void(x) {
			var err error
			if x, err = j.orders.take(ctx); err != nil {
				return err
			}
		}
		switch {
		case x.last:
			return j.Guard.Err() // the emergency stop of a terminal that is gone
		case x.text == "q":
			return nil
		}
		var err error
		next, err = j.key(ctx, x)
		if err = j.forgive(ctx, x, err); err != nil {
			return err
		}
	}
}

// choose chooses the joint that keys move, and how fast.
func (j *jogging) choose(joint int, speed float64) {
	m := sim.Canonical()
	j.joint, j.speed = joint, min(speed, m.MaxSpeed(joint))
	fmt.Fprintf(j.s.stderr, "%s at %.2f rad/s\n", m.JointName(j.joint), j.speed)
}

// key does what a key says. next is the key that ended it, if one did.
func (j *jogging) key(ctx context.Context, x order) (next order, err error) {
	switch x.text {
	case "1", "2", "3", "4", "5", "6", "7", "8", "9":
		j.choose(int(x.text[0]-'1'), j.speed)
	case "f":
		j.choose(j.joint, j.speed*keySteps)
	case "s":
		j.choose(j.joint, j.speed/keySteps)
	case " ":
		j.stopped(ctx, "r")
	case "r":
		err = j.reset(ctx, x)
	case "+", "=":
		next, err = j.moveWhile(ctx, x, j.speed)
	case "-":
		next, err = j.moveWhile(ctx, x, -j.speed)
	}
	return next, err
}

// moveWhile moves the joint until the key held has not come for a while, or another one has, which it returns.
func (j *jogging) moveWhile(ctx context.Context, held order, speed float64) (next order, err error) {
	var v [sim.NumJoints]float64
	v[j.joint] = speed
	for time.Since(held.at) < jogHold {
		// All that have come: terminals repeat keys faster than this goes round, and a motion must not outlive its key.
		for x, ok := j.orders.poll(); ok; x, ok = j.orders.poll() {
			if x.text != held.text {
				return x, j.Guard.Stop(ctx)
			}
			held = x
		}
		err := j.Guard.SetVelocity(&v)
		if err == nil {
			err = clock.Sleep(ctx, j.Clock, jogPeriod)
		}
		var trip *safety.Trip
		if errors.As(err, &trip) && trip.Cause != safety.Emergency && !trip.Doubtful() {
			j.trips++
			fmt.Fprintf(j.s.stderr, "refused: %v\n", trip)
			return order{}, j.Guard.Resume(ctx)
		}
		if err != nil {
			return order{}, j.causeOf(err)
		}
	}
	return order{}, j.Guard.Stop(ctx)
}
