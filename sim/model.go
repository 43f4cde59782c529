package sim

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
