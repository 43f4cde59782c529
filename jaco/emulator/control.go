package emulator

import (
	"math"
	"time"

	"colonnade/jaco/protocol"
	"colonnade/sim"
)

// control is what decides on motion.
type control struct {
	api, angular bool
	retract      protocol.RetractState
	homed        bool // was at the ready pose since power-up
	goReady      bool // under way by command 311

	queue   queue
	active  *point // a position point under way; it is current
	current point
	waited  float64 // s of the active point's delay
	nearest float64 // the least time that the active point was from its end, s
	stuck   int     // ticks since nearest was reached

	joystick    protocol.Joystick
	joystickSet time.Time

	torque      bool // torque mode, in which trajectories are not followed
	torqueStays bool // whatever the host does
	torqueSet   time.Time

	limits protocol.Limits // of the last advanced point, for 307
	last   point           // the point that was taken last, for 307
}

// Speeds of motions that the arm plans itself.
var (
	jointSpeed = [sim.NumArmJoints]float64{0.6283, 0.6283, 0.6283, 0.8378, 0.8378, 0.8378} // rad/s (R, URDF)
)

const (
	fingerSpeed = 1.0  // rad/s
	handSpeed   = 0.15 // m/s
	handTurn    = 0.6  // rad/s

	torqueTime = 250 * time.Millisecond // without a torque, after which torque mode ends (R)

	stickSpeed = 0.20 // m/s at a full stick (inf)
	stickTurn  = 0.60 // rad/s

	approach   = 10.0 // 1/s: velocity at the end of a way, for each rad or m that is left
	closing    = 5.0  // 1/s: the same of fingers
	giveUp     = 50   // ticks without headway after which a position point is dropped
	fingerOpen = 0.02 // rad from the open end of a finger, where it counts as found
)

// points returns what 304 reports: points waiting or under way, the way to ready by 311 among them.
func (c *control) points() int {
	n := c.queue.count
	if c.active != nil {
		n++
	}
	if c.goReady {
		n++
	}
	return n
}

// erase drops all trajectories.
func (d *Device) erase() {
	d.queue.clear()
	d.active = nil
	if d.goReady {
		d.goReady = false
		d.leave()
	}
}

// release lets go of all that moves the arm without further messages, but for the queue.
func (d *Device) release() {
	if !d.opt.Choices.KeepJoystick {
		d.joystick = protocol.Joystick{}
	}
	if d.goReady {
		d.goReady = false
		d.leave()
	}
}

// leave is what becomes of the retract state when the arm moves otherwise.
func (d *Device) leave() {
	if d.retract != protocol.NotInitialised {
		d.retract = protocol.Normal
	}
}

// demand is what a tick asks of the arm: velocities in rad/s.
type demand struct {
	velocity [sim.NumJoints]float64
	module   uint8 // the control module at work, for 62
	follow   bool  // the velocities are those of the commanded pose, which the servos follow
	planned  bool  // on the arm's own way: contact does not stop it
}

// decide takes what is to be done in this tick.
func (d *Device) decide() (m demand) {
	d.expireJoystick()
	if d.torque && !d.torqueStays && d.ticked.Sub(d.torqueSet) > torqueTime {
		d.torque = false
	}
	switch {
	case d.torque:
	case d.goReady:
		m.velocity, d.goReady = d.travel(&d.home)
		m.module, m.follow, m.planned = protocol.ModuleRetract, true, true
		if !d.goReady {
			d.retract, d.homed = protocol.Ready, true
		}
	case d.joystick.Buttons[protocol.HomeButton] != 0 && d.traveling():
		m = d.retractStep()
	case d.sticks():
		m = d.followSticks()
	case d.api || d.opt.Choices.MoveWithoutAPI:
		m = d.followQueue()
	}
	return m
}

func (d *Device) expireJoystick() {
	limit := d.opt.Choices.JoystickTimeout
	if limit > 0 && d.ticked.Sub(d.joystickSet) > limit {
		d.joystick = protocol.Joystick{}
	}
}

