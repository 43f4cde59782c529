package emulator

import (
	"math"
	"slices"

	"colonnade/jaco/protocol"
)

// jaco1Knows are the commands of a Jaco 1: those of its SDK (S0) and those that libkindrv uses on
// it (K).
var jaco1Knows = []protocol.Command{
	protocol.SetConfig, protocol.GetConfig, protocol.AngularPositionLegacy, protocol.CodeVersions,
	protocol.FactoryDefaults, protocol.AngularControl, protocol.CartesianControl, protocol.StartForceControl,
	protocol.StopForceControl, protocol.CartesianPosition, protocol.AngularPosition, protocol.CartesianCommand,
	protocol.AngularCommand, protocol.CartesianForce, protocol.AngularTorque, protocol.AngularCurrent,
	protocol.SensorsRead, protocol.MotorCurrent, protocol.AngularVelocity, protocol.GeneralRead,
	protocol.AdvancedTrajectory, protocol.EraseTrajectories, protocol.StartAPI, protocol.StopAPI, protocol.QueueRead,
	protocol.JoystickSend, protocol.TrajectoryRead, protocol.BasicTrajectory, 310,
}

// withoutEffect are commands that other programs send, with the largest payload that the arm takes,
// bytes: they are acknowledged and change nothing here. Packets beyond that size are refused, as
// real arms do with the SDK's 1021 (kinova-ros issue 114). Sizes are those of
// jaco/protocol/PROTOCOL.md, section 4b; of 5000 none is known.
var withoutEffect = map[protocol.Command]int{
	14: 4, 52: 8, 53: 16, 54: 16, 55: 4, 56: 8, // zeros, addresses and gains of actuators
	protocol.StartForceControl: 1, protocol.StopForceControl: 1, protocol.StartCurrentLimit: 1,
	protocol.StopCurrentLimit: 1, 64: 4, 66: 4, 67: 168, 68: 1, 69: 1, 70: 4, 71: 4, 72: 4, 73: 4, 119: 44,
	500: 48, 501: 48, 502: 56, 503: 56, // limits, inertia and damping of force control
	1005: 32, protocol.TorqueSafety: 4, 1007: 32, 1008: 32, 1009: 32, 1010: 32, 1011: 32, protocol.GravityType: 4,
	1020: 12, protocol.GravityOptimal: 64, 1022: 168, 1025: 32, 1026: 32, protocol.TorqueControlType: 4, 1028: 16,
	1029: 4, 1030: 4, 5000: protocol.DataSize,
}

// kept are the answers that the arm has from the host itself, with their sizes, bytes: zeros before
// it was told.
var kept = map[protocol.Command]int{
	protocol.ZonesRead: 4408, protocol.JoystickMapRead: 14816,
	protocol.SpasmFilterRead: 56, protocol.EndEffectorOffsetRead: 56,
	310: 56, 5001: 4, // singularities and a device value, which nothing writes here; the size of 5001 is chosen
}

// keeps are the commands that tell it those answers.
var keeps = map[protocol.Command]protocol.Command{
	protocol.SetZones: protocol.ZonesRead, protocol.SetJoystickMap: protocol.JoystickMapRead,
	protocol.SetSpasmFilter: protocol.SpasmFilterRead, protocol.SetEndEffectorOffset: protocol.EndEffectorOffsetRead,
}

// handle answers one packet.
func (d *Device) handle(request, answer *protocol.Packet) {
	command := request.Command
	if d.opt.Type == protocol.Jaco1 && !slices.Contains(jaco1Knows, command) {
		d.unknown(request, answer)
		return
	}
	if d.answers(request) {
		count := uint16(1)
		if !d.opt.Choices.OnePage {
			count = uint16(protocol.Packets(len(d.answer)))
		}
		protocol.Page(command, d.answer, request.Number, count, answer)
		return
	}
	least, most, known := d.accepts(command)
	if !known {
		d.unknown(request, answer)
		return
	}
	*answer = protocol.Packet{Number: request.Number, Count: request.Count, Command: command, Size: request.Size}
	if _, quiet := withoutEffect[command]; quiet {
		answer.NACK = int(request.Number) > protocol.Packets(most)
		return
	}
	if int(request.Size) < least || int(request.Size) > most {
		answer.NACK = true
		return
	}
	complete, err := d.collector.Add(request)
	switch {
	case err != nil:
		answer.NACK = true
	case complete:
		answer.NACK = !d.apply(command, d.collector.Payload)
	}
}

