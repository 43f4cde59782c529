package emulator

import (
	"math"
	"testing"
	"time"

	"colonnade/jaco/protocol"
	"colonnade/sim"
)

const deg = math.Pi / 180

// basic sends a point of 308.
func (h *host) basic(p protocol.BasicPoint) {
	h.t.Helper()
	h.must(protocol.BasicTrajectory, p.Append(nil, protocol.BasicPointNew))
}

func (h *host) jointCommand() (m protocol.JointVector) {
	h.t.Helper()
	h.get(protocol.AngularCommand, &m)
	return m
}

func (h *host) handCommand() (m protocol.CartesianVector) {
	h.t.Helper()
	h.get(protocol.CartesianCommand, &m)
	return m
}

// handPoint is a point of type 1 for the pose m.
func handPoint(m protocol.CartesianVector) (p protocol.BasicPoint) {
	p.Type = protocol.CartesianPose
	copy(p.Values[:], m.Position[:])
	copy(p.Values[3:], m.Orientation[:])
	return p
}

// homed is an arm under API control at its ready pose, to which it has moved by 311.
func homed(t *testing.T) *host {
	t.Helper()
	h := newHost(t, atHome)
	h.must(protocol.StartAPI, nil)
	h.must(protocol.GoReady, nil)
	h.sleep(5 * time.Second)
	return h
}

// Small position points move the arm by what they say, and add up.
func TestSmallPositions(t *testing.T) {
	h := homed(t)
	for joint := range 6 {
		for _, step := range []float32{0.05, 1, -1} {
			goal := h.jointCommand()
			before := goal
			goal.Joints[joint] += step
			h.basic(protocol.BasicPoint{Type: protocol.AngularPose, Values: goal.Joints})
			h.sleep(3 * time.Second)
			var after protocol.JointVector
			h.get(protocol.AngularPosition, &after)
			if moved := h.jointCommand().Joints[joint] - before.Joints[joint]; !near(float64(moved), float64(step), 1e-3) {
				t.Errorf("joint %d, %+g degrees: moved by %.4f", joint+1, step, moved)
			}
			if gap := after.Joints[joint] - goal.Joints[joint]; !near(float64(gap), 0, 0.25) {
				t.Errorf("joint %d stands %.3f degrees from its goal", joint+1, gap)
			}
		}
	}
	before := h.angles()[0]
	goal := h.jointCommand()
	for range 10 { // all in the queue at once
		goal.Joints[0]++
		h.basic(protocol.BasicPoint{Type: protocol.AngularPose, Values: goal.Joints})
	}
	h.sleep(15 * time.Second)
	if turned := (h.angles()[0] - before) / deg; !near(turned, 10, 0.1) || h.d.State(h.now).Queue != 0 {
		t.Errorf("ten steps of a degree turned joint 1 by %.3f degrees; %d points left", turned, h.d.State(h.now).Queue)
	}
}

// The same of the hand: 9 mm and 0.09 rad, and of the fingers.
func TestSmallHandPositions(t *testing.T) {
	h := homed(t)
	for axis := range 6 {
		goal := handPoint(h.handCommand())
		goal.Values[axis] += []float32{0.009, 0.09}[axis/3]
		var before, after protocol.CartesianVector
		h.get(protocol.CartesianPosition, &before)
		h.basic(goal)
		h.sleep(5 * time.Second)
		h.get(protocol.CartesianPosition, &after)
		got := handPoint(after)
		for i := range got.Values {
			if tolerance := []float64{0.003, 0.015}[i/3]; !near(float64(got.Values[i]), float64(goal.Values[i]), tolerance) {
				t.Errorf("axis %d moved: value %d is %.4f, want %.4f", axis+1, i+1, got.Values[i], goal.Values[i])
			}
		}
	}
	at := h.jointCommand()
	for _, step := range []float32{50, -50} { // 0.01 rad
		goal := at
		for f := range goal.Fingers {
			goal.Fingers[f] += step
		}
		h.basic(protocol.BasicPoint{Type: protocol.AngularPose, Values: goal.Joints, Hand: protocol.HandPosition, Fingers: goal.Fingers})
		h.sleep(3 * time.Second)
		for f, got := range h.jointCommand().Fingers {
			if !near(float64(got), float64(goal.Fingers[f]), 1) {
				t.Errorf("finger %d is at %g units, want %g", f+1, got, goal.Fingers[f])
			}
		}
	}
}

