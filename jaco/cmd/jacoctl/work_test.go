package main

import (
	"context"
	"encoding/json"
	"image/png"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"colonnade/jaco/camera"
	"colonnade/jaco/clock"
	"colonnade/jaco/emulator"
	"colonnade/jaco/protocol"
	"colonnade/jaco/tracker"
	"colonnade/jaco/transport"
	"colonnade/sim/domain"
)

// A trained policy plays on the emulated arm through the whole chain, and as well as in the
// simulator.
func TestRunPlays(t *testing.T) {
	l := newCell(t, nil)
	var r played
	said, err := l.do(context.Background(), &r, nil, "run", "-checkpoint", pretrained, "-domain", "sim", "-episodes",
		"6")
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	if r.Episodes != 6 || r.Score < 30 || r.Contacts == nil || *r.Contacts != 0 {
		t.Errorf("%+v\n%s", r, said)
	}
}

// In a world that the policy does not know it plays by the pictures of the twin.
func TestRunSeesTheTwin(t *testing.T) {
	l := newCell(t, nil)
	var r played
	said, err := l.do(context.Background(), &r, nil, "run", "-checkpoint", pretrained, "-domain", "robot-far",
		"-episodes", "6", "-see", "twin")
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	if r.Episodes != 6 || r.Score < 20 || r.Contacts == nil || *r.Contacts != 0 {
		t.Errorf("%+v\n%s", r, said)
	}
}

// On devices that it takes for real ones, a person is asked to move the target, faults of the cable
// are survived, and the episodes are kept and played back.
func TestRecordAndReplay(t *testing.T) {
	l := newCell(t, nil)
	t.Chdir(t.TempDir())
	var r played
	said, err := l.doHere(context.Background(), &r, nil,
		l.real("record", "-move", "-auto-place", "-out", "file", "-episodes", "4", "-seed", "3")...)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	if strings.Count(said, "put the target") != 2 || r.Episodes != 4 || r.Score < 20 || r.Contacts != nil {
		t.Errorf("%+v\n%s", r, said)
	}
	text, err := os.ReadFile("file")
	if err != nil {
		t.Fatal(err)
	}
	write(t, "torn", string(text[:len(text)-100]))
	for name, torn := range map[string]bool{"file": false, "torn": true} {
		var p replayed
		said, err := l.doHere(context.Background(), &p, nil, "replay", "-table", "table.csv", name)
		if err != nil {
			t.Fatal(err)
		}
		if p.Torn != torn || p.Episodes != 4 || p.Steps < 100 || p.Palm > 80 ||
			math.Abs(p.Score-p.Replayed) > 0.3*p.Score {
			t.Errorf("%s: %+v\n%s", name, p, said)
		}
		table, _ := os.ReadFile("table.csv")
		if n := strings.Count(string(table), "\n"); n != p.Steps+1 {
			t.Errorf("%d lines for %d steps", n, p.Steps)
		}
	}
	if _, err := l.doHere(context.Background(), nil, nil, "replay", "table.csv"); err == nil || isUsage(err) {
		t.Errorf("another file is played back: %v", err)
	}
	if _, err := l.doHere(context.Background(), nil, nil,
		l.real("record", "-move", "-out", "table.csv")...); err == nil {
		t.Error("another file is recorded into")
	}
}

// A camera that is unplugged in an episode and back after three seconds is waited for with the arm
// at rest, and the episode goes on.
func TestCameraComesBack(t *testing.T) {
	l := newCell(t, nil)
	var out, back time.Time
	open := l.host.openCamera
	l.host.openCamera = func(o camera.Options) (camera.Camera, error) {
		return camera.NewReopening(l.clock, func() (camera.Camera, error) {
			now := l.clock.Now()
			if gone := !out.IsZero(); gone && now.Before(back) {
				return nil, &transport.Error{Op: "open", Kind: transport.ErrNoDevice}
			} else if !gone {
				out, back = now.Add(20*time.Second), now.Add(23*time.Second)
			}
			c, err := open(o)
			return &loose{c, l.clock, now, out}, err
		})
	}
	var r played
	said, err := l.do(context.Background(), &r, nil,
		l.real("record", "-move", "-auto-place", "-out", "file", "-episodes", "4")...)
	if err != nil || r.Episodes != 4 || r.Pauses != 1 {
		t.Errorf("%d episodes, %d pauses, %v\n%s", r.Episodes, r.Pauses, err, said)
	}
}

