package emulator

import (
	"colonnade/jaco/protocol"
	"colonnade/sim"
)

// records is what an arm remembers beside its motion.
type records struct {
	config *protocol.Config
	log    []protocol.ErrorEntry
	kept   map[protocol.Command][]byte // what the host wrote, by the command that reads it
}

// keep remembers what a command reads from now on, zeros behind it.
func (d *Device) keep(read protocol.Command, payload []byte) {
	if d.kept == nil {
		d.kept = map[protocol.Command][]byte{}
	}
	d.kept[read] = append(make([]byte, 0, kept[read]), payload...)[:kept[read]]
}

// newConfig returns the configuration of a new arm.
func (d *Device) newConfig() *protocol.Config {
	return &protocol.Config{
		ID: protocol.MakeText("colonnade"), Name: protocol.MakeText(d.opt.Name),
		Organisation: protocol.MakeText("emulator"), Serial: protocol.MakeText(d.opt.Serial),
		Model: protocol.MakeText(d.opt.Model), MaxTranslation: handSpeed, MaxRotation: handTurn,
	}
}

// answers writes the answer to a GET into d.answer, and reports whether the command is one.
func (d *Device) answers(request *protocol.Packet) bool {
	to, s := d.answer[:0], &d.opt.Settings
	switch request.Command {
	case protocol.AngularPosition, protocol.AngularPositionLegacy:
		q := d.readings()
		d.spoil(Angle, &q)
		m := s.FromAngles(&q)
		d.answer = m.Append(to)
	case protocol.AngularCommand:
		q := d.commanded()
		m := s.FromAngles(&q)
		d.answer = m.Append(to)
	case protocol.AngularVelocity:
		v := d.sim.Data.V
		d.spoil(Velocity, &v)
		m := s.FromVelocities(&v)
		d.answer = m.Append(to)
	case protocol.QueueRead:
		capacity := len(d.queue.ring)
		m := protocol.Queue{Points: uint32(d.points()), Used: 100 * float32(d.points()) / float32(capacity),
			Capacity: uint32(capacity)}
		d.answer = m.Append(to)
	case protocol.QuickStatusRead:
		m := d.quick()
		d.answer = m.Append(to)
	case protocol.AngularTorque, protocol.GravityFreeTorque:
		tau := d.torques()
		if request.Command == protocol.GravityFreeTorque {
			var bias [sim.NumJoints]float64
			d.sim.Model.Bias(d.sim.Data, &bias)
			for i := range tau {
				tau[i] -= bias[i]
			}
		}
		d.spoil(Torque, &tau)
		m := plain(&tau)
		d.answer = m.Append(to)
	case protocol.AngularCurrent, protocol.MotorCurrent:
		current := d.currents()
		m := plain(&current)
		d.answer = m.Append(to)
	case protocol.CartesianPosition:
		m := d.pose(d.readings())
		d.answer = m.Append(to)
	case protocol.CartesianCommand:
		m := d.pose(d.commanded())
		d.answer = m.Append(to)
	case protocol.CartesianForce:
		m := protocol.CartesianVector{Fingers: d.pose(d.readings()).Fingers}
		d.answer = m.Append(to)
	case protocol.ControlTypeRead:
		var m protocol.Word
		if d.angular {
			m = 1
		}
		d.answer = m.Append(to)
	default:
		return d.answersRarely(request, to)
	}
	return true
}

