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

	joystick    protocol.Joystick
	joystickSet time.Time

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

	stickSpeed = 0.20 // m/s at a full stick (inf)
	stickTurn  = 0.60 // rad/s

	approach    = 5.0  // 1/s: velocity towards a goal for each rad or m that is left
	arrived     = 0.02 // rad or m: near enough
	arrivedHand = 0.01 // m
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

// erase drops all trajectories; a joystick that is held stays held.
func (d *Device) erase() {
	d.queue.clear()
	d.active = nil
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
	planned  bool  // on the arm's own way: contact does not stop it
}

// decide takes what is to be done in this tick.
func (d *Device) decide() (m demand) {
	d.expireJoystick()
	switch {
	case d.goReady:
		m.velocity, d.goReady = d.travel(&d.home)
		m.module, m.planned = protocol.ModuleRetract, true
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

// travel returns velocities towards a pose, all joints arriving together, and whether there is a way left. Joints that turn
// without limit take the shorter way round.
func (d *Device) travel(to *[sim.NumJoints]float64) (v [sim.NumJoints]float64, left bool) {
	var gap [sim.NumArmJoints]float64
	q := d.readings()
	longest := 0.0 // s at full speed
	for i := range gap {
		gap[i] = to[i] - q[i]
		if _, _, limited := d.sim.Model.Range(i); !limited {
			gap[i] = math.Remainder(gap[i], 2*math.Pi)
		}
		longest = max(longest, math.Abs(gap[i])/jointSpeed[i])
		left = left || math.Abs(gap[i]) > arrived
	}
	for i := range gap {
		if longest > 0 {
			v[i] = gap[i] * min(1/longest, approach)
		}
	}
	return v, left
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
	return d.retract == protocol.NormalToReady || d.retract == protocol.ReadyToRetract || d.retract == protocol.RetractToReady
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
	return demand{velocity: velocity, module: protocol.ModuleRetract, planned: true}
}

// sticks tells whether a stick of the joystick is out of its middle.
func (d *Device) sticks() bool {
	j := &d.joystick
	return j.Incline != [2]float32{} || j.Rotate != 0 || j.Move != [2]float32{} || j.Push != 0
}

// followSticks moves the hand as the joystick says (section 6.3 of the notes): values beyond 1 count as 1.
func (d *Device) followSticks() demand {
	d.leave()
	j := &d.joystick
	unit := func(v float32) float64 { return max(-1, min(1, float64(v))) }
	twist := [6]float64{
		-unit(j.Incline[0]) * stickSpeed, unit(j.Incline[1]) * stickSpeed, unit(j.Rotate) * stickSpeed,
		unit(j.Move[1]) * stickTurn, unit(j.Move[0]) * stickTurn, unit(j.Push) * stickTurn,
	}
	return demand{velocity: d.cartesian(&twist), module: protocol.ModuleCartesianVelocity}
}

// followQueue goes on with the position point under way or takes the next point.
func (d *Device) followQueue() (m demand) {
	if d.active == nil {
		p, ok := d.queue.pop()
		if !ok {
			return m
		}
		d.last = p
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
			m.module = protocol.ModuleCartesianVelocity
			return m
		}
		d.current, d.waited = p, 0
		d.active = &d.current
	}
	return d.followPoint(d.active)
}

// followPoint moves towards a position point, waits for its delay first, and ends it when the arm is there.
func (d *Device) followPoint(p *point) (m demand) {
	if d.waited < p.delay {
		d.waited += tickSeconds
		m.module = protocol.ModuleTimeDelay
		return m
	}
	left := false
	switch p.kind {
	case protocol.AngularPose:
		m.velocity, left = d.towardsJoints(p)
		m.module = protocol.ModuleAngularPosition
	case protocol.CartesianPose:
		m.velocity, left = d.towardsPose(p)
		m.module = protocol.ModuleCartesianPosition
	}
	if d.fingers(p, &m.velocity) {
		left = true
	}
	if !left {
		d.active = nil
	}
	return m
}

// towardsJoints is travel without taking shorter ways round: a pose is meant as it is counted.
func (d *Device) towardsJoints(p *point) (v [sim.NumJoints]float64, left bool) {
	q := d.readings()
	longest := 0.0
	for i, goal := range p.values {
		limit := jointSpeed[i]
		if own := p.speed[i/3]; own > 0 {
			limit = min(limit, own)
		}
		v[i] = goal - q[i]
		longest = max(longest, math.Abs(v[i])/limit)
		left = left || math.Abs(v[i]) > arrived
	}
	for i := range p.values {
		if longest > 0 {
			v[i] *= min(1/longest, approach)
		}
	}
	return v, left
}

// fingers adds the velocities of the fingers that p asks for, and tells whether a finger is on its way to a position. A
// position beyond an end of the finger's range counts as the end.
func (d *Device) fingers(p *point, v *[sim.NumJoints]float64) (left bool) {
	for f := range p.fingers {
		i := sim.NumArmJoints + f
		switch p.hand {
		case protocol.HandVelocity:
			v[i] = max(-fingerSpeed, min(fingerSpeed, p.fingers[f]))
		case protocol.HandPosition:
			lower, upper, _ := d.sim.Model.Range(i)
			gap := max(lower, min(upper, p.fingers[f])) - d.sim.Data.Q[i]
			v[i] = max(-fingerSpeed, min(fingerSpeed, gap*approach))
			left = left || math.Abs(gap) > arrived
		}
	}
	return left
}
