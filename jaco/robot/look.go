package robot

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"colonnade/jaco/clock"
	"colonnade/jaco/safety"
	"colonnade/jaco/tracker"
	"colonnade/sim"
)

// target is what is known of the target, which lies still until somebody moves it, but for
// Options.Moving.
type target struct {
	x, y   float64
	weight float64 // sights that the place is the mean of; 0: it is where it was asked for
	moved  int     // sights in a row somewhere else
	unseen int     // looks in a row without a sight, with nothing before it
}

const (
	memory    = 20.0 // sights of which the place is the mean
	glimpse   = 0.3  // confidence of a sight that shows that the target is still there, if not where exactly
	elsewhere = 0.03 // m: farther off, the target was moved
	believed  = 3    // sights in a row that say so
	lost      = 5    // looks in a row until a target is lost
	frameAge  = 500 * time.Millisecond
	lookEvery = 100 * time.Millisecond // while waiting
	hiccup    = 2 * time.Second        // of a camera: nobody can have put it right by hand
)

// note takes a sight into account.
func (t *target) note(s *tracker.Sight) {
	t.unseen = 0
	if math.Hypot(s.X-t.x, s.Y-t.y) > elsewhere && t.weight > 0 {
		if t.moved++; t.moved < believed {
			return
		}
		t.weight = 0
	}
	t.moved = 0
	if t.weight < memory {
		t.weight++
	}
	t.x += (s.X - t.x) / t.weight
	t.y += (s.Y - t.y) / t.weight
}

// observe reads joints and camera and follows the target. If wait, it does not return before the
// target is known, but for an error.
func (e *Env) observe(wait bool) error {
	if err := e.look(); err != nil {
		if err := e.pause(err); err != nil {
			return err
		}
	}
	if wait && e.target.unseen >= lost {
		return e.pause(fmt.Errorf("the target is out of sight, last seen at (%.2f, %.2f) m, and the arm is not "+
			"before it", e.target.x, e.target.y))
	}
	return nil
}

// look is one look. Its error is the camera's.
func (e *Env) look() error {
	state := e.cell.Guard.State()
	m := &e.moment
	m.Q, m.V, m.Measured = state.Q, state.V, state.QTime.Sub(clock.Epoch)
	for i, turn := range e.turns {
		m.Q[i] -= turn
	}
	e.arm.Q = e.corrected(m.Q)
	e.model.Kinematics(e.arm)
	var err error
	if m.Taken, err = e.cell.Camera.Frame(e.frame[:]); err != nil {
		return err
	}
	if age := e.cell.Clock.Now().Sub(clock.Epoch) - m.Taken; age > frameAge {
		return fmt.Errorf("the camera's newest picture is %v old", age)
	}
	sight, err := e.cell.Plane.Locate(e.finder, e.frame[:])
	if err != nil {
		return err
	}
	m.Confidence = sight.Confidence
	switch {
	case sight.Confidence >= tracker.Sure && e.opt.Moving:
		e.target.x, e.target.y, e.target.unseen = sight.X, sight.Y, 0
	case sight.Confidence >= tracker.Sure:
		e.target.note(&sight)
	case sight.Confidence >= glimpse && math.Hypot(sight.X-e.target.x, sight.Y-e.target.y) < elsewhere, e.hidden():
		e.target.unseen = 0
	default:
		e.target.unseen++
	}
	return nil
}

// pause waits, with the arm at rest, until joints, camera and target are there again. An emergency
// stop ends it.
func (e *Env) pause(cause error) error {
	c := e.cell.Clock
	e.opt.Log(c.Now(), "pause: "+cause.Error())
	if err := e.rest(); err != nil {
		return err
	}
	began, gone, cleared := c.Now(), e.target.unseen >= lost, false
	for until := began.Add(e.opt.Patience); c.Now().Before(until); {
		if err := clock.Sleep(context.Background(), c, lookEvery); err != nil {
			return err
		}
		if err := e.cell.Guard.Err(); errors.Is(err, safety.ErrEmergency) {
			return err
		}
		if err := e.look(); err != nil {
			cause = err
			continue
		}
		gone = gone || e.target.unseen >= lost
		if e.target.unseen > 0 {
			continue
		}
		if !cleared && (gone || c.Now().Sub(began) > hiccup) { // somebody may have a hand there
			if err := e.clear(cause); err != nil {
				return err
			}
			cleared, until = true, c.Now().Add(e.opt.Patience)
			continue // the arm goes by what is seen now
		}
		e.counts.Pauses++
		e.opt.Log(c.Now(), "the pause is over")
		return nil
	}
	return fmt.Errorf("nothing changed within %v: %w", e.opt.Patience, cause)
}

// hideAway is how near to the line of sight a part of the arm hides a part of the target, m: the
// radii of both, and what the arm moves while the picture is on its way.
const hideAway = 0.17

// hidden tells whether the arm may be before the target.
func (e *Env) hidden() bool { return e.hides(e.Target()) }

// hides tells whether the arm may be before a place on the table.
func (e *Env) hides(at sim.Vec3) bool {
	eye, ok := e.cell.Plane.Camera()
	if !ok {
		eye = at.Add(sim.Vec3{0, 0, 1}) // from above: wrong, but the arm that hides a target is near it in any case
	}
	for b := sim.Link2; b < sim.NumBodies; b++ {
		from, to := e.arm.BodyPos[max(b-1, 0)], e.arm.BodyPos[b]
		if b > sim.Hand {
			from, to = e.arm.BodyPos[b], e.model.Tip(e.arm, b-sim.Finger1)
		}
		if near(at, eye, from, to) < hideAway {
			return true
		}
	}
	return near(at, eye, e.arm.BodyPos[sim.Hand], e.arm.Palm) < hideAway
}

// near returns how near two segments come to each other, by eight points of the second: good enough
// for hiding.
func near(a, b, c, d sim.Vec3) (distance float64) {
	distance = math.Inf(1)
	along := b.Sub(a)
	for i := range 9 {
		p := c.Add(d.Sub(c).Scale(float64(i) / 8))
		t := max(0, min(1, p.Sub(a).Dot(along)/along.Dot(along)))
		distance = min(distance, p.Distance(a.Add(along.Scale(t))))
	}
	return distance
}
