package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"colonnade/jaco/emulator"
	"colonnade/jaco/protocol"
	"colonnade/jaco/safety"
	"colonnade/jaco/transport"
	"colonnade/sim"
)

// A real arm moves with -move only, whatever the command.
func TestMotionNeedsTheFlag(t *testing.T) {
	l := newLaboratory(t, nil)
	for _, args := range [][]string{
		{"home"}, {"jog", "-joint", "1"}, {"jog"}, {"latency"}, {"run", "-checkpoint", pretrained}, {"record", "-out", "x"},
		{"shadow", "-checkpoint", pretrained, "-driver", "planner"},
	} {
		said, err := l.do(context.Background(), nil, strings.NewReader("1 0.1 1\n"), l.real(args...)...)
		if !isUsage(err) || !strings.Contains(err.Error(), "-move") {
			t.Errorf("%v: %v\n%s", args, err, said)
		}
	}
	if n := l.changed(); n != 0 {
		t.Errorf("the arm was told %d times to do something", n)
	}
	config := filepath.Join(t.TempDir(), "c.toml")
	write(t, config, "move = true\n")
	if _, err := l.do(context.Background(), nil, nil, l.real("home", "-config", config)...); !isUsage(err) {
		t.Errorf("-move from a file: %v", err)
	}
}

// What only looks sends nothing that changes anything.
func TestLookingChangesNothing(t *testing.T) {
	l := newLaboratory(t, nil)
	for _, args := range [][]string{
		{"status"}, {"doctor"}, {"calibrate", "-places", "-0.1,-0.5 0.1,-0.5 0.1,-0.4 -0.1,-0.4"},
		{"shadow", "-checkpoint", pretrained, "-steps", "5"},
		{"status", "-move"},
	} {
		if said, err := l.do(context.Background(), nil, strings.NewReader("\n\n\n\n"), l.real(args...)...); err != nil {
			t.Errorf("%v: %v\n%s", args, err, said)
		}
	}
	if n := l.changed(); n != 0 {
		t.Errorf("the arm was told %d times to do something: %v", n, l.changes)
	}
}

// A dry run prints what would be sent and moves an emulated arm that stands where the real one does.
func TestDryRun(t *testing.T) {
	l := newLaboratory(t, nil)
	before := l.device.State(l.clock.Now()).Q
	var r jogResult
	said, err := l.do(context.Background(), &r, nil, l.real("jog", "-dry-run", "-move", "-joint", "1", "-speed", "-0.25", "-for", "1s")...)
	if err != nil {
		t.Fatal(err)
	}
	has(t, said, "would send 302 (start API control)", "joints -14.3 0.0", "times", "would send 301", "nothing of it went to a real arm")
	if n := l.changed(); n != 0 {
		t.Errorf("the real arm was told %d times to do something", n)
	}
	turned := r.Joints[0] - (before[0] + l.world.Motion.Encoder[0])
	if !closeTo(turned, -0.25, 0.03) || !closeTo(r.Joints[2], before[2]+l.world.Motion.Encoder[2], 0.03) {
		t.Errorf("the emulated arm turned by %.3f rad; %v from %v", turned, r.Joints, before)
	}
	said, err = l.do(context.Background(), nil, nil, l.real("home", "-dry-run")...)
	if err != nil {
		t.Errorf("a dry run without -move: %v", err)
	}
	has(t, said, "would send 305 (joystick command): home button pressed")
}

