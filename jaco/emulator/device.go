package emulator

import (
	"fmt"
	"sync"
	"time"

	"colonnade/jaco/protocol"
	"colonnade/sim"
)

// Device is an emulated arm. It implements transport.Device. Its methods may be called by any
// goroutine; each brings the time, which must not run backwards (earlier times count as the
// latest).
type Device struct {
	opt  Options
	home [sim.NumJoints]float64

	mu      sync.Mutex // guards what follows
	started bool
	born    time.Time // power-up
	now     time.Time
	ticked  time.Time // how far the ticks have come

	control
	mechanics
	records

	collector protocol.Collector
	packets   int    // received since power-up
	answer    []byte // of the last GET, its memory used again
	replies   []reply

	faults [numParts][sim.NumJoints]faulty
}

// reply is a packet on its way to the host.
type reply struct {
	data  [protocol.PacketSize]byte
	ready time.Time
}

// maxReplies bounds the replies that a host may leave unread; the oldest go first.
const maxReplies = 1024

// New returns an arm that is switched on at its first call.
func New(opt Options) (*Device, error) {
	if err := opt.fill(); err != nil {
		return nil, err
	}
	simulator, err := sim.NewSimulator(opt.Arm, opt.PhysicsStep, tickSeconds)
	if err != nil {
		return nil, fmt.Errorf("emulator: %w", err)
	}
	if err := simulator.SetMotion(opt.Motion); err != nil {
		return nil, fmt.Errorf("emulator: %w", err)
	}
	d := &Device{opt: opt}
	d.sim = simulator
	d.home, _ = opt.Arm.Keyframe("home")
	d.powerUp()
	return d, nil
}

// powerUp sets the state of an arm that was just switched on.
func (d *Device) powerUp() {
	start := retracted
	if d.opt.Start != nil {
		start = *d.opt.Start
	}
	d.mechanics = mechanics{sim: d.sim, scratch: d.sim.Model.NewData(), set: start}
	d.sim.Place(&start, new([sim.NumJoints]float64))
	d.control = control{retract: protocol.NotInitialised, queue: newQueue(d.opt.Choices.QueueCapacity)}
	d.records = records{config: d.newConfig()}
	d.collector.Reset()
	d.replies, d.packets, d.started = nil, 0, false
}

// PowerCycle switches the arm off and on again. It is back at its start pose, like a new one.
func (d *Device) PowerCycle() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.powerUp()
}

// Reset is a reset of the bus, as when the cable is plugged in: replies that nobody read and
// messages of which only a part came are forgotten. It implements transport.Resetter.
func (d *Device) Reset() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.replies = d.replies[:0]
	d.collector.Reset()
}

// maxBehind is the longest time that is made up for.
const maxBehind = time.Minute

// advance makes up for the time until now. d.mu is held.
func (d *Device) advance(now time.Time) {
	if !d.started {
		d.started, d.born, d.now, d.ticked = true, now, now, now
		return
	}
	if now.Before(d.now) {
		return
	}
	d.now = now
	if behind := now.Sub(d.ticked); behind > maxBehind {
		d.ticked = d.ticked.Add((behind - maxBehind).Truncate(Tick))
	}
	for next := d.ticked.Add(Tick); !next.After(now); next = next.Add(Tick) {
		d.ticked = next
		d.tick()
	}
}

// Out takes a packet and queues its reply. What is no packet is ignored: there is nothing to
// answer.
func (d *Device) Out(now time.Time, p []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.advance(now)
	var request, answer protocol.Packet
	if request.Decode(p) != nil {
		return nil
	}
	if d.opt.Choices.DropUnread || len(d.replies) >= maxReplies {
		d.replies = d.replies[:0]
	}
	d.packets++
	if every := d.opt.Choices.NACKEvery; every > 0 && d.packets%every == 0 {
		answer = protocol.Packet{Number: request.Number, Count: 1, Command: request.Command, NACK: true}
	} else {
		d.handle(&request, &answer)
	}
	if every := d.opt.Choices.FailEvery; every > 0 && d.packets%every == 0 {
		answer.Failed = true
	}
	d.replies = append(d.replies, reply{ready: d.now.Add(d.opt.Reply)})
	answer.Encode(&d.replies[len(d.replies)-1].data)
	return nil
}

// In hands out the oldest reply, when it is ready.
func (d *Device) In(now time.Time, p []byte) (int, time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.advance(now)
	if len(d.replies) == 0 {
		return 0, time.Time{}
	}
	if ready := d.replies[0].ready; d.now.Before(ready) {
		return 0, ready
	}
	n := copy(p, d.replies[0].data[:])
	copy(d.replies, d.replies[1:])
	d.replies = d.replies[:len(d.replies)-1]
	return n, time.Time{}
}

// State is what can be seen of an arm from outside of its wires.
type State struct {
	Q, V     [sim.NumJoints]float64 // true angles (rad) and velocities (rad/s)
	Command  [sim.NumJoints]float64 // velocities that the last tick asked for, rad/s
	Palm     sim.Vec3               // world, m
	Retract  protocol.RetractState
	API      bool // API control is on
	Angular  bool // control is angular, not cartesian
	Queue    int  // trajectory points waiting or under way
	Fault    bool // stopped at a joint limit
	Contacts int  // ticks in which contact stopped the arm, or would have on its way home
	Packets  int  // received
}

// State returns the state at the time now.
func (d *Device) State(now time.Time) State {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.advance(now)
	data := d.sim.Data
	return State{
		Q: data.Q, V: data.V, Command: d.command, Palm: data.Palm, Retract: d.retract, API: d.api, Angular: d.angular,
		Queue: d.points(), Fault: d.fault, Contacts: d.contacts, Packets: d.packets,
	}
}

// Look calls f with the arm as a camera sees it at the time now, late by the motion's latency. f
// must not keep it.
func (d *Device) Look(now time.Time, f func(*sim.Data)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.advance(now)
	f(d.sim.Seen())
}

// TakeControl is a person who touches the arm's own joystick: API control ends and the queue is
// dropped, as with 4.x firmware (kinova-ros issue 27).
func (d *Device) TakeControl(now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.advance(now)
	d.api = false
	d.erase()
	d.release()
}

// ReportError puts an entry into the arm's error log.
func (d *Device) ReportError(now time.Time, kind uint32) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.advance(now)
	d.log = append(d.log, protocol.ErrorEntry{Type: kind, Time: uint32(d.now.Sub(d.born) / time.Second)})
}