// loose is a camera that falls out of its socket at a time, if it was opened before.
type loose struct {
	camera.Camera
	clock       clock.Clock
	opened, out time.Time
}

func (c *loose) Frame(dst []uint8) (time.Duration, error) {
	if c.opened.Before(c.out) && !c.clock.Now().Before(c.out) {
		return 0, &transport.Error{Op: "picture", Kind: transport.ErrNoDevice}
	}
	return c.Camera.Frame(dst)
}

func TestRunOnFaultyCable(t *testing.T) {
	l := newCell(t, nil)
	var r played
	said, err := l.do(context.Background(), &r, nil, "run", "-checkpoint", pretrained, "-domain", "sim", "-episodes",
		"3",
		"-faults", "lose in every 700; unplug byte 60000 for 1s", "-record", "steps")
	if err != nil || r.Episodes != 3 || r.Recoveries < 2 || r.Faults["lose"] == 0 || r.Faults["unplug"] != 1 {
		t.Errorf("%+v, %v\n%s", r, err, said)
	}
}

// An arm that reports a pose that it cannot have is moved by no command, and each says so.
func TestNoCommandMovesFromAPoseThatCannotBe(t *testing.T) {
	for _, args := range [][]string{
		{"status"}, {"jog", "-move", "-joint", "1", "-speed", "0.3", "-for", "1s"},
		{"run", "-move", "-auto-place", "-checkpoint", pretrained, "-episodes", "1"},
	} {
		l := newCell(t, nil)
		if err := l.device.Break(l.clock.Now(), 1, emulator.Angle,
			emulator.Fault{Scale: 1, Offset: 2 * math.Pi}); err != nil {
			t.Fatal(err)
		}
		before := l.device.State(l.clock.Now()).Q
		said, err := l.do(context.Background(), nil, nil, l.real(args...)...)
		if err == nil || !strings.Contains(err.Error(), "joint_2 reports 9.") {
			t.Errorf("%s: %v\n%s", args[0], err, said)
		}
		after := l.device.State(l.clock.Now()).Q
		for i := range after {
			if math.Abs(after[i]-before[i]) > 0.01 {
				t.Errorf("%s: joint %d moved by %.3f rad", args[0], i+1, after[i]-before[i])
			}
		}
	}
}

// discreet is an arm that refuses what it may.
type discreet struct{ *emulator.Device }

func (d discreet) In(now time.Time, p []byte) (int, time.Time) {
	n, ready := d.Device.In(now, p)
	var packet protocol.Packet
	if n == 0 || packet.Decode(p[:n]) != nil {
		return n, ready
	}
	switch packet.Command {
	case protocol.AngularVelocity, protocol.AngularTorque, protocol.ErrorCount:
		packet.NACK = true
		var wire [protocol.PacketSize]byte
		packet.Encode(&wire)
		copy(p, wire[:])
	}
	return n, ready
}

// What an arm does not tell is no zero.
func TestWhatIsNotToldIsUnknown(t *testing.T) {
	l := newCell(t, func(o *emulator.Options) { o.Firmware = [3]uint8{} })
	l.socket.Plug(discreet{l.device})
	var r statusResult
	said, err := l.do(context.Background(), &r, nil, l.real("status")...)
	if err != nil || r.Velocities != nil || r.Torques != nil || r.Errors != nil || r.Age == nil {
		t.Errorf("%+v, %v", r, err)
	}
	has(t, said, "firmware unknown", "unknown rad/s  unknown\n", "errors in its log: unknown")
	if strings.Contains(said, "0.00\n") || strings.Contains(said, "0.0.0") {
		t.Error(said)
	}
	var lost strings.Builder
	(&statusResult{}).write(&lost)
	has(t, lost.String(), "has not answered since it was lost")
	for _, r := range []string{"9223372036", " 0.00\n"} {
		if strings.Contains(lost.String(), r) {
			t.Errorf("%q in %s", r, &lost)
		}
	}
}