// Of all commands that there are, only those are left out of a dry run's list that package protocol marks as questions;
// one that nobody knows is shown.
func TestLedgerLeavesOnlyQuestionsOut(t *testing.T) {
	setters := []protocol.Command{
		protocol.SetConfig, protocol.ClearErrorLog, protocol.AngularControl, protocol.CartesianControl, protocol.StartForceControl,
		protocol.StopForceControl, protocol.StartCurrentLimit, protocol.StopCurrentLimit, protocol.AdvancedTrajectory,
		protocol.EraseTrajectories, protocol.StartAPI, protocol.StopAPI, protocol.JoystickSend, protocol.BasicTrajectory,
		protocol.GoReady, protocol.TorqueSafety, protocol.GravityType, protocol.GravityOptimal, 4711,
	}
	for _, command := range append(setters, protocol.AngularPosition) {
		var said strings.Builder
		l := &ledger{out: &said}
		conn, err := l.cable(func(context.Context) (transport.Conn, error) { return sink{}, nil })(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		var wire [protocol.PacketSize]byte
		(&protocol.Packet{Number: 1, Count: 1, Command: command}).Encode(&wire)
		if _, err := conn.Write(context.Background(), wire[:]); err != nil {
			t.Fatal(err)
		}
		l.finish()
		if shown := strings.Contains(said.String(), "would send "+command.String()); shown != slices.Contains(setters, command) {
			t.Errorf("%v: shown %t\n%s", command, shown, &said)
		}
	}
}

// sink takes everything.
type sink struct{ transport.Conn }

func (sink) Write(_ context.Context, p []byte) (int, error) { return len(p), nil }

// -move moves it: by flags and by lines.
func TestJogMoves(t *testing.T) {
	l := newLaboratory(t, nil)
	before := l.device.State(l.clock.Now()).Q
	var r jogResult
	if said, err := l.do(context.Background(), &r, nil, l.real("jog", "-move", "-joint", "1", "-speed", "0.3", "-for", "1s")...); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	if turned := l.device.State(l.clock.Now()).Q[0] - before[0]; !closeTo(turned, 0.3, 0.03) {
		t.Errorf("joint 1 turned by %.3f rad", turned)
	}
	if said, err := l.do(context.Background(), &r, nil, l.real("jog", "-move", "-joint", "1", "-speed", "100", "-for", "1s")...); !errors.Is(err, errRefused) || r.Trips != 1 {
		t.Errorf("a refused motion counts as done: %v, %d trips\n%s", err, r.Trips, said)
	}
	t.Chdir(t.TempDir())
	var stdout bytes.Buffer
	stderr := new(said)
	lines := &dialogue{t: t, heard: stderr, lines: [][2]string{
		{"lines: ", "1 -0.3 1\nnonsense"}, {`"nonsense" has 1 words`, "1 2 3 4"}, {`"1 2 3 4" has 4 words`, "stop"},
		{`acknowledged by the arm; "reset" takes it back`, "1 0.3 1"}, {"refused: safety: emergency stop", "reset"},
		{"is taken back", "6 0.2 1\nstate\n2 0.6 10\nhome"}, {"refused: safety: table", ""},
	}}
	if err := l.run(context.Background(), l.real("jog", "-move"), lines, &stdout, stderr); err != nil {
		t.Fatalf("%v\n%s", err, &stderr.buf)
	}
	if err := json.Unmarshal(stdout.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	if r.Stream.Points == 0 || r.Stream.Exchange == 0 {
		t.Errorf("the stream: %+v", r.Stream)
	}
	if r.Trips != 1 || r.State != protocol.Ready.String() {
		t.Errorf("%d trips, %s", r.Trips, r.State)
	}
	if n := l.device.State(l.clock.Now()).Contacts; n != 0 {
		t.Errorf("%d contacts", n)
	}
	if l.changes[protocol.StopAPI] == 0 {
		t.Error("API control was never given back")
	}
}

func TestHome(t *testing.T) {
	l := newLaboratory(t, nil)
	var r statusResult
	if said, err := l.do(context.Background(), &r, nil, l.real("home", "-move", "-retract", "-fingers")...); err != nil || r.State != protocol.Retracted.String() || r.Fingers != [3]bool{true, true, true} {
		t.Errorf("%s, %v, %v\n%s", r.State, r.Fingers, err, said)
	}
	if said, err := l.do(context.Background(), &r, nil, l.real("home", "-move", "-max-time", "1s")...); err == nil || isUsage(err) {
		t.Errorf("home within a second: %v\n%s", err, said)
	}
}

// What terminals repeat faster than a motion's own pace does not pile up, and a key that was pressed long ago moves nothing.
func TestMotionDoesNotOutliveItsKey(t *testing.T) {
	l := newLaboratory(t, nil)
	j := l.jogging()
	ctx := context.Background()
	for range 60 {
		j.orders.give("+")
	}
	j.orders.give("q")
	held, _ := j.orders.take(ctx)
	began := l.clock.Now()
	next, err := j.moveWhile(ctx, held, 0.3)
	if took := l.clock.Now().Sub(began); err != nil || next.text != "q" || took > 2*jogPeriod {
		t.Errorf("60 keys moved the arm for %v until %q, %v", took, next.text, err)
	}
	points := j.Guard.Stats().Points
	held.at = held.at.Add(-time.Minute)
	if _, err := j.moveWhile(ctx, held, 0.3); err != nil || j.Guard.Stats().Points > points+1 {
		t.Errorf("an old key gave %d points, %v", j.Guard.Stats().Points-points, err)
	}
	if err := j.close(nil); err != nil {
		t.Error(err)
	}
}

// A signal, and a file, stop the arm in the middle of a motion, and it stays stopped.
func TestStops(t *testing.T) {
	signalled, signal := context.WithCancel(context.Background())
	for name, pull := range map[string]func(){
		"signal": signal,
		"file":   func() { os.WriteFile("jaco.stop", nil, 0o666) },
	} {
		t.Run(name, func(t *testing.T) {
			l := newLaboratory(t, nil)
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
			said, err := l.doHere(ctx, &r, nil, l.real("jog", "-move", "-joint", "1", "-speed", "0.3", "-for", "20s")...)
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
			if q := s.Q[0] + l.world.Motion.Encoder[0]; !closeTo(r.Joints[0], q, 0.005) || !closeTo(r.Velocities[0], 0, 0.02) || r.Queue != 0 || *r.Age > 0.1 {
				t.Errorf("joint 1 stands at %.3f rad; told is %.3f, %.3f rad/s, %d points, %.2f s ago", q, r.Joints[0], r.Velocities[0], r.Queue, *r.Age)
			}
			if name == "file" {
				if _, err := l.doHere(context.Background(), nil, nil, l.real("jog", "-move", "-joint", "1")...); !errors.Is(err, safety.ErrEmergency) {
					t.Errorf("with the file still there: %v", err)
				}
			}
		})
	}
}

// The line "stop" stops a motion under way, and what was said before it and is not done yet is dropped.
func TestStopLineActsAtOnce(t *testing.T) {
	l := newLaboratory(t, nil)
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
	l := newLaboratory(t, func(o *emulator.Options) { o.Start = &low })
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
	l := newLaboratory(t, nil)
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
		l := newLaboratory(t, nil)
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

// That the arm stands after a signal is said only where it has acknowledged it: else the signal is no reason to call it well.
func TestSignalAndStopUnacknowledged(t *testing.T) {
	for _, line := range []string{"home -move", "jog -move -joint 1 -speed 0.3 -for 20s"} {
		for _, fault := range []string{"none", "cable", "no answer", "no answer to 303", "it goes on"} {
			t.Run(line+"/"+fault, func(t *testing.T) {
				l := newLaboratory(t, func(o *emulator.Options) { o.Start[0] += 1 })
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
							if err := l.device.Break(l.clock.Now(), 3, emulator.Motor, emulator.Fault{Offset: 0.3}); err != nil {
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
				if told := strings.Contains(said, "acknowledged that it is to stand"); told != well || (err == nil) != well {
					t.Errorf("ended with %v\n%s", err, said)
				}
				if moves := errors.Is(err, safety.ErrMoves); moves != (fault == "it goes on") {
					t.Errorf("ended with %v", err)
				}
				if unknown := errors.Is(err, safety.ErrUnacknowledged); unknown != (fault == "cable" || fault == "no answer") {
					t.Errorf("ended with %v", err)
				}
			})
		}
	}
}

// A cable that is pulled stops a jog with an error in plain words; the log of the safety layer has it.
func TestPulledCable(t *testing.T) {
	l := newLaboratory(t, nil)
	t.Chdir(t.TempDir())
	packets := 0
	l.onPacket = func() {
		if packets++; packets == 200 {
			go l.socket.Unplug() // not from within the socket's own call
		}
	}
	_, err := l.doHere(context.Background(), nil, nil, l.real("jog", "-move", "-joint", "1", "-speed", "0.3", "-for", "50s", "-safety-log", "log")...)
	if !errors.Is(err, transport.ErrNoDevice) {
		t.Errorf("ended with %v", err)
	}
	text, _ := os.ReadFile("log")
	has(t, string(text), "arm stopped", "the device is not there")
}

// words splits a line; % stands for a space.
func words(line string) []string {
	all := strings.Fields(line)
	for i := range all {
		all[i] = strings.ReplaceAll(all[i], "%", " ")
	}
	return all
}

func TestUsage(t *testing.T) {
	l := newLaboratory(t, nil)
	for _, line := range []string{
		"", "dance", "jog -joint 10", "jog -joint 1 -for 2m", "jog -speed NaN", "home -max-time 0s", "run", "run -checkpoint x -episodes 0",
		"record", "replay", "shadow", "shadow -checkpoint x -steps 0", "latency -joint 7", "latency -cycles 1", "latency -speed 3",
		"calibrate -places 1,2", "calibrate -points 1,2:3", "calibrate -places 1,2 -points 3,4:5,6", "calibrate -points x",
		"status -move", "status -camera /dev/video0", "status -calibration x", "status extra", "status -arm usb -camera-settings size=1",
		"run -checkpoint CKPT -arm usb -move", "run -checkpoint CKPT -arm usb -move -camera /dev/video3", "calibrate -arm usb", "status -domain moon",
		"status -faults dance", "jog -arm usb -move -faults=lose%in%every%9",
	} {
		line = strings.ReplaceAll(line, "CKPT", pretrained)
		if said, err := l.do(context.Background(), nil, nil, words(line)...); !isUsage(err) {
			t.Errorf("%q: %v\n%s", line, err, said)
		}
	}
	for _, c := range append(commands, command{name: ""}) {
		args := []string{c.name, "-h"}
		if c.name == "" {
			args = args[1:]
		}
		said, err := l.do(context.Background(), nil, nil, args...)
		if err == nil || !strings.Contains(err.Error(), "help") {
			t.Errorf("%v: %v", args, err)
		}
		has(t, said, "Example:\n  jacoctl "+c.name)
	}
}
