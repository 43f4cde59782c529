package protocol

import (
	"fmt"
	"math"
)

// Settings is what differs between arms of the same protocol: sizes of messages, the scale of
// fingers, and quirks of firmwares. Its methods turn wire units into SI units and back; vectors of
// 9 have joints 1-6, then fingers 1-3.
type Settings struct {
	// BasicPoint and AdvancedPoint are the sizes in which 308 and 300 are sent, bytes: 48 or 52,
	// 148 or 152.
	BasicPoint, AdvancedPoint int

	// FingerScale is the number of finger units in a radian of finger angle. kinova-ros maps 6800
	// units to 80 degrees (R, fingers_action_client.py); another of its programs has 6400 for 1.4
	// rad.
	FingerScale float64

	// VelocityFactor multiplies what 114 reports: 1, or 2 on firmware that reports half of the true
	// rate. kinova-ros doubles on every arm, with doubt (R, kinova_comm.cpp). Compare with
	// differences of 105.
	VelocityFactor float64

	// VelocityWraps is set for firmware that reports negative velocities as 181 to 360 degrees/s
	// (R, kinova_arm.cpp): 360 is then subtracted above 180.
	VelocityWraps bool
}

// jaco2Scale is 6800 units for 80 degrees of finger, in units/rad.
const jaco2Scale = 6800 / (80 * math.Pi / 180)

// Jaco1Settings returns the settings of a Jaco 1: old sizes, 60 finger units for 80 degrees (K,
// Fawkes).
func Jaco1Settings() Settings {
	return Settings{BasicPoint: BasicPointOld, AdvancedPoint: AdvancedPointOld, FingerScale: jaco2Scale * 60 / 6800,
		VelocityFactor: 1}
}

// Jaco2Settings returns the settings of a Jaco2, without quirks.
func Jaco2Settings() Settings {
	return Settings{BasicPoint: BasicPointNew, AdvancedPoint: AdvancedPointNew, FingerScale: jaco2Scale,
		VelocityFactor: 1}
}

// Validate reports the first setting that makes no sense.
func (s *Settings) Validate() error {
	switch {
	case s.BasicPoint != BasicPointOld && s.BasicPoint != BasicPointNew:
		return fmt.Errorf("protocol settings: basic trajectory points of %d bytes, want %d or %d", s.BasicPoint,
			BasicPointOld, BasicPointNew)
	case s.AdvancedPoint != AdvancedPointOld && s.AdvancedPoint != AdvancedPointNew:
		return fmt.Errorf("protocol settings: advanced trajectory points of %d bytes, want %d or %d", s.AdvancedPoint,
			AdvancedPointOld, AdvancedPointNew)
	case !(s.FingerScale > 0) || math.IsInf(s.FingerScale, 0):
		return fmt.Errorf("protocol settings: finger scale %g units/rad, want more than 0", s.FingerScale)
	case !(s.VelocityFactor > 0) || math.IsInf(s.VelocityFactor, 0):
		return fmt.Errorf("protocol settings: velocity factor %g, want more than 0", s.VelocityFactor)
	}
	return nil
}

const (
	degree  = math.Pi / 180
	perTurn = 360 // degrees
)

// Angles turns a measured or commanded position into rad. It fails with ErrNotFinite.
func (s *Settings) Angles(m *JointVector) (q [9]float64, err error) {
	for i, v := range m.Joints {
		q[i] = float64(v) * degree
	}
	for i, v := range m.Fingers {
		q[6+i] = float64(v) / s.FingerScale
	}
	return q, finite(q[:], "angle")
}

// Velocities turns an answer to 114 into rad/s, with the quirks undone. It fails with ErrNotFinite.
func (s *Settings) Velocities(m *JointVector) (v [9]float64, err error) {
	for i, d := range m.Joints {
		rate := float64(d)
		if s.VelocityWraps && rate > perTurn/2 {
			rate -= perTurn
		}
		v[i] = rate * s.VelocityFactor * degree
	}
	for i, d := range m.Fingers {
		v[6+i] = float64(d) / s.FingerScale
	}
	return v, finite(v[:], "velocity")
}

// FromAngles turns angles in rad into the wire's units.
func (s *Settings) FromAngles(q *[9]float64) (m JointVector) {
	for i := range m.Joints {
		m.Joints[i] = float32(q[i] / degree)
	}
	for i := range m.Fingers {
		m.Fingers[i] = float32(q[6+i] * s.FingerScale)
	}
	return m
}

// FromVelocities turns velocities in rad/s into what 114 reports for them, quirks included.
func (s *Settings) FromVelocities(v *[9]float64) (m JointVector) {
	for i := range m.Joints {
		rate := v[i] / degree / s.VelocityFactor
		if s.VelocityWraps && rate < 0 {
			rate += perTurn
		}
		m.Joints[i] = float32(rate)
	}
	for i := range m.Fingers {
		m.Fingers[i] = float32(v[6+i] * s.FingerScale)
	}
	return m
}

// VelocityPoint returns the trajectory point that turns the joints with v, rad/s, for one tick of
// 10 ms. Where all fingers rest the hand mode is HandStill, as they twitch otherwise (kinova's
// matlab wrapper, issue 14).
func (s *Settings) VelocityPoint(v *[9]float64) (m BasicPoint) {
	m.Type = AngularVelocities
	for i := range m.Values {
		m.Values[i] = float32(v[i] / degree)
	}
	for i := range m.Fingers {
		m.Fingers[i] = float32(v[6+i] * s.FingerScale)
		if m.Fingers[i] != 0 {
			m.Hand = HandVelocity
		}
	}
	return m
}

// Vector turns a JointVector of torques or currents into float64. It fails with ErrNotFinite.
func (m *JointVector) Vector() (v [9]float64, err error) {
	for i, x := range m.Joints {
		v[i] = float64(x)
	}
	for i, x := range m.Fingers {
		v[6+i] = float64(x)
	}
	return v, finite(v[:], "value")
}

// finite fails if a number that came over the wire is NaN or infinite.
func finite(values []float64, what string) error {
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("%s of joint or finger %d of 9 is %g: %w", what, i+1, v, ErrNotFinite)
		}
	}
	return nil
}