// 311 goes all the way to the ready pose.
func TestReadyIsExact(t *testing.T) {
	h := newHost(t, nil)
	h.must(protocol.StartAPI, nil)
	h.must(protocol.GoReady, nil)
	h.sleep(20 * time.Second)
	m := h.jointCommand()
	q, _ := h.d.opt.Settings.Angles(&m)
	home, _ := sim.Canonical().Keyframe("home")
	for i := range sim.NumArmJoints {
		if !near(q[i], home[i], 1e-4) {
			t.Errorf("joint %d is sent to %.4f rad, ready is %.4f", i+1, q[i], home[i])
		}
	}
}

// Points that cannot be reached do not keep the queue from those behind them, unless
// Choices.KeepBlocked says so.
func TestBlockedPoints(t *testing.T) {
	far := protocol.CartesianVector{Position: [3]float32{5, 0, 0.5}}
	through := protocol.CartesianVector{Position: [3]float32{0.3, -0.3, -0.5}}
	limit := protocol.BasicPoint{Type: protocol.AngularPose}
	for name, send := range map[string]func(h *host){
		"hand closed": func(h *host) {
			goal := h.jointCommand()
			h.basic(protocol.BasicPoint{Type: protocol.AngularPose, Values: goal.Joints, Hand: protocol.HandPosition, Fingers: [3]float32{6800, 6800, 6800}})
		},
		"joint limit": func(h *host) {
			limit.Values = h.jointCommand().Joints
			limit.Values[2] = 5
			h.basic(limit)
		},
		"out of reach": func(h *host) { h.basic(handPoint(far)) },
		"table":        func(h *host) { h.basic(handPoint(through)) },
	} {
		h := homed(t)
		send(h)
		h.sleep(20 * time.Second)
		if n := h.d.State(h.now).Queue; n != 0 {
			t.Errorf("%s: %d points left", name, n)
		}
		if turned := h.stream(0.3, Tick, time.Second); !near(turned, 0.3, 0.03) && name != "table" {
			t.Errorf("%s: velocity points behind it turn joint 1 by %.3f rad, want 0.3", name, turned)
		}
	}
	h := homed(t)
	h.d.opt.Choices.KeepBlocked = true
	h.basic(handPoint(far))
	h.sleep(20 * time.Second)
	if n := h.d.State(h.now).Queue; n != 1 {
		t.Errorf("kept: %d points, want 1", n)
	}
}

// Fingers that touch each other stop, and let the arm go on; they open again.
func TestTouchingFingersLetTheArmMove(t *testing.T) {
	h := homed(t)
	drive := func(joint, finger float64, ticks int) float64 {
		before := h.angles()[0]
		for range ticks {
			h.point([9]float64{joint, 0, 0, 0, 0, 0, finger, finger, finger})
			h.sleep(8 * time.Millisecond)
		}
		return (h.angles()[0] - before) / deg
	}
	drive(0, 1, 200)
	closed := h.angles()[6]
	if turned := drive(-20*deg, 1, 100); !near(turned, -20, 2) {
		t.Errorf("with closed fingers joint 1 turned by %.2f degrees, want -20", turned)
	}
	if now := h.angles()[6]; !near(now, closed, 0.02) {
		t.Errorf("finger 1 went on from %.3f to %.3f rad", closed, now)
	}
	drive(0, -0.5, 50)
	if opened := closed - h.angles()[6]; !near(opened, 0.25, 0.05) {
		t.Errorf("finger 1 opened by %.3f rad, want 0.25", opened)
	}
}

