package safety

import (
	"context"
	"fmt"
	"math"
	"time"

	"colonnade/jaco/arm"
	"colonnade/jaco/clock"
	"colonnade/sim"
)

const (
	// rad that a joint may read beyond its mechanical range: its zero is off, and it was pushed
	// there
	beyondRange = 0.15
	mostCounted = 28 * 2 * math.Pi // rad that a joint without an end may count, see Pose
)

// Pose returns nil if the arm can have the joint angles that it reports; else a *Trip that names
// the joint, its angle, the range, and what to do. No motion is computed from such a pose.
//
// Joints without an end count their turns, and no public source gives a largest number: users
// report 459 degrees. 28 turns is this project's own bound: package robot turns a joint back that
// is 20 turns on, so that its work ends far before, and a count that is beyond is likelier a
// counter that is broken.
func (g *Guard) Pose() error {
	s := g.arm.State()
	if t := g.impossible(&s); t != nil {
		t.At = g.opt.Arm.Clock.Now()
		return t
	}
	return nil
}

// impossible returns why the arm cannot have the angles that it reports, or nil.
func (g *Guard) impossible(s *arm.State) *Trip {
	for i, q := range s.Q {
		lower, upper, limited := g.model.Range(i)
		switch {
		case i >= sim.NumArmJoints: // fingers that were not initialised count from anywhere
			lower, upper = math.Inf(-1), math.Inf(1)
		case limited:
		default:
			lower, upper = -mostCounted, mostCounted
		}
		if !finite(q) || q < lower-beyondRange || q > upper+beyondRange {
			return &Trip{Cause: Pose, Q: s.Q, What: fmt.Sprintf(
				"%s reports %.3f rad, but its range is %.2f to %.2f: no motion is computed from that. "+
					"Send the arm home by its own joystick or jacoctl home, or support it and switch it off and on "+
					"again; if the angle stays, its sensor is broken",
				g.model.JointName(i), q, lower, upper)}
		}
	}
	return nil
}

const (
	stillFor  = 100 * time.Millisecond // between two looks at the angles of an arm that is to stand
	stillMost = 0.01                   // rad that a joint may turn meanwhile: it sags until it is held
	stillTime = time.Second            // until it stands, at most
)

// Stands stops the arm and waits until its angles no longer change: a stop that is acknowledged was
// received, no more. It returns ErrMoves if after a second they still change or do not come.
func (g *Guard) Stands(ctx context.Context) error {
	c := g.opt.Arm.Clock
	if err := g.Stop(ctx); err != nil {
		return err
	}
	why := "its angles are not known"
	before := g.arm.State()
	for until := c.Now().Add(stillTime); c.Now().Before(until); {
		if err := clock.Sleep(ctx, c, stillFor); err != nil {
			return err
		}
		now := g.arm.State()
		if now.QTime.Sub(before.QTime) < stillFor/2 {
			continue
		}
		fastest, turned := 0, 0.0
		for i := range now.Q {
			if d := math.Abs(now.Q[i] - before.Q[i]); d > turned {
				fastest, turned = i, d
			}
		}
		if turned <= stillMost {
			return nil
		}
		why = fmt.Sprintf("%s turned by %.3f rad in %v", g.model.JointName(fastest), turned, stillFor)
		before = now
	}
	return fmt.Errorf("%w: %s", ErrMoves, why)
}
