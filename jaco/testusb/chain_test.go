//go:build linux && (amd64 || arm64)

package testusb

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"colonnade/jaco/camera"
	"colonnade/jaco/clock"
	"colonnade/jaco/emulator"
	"colonnade/jaco/robot"
	"colonnade/jaco/safety"
	"colonnade/jaco/tracker"
	"colonnade/jaco/usbfs"
	"colonnade/sim"
	"colonnade/sim/domain"
	"colonnade/sim/reach"
	"colonnade/sim/render"
)

// cell is a table with an arm that a webcam sees, and a person who puts the target where jacoctl
// asks for it.
type cell struct {
	t      *testing.T
	device *emulator.Device

	mu       sync.Mutex // guards what follows
	target   sim.Vec3
	renderer *render.Renderer
	pixels   []uint8
	picture  []byte // YUYV, of drawn
	drawn    time.Time
	heard    bytes.Buffer // what jacoctl says
	line     []byte       // of it, not complete yet
}

// redraw is the least time between two pictures: they cost much of an emulated processor.
const redraw = 200 * time.Millisecond

func newTable(t *testing.T, device *emulator.Device) *cell {
	t.Helper()
	d, err := domain.Load("sim")
	if err != nil {
		t.Fatal(err)
	}
	var w domain.World
	d.Draw(nil, &w)
	l := &cell{t: t, device: device, target: sim.Vec3{0, -0.45, 0}, pixels: make([]uint8, 3*camWidth*camHeight),
		picture: make([]byte, 2*camWidth*camHeight)}
	if l.renderer, err = render.NewRenderer(&w.Scene, camWidth, camHeight, 1); err != nil {
		t.Fatal(err)
	}
	// without noise it would be taken for frozen
	if err := l.renderer.SetSensor(render.Sensor{ReadNoise: 1}); err != nil {
		t.Fatal(err)
	}
	return l
}

// look is the webcam's picture: the middle square of it is what the simulator's camera sees.
func (l *cell) look(bool) []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	if time.Since(l.drawn) < redraw {
		return nil
	}
	l.drawn = time.Now()
	var pos [sim.NumBodies]sim.Vec3
	var rot [sim.NumBodies]sim.Mat3
	l.device.Look(l.drawn, func(d *sim.Data) { pos, rot = d.BodyPos, d.BodyRot })
	if err := l.renderer.Render(l.pixels, &pos, &rot, l.target); err != nil {
		l.t.Error(err)
	}
	l.picture = slices.Clone(l.picture) // the one before may be on its way
	for i := 0; i < len(l.pixels); i += 6 {
		toYUYV(l.picture[i/3*2:], l.pixels[i:i+6])
	}
	return l.picture
}

// toYUYV turns two pixels into four bytes: BT.601, in its usual range, as the webcam's descriptor
// says.
func toYUYV(to []byte, rgb []uint8) {
	luma := func(p []uint8) byte { return byte((66*int(p[0])+129*int(p[1])+25*int(p[2])+128)>>8 + 16) }
	r, g, b := int(rgb[0])+int(rgb[3]), int(rgb[1])+int(rgb[4]), int(rgb[2])+int(rgb[5])
	to[0], to[2] = luma(rgb), luma(rgb[3:])
	to[1] = byte((-38*r-74*g+112*b+256)>>9 + 128)
	to[3] = byte((112*r-94*g-18*b+256)>>9 + 128)
}

// Write hears what jacoctl says on standard error, and does what it asks for.
func (l *cell) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heard.Write(text)
	l.line = append(l.line, text...)
	for {
		line, rest, whole := bytes.Cut(l.line, []byte("\n"))
		if !whole {
			return len(text), nil
		}
		l.line = rest
		var x, y float64
		if _, err := fmt.Sscanf(string(line), "put the target at x %f m, y %f m", &x, &y); err == nil {
			l.target, l.drawn = sim.Vec3{x, y, 0}, time.Time{}
		}
	}
}

// jacoctl runs the command and decodes its result.
func (l *cell) jacoctl(result any, stdin string, args ...string) error {
	l.t.Helper()
	l.mu.Lock()
	l.heard.Reset()
	l.mu.Unlock()
	began := time.Now()
	var stdout bytes.Buffer
	c := exec.Command("/bin/jacoctl", args...)
	c.Dir, c.Stdin, c.Stdout, c.Stderr = "/tmp", strings.NewReader(stdin), &stdout, l
	err := c.Run()
	l.mu.Lock()
	said := l.heard.String()
	l.mu.Unlock()
	l.t.Logf("jacoctl %s, %.1f s:\n%s%s", strings.Join(args, " "), time.Since(began).Seconds(), said, &stdout)
	if wrong := json.Unmarshal(stdout.Bytes(), result); wrong != nil {
		l.t.Fatalf("the result is %q: %v; %v", &stdout, wrong, err)
	}
	return err
}

