package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"colonnade/jaco/emulator"
	"colonnade/jaco/protocol"
	"colonnade/jaco/safety"
	"colonnade/jaco/transport"
	"colonnade/sim"
)

// A signal, and a file, stop the arm in the middle of a motion, and it stays stopped.
func TestStops(t *testing.T) {
	signalled, signal := context.WithCancel(context.Background())
	for name, pull := range map[string]func(){
		"signal": signal,
		"file":   func() { os.WriteFile("jaco.stop", nil, 0o666) },
	} {
		t.Run(name, func(t *testing.T) {
			l := newCell(t, nil)
			t.Chdir(t.TempDir())
			ctx := context.Background()
			if name == "signal" {
				ctx = signalled
			}
			packets := 0
			l.onPacket = func() {
				if packets++; packets == 300 {
					pull()
				}
			}
			before := l.device.State(l.clock.Now()).Q[0]
			var r struct {
				statusResult
				Interrupted bool
			}
			said, err := l.doHere(ctx, &r, nil,
				l.real("jog", "-move", "-joint", "1", "-speed", "0.3", "-for", "20s")...)
			if packets < 300 {
				t.Fatalf("it ended before the stop: %v\n%s", err, said)
			}
			if name == "signal" && err != nil || name == "file" && !errors.Is(err, safety.ErrEmergency) {
				t.Errorf("ended with %v\n%s", err, said)
			}
			if turned := l.device.State(l.clock.Now()).Q[0] - before; turned > 1.5 {
				t.Errorf("joint 1 went on for %.2f rad", turned)
			}
			s := l.device.State(l.clock.Now())
			if s.API || s.Queue != 0 {
				t.Errorf("left behind: API control %t, %d points", s.API, s.Queue)
			}
			// What is told is the arm after the stop.
			if q := s.Q[0] + l.world.Motion.Encoder[0]; !closeTo(r.Joints[0], q, 0.005) ||
				!closeTo(r.Velocities[0], 0, 0.02) || r.Queue != 0 || *r.Age > 0.1 {
				t.Errorf("joint 1 stands at %.3f rad; told is %.3f, %.3f rad/s, %d points, %.2f s ago", q, r.Joints[0],
					r.Velocities[0], r.Queue, *r.Age)
			}
			if name == "file" {
				if _, err := l.doHere(context.Background(), nil, nil,
					l.real("jog", "-move", "-joint", "1")...); !errors.Is(err, safety.ErrEmergency) {
					t.Errorf("with the file still there: %v", err)
				}
			}
		})
	}
}

// The line "stop" stops a motion under way, and what was said before it and is not done yet is
// dropped.
func TestStopLineActsAtOnce(t *testing.T) {
	l := newCell(t, nil)
	t.Chdir(t.TempDir())
	stdin, say := io.Pipe()
	packets := 0
	l.onPacket = func() {
		if packets++; packets == 300 {
			io.WriteString(say, "stop\n")
			io.WriteString(say, "\n") // is read when the stop was obeyed: time stands still until then
			say.Close()
		}
	}
	go io.WriteString(say, "1 0.3 20\n1 -0.3 20\n6 0.3 20\n")
	before := l.device.State(l.clock.Now()).Q
	began := l.clock.Now()
	said, err := l.doHere(context.Background(), nil, stdin, l.real("jog", "-move")...)
	if err != nil || packets < 300 {
		t.Fatalf("%d packets, %v\n%s", packets, err, said)
	}
	has(t, said, "emergency stop, acknowledged by the arm")
	if turned := l.device.State(l.clock.Now()).Q[0] - before[0]; turned < 0.1 || turned > 1 {
		t.Errorf("joint 1 turned by %.2f rad", turned)
	}
	if took := l.clock.Now().Sub(began); took > 5*time.Second {
		t.Errorf("the arm went on for %v", took)
	}
}

// So does a stop while the arm is moved out of its margins, after one was taken back.
func TestStopDuringRetreat(t *testing.T) {
	low, _ := sim.Canonical().Keyframe("home")
	for fits := safety.Fitter(sim.Canonical(), safety.DefaultLimits()); fits(&low); {
		low[1] += 0.01
	}
	low[1] += 0.03
	l := newCell(t, func(o *emulator.Options) { o.Start = &low })
	t.Chdir(t.TempDir())
	stderr := new(said)
	stdin, say := io.Pipe()
	points := 0
	l.onPacket = func() {
		if l.count(protocol.BasicTrajectory) == points+5 {
			points += 1000
			io.WriteString(say, "stop\n")
			io.WriteString(say, "\n") // is read when the stop was obeyed: time stands still until then
			say.Close()
		}
	}
	go func() {
		io.WriteString(say, "stop\n")
		stderr.await(t, "acknowledged by the arm")
		points = l.count(protocol.BasicTrajectory)
		io.WriteString(say, "reset\n")
	}()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := l.run(ctx, l.real("jog", "-move"), stdin, io.Discard, stderr); err != nil {
		t.Fatalf("%v\n%s", err, &stderr.buf)
	}
	said := stderr.buf.String()
	if strings.Count(said, "emergency stop, acknowledged") != 2 || strings.Contains(said, "is taken back") {
		t.Errorf("said:\n%s", said)
	}
	if turned := low[1] - l.device.State(l.clock.Now()).Q[1]; turned > 0.02 {
		t.Errorf("joint 2 turned by %.3f rad", turned)
	}
}

