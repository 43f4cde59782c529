package emulator

import (
	"testing"
	"time"

	"colonnade/jaco/protocol"
	"colonnade/sim"
)

// Limits: the arm stops before the lower limit of joint 3, with the fault and without an error.
func TestJointLimit(t *testing.T) {
	h := newHost(t, atHome)
	h.must(protocol.StartAPI, nil)
	lower, _, _ := sim.Canonical().Range(2)
	for range 400 {
		h.point([9]float64{2: -0.6})
		h.sleep(8 * time.Millisecond)
	}
	s := h.d.State(h.now)
	if s.Q[2] < lower || s.Q[2] > lower+0.1 || !s.Fault {
		t.Errorf("joint 3 at %.3f, its limit %.3f, fault %v", s.Q[2], lower, s.Fault)
	}
	h.point([9]float64{2: -0.6})
	h.sleep(8 * time.Millisecond)
	var status protocol.QuickStatus
	if h.get(protocol.QuickStatusRead, &status); status.CartesianFault == 0 {
		t.Error("62 shows no cartesian fault")
	}
	for range 50 {
		h.point([9]float64{2: 0.6})
		h.sleep(8 * time.Millisecond)
	}
	if s := h.d.State(h.now); s.Q[2] < lower+0.1 || s.Fault {
		t.Errorf("on the way back joint 3 is at %.3f, fault %v", s.Q[2], s.Fault)
	}
}

// Contact with the table stops the arm, and it comes away again.
func TestTableStops(t *testing.T) {
	h := newHost(t, func(o *Options) {
		q, _ := sim.Canonical().Keyframe("reach_start")
		o.Start = &q
	})
	h.must(protocol.StartAPI, nil)
	for range 200 {
		h.point([9]float64{1: 0.6})
		h.sleep(8 * time.Millisecond)
	}
	down := h.d.State(h.now)
	if down.Contacts == 0 || down.Palm[2] < 0 {
		t.Fatalf("%d contacts, palm %.3f m above the table", down.Contacts, down.Palm[2])
	}
	for range 100 {
		h.point([9]float64{1: -0.6})
		h.sleep(8 * time.Millisecond)
	}
	if up := h.d.State(h.now); up.Palm[2] < down.Palm[2]+0.1 {
		t.Errorf("the palm came up from %.3f to %.3f m only", down.Palm[2], up.Palm[2])
	}
}

// A joint that is not to move is held; without Hold it creeps.
func TestHold(t *testing.T) {
	crept := func(hold float64) float64 {
		h := newHost(t, func(o *Options) {
			o.Hold = hold
			o.Start = &[9]float64{0, 1.6, 3.14, 0, 0, 0, 0.2, 0.2, 0.2} // joint 2 carries the stretched arm
		})
		before := h.d.State(h.now).Q[1]
		h.sleep(10 * time.Second)
		return h.d.State(h.now).Q[1] - before
	}
	if held, free := crept(5), crept(0); !near(held, 0, 0.01) || near(free, 0, 0.1) {
		t.Errorf("in 10 s joint 2 creeps by %.4f rad held and %.3f rad free", held, free)
	}
}

// A position point is reached, within its speed limit; 308 and 300 alike.
func TestAngularPosition(t *testing.T) {
	h := newHost(t, atHome)
	h.must(protocol.StartAPI, nil)
	goal := h.angles()
	goal[0] += 1
	goal[3] -= 0.5
	wire := h.d.opt.Settings.FromAngles(&goal)
	point := protocol.AdvancedPoint{Position: protocol.UserPosition{Type: protocol.AngularPose, Joints: wire.Joints}, Limited: 1}
	point.Limits.Speed = [3]float32{10, 20} // degrees/s
	h.must(protocol.AdvancedTrajectory, point.Append(nil, 152))
	h.sleep(3 * time.Second)
	if s := h.d.State(h.now); s.V[0] > 0.18 || s.V[0] < 0.15 {
		t.Errorf("joint 1 turns with %.3f rad/s, its limit is 0.175", s.V[0])
	}
	h.sleep(10 * time.Second)
	for i, q := range h.angles() {
		if !near(q, goal[i], 0.03) {
			t.Errorf("joint %d at %.3f, want %.3f", i+1, q, goal[i])
		}
	}
	if n := h.d.State(h.now).Queue; n != 0 {
		t.Errorf("%d points left", n)
	}
}

// Cartesian velocity moves the palm as it says, but only after the arm was homed (R).
func TestCartesianVelocity(t *testing.T) {
	h := newHost(t, atHome)
	h.must(protocol.StartAPI, nil)
	move := func() sim.Vec3 {
		before := h.d.State(h.now).Palm
		for range 100 {
			point := protocol.BasicPoint{Type: protocol.CartesianVelocity, Values: [6]float32{2: 0.05}}
			h.must(protocol.BasicTrajectory, point.Append(nil, 52))
			h.sleep(8 * time.Millisecond)
		}
		return h.d.State(h.now).Palm.Sub(before)
	}
	if moved := move(); moved.Norm() > 0.005 {
		t.Errorf("moved by %v before homing", moved)
	}
	h.must(protocol.GoReady, nil)
	h.sleep(5 * time.Second)
	if moved := move(); !near(moved[2], 0.05, 0.01) || moved.Norm() > 0.06 {
		t.Errorf("moved by %v, want 0.05 m up", moved)
	}
	goal := h.d.State(h.now).Palm
	var pose protocol.CartesianVector
	h.get(protocol.CartesianPosition, &pose)
	point := protocol.BasicPoint{Type: protocol.CartesianPose}
	copy(point.Values[:], pose.Position[:])
	copy(point.Values[3:], pose.Orientation[:])
	point.Values[0] -= 0.1
	h.must(protocol.BasicTrajectory, point.Append(nil, 52))
	h.sleep(20 * time.Second)
	if s := h.d.State(h.now); !near(s.Palm[0], goal[0]-0.1, 0.02) || !near(s.Palm[2], goal[2], 0.02) || s.Queue != 0 {
		t.Errorf("palm at %.3f, want 0.1 m in -x from %.3f; %d points", s.Palm, goal, s.Queue)
	}
}

func TestJoystickMovesHand(t *testing.T) {
	h := newHost(t, func(o *Options) { atHome(o); o.Choices.JoystickTimeout = 250 * time.Millisecond })
	h.must(protocol.StartAPI, nil)
	before := h.d.State(h.now).Palm
	j := protocol.Joystick{Rotate: 2.5}
	h.must(protocol.JoystickSend, j.Append(nil))
	h.sleep(2 * time.Second)
	if up := h.d.State(h.now).Palm[2] - before[2]; !near(up, 0.25*stickSpeed, 0.02) {
		t.Errorf("the hand rose by %.3f m; a stick lost after 0.25 s is worth 0.05", up)
	}
}
