package emulator

import (
	"math"

	"colonnade/sim"
)

// mechanics is the arm itself.
type mechanics struct {
	sim     *sim.Simulator
	scratch *sim.Data // for poses that the arm does not have
	// set points: where joints that stand are held, and where those that follow are sent, rad
	set      [sim.NumJoints]float64
	moving   [sim.NumJoints]bool    // turned by its velocity alone: the set point does not count
	resting  [sim.NumJoints]int     // ticks since a joint that is moving was asked to stand
	command  [sim.NumJoints]float64 // velocities that the last tick asked for, rad/s
	servo    [sim.NumJoints]float64 // and what its servos were given for it
	module   uint8
	fault    bool // a joint limit stopped the arm
	contacts int
	touching bool    // in contact where it stands, so contact cannot be avoided by standing still
	gripped  [3]bool // fingers that met another since the last point was taken
	opened   [3]bool // fingers that have found their open end
}

// limitMargin is how far before a joint's limit the arm stops that is turned by velocities, in
// ticks of motion: the servo needs some way. A way that is planned ends limitGap before the limit,
// rad.
const (
	limitMargin = 4
	limitGap    = 0.005
)

// tracking is how strongly servos follow a set point that moves, rad/s for each rad; holdSpeed
// bounds the velocity with which they go back to one, rad/s.
const (
	tracking  = 5
	holdSpeed = 0.1
)

// standing is the speed below which a joint that is not to move is held where it is, rad/s: more
// than the 0.04 at which weight moves one whose servo is at 0. settling is how long a servo turns
// on after its command has ended, in lags.
const (
	standing = 0.05
	settling = 4
)

// tick is 10 ms of the arm's life.
func (d *Device) tick() {
	m := d.decide()
	d.module = m.module
	d.fault = d.stopAtLimits(&m)
	d.command = m.velocity
	d.servo = d.servos(&m)
	d.spoil(Motor, &d.servo)
	before := d.sim.Data.Q
	violation, err := d.sim.Advance(&d.servo)
	switch {
	case err != nil: // the state is lost: a Motion that no arm can have
		d.stand(&before)
	case violation.Cause == sim.JointLimit:
		d.clamp(violation.A)
	case violation.Cause == sim.SelfContact && violation.A > sim.Hand:
		d.contacts++
		d.stopFingers(&before, &m.velocity)
	case violation.Cause != sim.None:
		d.contacts++
		if !m.planned && !d.touching {
			d.stand(&before)
		}
		d.touching = m.planned || d.touching
	default:
		d.touching = false
	}
	for f := range d.opened {
		lower, _, _ := d.sim.Model.Range(sim.NumArmJoints + f)
		if m.velocity[sim.NumArmJoints+f] < 0 && d.sim.Data.Q[sim.NumArmJoints+f] <= lower+fingerOpen {
			d.opened[f] = true
		}
	}
}

// servos turns the demanded velocities into the servos': joints that are not to move are held where
// they stopped. Within the play of its gears a joint is left alone: a servo that followed it there
// would swing for ever.
func (d *Device) servos(m *demand) (servo [sim.NumJoints]float64) {
	gain := d.opt.Hold
	if m.follow {
		gain = tracking
	}
	for i, v := range m.velocity {
		switch {
		case m.follow:
			d.set[i] += v * tickSeconds
			servo[i] = v + d.towardsSet(i, gain)
		case v != 0:
			d.moving[i], d.resting[i] = true, 0
			servo[i] = v
		case d.moving[i] && !d.atRest(i): // braking, with a servo at 0
		default:
			servo[i] = d.towardsSet(i, gain)
		}
	}
	return servo
}

// atRest tells whether a joint that was asked to stand has come to do so, and holds it there. A
// servo that lags turns it for a while yet: one that is held before would go on and creep back.
func (d *Device) atRest(i int) bool {
	d.resting[i]++
	if float64(d.resting[i])*tickSeconds <= settling*d.opt.Motion.Lag || math.Abs(d.sim.Data.V[i]) > standing {
		return false
	}
	d.moving[i] = false
	d.set[i] = d.sim.Data.Q[i]
	return true
}

// towardsSet returns the velocity that brings a joint to its set point.
func (d *Device) towardsSet(i int, gain float64) float64 {
	slack := d.opt.Motion.Backlash / 2
	gap := d.set[i] - d.sim.Data.Q[i]
	gap -= max(-slack, min(slack, gap))
	return max(-holdSpeed, min(holdSpeed, gain*gap))
}