// pace returns how much of what is left of a way goes in a second, where the whole takes so many
// seconds at full speed; approach bounds it near the end. The way ends with this tick if last is
// set.
func pace(seconds, approach float64) (rate float64, last bool) {
	if seconds <= tickSeconds/10 {
		return 1 / tickSeconds, true
	}
	return min(1/seconds, approach), false
}

// travel returns velocities towards a pose, all joints arriving together, and whether there is a
// way left. Joints that turn without limit take the shorter way round.
func (d *Device) travel(to *[sim.NumJoints]float64) (v [sim.NumJoints]float64, left bool) {
	d.beginFollowing()
	q := d.commanded()
	longest := 0.0 // s at full speed
	for i := range sim.NumArmJoints {
		v[i] = to[i] - q[i]
		if _, _, limited := d.sim.Model.Range(i); !limited {
			v[i] = math.Remainder(v[i], 2*math.Pi)
		}
		longest = max(longest, math.Abs(v[i])/jointSpeed[i])
	}
	rate, last := pace(longest, approach)
	for i := range v {
		v[i] *= rate
	}
	return v, !last
}

// pushButton is button 2 going down.
func (d *Device) pushButton() {
	d.queue.clear()
	d.active = nil
	switch d.retract {
	case protocol.Ready, protocol.RetractToReady:
		d.retract = protocol.ReadyToRetract
	case protocol.Retracted, protocol.ReadyToRetract:
		d.retract = protocol.RetractToReady
	default:
		d.retract = protocol.NormalToReady
	}
}

// traveling tells whether the retract state is one of moving.
func (d *Device) traveling() bool {
	return d.retract == protocol.NormalToReady || d.retract == protocol.ReadyToRetract ||
		d.retract == protocol.RetractToReady
}

// retractStep moves on towards ready or retracted.
func (d *Device) retractStep() (m demand) {
	goal, reached := &d.home, protocol.Ready
	if d.retract == protocol.ReadyToRetract {
		goal, reached = &retracted, protocol.Retracted
	}
	velocity, left := d.travel(goal)
	if !left {
		d.retract = reached
		d.homed = d.homed || reached == protocol.Ready
	}
	return demand{velocity: velocity, module: protocol.ModuleRetract, follow: true, planned: true}
}

// sticks tells whether a stick of the joystick is out of its middle.
func (d *Device) sticks() bool {
	j := &d.joystick
	return j.Incline != [2]float32{} || j.Rotate != 0 || j.Move != [2]float32{} || j.Push != 0
}

// followSticks moves the hand as the joystick says (the table of protocol.Joystick): values beyond
// 1 count as 1.
func (d *Device) followSticks() demand {
	d.leave()
	j := &d.joystick
	unit := func(v float32) float64 { return max(-1, min(1, float64(v))) }
	twist := [6]float64{
		-unit(j.Incline[0]) * stickSpeed, unit(j.Incline[1]) * stickSpeed, unit(j.Rotate) * stickSpeed,
		unit(j.Move[1]) * stickTurn, unit(j.Move[0]) * stickTurn, unit(j.Push) * stickTurn,
	}
	return demand{velocity: d.cartesian(&twist), module: protocol.ModuleCartesianVelocity, follow: true}
}

// followQueue goes on with the position point under way or takes the next point.
func (d *Device) followQueue() (m demand) {
	if d.active == nil {
		p, ok := d.queue.pop()
		if !ok {
			return m
		}
		d.last = p
		d.gripped = [3]bool{}
		d.leave()
		switch p.kind {
		case protocol.AngularVelocities:
			copy(m.velocity[:], p.values[:])
			d.fingers(&p, &m.velocity)
			m.module = protocol.ModuleAngularVelocity
			return m
		case protocol.CartesianVelocity:
			m.velocity = d.cartesian(&p.values)
			d.fingers(&p, &m.velocity)
			m.module, m.follow = protocol.ModuleCartesianVelocity, true
			return m
		}
		d.current, d.waited, d.nearest, d.stuck = p, 0, math.Inf(1), 0
		d.active = &d.current
	}
	return d.followPoint(d.active)
}