// A policy that looks on while the planner drives mostly wants to go the same way, and where
// somebody else drives, nothing is sent (TestLookingChangesNothing).
func TestShadow(t *testing.T) {
	l := newCell(t, nil)
	var r agreement
	said, err := l.do(context.Background(), &r, nil, "shadow", "-checkpoint", pretrained, "-domain", "sim", "-steps",
		"120")
	if err != nil {
		t.Fatal(err)
	}
	if r.Steps != 120 || r.Moving < 0.6 || r.Opposite > 0.1 || r.Near == 0 || r.Closest > 150 {
		t.Errorf("%+v", r)
	}
	has(t, said, "step  120  done ")
	// Somebody drives by the arm's own joystick: the program sends nothing, and sees it.
	l.stick(1)
	l.clock.Enter()
	err = clock.Sleep(context.Background(), l.clock, 50*time.Millisecond)
	l.clock.Leave()
	if err != nil {
		t.Fatal(err)
	}
	sent := l.changed()
	said, err = l.do(context.Background(), &r, nil, l.real("shadow", "-checkpoint", pretrained, "-steps", "8")...)
	if err != nil || !strings.ContainsAny(strings.ReplaceAll(strings.Split(said, "policy")[0], "step ", ""), "+-") ||
		l.changed() != sent {
		t.Errorf("somebody drives: %+v, %v\n%s", r, err, said)
	}
	l.stick(0)
	// An arm at rest is seen as resting.
	if _, err := l.do(context.Background(), &r, nil, l.real("shadow", "-checkpoint", pretrained, "-steps",
		"20")...); err != nil || r.Moving != 0 || r.Opposite != 0 {
		t.Errorf("nobody drives: %+v, %v", r, err)
	}
}

// What latency measures is what the emulated camera and servos have, and the domain that it writes
// has it.
func TestLatency(t *testing.T) {
	l := newCell(t, nil)
	for _, c := range []struct{ picture, lag float64 }{{0.1, 0.05}, {0.04, 0.1}, {0, 0}} {
		t.Chdir(t.TempDir())
		write(t, "in.json", domainWith(t, c.picture, c.lag))
		var r delays
		said, err := l.doHere(context.Background(), &r, nil, "latency", "-domain", "in.json", "-out", "out.json",
			"-cycles", "4")
		if err != nil {
			t.Fatalf("%v\n%s", err, said)
		}
		// Commands wait in the arm's queue for two ticks or three, too, and the servos and the
		// limit on acceleration take theirs.
		if !closeTo(r.Picture, c.picture, 0.012) || !closeTo(r.Motion, c.lag+0.022, 0.015) || r.PictureSpread > 0.01 {
			t.Errorf("picture %.3f, lag %.3f: measured %+v", c.picture, c.lag, r)
		}
		d, err := domain.Load("out.json")
		if err != nil {
			t.Fatal(err)
		}
		var w domain.World
		d.Draw(nil, &w)
		if !closeTo(w.Motion.Latency, max(0, r.Picture), 0.001) || !closeTo(w.Motion.Lag, r.Motion, 0.001) ||
			w.Motion.Payload == 0 {
			t.Errorf("the domain has %+v", w.Motion)
		}
	}
}

