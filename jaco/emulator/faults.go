package emulator

import (
	"fmt"
	"time"

	"colonnade/sim"
)

// Part is what of a joint can be faulty.
type Part uint8

// The parts.
const (
	Angle    Part = iota // the angle it reports in answer to 15 and 2, rad
	Velocity             // the velocity it reports in answer to 27, rad/s
	Torque               // the torque it reports in answer to 26, N m
	Motor                // the velocity its servo is given, rad/s
	numParts
)

// Fault is what becomes of a value: Scale times it, plus Offset. An angle is scaled about the one
// at which the fault came. Frozen keeps the value at which the fault came.
type Fault struct {
	Scale, Offset float64
	Frozen        bool
}

// faulty is a fault of a part of a joint; first is the value that it spoilt first.
type faulty struct {
	Fault
	on, taken bool
	first     float64
}

// Break gives a part of a joint or finger, 0 to 8, a fault from the time now on. It stays through
// PowerCycle, until Mend. The arm itself goes on to know its true angles: its own ways and its
// stops at limits are as ever.
func (d *Device) Break(now time.Time, joint int, part Part, f Fault) error {
	if joint < 0 || joint >= sim.NumJoints || part >= numParts {
		return fmt.Errorf("emulator: a fault of part %d of joint %d, want one of %d parts of joints 0 to %d", part,
			joint, numParts, sim.NumJoints-1)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.advance(now)
	d.faults[part][joint] = faulty{Fault: f, on: true}
	return nil
}

// Mend ends all faults that Break made.
func (d *Device) Mend(now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.advance(now)
	d.faults = [numParts][sim.NumJoints]faulty{}
}

// spoil puts the faults of a part into the values of all joints. d.mu is held.
func (d *Device) spoil(part Part, v *[sim.NumJoints]float64) {
	for i := range v {
		f := &d.faults[part][i]
		if !f.on {
			continue
		}
		if !f.taken {
			f.first, f.taken = v[i], true
		}
		about := 0.0
		if part == Angle {
			about = f.first
		}
		if v[i] = about + f.Scale*(v[i]-about) + f.Offset; f.Frozen {
			v[i] = f.first
		}
	}
}