// A stop that comes after a reset was ordered is not taken back by it.
func TestResetTakesNoLaterStopBack(t *testing.T) {
	l := newCell(t, nil)
	j := l.jogging()
	ctx := context.Background()
	j.orders.give(" ")
	j.orders.give("r")
	for range 2 { // the stop's own order, then the reset
		x, err := j.orders.take(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if x.text == "r" {
			j.orders.give(" ")
			if err := j.reset(ctx, x); err != nil {
				t.Error(err)
			}
		}
	}
	if err := j.Guard.Err(); !errors.Is(err, safety.ErrEmergency) {
		t.Errorf("the arm obeys again: %v", err)
	}
	if err := j.close(nil); err != nil {
		t.Error(err)
	}
}

// Ctrl-C ends what waits for somebody to type.
func TestSignalWhileNobodyTypes(t *testing.T) {
	for _, args := range [][]string{{"jog", "-move"}, {"calibrate"}} {
		l := newCell(t, nil)
		t.Chdir(t.TempDir())
		stdin, _ := io.Pipe()
		ctx, signal := context.WithCancel(context.Background())
		stderr, done := new(said), make(chan error)
		go func() { done <- l.run(ctx, l.real(args...), stdin, io.Discard, stderr) }()
		stderr.await(t, map[string]string{"jog": "lines: ", "calibrate": "press Enter"}[args[0]])
		signal()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("%v: %v", args, err)
			}
		case <-time.After(time.Minute):
			t.Fatalf("%v waits for a line", args)
		}
	}
}

// That the arm stands after a signal is said only where it has acknowledged it: else the signal is
// no reason to call it well.
func TestSignalAndStopUnacknowledged(t *testing.T) {
	for _, line := range []string{"home -move", "jog -move -joint 1 -speed 0.3 -for 20s"} {
		for _, fault := range []string{"none", "cable", "no answer", "no answer to 303", "it goes on"} {
			t.Run(line+"/"+fault, func(t *testing.T) {
				l := newCell(t, func(o *emulator.Options) { o.Start[0] += 1 })
				ctx, signal := context.WithCancel(context.Background())
				packets := 0
				l.onPacket = func() {
					if packets++; packets == 60 {
						switch fault {
						case "cable":
							l.openArm = &transport.Error{Op: "test", Kind: transport.ErrNoDevice}
						case "no answer":
							l.stall = make(chan struct{})
						case "it goes on":
							if err := l.device.Break(l.clock.Now(), 3, emulator.Motor,
								emulator.Fault{Offset: 0.3}); err != nil {
								t.Error(err)
							}
						}
						signal()
					}
					if fault == "no answer to 303" && l.changes[protocol.StopAPI] > 1 { // the first is of the beginning
						l.stall = make(chan struct{})
					}
				}
				said, err := l.do(ctx, nil, nil, l.real(strings.Fields(line)...)...)
				if packets < 60 {
					t.Fatalf("it ended before the signal: %v\n%s", err, said)
				}
				well := fault == "none"
				if told := strings.Contains(said, "acknowledged that it is to stand"); told != well ||
					(err == nil) != well {
					t.Errorf("ended with %v\n%s", err, said)
				}
				if moves := errors.Is(err, safety.ErrMoves); moves != (fault == "it goes on") {
					t.Errorf("ended with %v", err)
				}
				if unknown := errors.Is(err, safety.ErrUnacknowledged); unknown != (fault == "cable" ||
					fault == "no answer") {
					t.Errorf("ended with %v", err)
				}
			})
		}
	}
}

// A cable that is pulled stops a jog with an error in plain words; the log of the safety layer has
// it, and the status at the end says that it is old.
func TestPulledCable(t *testing.T) {
	l := newCell(t, nil)
	t.Chdir(t.TempDir())
	packets := 0
	l.onPacket = func() {
		if packets++; packets == 200 {
			go l.socket.Unplug() // not from within the socket's own call
		}
	}
	var r jogResult
	said, err := l.doHere(context.Background(), &r, nil,
		l.real("jog", "-move", "-joint", "1", "-speed", "0.3", "-for", "50s", "-safety-log", "log")...)
	if !errors.Is(err, transport.ErrNoDevice) {
		t.Errorf("ended with %v", err)
	}
	// What is known of the arm is of before, and said to be.
	if r.Age == nil || *r.Age < settling.Seconds() || *r.Age > 60 {
		t.Errorf("age of the angles: %v", r.Age)
	}
	has(t, said, fmt.Sprintf("the arm has not answered for %.1f s", *r.Age))
	text, _ := os.ReadFile("log")
	has(t, string(text), "arm stopped", "the device is not there")
}