// unknown answers a command that the arm does not know.
func (d *Device) unknown(request, answer *protocol.Packet) {
	*answer = protocol.Packet{Number: request.Number, Count: 1, Command: request.Command,
		NACK: !d.opt.Choices.AckUnknown}
}

// accepts returns the sizes of a SET, in bytes. Empty ones may have size 1, as libkindrv's 49.
func (d *Device) accepts(command protocol.Command) (least, most int, known bool) {
	switch command {
	case protocol.SetConfig:
		return protocol.ConfigSize, protocol.ConfigSize, true
	case protocol.AdvancedTrajectory:
		return protocol.AdvancedPointOld, protocol.AdvancedPointNew, true
	case protocol.BasicTrajectory:
		return protocol.BasicPointOld, protocol.BasicPointNew, true
	case protocol.JoystickSend:
		return protocol.JoystickSize, protocol.JoystickSize, true
	case protocol.AngularControl, protocol.CartesianControl, protocol.EraseTrajectories, protocol.StartAPI,
		protocol.StopAPI,
		protocol.GoReady, protocol.ClearErrorLog, protocol.FactoryDefaults, protocol.EraseZones:
		return 0, 1, true
	case protocol.TorqueMode, protocol.TorqueInactivity:
		return 4, 4, true
	case protocol.JointTorques, protocol.HandForces:
		return 28, 44, true
	case protocol.SetSpasmFilter, protocol.SetEndEffectorOffset:
		return 4, kept[keeps[command]], true
	case protocol.SetZones, protocol.SetJoystickMap:
		size := kept[keeps[command]]
		return size, size, true
	}
	most, known = withoutEffect[command]
	return 0, most, known
}

// apply does what a complete SET says and reports whether the arm accepts it.
func (d *Device) apply(command protocol.Command, payload []byte) bool {
	switch command {
	case protocol.SetConfig:
		var c protocol.Config
		if c.Decode(payload) != nil {
			return false
		}
		d.config = &c
	case protocol.AngularControl:
		d.angular = true
	case protocol.CartesianControl:
		d.angular = false
	case protocol.EraseTrajectories:
		d.erase()
		d.release()
	case protocol.StartAPI:
		d.api = true
	case protocol.StopAPI:
		d.api = false
		d.release()
		if d.opt.Choices.EraseOnStop {
			d.erase()
		}
	case protocol.GoReady:
		if d.api || d.opt.Choices.MoveWithoutAPI {
			d.erase()
			d.retract, d.goReady = protocol.NormalToReady, true
		}
	case protocol.ClearErrorLog:
		d.log = d.log[:0]
	case protocol.FactoryDefaults:
		d.config, d.kept = d.newConfig(), nil
	case protocol.EraseZones:
		delete(d.kept, protocol.ZonesRead)
	case protocol.SetZones, protocol.SetJoystickMap, protocol.SetSpasmFilter, protocol.SetEndEffectorOffset:
		d.keep(keeps[command], payload)
	case protocol.TorqueMode, protocol.TorqueInactivity, protocol.JointTorques, protocol.HandForces:
		return d.takeTorque(command, payload)
	case protocol.JoystickSend:
		return d.takeJoystick(payload)
	case protocol.BasicTrajectory:
		return d.takeBasic(payload)
	case protocol.AdvancedTrajectory:
		return d.takeAdvanced(payload)
	}
	return true
}