// answersRarely has the answers that are not asked for in every control step.
func (d *Device) answersRarely(request *protocol.Packet, to []byte) bool {
	switch request.Command {
	case protocol.GetConfig:
		d.answer = d.config.Append(to)
	case protocol.GeneralRead:
		m := d.general()
		d.answer = m.Append(to)
	case protocol.InfoRead:
		m := protocol.Info{
			Serial: d.config.Serial, Model: d.config.Model, Type: d.opt.Type,
			Major: d.opt.Firmware[0], Minor: d.opt.Firmware[1], Release: d.opt.Firmware[2],
		}
		d.answer = m.Append(to)
	case protocol.SensorsRead:
		m := d.sensors()
		d.answer = m.Append(to)
	case protocol.PositionCurrentRead:
		q, current := d.readings(), d.currents()
		m := protocol.PositionCurrent{Position: d.opt.Settings.FromAngles(&q).Joints, Current: plain(&current).Joints}
		d.answer = m.Append(to)
	case protocol.AllForces:
		tau := d.torques()
		m := protocol.Forces{Torque: plain(&tau).Joints}
		d.answer = m.Append(to)
	case protocol.AccelerometersRead:
		m := protocol.Accelerometers{}
		for i := range m.Acceleration { // of gravity alone, in each joint's own axes
			down := d.sim.Data.BodyRot[i+1].Transpose().MulVec(sim.Vec3{0, 0, 1})
			for k := range down {
				m.Acceleration[i][k] = float32(down[k])
			}
		}
		d.answer = m.Append(to)
	case protocol.CommandedVelocityRead:
		perTick := d.command
		for i := range perTick {
			perTick[i] *= tickSeconds
		}
		m := protocol.CommandedVelocity{Joints: d.opt.Settings.FromAngles(&perTick).Joints}
		d.answer = m.Append(to)
	case protocol.JoystickValue:
		d.answer = d.joystick.Append(to)
	case protocol.TrajectoryRead:
		m := d.trajectory()
		d.answer = m.Append(to, protocol.AdvancedPointOld)
	case protocol.GripperRead:
		m := d.gripper()
		d.answer = m.Append(to)
	case protocol.InventoryRead:
		m := d.inventory()
		d.answer = m.Append(to)
	case protocol.CodeVersions:
		var m protocol.Versions
		for i := range 10 {
			m[i] = d.version()
		}
		d.answer = m.Append(to)
	case protocol.ErrorCount:
		m := protocol.Word(len(d.log))
		d.answer = m.Append(to)
	case protocol.TorqueModeRead:
		var m protocol.Word
		if d.torque {
			m = 1
		}
		d.answer = m.Append(to)
	case protocol.ErrorLogEntry:
		var index protocol.Word
		var m protocol.ErrorEntry
		if index.Decode(request.Data[:]); int64(index) < int64(len(d.log)) {
			m = d.log[index]
		}
		d.answer = m.Append(to)
	default:
		size, ok := kept[request.Command]
		if !ok {
			return false
		}
		if d.answer = append(to, d.kept[request.Command]...); len(d.answer) == 0 {
			d.answer = append(to, make([]byte, size)...)
		}
	}
	return true
}

// plain puts SI values on the wire as they are.
func plain(v *[sim.NumJoints]float64) (m protocol.JointVector) {
	for i := range m.Joints {
		m.Joints[i] = float32(v[i])
	}
	for i := range m.Fingers {
		m.Fingers[i] = float32(v[sim.NumArmJoints+i])
	}
	return m
}

// What is invented about currents and temperatures.
const (
	ampsPerTorque = 0.1 // A for each N m
	restCurrent   = 0.5 // A, of the whole arm at rest
	voltage       = 24  // V: the nominal supply (H)
	temperature   = 30  // °C
)

func (d *Device) currents() (a [sim.NumJoints]float64) {
	for i, tau := range d.torques() {
		a[i] = max(tau, -tau) * ampsPerTorque
	}
	return a
}

func (d *Device) totalCurrent() float32 {
	total := restCurrent
	for _, a := range d.currents() {
		total += a
	}
	return float32(total)
}

// pose returns palm, orientation of the tool, and fingers of an arm with joint angles q, as the
// encoders have them.
func (d *Device) pose(q [sim.NumJoints]float64) (m protocol.CartesianVector) {
	at := d.posedAt(&q)
	x, y, z := euler(tool(at))
	m.Orientation = [3]float32{float32(x), float32(y), float32(z)}
	for i, p := range at.Palm {
		m.Position[i] = float32(p)
	}
	m.Fingers = d.opt.Settings.FromAngles(&q).Fingers
	return m
}

// quick returns the answer to 62. Force control and the limitation of current are off.
func (d *Device) quick() (s protocol.QuickStatus) {
	for f, opened := range d.opened {
		if opened {
			s.FingerInitialised[f] = 1
		}
	}
	s.Retract = uint8(d.retract)
	if !d.api {
		s.ControlDisabled = 1
	}
	s.Module = d.module
	if d.fault {
		s.CartesianFault = 1
	}
	s.ForceControlOff, s.CurrentLimitOff = 1, 1
	s.Robot = uint8(d.opt.Type)
	if d.opt.Type != protocol.Jaco1 {
		s.TorqueSensors = 1
	}
	return s
}