// beginFollowing makes set points count for all joints: those that were turned by velocities start
// where they are.
func (d *Device) beginFollowing() {
	for i := range d.moving {
		if d.moving[i] {
			d.moving[i], d.set[i] = false, d.sim.Data.Q[i]
		}
	}
}

// stopAtLimits takes away velocities that lead a joint to its limit and tells whether there were
// any.
func (d *Device) stopAtLimits(m *demand) (stopped bool) {
	for i := range sim.NumArmJoints {
		lower, upper, limited := d.sim.Model.Range(i)
		if !limited {
			continue
		}
		v := &m.velocity[i]
		ahead := d.sim.Data.Q[i] + *v*tickSeconds*limitMargin
		if m.follow {
			lower, upper = lower+limitGap*0.99, upper-limitGap*0.99
			ahead = d.set[i] + *v*tickSeconds
		}
		if *v < 0 && ahead <= lower || *v > 0 && ahead >= upper {
			*v, stopped = 0, true
		}
	}
	return stopped
}

// stopFingers puts fingers that ran into each other back to where they were, at rest, but for those
// that open; the arm goes on.
func (d *Device) stopFingers(before, demand *[sim.NumJoints]float64) {
	data := d.sim.Data
	for f := range d.gripped {
		i := sim.NumArmJoints + f
		if demand[i] < 0 {
			continue
		}
		data.Q[i], data.V[i] = before[i], 0
		d.set[i], d.moving[i], d.gripped[f] = before[i], false, true
	}
	d.sim.Model.Kinematics(data)
}

// stand puts the arm at rest at q.
func (d *Device) stand(q *[sim.NumJoints]float64) {
	d.sim.Place(q, new([sim.NumJoints]float64))
	d.set, d.moving = *q, [sim.NumJoints]bool{}
}

// clamp puts a joint that went past its limit back to it, at rest, and lets the others move on.
func (d *Device) clamp(joint int) {
	lower, upper, _ := d.sim.Model.Range(joint)
	q, v := d.sim.Data.Q, d.sim.Data.V
	q[joint], v[joint] = max(lower, min(upper, q[joint])), 0
	d.sim.Place(&q, &v)
	d.set[joint], d.moving[joint], d.fault = q[joint], false, true
}

// damping keeps cartesian motion bounded where the arm is stretched out, m or rad.
const damping = 0.01

// cartesian returns joint velocities that move the palm with a twist: m/s and rad/s in world axes.
// It is the damped least-squares solution v = Jᵀ(JJᵀ + λ²)⁻¹·twist (Wampler, IEEE Trans. SMC 16(1),
// 1986), scaled down as a whole to the joints' speeds. The arm knows its pose by its encoders, and
// moves on from the commanded one.
func (d *Device) cartesian(twist *[6]float64) (v [sim.NumJoints]float64) {
	var linear, angular [3][sim.NumJoints]float64
	d.beginFollowing()
	q := d.commanded()
	d.sim.Model.PalmJacobian(d.posedAt(&q), &linear, &angular)
	row := func(i int) *[sim.NumJoints]float64 {
		if i < 3 {
			return &linear[i]
		}
		return &angular[i-3]
	}
	var a [6][7]float64
	for i := range 6 {
		for j := range 6 {
			for k := range sim.NumArmJoints {
				a[i][j] += row(i)[k] * row(j)[k]
			}
		}
		a[i][i] += damping * damping
		a[i][6] = twist[i]
	}
	x := solve(&a)
	scale := 1.0
	for k := range sim.NumArmJoints {
		for i := range 6 {
			v[k] += row(i)[k] * x[i]
		}
		scale = min(scale, jointSpeed[k]/max(math.Abs(v[k]), jointSpeed[k]))
	}
	for k := range sim.NumArmJoints {
		v[k] *= scale
	}
	return v
}

// solve solves six equations by elimination; the matrix is symmetric and positive definite, so no
// pivoting is needed.
func solve(a *[6][7]float64) (x [6]float64) {
	for i := range 6 {
		for j := i + 1; j < 6; j++ {
			f := a[j][i] / a[i][i]
			for k := i; k < 7; k++ {
				a[j][k] -= f * a[i][k]
			}
		}
	}
	for i := 5; i >= 0; i-- {
		x[i] = a[i][6]
		for k := i + 1; k < 6; k++ {
			x[i] -= a[i][k] * x[k]
		}
		x[i] /= a[i][i]
	}
	return x
}

