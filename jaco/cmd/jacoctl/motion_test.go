package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"colonnade/jaco/protocol"
	"colonnade/jaco/transport"
)

// A real arm moves with -move only, whatever the command.
func TestMotionNeedsTheFlag(t *testing.T) {
	l := newCell(t, nil)
	for _, args := range [][]string{
		{"home"}, {"jog", "-joint", "1"}, {"jog"}, {"latency"},
		{"run", "-checkpoint", pretrained}, {"record", "-out", "x"},
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
	l := newCell(t, nil)
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

// A dry run prints what would be sent and moves an emulated arm that stands where the real one
// does.
func TestDryRun(t *testing.T) {
	l := newCell(t, nil)
	before := l.device.State(l.clock.Now()).Q
	var r jogResult
	said, err := l.do(context.Background(), &r, nil,
		l.real("jog", "-dry-run", "-move", "-joint", "1", "-speed", "-0.25", "-for", "1s")...)
	if err != nil {
		t.Fatal(err)
	}
	has(t, said, "would send 302 (start API control)", "joints -14.3 0.0", "times", "would send 301",
		"nothing of it went to a real arm")
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

// Of all commands that there are, only those are left out of a dry run's list that package protocol
// marks as questions; one that nobody knows is shown.
func TestLedgerLeavesOnlyQuestionsOut(t *testing.T) {
	setters := []protocol.Command{
		protocol.SetConfig, protocol.ClearErrorLog, protocol.AngularControl, protocol.CartesianControl,
		protocol.StartForceControl, protocol.StopForceControl, protocol.StartCurrentLimit, protocol.StopCurrentLimit,
		protocol.AdvancedTrajectory, protocol.EraseTrajectories, protocol.StartAPI, protocol.StopAPI,
		protocol.JoystickSend, protocol.BasicTrajectory, protocol.GoReady, protocol.TorqueSafety,
		protocol.GravityType, protocol.GravityOptimal, 4711,
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
		if shown := strings.Contains(said.String(), "would send "+command.String()); shown != slices.Contains(setters,
			command) {
			t.Errorf("%v: shown %t\n%s", command, shown, &said)
		}
	}
}

// sink takes everything.
type sink struct{ transport.Conn }

func (sink) Write(_ context.Context, p []byte) (int, error) { return len(p), nil }

// -move moves it: by flags and by lines.
func TestJogMoves(t *testing.T) {
	l := newCell(t, nil)
	before := l.device.State(l.clock.Now()).Q
	var r jogResult
	if said, err := l.do(context.Background(), &r, nil,
		l.real("jog", "-move", "-joint", "1", "-speed", "0.3", "-for", "1s")...); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	if turned := l.device.State(l.clock.Now()).Q[0] - before[0]; !closeTo(turned, 0.3, 0.03) {
		t.Errorf("joint 1 turned by %.3f rad", turned)
	}
	if said, err := l.do(context.Background(), &r, nil, l.real("jog", "-move", "-joint", "1", "-speed", "100", "-for",
		"1s")...); !errors.Is(err, errRefused) || r.Trips != 1 {
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
	l := newCell(t, nil)
	var r statusResult
	if said, err := l.do(context.Background(), &r, nil,
		l.real("home", "-move", "-retract", "-fingers")...); err != nil || r.State != protocol.Retracted.String() ||
		r.Fingers != [3]bool{true, true, true} {
		t.Errorf("%s, %v, %v\n%s", r.State, r.Fingers, err, said)
	}
	if said, err := l.do(context.Background(), &r, nil, l.real("home", "-move", "-max-time", "1s")...); err == nil ||
		isUsage(err) {
		t.Errorf("home within a second: %v\n%s", err, said)
	}
}

// What terminals repeat faster than a motion's own pace does not pile up, and a key that was
// pressed long ago moves nothing.
func TestMotionDoesNotOutliveItsKey(t *testing.T) {
	l := newCell(t, nil)
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

// words splits a line; % stands for a space.
func words(line string) []string {
	all := strings.Fields(line)
	for i := range all {
		all[i] = strings.ReplaceAll(all[i], "%", " ")
	}
	return all
}

func TestUsage(t *testing.T) {
	l := newCell(t, nil)
	for _, line := range []string{
		"", "dance", "jog -joint 10", "jog -joint 1 -for 2m", "jog -speed NaN", "home -max-time 0s", "run",
		"run -checkpoint x -episodes 0", "run -checkpoint x -see both", "run -checkpoint x -see twin -twin random",
		"record", "replay", "shadow", "shadow -checkpoint x -steps 0", "latency -joint 7", "latency -cycles 1",
		"latency -speed 3", "calibrate -places 1,2", "calibrate -points 1,2:3",
		"calibrate -places 1,2 -points 3,4:5,6", "calibrate -points x", "calibrate -encoders -poses 19",
		"calibrate -encoders -overlay x", "status -arm usb -zeros x", "calibrate -encoders -arm usb",
		"calibrate -encoders -arm usb -camera /dev/video3 -calibration x", "status -move",
		"status -camera /dev/video0", "status -calibration x", "status extra",
		"status -arm usb -camera-settings size=1", "run -checkpoint CKPT -arm usb -move",
		"run -checkpoint CKPT -arm usb -move -camera /dev/video3", "calibrate -arm usb", "status -domain moon",
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
