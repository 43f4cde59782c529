package arm

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"colonnade/jaco/clock"
	"colonnade/jaco/emulator"
	"colonnade/jaco/protocol"
	"colonnade/jaco/transport"
	"colonnade/sim"
)

var background = context.Background()

// rig is a driver on an emulated arm, on a cable that can be spoilt, in virtual time that the test
// has entered.
type rig struct {
	t      testing.TB
	clock  *clock.Virtual
	device *emulator.Device
	socket *transport.Memory
	faults *transport.Injector
	arm    *Arm
	opt    Options
	log    []string
	noted  time.Time // when the driver last said something
}

func newRig(t testing.TB, rules string, change func(e *emulator.Options, o *Options)) *rig {
	t.Helper()
	r := &rig{t: t, clock: clock.NewVirtual()}
	r.clock.Enter()
	t.Cleanup(r.clock.Leave)
	e := emulator.NewOptions(protocol.Jaco2)
	home, _ := sim.Canonical().Keyframe("home")
	e.Start = &home
	r.opt = Options{Clock: r.clock, Log: func(at time.Time, text string) { r.noted, r.log = at, append(r.log, text) }}
	if change != nil {
		change(&e, &r.opt)
	}
	device, err := emulator.New(e)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := transport.ParseRules(rules)
	if err != nil {
		t.Fatal(err)
	}
	if r.faults, err = transport.NewInjector(r.clock, 1, parsed); err != nil {
		t.Fatal(err)
	}
	r.device, r.socket = device, transport.NewMemory(r.clock, device, time.Millisecond)
	r.opt.Open = r.faults.Opener(r.socket.Open)
	return r
}

// connected returns a rig whose driver is connected and enabled, after before was called with it.
func connected(t testing.TB, rules string, change func(e *emulator.Options, o *Options), before ...func(*rig)) *rig {
	t.Helper()
	r := newRig(t, rules, change)
	for _, f := range before {
		f(r)
	}
	r.connect()
	if err := r.arm.Enable(background); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *rig) connect() {
	r.t.Helper()
	var err error
	if r.arm, err = Connect(background, r.opt); err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { r.arm.Close() }) // before Leave: clean-ups run backwards
}

func (r *rig) sleep(d time.Duration) {
	r.t.Helper()
	if err := clock.Sleep(background, r.clock, d); err != nil {
		r.t.Fatal(err)
	}
}

// served waits until the driver is done with what it does now.
func (r *rig) served() {
	r.t.Helper()
	if err := r.arm.ask(&request{ctx: background, run: func(context.Context) error { return nil }}); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) state() emulator.State { return r.device.State(r.clock.Now()) }

// drive sets a velocity every 100 ms, as a policy does, for the time d or until the arm refuses.
func (r *rig) drive(v [NumJoints]float64, d time.Duration) error {
	for end := r.clock.Now().Add(d); r.clock.Now().Before(end); {
		if err := r.arm.SetVelocity(&v); err != nil {
			return err
		}
		r.sleep(min(100*time.Millisecond, end.Sub(r.clock.Now())))
	}
	return nil
}

// speed is that of the fastest joint, rad/s.
func speed(s emulator.State) (fastest float64) {
	for _, v := range s.V[:sim.NumArmJoints] {
		fastest = max(fastest, math.Abs(v))
	}
	return fastest
}

func near(a, b, tolerance float64) bool { return math.Abs(a-b) <= tolerance }

func (r *rig) said(text string) bool { return strings.Contains(strings.Join(r.log, "\n"), text) }

// altered is an arm whose answers to a command are what change makes of them.
type altered struct {
	*emulator.Device
	command protocol.Command
	change  func(data []byte)
}

func (d *altered) In(now time.Time, p []byte) (int, time.Time) {
	n, ready := d.Device.In(now, p)
	var packet protocol.Packet
	if n > 0 && packet.Decode(p[:n]) == nil && packet.Command == d.command {
		d.change(p[protocol.HeaderSize:n])
	}
	return n, ready
}
