package emulator

import (
	"fmt"
	"math"
	"time"

	"colonnade/jaco/protocol"
	"colonnade/sim"
)

// Tick is the period of the arm's control loop (R, S: 100 Hz).
const Tick = 10 * time.Millisecond

const tickSeconds = 0.01

// Options describes an arm.
type Options struct {
	// Type is the kind of arm: protocol.Jaco1 or protocol.Jaco2.
	Type protocol.DeviceType

	// Settings are the arm's true scale of fingers and the quirks of its firmware, for a driver to
	// find out. The sizes in it do not matter: both are accepted.
	Settings protocol.Settings

	Serial, Model, Name string   // what 121 and 1 answer; at most 19 bytes each
	Firmware            [3]uint8 // major, minor, release

	// Start is where the arm is when the power comes on, rad; nil: retracted.
	Start *[sim.NumJoints]float64

	// Arm is the mechanics; nil: sim.Canonical(). PhysicsStep divides Tick, s; 0: sim.TrainingStep,
	// one step a tick. Motion is what a real arm adds.
	Arm         *sim.Model
	PhysicsStep float64
	Motion      sim.Motion

	// Hold is how strongly servos hold a joint that is not to move, rad/s for each rad away from
	// where it stopped; 0: not at all, so that it creeps under its weight as in the simulator.
	// NewOptions sets 5, which leaves at most 8 mrad.
	Hold float64

	// Reply is the time from a packet to its reply; NewOptions sets 1 ms.
	Reply time.Duration

	Choices Choices
}

// Choices are the answers to what is not known of a real arm.
type Choices struct {
	// AckUnknown acknowledges commands that the arm does not know, instead of refusing them.
	AckUnknown bool

	// OnePage says 1 in the packet count of every reply, instead of the number of pages.
	OnePage bool

	// MoveWithoutAPI lets the arm obey without command 302.
	MoveWithoutAPI bool

	// HomeFirst says which trajectory points are ignored until the arm was at its ready pose once.
	HomeFirst HomeRule

	// QueueCapacity is the number of trajectory points that fit; 0: 2000. Further ones are refused,
	// or with DropWhenFull acknowledged and forgotten.
	QueueCapacity int
	DropWhenFull  bool

	// EraseOnStop makes 303 drop the queue. Otherwise the points in it stay, and go on after 302.
	EraseOnStop bool

	// KeepBlocked leaves a position point that makes no headway, because of contact or a limit or
	// since it is out of reach, in the queue until it is erased. Otherwise it is dropped after half
	// a second.
	KeepBlocked bool

	// KeepJoystick leaves sticks and buttons as they are when 301 or 303 comes. Otherwise both
	// release them.
	KeepJoystick bool

	// JoystickTimeout releases a joystick that has not been sent for so long; 0: never.
	JoystickTimeout time.Duration

	// DropUnread forgets a reply that was not read when the next packet comes. Otherwise replies
	// queue up.
	DropUnread bool

	// NACKEvery refuses each packet whose number, counted since the power came on, can be divided
	// by it; 0: none.
	NACKEvery int

	// FailEvery says Failed in the replies to those packets, though the command was obeyed; 0: in
	// none.
	FailEvery int
}

// HomeRule is a choice of Choices.HomeFirst.
type HomeRule uint8

// The rules.
const (
	HomeForCartesian HomeRule = iota // for cartesian points (R)
	HomeForAll                       // for all points, as some say of Mico and Jaco (kinova-ros issue 62)
	HomeForNone
)

// NewOptions returns the options of an arm of type protocol.Jaco1 or protocol.Jaco2 without quirks.
func NewOptions(t protocol.DeviceType) Options {
	o := Options{
		Type: t, Settings: protocol.Jaco2Settings(), Serial: "PJ00000000000000001", Model: "j2n6s300", Name: "Jaco 2",
		Firmware: [3]uint8{6, 2, 5}, Hold: 5, Reply: time.Millisecond,
	}
	if t == protocol.Jaco1 {
		o.Settings, o.Model, o.Name, o.Firmware = protocol.Jaco1Settings(), "j1n6s300", "Jaco 1", [3]uint8{4, 2, 1}
	}
	return o
}

// fill sets what was left out, and reports what makes no sense.
func (o *Options) fill() error {
	if o.Type != protocol.Jaco1 && o.Type != protocol.Jaco2 {
		return fmt.Errorf("emulator: an arm of type %v: only %v and %v are known", o.Type, protocol.Jaco1,
			protocol.Jaco2)
	}
	if err := o.Settings.Validate(); err != nil {
		return fmt.Errorf("emulator: %w", err)
	}
	for _, text := range [...]string{o.Serial, o.Model, o.Name} {
		if len(text) >= len(protocol.Text{}) {
			return fmt.Errorf("emulator: %q is longer than %d bytes", text, len(protocol.Text{})-1)
		}
	}
	if !(o.Hold >= 0 && o.Hold <= 20) {
		return fmt.Errorf("emulator: hold is %g /s, want 0 to 20", o.Hold)
	}
	if o.Reply < 0 || o.Choices.JoystickTimeout < 0 || o.Choices.QueueCapacity < 0 || o.Choices.NACKEvery < 0 ||
		o.Choices.FailEvery < 0 {
		return fmt.Errorf("emulator: times and counts must not be below 0")
	}
	if o.Start != nil {
		for i, q := range o.Start {
			if !(math.Abs(q) <= sim.MaxAngle/2) {
				return fmt.Errorf("emulator: joint %d starts at %g rad", i+1, q)
			}
		}
	}
	if o.Arm == nil {
		o.Arm = sim.Canonical()
	}
	if o.PhysicsStep == 0 {
		o.PhysicsStep = sim.TrainingStep
	}
	if o.Choices.QueueCapacity == 0 {
		o.Choices.QueueCapacity = 2000
	}
	return nil
}

// retracted is the pose in which an arm waits, rad: that of kinova-ros's MoveIt configuration, with
// joints 1 and 4 a turn on, as the arm counts them. Fingers as in the home keyframe.
var retracted = [sim.NumJoints]float64{4.71624, 2.6189, 0.4688, 4.67439, 0.0904, 1.741, 0.2, 0.2, 0.2}
