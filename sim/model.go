package sim

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// Sizes and orders. Every 9-vector is in the order joint_1..6, finger_1..3; every list of bodies in
// the order base, link_1..5, hand, finger_1..3. Joint i moves body i+1.
const (
	NumJoints    = 9
	NumArmJoints = 6
	NumFingers   = 3
	NumBodies    = 10
)

// The bodies.
const (
	Base = iota
	Link1
	Link2
	Link3
	Link4
	Link5
	Hand
	Finger1
	Finger2
	Finger3
)

// parents gives the parent of each body. The dynamics is written for this tree: a chain of six
// joints whose last body carries three fingers.
var parents = [NumBodies]int{-1, Base, Link1, Link2, Link3, Link4, Link5, Hand, Hand, Hand}

// Model is a compiled arm. It never changes after Compile and may be shared by any number of
// goroutines; what moves is in Data.
type Model struct {
	desc Description

	gravity Vec3
	pos     [NumBodies]Vec3 // origin of the body frame in the parent's frame, m
	rot     [NumBodies]Mat3 // parentFromBody at joint angle 0
	palm    Vec3            // palm site in the hand frame, m
	tips    [NumFingers]Vec3

	mass    [NumBodies]float64 // kg
	com     [NumBodies]Vec3    // centre of mass in the body frame, m
	inertia [NumBodies]principal
	lanes   modelLanes

	armature [NumJoints]float64 // kg m²
	damping  [NumJoints]float64 // N m s/rad
	kv       [NumJoints]float64 // N m s/rad
	maxSpeed [NumJoints]float64 // rad/s
	maxForce [NumJoints]float64 // N m
	limited  [NumJoints]bool
	lower    [NumJoints]float64 // rad
	upper    [NumJoints]float64 // rad

	tableHeight float64 // m
	solids      [NumBodies][]solid
	bound       [NumBodies]sphere
	pairs       []pair
	firstLow    int // the first body whose height over the table can change or matters
	// sweep[b][a] is the farthest that any point of body b can be from the axis of body a's joint,
	// a being b or further in, m.
	sweep [NumBodies][NumBodies]float64

	keyframes map[string][NumJoints]float64
}

// Description returns a copy of what the model was compiled from.
func (m *Model) Description() Description { return m.desc.clone() }

// Keyframe returns the named pose (the canonical model has "home" and "reach_start"), in rad.
func (m *Model) Keyframe(name string) (q [NumJoints]float64, ok bool) {
	q, ok = m.keyframes[name]
	return q, ok
}

// MaxSpeed returns the largest velocity command of joint i, rad/s.
func (m *Model) MaxSpeed(i int) float64 { return m.maxSpeed[i] }

// Range returns the limits of joint i in rad; limited is false for a joint that turns freely.
func (m *Model) Range(i int) (lower, upper float64, limited bool) {
	return m.lower[i], m.upper[i], m.limited[i]
}

// BodyName returns the name of body b in the model file.
func (m *Model) BodyName(b int) string { return m.desc.Links[b].Name }

// JointName returns the name of joint i in the model file.
func (m *Model) JointName(i int) string { return m.desc.Links[i+1].Joint.Name }

// The saved state of a Simulator is a list of little-endian float64: angles, velocities, set points
// of the servos, gaps of the backlash, then the angles of the past that late pictures need, oldest
// first. Its length depends on the latency.

func (s *Simulator) stateSize() int {
	return 8 * (3*NumJoints + NumArmJoints + s.past.age*NumJoints)
}

// AppendBinary appends the state of the arm, its servos and its past to b: all that Place and
// Advance change. Model, steps and Motion are not part of it.
func (s *Simulator) AppendBinary(b []byte) ([]byte, error) {
	put := func(list []float64) {
		for _, x := range list {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
		}
	}
	put(s.Data.Q[:])
	put(s.Data.V[:])
	put(s.set[:])
	put(s.backlash.gap[:])
	for i := range s.past.age {
		put(s.past.ring[(s.past.next+i)%s.past.age][:])
	}
	return b, nil
}

// UnmarshalBinary restores a state of AppendBinary, saved by a simulator of the same model, steps
// and Motion, so that it goes on with the same bits. After an error nothing has changed.
func (s *Simulator) UnmarshalBinary(data []byte) error {
	if len(data) != s.stateSize() {
		return fmt.Errorf("simulator: saved state has %d bytes, want %d: was it saved with another latency or "+
			"physics step?", len(data), s.stateSize())
	}
	for i := 0; i < len(data); i += 8 {
		if x := math.Float64frombits(binary.LittleEndian.Uint64(data[i:])); !(math.Abs(x) <= MaxAngle) {
			return errors.New("simulator: saved state is damaged: it has a number that is not finite or too large")
		}
	}
	get := func(list []float64) {
		for i := range list {
			list[i] = math.Float64frombits(binary.LittleEndian.Uint64(data))
			data = data[8:]
		}
	}
	var q, v angles
	get(q[:])
	get(v[:])
	s.Place(&q, &v)
	get(s.set[:])
	get(s.backlash.gap[:])
	for i := range s.past.age {
		get(s.past.ring[i][:])
	}
	return nil
}
