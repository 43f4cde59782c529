package safety

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"colonnade/jaco/arm"
	"colonnade/jaco/clock"
	"colonnade/jaco/emulator"
	"colonnade/jaco/protocol"
	"colonnade/jaco/transport"
	"colonnade/sim"
	"colonnade/sim/domain"
)

var background = context.Background()

// robotMotion is how the arm of domain robot moves.
func robotMotion(t testing.TB) sim.Motion {
	t.Helper()
	d, err := domain.Load("robot")
	if err != nil {
		t.Fatal(err)
	}
	var w domain.World
	d.Draw(nil, &w)
	return w.Motion
}

// rig is a Guard on an emulated arm in virtual time that the test has entered.
type rig struct {
	t      testing.TB
	clock  *clock.Virtual
	device *emulator.Device
	socket *transport.Memory
	guard  *Guard
	motion sim.Motion
}

type setup struct {
	start  *[sim.NumJoints]float64 // true angles; nil: home
	motion sim.Motion
	rules  string
	device func(*emulator.Options)
	change func(*Options)
}

func newRig(t testing.TB, s setup) *rig {
	t.Helper()
	r := &rig{t: t, clock: clock.NewVirtual(), motion: s.motion}
	r.clock.Enter()
	e := emulator.NewOptions(protocol.Jaco2)
	if e.Start = s.start; e.Start == nil {
		home, _ := sim.Canonical().Keyframe("home")
		e.Start = &home
	}
	e.Motion = s.motion
	if s.device != nil {
		s.device(&e)
	}
	var err error
	if r.device, err = emulator.New(e); err != nil {
		t.Fatal(err)
	}
	rules, err := transport.ParseRules(s.rules)
	if err != nil {
		t.Fatal(err)
	}
	faults, err := transport.NewInjector(r.clock, 1, rules)
	if err != nil {
		t.Fatal(err)
	}
	r.socket = transport.NewMemory(r.clock, r.device, time.Millisecond)
	opt := Options{Arm: arm.Options{Clock: r.clock, Open: faults.Opener(r.socket.Open)}, Motion: true}
	if s.change != nil {
		s.change(&opt)
	}
	if r.guard, err = Connect(background, opt); err != nil {
		r.clock.Leave()
		t.Fatal(err)
	}
	if opt.Motion {
		if err := r.guard.Enable(background); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// close ends a rig; tests with thousands of them do not leave it to t.Cleanup.
func (r *rig) close() {
	r.guard.Close()
	r.clock.Leave()
}

func (r *rig) sleep(d time.Duration) {
	if err := clock.Sleep(background, r.clock, d); err != nil {
		r.t.Fatal(err)
	}
}

// broken says which rule the true arm has broken so far, "" for none.
func (r *rig) broken() string {
	s := r.device.State(r.clock.Now())
	if s.Contacts > 0 {
		return "contact"
	}
	for i := range sim.NumArmJoints {
		if lower, upper, limited := sim.Canonical().Range(i); limited && (s.Q[i] < lower || s.Q[i] > upper) {
			return "limit of " + sim.Canonical().JointName(i)
		}
	}
	return ""
}

// drive sets velocities until the Guard refuses or the time is over, and returns the refusal.
func (r *rig) drive(period, d time.Duration, policy func(q *[sim.NumJoints]float64) [sim.NumJoints]float64) error {
	for end := r.clock.Now().Add(d); r.clock.Now().Before(end); {
		q := r.guard.State().Q
		v := policy(&q)
		if err := r.guard.SetVelocity(&v); err != nil {
			return err
		}
		r.sleep(period)
	}
	return nil
}

func steady(v [sim.NumJoints]float64) func(*[sim.NumJoints]float64) [sim.NumJoints]float64 {
	return func(*[sim.NumJoints]float64) [sim.NumJoints]float64 { return v }
}

// drawStart returns a pose of the task's starts, or with wild any pose, whose readings keep all
// margins.
func drawStart(rng *rand.Rand, wild bool, fits func(q *[sim.NumJoints]float64) bool,
	m *sim.Motion) [sim.NumJoints]float64 {
	centre, _ := sim.Canonical().Keyframe("reach_start")
	for {
		var q, read [sim.NumJoints]float64
		for i := range q {
			switch {
			case i >= sim.NumArmJoints:
				q[i] = 1.2 * rng.Float64()
			case wild:
				q[i] = 6.3 * rng.Float64()
			default:
				q[i] = centre[i] + 1.6*(rng.Float64()-0.5)
			}
			read[i] = q[i] + m.Encoder[i]
		}
		if fits(&read) {
			return q
		}
	}
}