// 303 and 301 let go of sticks and buttons, and of the way to ready by 311.
func TestStopsRelease(t *testing.T) {
	stick := protocol.Joystick{Rotate: 1}
	button := protocol.Joystick{}
	button.Buttons[protocol.HomeButton] = 1
	for name, start := range map[string]func(h *host){
		"stick":  func(h *host) { h.must(protocol.JoystickSend, stick.Append(nil)) },
		"button": func(h *host) { h.must(protocol.JoystickSend, button.Append(nil)) },
		"311":    func(h *host) { h.must(protocol.GoReady, nil) },
	} {
		for _, command := range []protocol.Command{protocol.StopAPI, protocol.EraseTrajectories} {
			for _, keep := range []bool{false, true} {
				h := newHost(t, func(o *Options) { o.Choices.KeepJoystick = keep })
				h.must(protocol.StartAPI, nil)
				start(h)
				h.sleep(time.Second)
				h.must(command, nil)
				h.sleep(200 * time.Millisecond)
				before := h.d.State(h.now).Q
				h.sleep(time.Second)
				moved := 0.0
				for i, q := range h.d.State(h.now).Q {
					moved = max(moved, math.Abs(q-before[i]))
				}
				if want := keep && name != "311"; (moved > 0.01) != want {
					t.Errorf("%s, %v, kept %v: a joint moves by %.3f rad", name, command, keep, moved)
				}
			}
		}
	}
}

// The orientation of 104 is that of the Denavit-Hartenberg table, and 104 belongs to 105 whatever
// the encoders' error.
func TestPoseBelongsToAngles(t *testing.T) {
	for _, c := range []struct {
		encoder [9]float64
		turn    [3]float64
	}{
		{[9]float64{}, [3]float64{1.6527, 1.1164, 0.1206}}, // worked out from the table at the home pose
		{[9]float64{5: 0.2}, [3]float64{1.6527, 1.1164, 0.1206 - 0.2}},
	} {
		h := newHost(t, func(o *Options) { atHome(o); o.Motion.Encoder = c.encoder })
		for _, command := range []protocol.Command{protocol.CartesianPosition, protocol.CartesianCommand} {
			var m protocol.CartesianVector
			h.get(command, &m)
			for i, want := range c.turn {
				if !near(float64(m.Orientation[i]), want, 0.01) {
					t.Errorf("%v, encoders off by %v: turned by %.4f, want %.4f", command, c.encoder[5], m.Orientation, c.turn)
					break
				}
			}
		}
	}
}

// A cartesian velocity leads straight on: the arm does not sink on the way.
func TestCartesianVelocityIsStraight(t *testing.T) {
	h := homed(t)
	before := h.handCommand()
	for range 300 {
		h.basic(protocol.BasicPoint{Type: protocol.CartesianVelocity, Values: [6]float32{-0.05}})
		h.sleep(8 * time.Millisecond)
	}
	h.sleep(200 * time.Millisecond)
	var measured protocol.CartesianVector
	h.get(protocol.CartesianPosition, &measured)
	commanded := h.handCommand()
	for i, want := range []float32{-0.15, 0, 0} {
		if got := commanded.Position[i] - before.Position[i]; !near(float64(got), float64(want), 0.002) {
			t.Errorf("axis %d is sent on by %.4f m, want %.3f", i+1, got, want)
		}
		if gap := measured.Position[i] - commanded.Position[i]; !near(float64(gap), 0, 0.005) {
			t.Errorf("axis %d stands %.4f m from where it was sent", i+1, gap)
		}
	}
}

// A joint that is stopped stays where it stops, however short the motion was: it does not creep
// back.
func TestStopsWithoutCreeping(t *testing.T) {
	for _, points := range []int{1, 2, 5, 100} {
		h := newHost(t, func(o *Options) { atHome(o); o.Motion = sim.Motion{Lag: 0.018, Backlash: 0.003} })
		h.must(protocol.StartAPI, nil)
		for range points {
			h.point([9]float64{5: -0.84})
			h.sleep(8 * time.Millisecond)
		}
		h.must(protocol.EraseTrajectories, nil)
		furthest := math.Inf(1)
		for range 200 {
			furthest = min(furthest, h.d.State(h.now).Q[5])
			h.sleep(Tick)
		}
		if back := (h.d.State(h.now).Q[5] - furthest) / deg; back > 0.1 {
			t.Errorf("after %d points joint 6 creeps back by %.3f degrees", points, back)
		}
	}
}
