package safety

import (
	"fmt"
	"math"

	"colonnade/jaco/arm"
	"colonnade/sim"
)

const (
	beyondRange = 0.15  // rad that a joint may read beyond its mechanical range: its zero is off, and it was pushed there
	mostCounted = 175.0 // rad: joints without an end count up to 10,000 degrees
)

// Pose returns nil if the arm can have the joint angles that it reports; else a *Trip that names the joint, its angle, the range,
// and what to do. No motion is computed from such a pose.
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
					"Send the arm home by its own joystick or jacoctl home, or support it and switch it off and on again; if the angle stays, its sensor is broken",
				g.model.JointName(i), q, lower, upper)}
		}
	}
	return nil
}