// An episode through the whole chain, all of it through the kernel: a person calibrates by jacoctl,
// the environment sees what the webcam's driver gives, the arm gets what usbfs takes. The planner
// is the policy. Watchdogs are as patient as an emulated processor needs; where they are not, the
// arm stops and goes on.
func TestGuestChain(t *testing.T) {
	away, _ := sim.Canonical().Keyframe("home")
	away[0] += math.Pi / 2 // out of the camera's view
	r := newRigAt(t, away)
	l := newTable(t, r.device)
	newWebcam(t, l.look)
	path := awaitCamera(t, "Emulated")

	var table struct {
		Points int
		Error  float64 `json:"error_mm"`
	}
	places := "-0.16,-0.57 0.16,-0.57 0.16,-0.33 -0.16,-0.33 0,-0.45"
	err := l.jacoctl(&table, strings.Repeat("\n", 5), "calibrate", "-places", places, "-out", "table.json",
		"-arm", "usb", "-camera", path, "-camera-settings", "size=320x240 format=yuyv exposure=20ms")
	if err != nil || table.Points != 5 || table.Error > 6 {
		t.Fatalf("%+v, %v", table, err)
	}
	plane, err := tracker.Load("/tmp/table.json")
	if err != nil {
		t.Fatal(err)
	}
	guard, err := safety.Connect(background, safety.Options{Motion: true, Arm: safety.Driver{
		Clock: clock.Real(), Open: usbfs.Opener(""), Timeout: 2 * time.Second, Stale: 10 * time.Second,
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := guard.Enable(background); err != nil {
		t.Fatal(err)
	}
	env, err := robot.New(robot.Options{
		Workcell: &robot.Workcell{
			Clock: clock.Real(), Guard: guard,
			Camera: openCamera(t, camera.Options{Path: path, Width: camWidth, Height: camHeight}), Plane: plane,
			MoveTarget: func(_ context.Context, x, y float64) error { l.put(x, y); return nil },
		},
		Log: func(_ time.Time, text string) { t.Log(text) },
	})
	if err != nil {
		t.Fatal(err)
	}
	score, took := episode(t, env)
	t.Logf("measured: score %g in %v; %+v; driver %+v", score, took, env.Counts(), guard.Stats())
	if err := env.Close(); err != nil {
		t.Error(err)
	}
	if s := r.device.State(time.Now()); s.Contacts != 0 || s.API || s.Queue != 0 {
		t.Errorf("the arm is left with %+v", s)
	}
}

// episode plays the planner and returns its score.
func episode(t *testing.T, env *robot.Env) (score float64, took time.Duration) {
	t.Helper()
	if err := env.Reset(1, nil, nil); err != nil {
		t.Fatal(err)
	}
	began, p, action := time.Now(), reach.NewPlanner(sim.Canonical()), make([]int, sim.NumJoints)
	for over := false; !over; {
		q, _ := env.Joints()
		p.Plan(action, &q, env.Target())
		reward, terminated, truncated, err := env.Step(action, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		score += float64(reward)
		over = terminated || truncated
	}
	return score, time.Since(began)
}

// put puts the target down.
func (l *cell) put(x, y float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.target, l.drawn = sim.Vec3{x, y, 0}, time.Time{}
}

// Doctor names what is wrong on a real system: nobody's arm, somebody else's, and a user without
// rights.
func TestGuestDoctor(t *testing.T) {
	r := newRig(t)
	faults := func(as *syscall.Credential, want string, words ...string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(background, 2*patience)
		defer cancel()
		c := exec.CommandContext(ctx, "/bin/jacoctl", "doctor", "-arm", "usb")
		c.Cancel = func() error { return c.Process.Signal(syscall.SIGQUIT) } // it says where it hangs
		c.Dir, c.SysProcAttr = "/", &syscall.SysProcAttr{Credential: as}
		said, err := c.CombinedOutput()
		if err == nil || !bytes.Contains(said, []byte(`"`+want+`"`)) {
			t.Errorf("want %q: %v\n%s", want, err, said)
		}
		for _, w := range words {
			if !bytes.Contains(said, []byte(w)) {
				t.Errorf("no %q in:\n%s", w, said)
			}
		}
	}
	faults(&syscall.Credential{Uid: 1000, Gid: 1000}, "no permission", `ATTR{idVendor}=="22cd"`, "udevadm")
	c := r.open()
	faults(nil, "held", "init (process")
	c.Close()
	r.Unplug("1-1")
	awaitArms(t, 0)
	faults(nil, "not found", "lsusb")
}