func (d *Device) sensors() (m protocol.Sensors) {
	m.Voltage, m.Current = voltage, d.totalCurrent()
	m.Acceleration[2] = 1
	for i := range m.JointTemperature {
		m.JointTemperature[i] = temperature
	}
	for i := range m.FingerTemperature {
		m.FingerTemperature[i] = temperature
	}
	return m
}

func (d *Device) version() uint32 {
	f := d.opt.Firmware
	return uint32(f[0])<<16 | uint32(f[1])<<8 | uint32(f[2])
}

// general returns the answer to 200.
func (d *Device) general() (m protocol.General) {
	m.SinceStart = d.now.Sub(d.born).Seconds()
	m.Time, m.ControlTime, m.ControlSinceStart = m.SinceStart, m.SinceStart, m.SinceStart
	s := d.sensors()
	m.Voltage, m.Current, m.Power, m.AveragePower = s.Voltage, s.Current, s.Voltage*s.Current, s.Voltage*s.Current
	m.Acceleration, m.JointTemperature, m.FingerTemperature = s.Acceleration, s.JointTemperature, s.FingerTemperature
	m.CodeVersion = d.version()
	m.Controller, m.Actuators = protocol.ControllerNone, sim.NumArmJoints
	if d.api {
		m.Controller = protocol.ControllerAPI
	}
	if d.angular {
		m.ControlMode = 1
	}
	m.Retract, m.Joystick = d.retract, d.joystick
	measured, commanded, current, torque := d.readings(), d.commanded(), d.currents(), d.torques()
	m.Position, m.Command = d.posed(&measured), d.posed(&commanded)
	m.Currents, m.Force = unposed(plain(&current)), unposed(plain(&torque))
	return m
}

// posed returns joint angles with the pose of the hand that belongs to them.
func (d *Device) posed(q *[sim.NumJoints]float64) protocol.UserPosition {
	u, pose := unposed(d.opt.Settings.FromAngles(q)), d.pose(*q)
	u.Position, u.Orientation = pose.Position, pose.Orientation
	return u
}

func unposed(wire protocol.JointVector) protocol.UserPosition {
	return protocol.UserPosition{Joints: wire.Joints, Fingers: wire.Fingers}
}

// trajectory returns the answer to 307: the point that was taken last.
func (d *Device) trajectory() (m protocol.AdvancedPoint) {
	p := &d.last
	m.Position.Type, m.Position.Hand, m.Position.Delay = p.kind, p.hand, float32(p.delay)
	var si [sim.NumJoints]float64
	copy(si[:], p.values[:])
	copy(si[sim.NumArmJoints:], p.fingers[:])
	wire := d.opt.Settings.FromAngles(&si)
	m.Position.Fingers = wire.Fingers
	switch p.kind {
	case protocol.AngularPose, protocol.AngularVelocities:
		m.Position.Joints = wire.Joints
	case protocol.CartesianPose, protocol.CartesianVelocity:
		for i := range 3 {
			m.Position.Position[i], m.Position.Orientation[i] = float32(p.values[i]), float32(p.values[3+i])
		}
	}
	m.Limits = d.limits
	return m
}

func (d *Device) gripper() (m protocol.Gripper) {
	m.Model = d.config.Model
	q, commanded, current := d.readings(), d.commanded(), d.currents()
	position, command := d.opt.Settings.FromAngles(&q), d.opt.Settings.FromAngles(&commanded)
	for i := range m.Fingers {
		f := &m.Fingers[i]
		f.Position, f.Command, f.Temperature = position.Fingers[i], command.Fingers[i], temperature
		f.Current = float32(current[sim.NumArmJoints+i])
		f.CodeVersion, f.Index, f.Address, f.Connected = d.version(), uint16(i), uint16(firstFinger+i), 1
		if d.opened[i] {
			f.Initialised = 1
		}
	}
	return m
}

// Addresses and kinds of the processors in an arm (jaco/protocol/PROTOCOL.md, section 5).
const (
	firstJoint   = 16
	firstFinger  = 22
	kindActuator = 100
	kindFinger   = 201
	portCAN      = 1
)

func (d *Device) inventory() (m protocol.Inventory) {
	for i := range sim.NumJoints {
		m[i] = protocol.Peripheral{Handle: uint32(i + 1), Type: kindActuator, Port: portCAN,
			Address: uint32(firstJoint + i), CodeVersion: d.version()}
		if i >= sim.NumArmJoints {
			m[i].Type = kindFinger
		}
	}
	return m
}