// followPoint moves the commanded pose towards a position point, waits for its delay first, and
// ends the point when the pose is there: exactly, so that small steps add up. A point that makes no
// headway is dropped.
func (d *Device) followPoint(p *point) (m demand) {
	if d.waited < p.delay {
		d.waited += tickSeconds
		m.module = protocol.ModuleTimeDelay
		return m
	}
	left := 0.0 // s
	switch p.kind {
	case protocol.AngularPose:
		m.velocity, left = d.towardsJoints(p)
		m.module = protocol.ModuleAngularPosition
	case protocol.CartesianPose:
		m.velocity, left = d.towardsPose(p)
		m.module = protocol.ModuleCartesianPosition
	}
	m.follow = true
	left = max(left, d.fingers(p, &m.velocity))
	const headway = 1e-5 // s
	if d.stuck++; left < d.nearest-headway {
		d.nearest, d.stuck = left, 0
	}
	if _, last := pace(left, approach); last || d.stuck >= giveUp && !d.opt.Choices.KeepBlocked {
		d.active = nil
	}
	return m
}

// towardsJoints is travel without taking shorter ways round: a pose is meant as it is counted. A
// goal beyond a joint's limit counts as the limit. left is the time at full speed, s.
func (d *Device) towardsJoints(p *point) (v [sim.NumJoints]float64, left float64) {
	d.beginFollowing()
	q := d.commanded()
	for i, goal := range p.values {
		limit := jointSpeed[i]
		if own := p.speed[i/3]; own > 0 {
			limit = min(limit, own)
		}
		v[i] = d.reachable(i, goal) - q[i]
		left = max(left, math.Abs(v[i])/limit)
	}
	rate, _ := pace(left, approach)
	for i := range p.values {
		v[i] *= rate
	}
	return v, left
}

// reachable returns the angle next to goal that a joint may be sent to, as its encoder reads it.
func (d *Device) reachable(joint int, goal float64) float64 {
	if lower, upper, limited := d.sim.Model.Range(joint); limited {
		off := d.opt.Motion.Encoder[joint]
		return max(lower+limitGap+off, min(upper-limitGap+off, goal))
	}
	return goal
}

// fingers adds the velocities of the fingers that p asks for, and returns how long the slowest
// needs to its position, s. A position beyond an end of the finger's range counts as the end; a
// finger that met another has arrived.
func (d *Device) fingers(p *point, v *[sim.NumJoints]float64) (left float64) {
	at := d.commanded()
	for f := range p.fingers {
		i := sim.NumArmJoints + f
		switch p.hand {
		case protocol.HandVelocity:
			v[i] = max(-fingerSpeed, min(fingerSpeed, p.fingers[f]))
		case protocol.HandPosition:
			lower, upper, _ := d.sim.Model.Range(i)
			off := d.opt.Motion.Encoder[i]
			gap := max(lower+off, min(upper+off, p.fingers[f])) - at[i]
			if d.gripped[f] && gap > 0 {
				continue
			}
			seconds := math.Abs(gap) / fingerSpeed
			rate, _ := pace(seconds, closing)
			v[i] = gap * rate
			left = max(left, seconds)
		}
	}
	return left
}

// point is an entry of the trajectory queue, in SI units.
type point struct {
	kind    protocol.PositionType
	values  [6]float64 // rad, rad/s; or m, rad, m/s, rad/s
	hand    protocol.HandMode
	fingers [3]float64 // rad or rad/s
	speed   [2]float64 // limits in force for a position; 0: none. rad/s of joints 1-3 and 4-6, or m/s and rad/s
	delay   float64    // s
}

// queue is a ring of points. It allocates nothing after newQueue.
type queue struct {
	ring  []point
	first int
	count int
}

func newQueue(capacity int) queue { return queue{ring: make([]point, capacity)} }

func (q *queue) push(p point) bool {
	if q.count == len(q.ring) {
		return false
	}
	q.ring[(q.first+q.count)%len(q.ring)] = p
	q.count++
	return true
}

func (q *queue) pop() (p point, ok bool) {
	if q.count == 0 {
		return p, false
	}
	p = q.ring[q.first]
	q.first = (q.first + 1) % len(q.ring)
	q.count--
	return p, true
}

func (q *queue) clear() { q.first, q.count = 0, 0 }
