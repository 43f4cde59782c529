package safety

import (
	"fmt"
	"math"

	"colonnade/sim"
)

// MostZero is the largest known error of a joint's zero that is accepted, rad: a larger one is
// likelier a mistake.
const MostZero = 0.05

// Limits is how near the arm may come to what. There is no value that turns a check off.
type Limits struct {
	Joint float64 // distance of joints 2 and 3 from their limits, rad, 0.02 to 0.5
	Table float64 // of moving links from the table, m, 0.005 to 0.02: farther, and targets are out of reach
	Self  float64 // of links from each other, m, 0.005 to 0.05

	// Zero is by how much the angles that the joints report may be off, rad, 0.002 to 0.03. What
	// that comes to at a pose is kept in addition to Table and Self: the more, the farther the arm
	// is stretched out.
	Zero float64

	// Box is where palm, fingertips and link frames may be: its lowest and highest corner, m. It
	// must hold the area of the task's targets up to 0.3 m above the table.
	Box [2]sim.Vec3

	Speed        [sim.NumJoints]float64 // rad/s, at most the model's
	Acceleration [sim.NumJoints]float64 // rad/s², 2 to 200
}

// Stopping is what an arm does between a command and its standstill. Larger numbers are safer.
type Stopping struct {
	Delay      float64 // from sending a point to the beginning of its motion, at least, s, 0.01 to 0.2
	Lag        float64 // time constant of the servos, s, 0.01 to 0.3
	SpeedError float64 // by how much joints may be faster than told, 1, 0.02 to 0.5
	Sag        float64 // how long a joint gives way to its weight until its brake or servo holds it, s, 0.05 to 1
}

// DefaultLimits returns the limits for the task's arm on its table.
func DefaultLimits() Limits {
	l := Limits{
		Joint: 0.06, Table: 0.01, Self: 0.01, Zero: 0.008,
		Box: [2]sim.Vec3{{-1.05, -1.05, 0}, {1.05, 0.8, 1.35}},
	}
	m := sim.Canonical()
	for i := range l.Speed {
		l.Speed[i], l.Acceleration[i] = m.MaxSpeed(i), 25
		if i >= sim.NumArmJoints {
			l.Acceleration[i] = 40
		}
	}
	return l
}

// DefaultStopping returns what fits a queue of two points and the servos of domain robot.
func DefaultStopping() Stopping {
	return Stopping{Delay: 0.025, Lag: 0.06, SpeedError: 0.06, Sag: 0.25}
}

// between reports a number out of its range, NaN included.
func between(what string, x, low, high float64, unit string) error {
	if !(x >= low && x <= high) {
		return fmt.Errorf("safety: %s is %g %s, want %g to %g %s", what, x, unit, low, high, unit)
	}
	return nil
}

// Validate returns an error that names the first number that makes the arm unsafe or useless.
func (l *Limits) Validate(m *sim.Model) error {
	for _, e := range [...]error{
		between("margin of joint limits", l.Joint, 0.02, 0.5, "rad"),
		between("margin of the table", l.Table, 0.005, 0.02, "m"),
		between("margin between links", l.Self, 0.005, 0.05, "m"),
		between("error of the joints' zeros", l.Zero, 0.002, 0.03, "rad"),
	} {
		if e != nil {
			return e
		}
	}
	needed := [2]sim.Vec3{{-0.2, -0.6, 0.02}, {0.2, -0.3, 0.3}}
	for i, axis := range [...]string{"x", "y", "z"} {
		low, high := l.Box[0][i], l.Box[1][i]
		if !(low <= needed[0][i] && high >= needed[1][i]) || math.Abs(low) > 2 || math.Abs(high) > 2 {
			return fmt.Errorf("safety: the workspace is %g to %g m in %s, want one that holds %g to %g, and no more "+
				"than 2 m away", low, high, axis, needed[0][i], needed[1][i])
		}
	}
	for i := range l.Speed {
		if err := between("speed of "+m.JointName(i), l.Speed[i], 0.01, m.MaxSpeed(i), "rad/s"); err != nil {
			return err
		}
		if err := between("acceleration of "+m.JointName(i), l.Acceleration[i], 2, 200, "rad/s²"); err != nil {
			return err
		}
	}
	return nil
}

// Validate returns an error that names the first number out of its range.
func (s *Stopping) Validate() error {
	for _, e := range [...]error{
		between("delay", s.Delay, 0.01, 0.2, "s"),
		between("lag", s.Lag, 0.01, 0.3, "s"),
		between("speed error", s.SpeedError, 0.02, 0.5, ""),
		between("sag", s.Sag, 0.05, 1, "s"),
	} {
		if e != nil {
			return e
		}
	}
	return nil
}