// towardsPose returns joint velocities that bring the palm to a cartesian position point, and the
// time that is left at full speed, s.
func (d *Device) towardsPose(p *point) (v [sim.NumJoints]float64, left float64) {
	d.beginFollowing()
	q := d.commanded()
	at := d.posedAt(&q)
	goal := sim.Vec3{p.values[0], p.values[1], p.values[2]}
	way, turn := goal.Sub(at.Palm), turnBetween(tool(at), fromEuler(p.values[3], p.values[4], p.values[5]))
	speed, spin := handSpeed, handTurn
	if p.speed[0] > 0 {
		speed = min(speed, p.speed[0])
	}
	if p.speed[1] > 0 {
		spin = min(spin, p.speed[1])
	}
	left = max(way.Norm()/speed, turn.Norm()/spin)
	rate, _ := pace(left, approach)
	var twist [6]float64
	for i := range 3 {
		twist[i], twist[3+i] = way[i]*rate, turn[i]*rate
	}
	return d.cartesian(&twist), left
}

// posedAt returns the arm with joint angles q. It is valid until the next call.
func (d *Device) posedAt(q *[sim.NumJoints]float64) *sim.Data {
	if d.scratch.Q != *q {
		d.scratch.Q = *q
		d.sim.Model.Kinematics(d.scratch)
	}
	return d.scratch
}

// tool is the orientation of the tool, as the last frame of the arm's Denavit-Hartenberg table has
// it (R): the hand's with x and y exchanged, so that z is where the hand points to.
func tool(d *sim.Data) sim.Mat3 {
	return d.BodyRot[sim.Hand].Mul(sim.Mat3{0, 1, 0, 1, 0, 0, 0, 0, -1})
}

// turnBetween returns the rotation vector in world axes that turns a into b.
func turnBetween(a, b sim.Mat3) sim.Vec3 {
	r := b.Mul(a.Transpose())
	axis := sim.Vec3{r[7] - r[5], r[2] - r[6], r[3] - r[1]} // 2 sin(angle) times the axis
	sine, cosine := axis.Norm()/2, (r[0]+r[4]+r[8]-1)/2
	if sine < 1e-9 {
		if cosine > 0 {
			return sim.Vec3{}
		}
		axis, sine = sim.Vec3{2, 0, 0}, 1 // half a turn: any axis will begin it
	}
	return axis.Scale(math.Atan2(sine, cosine) / (2 * sine))
}

// fromEuler returns Rx·Ry·Rz, the arm's convention (R).
func fromEuler(x, y, z float64) sim.Mat3 {
	sx, cx := math.Sincos(x)
	sy, cy := math.Sincos(y)
	sz, cz := math.Sincos(z)
	return sim.Mat3{1, 0, 0, 0, cx, -sx, 0, sx, cx}.
		Mul(sim.Mat3{cy, 0, sy, 0, 1, 0, -sy, 0, cy}).
		Mul(sim.Mat3{cz, -sz, 0, sz, cz, 0, 0, 0, 1})
}

// euler is the inverse of fromEuler.
func euler(r sim.Mat3) (x, y, z float64) {
	y = math.Asin(max(-1, min(1, r[2])))
	if math.Abs(r[2]) > 1-1e-12 { // x and z turn about the same axis
		return math.Atan2(r[7], r[4]), y, 0
	}
	return math.Atan2(-r[5], r[8]), y, math.Atan2(-r[1], r[0])
}

// readings returns the angles that the joints report, rad.
func (d *Device) readings() (q [sim.NumJoints]float64) {
	q = d.sim.Data.Q
	for i := range q {
		q[i] += d.opt.Motion.Encoder[i]
	}
	return q
}

// commanded returns the angles that the servos are asked to have, rad.
func (d *Device) commanded() (q [sim.NumJoints]float64) {
	q = d.readings()
	for i := range q {
		if !d.moving[i] {
			q[i] = d.set[i] + d.opt.Motion.Encoder[i]
		}
	}
	return q
}

// torques returns the torques of the servos, N m.
func (d *Device) torques() (tau [sim.NumJoints]float64) {
	for i := range tau {
		tau[i] = d.sim.Model.ServoTorque(d.sim.Data, i, d.servo[i])
	}
	return tau
}
