//go:build !purego

package sim

import "colonnade/sim/internal/cpu"

// The vector routines work out eight bodies at a time: Link1 to Finger2, each in a lane of its own.
// The last body and what leads from body to body is left to Go.
const laneBodies = 8

type lane = [laneBodies]float64

// modelLanes is what a Model knows of the bodies.
type modelLanes struct {
	mass       lane
	com        [3]lane
	base       lane // of principal
	rod        [2]lane
	axis       [2][3]lane
	armature   lane
	secondAxes bool // some body has two rods
}

func (l *modelLanes) set(m *Model) {
	for i := range laneBodies {
		b := i + 1
		in := &m.inertia[b]
		l.mass[i], l.base[i], l.armature[i] = m.mass[b], in.base, m.armature[i]
		for k := range 3 {
			l.com[k][i] = m.com[b][k]
		}
		for k := range in.rod {
			l.rod[k][i] = in.rod[k]
			l.axis[k][0][i], l.axis[k][1][i], l.axis[k][2][i] = in.axis[k].x, in.axis[k].y, in.axis[k].z
		}
		l.secondAxes = l.secondAxes || in.rod[1] != 0
	}
}

// dataLanes is the work space. Rows have room for the last body and begin on cache lines of their
// own if the struct does.
type dataLanes struct {
	gravity         [3]float64 // acceleration of the base
	omega, alpha    [3]lane
	axis, arm       [3]lane
	rows            [3][3]lane // rows of motion
	step, origin    [3]lane    // acceleration of the origin: from the parent's, and altogether
	sums            [16][2 * laneBodies]float64
	linear, angular [3][NumJoints]float64 // see rigid.momentum
	diagonal        lane
}

// The rows of dataLanes.sums: the wrench, and the mass with its moments, of a body, then of all
// bodies beyond its joint.
const (
	sumForce  = 0
	sumMoment = 3
	sumMass   = 6
	sumFirst  = 7
	sumSecond = 10 // xx, yy, zz, xy, xz, yz
)

// outward8 does for eight bodies what outward does, from omega and alpha on.
//
//go:noescape
func outward8(l *dataLanes, m *modelLanes, d *Data)

// inward8 sets the biases and the diagonal for eight bodies, and the mass matrix below the diagonal
// for all, from the sums over the bodies beyond each joint.
//
//go:noescape
func inward8(l *dataLanes, m *modelLanes, w *dynamics)

// sincos8 is sincosGeneric.
//
//go:noescape
func sincos8(q, sin, cos *[NumJoints]float64)

func sincosAll(q, sin, cos *[NumJoints]float64) {
	if cpu.AVX512 {
		sincos8(q, sin, cos)
		return
	}
	sincosGeneric(q, sin, cos)
}

// poseAll is poseGeneric.
//
//go:noescape
func poseAll(m *Model, d *Data, sin, cos *[NumJoints]float64)

func (m *Model) poseBodies(d *Data, sin, cos *[NumJoints]float64) {
	if cpu.AVX2 {
		poseAll(m, d, sin, cos)
		return
	}
	m.poseGeneric(d, sin, cos)
}

// evaluate fills the mass matrix and the bias of d.dyn for d.Q, whose kinematics must be current,
// and d.V.
func (m *Model) evaluate(d *Data) {
	if !cpu.AVX512 {
		m.evaluateGeneric(d)
		return
	}
	const last = laneBodies + 1
	w, l := &d.dyn, &d.dyn.lanes
	l.gravity = [3]float64{-m.gravity[0], -m.gravity[1], -m.gravity[2]}
	for b := 1; b < last; b++ {
		rot, inner, speed := &d.BodyRot[b], &w.motion[parents[b]], d.V[b-1]
		axis := v3{rot[2], rot[5], rot[8]}
		alpha := inner.alpha.addScaled(speed, inner.omega.cross(axis))
		omega := inner.omega.addScaled(speed, axis)
		w.motion[b].omega, w.motion[b].alpha = omega, alpha
		l.omega[0][b-1], l.omega[1][b-1], l.omega[2][b-1] = omega.x, omega.y, omega.z
		l.alpha[0][b-1], l.alpha[1][b-1], l.alpha[2][b-1] = alpha.x, alpha.y, alpha.z
	}
	outward8(l, &m.lanes, d)

	hand := &w.motion[Hand]
	for k := range hand.rows {
		r := &l.rows[k]
		hand.rows[k] = v3{r[0][Hand-1], r[1][Hand-1], r[2][Hand-1]}
	}
	hand.origin = v3{l.origin[0][Hand-1], l.origin[1][Hand-1], l.origin[2][Hand-1]}
	m.outward(d, last)
	load, body := &w.load[last], &w.body[last]
	put := func(row int, v v3) { l.sums[row][last-1], l.sums[row+1][last-1], l.sums[row+2][last-1] = v.x, v.y, v.z }
	put(sumForce, load.force)
	put(sumMoment, load.moment)
	l.sums[sumMass][last-1] = body.mass
	put(sumFirst, body.first)
	s := &body.second
	put(sumSecond, v3{s.xx, s.yy, s.zz})
	put(sumSecond+3, v3{s.xy, s.xz, s.yz})

	// From the tips inwards, each joint carries everything beyond it.
	for i := range l.sums {
		r := &l.sums[i]
		x := r[Hand-1] + r[Finger3-1] + r[Finger2-1] + r[Finger1-1]
		r[Hand-1] = x
		for b := Hand - 1; b > 0; b-- {
			x += r[b-1]
			r[b-1] = x
		}
	}

	axis, arm := w.axis[last], w.arm[last]
	w.bias[last-1] = axis.dot(load.moment) + arm.dot(load.force)
	linear, angular := body.momentum(axis, arm)
	w.mass[last-1][last-1] = axis.dot(angular) + arm.dot(linear) + m.armature[last-1]
	l.linear[0][last-1], l.linear[1][last-1], l.linear[2][last-1] = linear.x, linear.y, linear.z
	l.angular[0][last-1], l.angular[1][last-1], l.angular[2][last-1] = angular.x, angular.y, angular.z
	inward8(l, &m.lanes, w)
	for i, x := range l.diagonal {
		w.mass[i][i] = x
	}
}