// takeTorque is torque mode, which the arm enters and leaves as a real one does, without moving in
// it.
func (d *Device) takeTorque(command protocol.Command, payload []byte) bool {
	var value protocol.Word
	switch command {
	case protocol.TorqueMode, protocol.TorqueInactivity:
		if value.Decode(payload) != nil || value > 1 {
			return false
		}
		if command == protocol.TorqueInactivity {
			d.torqueStays = value == 1
			return true
		}
		d.torque = value == 1
	}
	d.torqueSet = d.now
	return true
}

// takeJoystick keeps the joystick's state. Without API control it is ignored.
func (d *Device) takeJoystick(payload []byte) bool {
	var j protocol.Joystick
	if j.Decode(payload) != nil {
		return false
	}
	for _, stick := range [...]float32{j.Incline[0], j.Incline[1], j.Rotate, j.Move[0], j.Move[1], j.Push} {
		if math.IsNaN(float64(stick)) {
			return false
		}
	}
	if !d.api && !d.opt.Choices.MoveWithoutAPI {
		return true
	}
	pushed := j.Buttons[protocol.HomeButton] != 0 && d.joystick.Buttons[protocol.HomeButton] == 0
	d.joystick, d.joystickSet = j, d.now
	if pushed {
		d.pushButton()
	}
	return true
}

func (d *Device) takeBasic(payload []byte) bool {
	var b protocol.BasicPoint
	if b.Decode(payload) != nil {
		return false
	}
	return d.enqueue(b.Type, &b.Values, b.Hand, &b.Fingers, b.Delay, nil)
}

func (d *Device) takeAdvanced(payload []byte) bool {
	var a protocol.AdvancedPoint
	if a.Decode(payload) != nil {
		return false
	}
	u := &a.Position
	values := u.Joints
	switch u.Type {
	case protocol.AngularPose, protocol.AngularVelocities, protocol.TimeDelay:
	case protocol.CartesianPose, protocol.CartesianVelocity:
		copy(values[:], u.Position[:])
		copy(values[3:], u.Orientation[:])
	default:
		return false
	}
	d.limits = a.Limits
	var limits *protocol.Limits
	if a.Limited != 0 {
		limits = &a.Limits
	}
	return d.enqueue(u.Type, &values, u.Hand, &u.Fingers, u.Delay, limits)
}

// maxDelay bounds the delay of a point, s.
const maxDelay = 3600

// enqueue turns a point into SI units and puts it into the queue. Numbers that are not finite are
// refused.
func (d *Device) enqueue(kind protocol.PositionType, values *[6]float32, hand protocol.HandMode, fingers *[3]float32,
	delay float32, limits *protocol.Limits) bool {
	wire := protocol.JointVector{Joints: *values, Fingers: *fingers}
	raw, err := wire.Vector()
	if err != nil {
		return false
	}
	si, err := d.opt.Settings.Angles(&wire)
	if err != nil {
		return false
	}
	p := point{kind: kind, hand: hand, delay: max(0, min(maxDelay, float64(delay)))}
	copy(p.fingers[:], si[6:])
	angular := kind == protocol.AngularPose || kind == protocol.AngularVelocities
	if copy(p.values[:], raw[:6]); angular {
		copy(p.values[:], si[:6])
	}
	if limits != nil {
		p.speed = d.speedLimits(limits, angular)
	}
	if math.IsNaN(p.delay) {
		return false
	}
	rule := d.opt.Choices.HomeFirst
	locked := !d.homed && (rule == HomeForAll || rule == HomeForCartesian && !angular && kind != protocol.TimeDelay)
	if locked || !d.api && !d.opt.Choices.MoveWithoutAPI {
		return true // acknowledged and forgotten
	}
	return d.queue.push(p) || d.opt.Choices.DropWhenFull
}

// speedLimits turns the two limits that count into SI units; what is no positive number is no
// limit.
func (d *Device) speedLimits(l *protocol.Limits, angular bool) (speed [2]float64) {
	wire := protocol.JointVector{Joints: [6]float32{l.Speed[0], l.Speed[1]}}
	si, err := d.opt.Settings.Angles(&wire)
	if err != nil {
		return speed
	}
	for i := range speed {
		if speed[i] = float64(l.Speed[i]); angular {
			speed[i] = si[i]
		}
	}
	return speed
}