// domainWith returns domain robot with other delays, as a file.
func domainWith(t *testing.T, latency, lag float64) string {
	t.Helper()
	text, err := os.ReadFile(robotFile)
	if err != nil {
		t.Fatal(err)
	}
	var d map[string]any
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	quantities := d["quantities"].(map[string]any)
	quantities["motion.latency"] = map[string]any{"unit": "s", "value": latency, "from": "a test"}
	quantities["motion.lag"] = map[string]any{"unit": "s", "value": lag, "from": "a test"}
	if text, err = json.Marshal(d); err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Calibration by detected places and by clicked points, on the emulated camera and a real one.
func TestCalibrate(t *testing.T) {
	l := newCell(t, nil)
	t.Chdir(t.TempDir())
	var r calibrated
	said, err := l.doHere(context.Background(), &r, nil, "calibrate", "-out", "table.json", "-overlay", "over.png")
	if err != nil || r.Points != 12 || r.Error == nil || *r.Error > 4 || r.LeftOut == nil || *r.LeftOut < *r.Error ||
		*r.LeftOut > 8 || r.Camera == nil {
		t.Fatalf("%+v, %v\n%s", r, err, said)
	}
	picture(t, "over.png")
	plane, err := tracker.Load("table.json")
	if err != nil {
		t.Fatal(err)
	}
	points := ""
	for _, i := range []int{0, 3, 5, 8, 11} {
		points += " " + clicked(plane.Points()[i])
	}
	if _, err := l.doHere(context.Background(), &r, nil, "calibrate", "-points", points, "-picture",
		"big.png"); err != nil || r.Points != 5 {
		t.Errorf("%+v, %v", r, err)
	}
	picture(t, "big.png")
	if _, err := l.doHere(context.Background(), nil, nil, "calibrate", "-points",
		"0,-0.4:1,1 0,-0.5:2,2 0.1,-0.5:3,3 0.1,-0.4:4,4"); err == nil || isUsage(err) {
		t.Errorf("points in a line: %v", err)
	}
	// A person puts the target where it is asked for.
	said, err = l.doHere(context.Background(), &r, strings.NewReader(strings.Repeat("\n", 4)), "calibrate", "-arm",
		"usb", "-camera", "/dev/video3",
		"-places", "-0.15,-0.55 0.15,-0.55 0.15,-0.35 -0.15,-0.35", "-out", "four.json")
	if err != nil || r.Points != 4 || r.Error != nil {
		t.Errorf("%+v, %v\n%s", r, err, said)
	}
	if _, err := l.doHere(context.Background(), nil, strings.NewReader("\n"), "calibrate", "-arm", "usb", "-camera",
		"/dev/video3"); err == nil {
		t.Error("a person who left went unnoticed")
	}
}

func clicked(p tracker.Point) string {
	text, _ := json.Marshal([]float64{p.Table[0], p.Table[1], p.Pixel[0] * enlarged, p.Pixel[1] * enlarged})
	n := strings.Split(strings.Trim(string(text), "[]"), ",")
	return n[0] + "," + n[1] + ":" + n[2] + "," + n[3]
}

// stick moves the stick of the arm's own joystick.
func (l *emulatedCell) stick(forward float32) {
	l.t.Helper()
	w := protocol.Writing{Command: protocol.JoystickSend,
		Payload: (&protocol.Joystick{Move: [2]float32{0, forward}}).Append(nil)}
	packets := []protocol.Packet{{Number: 1, Count: 1, Command: protocol.StartAPI}}
	for i := 1; i <= w.Count(); i++ {
		var p protocol.Packet
		w.Packet(i, &p)
		packets = append(packets, p)
	}
	for _, p := range packets {
		var wire [protocol.PacketSize]byte
		p.Encode(&wire)
		if err := l.device.Out(l.clock.Now(), wire[:]); err != nil {
			l.t.Fatal(err)
		}
	}
}

func picture(t *testing.T, path string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := png.Decode(f)
	if err != nil || m.Bounds().Dx() != 640 || m.Bounds().Dy() != 640 {
		t.Errorf("%s: %v, %v", path, m, err)
	}
}

// A stop in the middle of episodes keeps what was played.
func TestRunIsStopped(t *testing.T) {
	l := newCell(t, nil)
	ctx, cancel := context.WithCancel(context.Background())
	packets := 0
	l.onPacket = func() {
		if packets++; packets == 4000 {
			cancel()
		}
	}
	var r played
	said, err := l.do(ctx, &r, nil, l.real("record", "-move", "-auto-place", "-out", "x", "-episodes", "50")...)
	if err != nil || r.Episodes == 0 || r.Episodes > 10 || r.Steps == 0 {
		t.Errorf("%+v, %v\n%s", r, err, said)
	}
	has(t, said, "stopped by a signal")
	if s := l.device.State(l.clock.Now()); s.API {
		t.Error("API control was not given back")
	}
}
