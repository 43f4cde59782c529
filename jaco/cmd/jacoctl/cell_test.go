package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"colonnade/a3c/cli"
	"colonnade/jaco/camera"
	"colonnade/jaco/clock"
	"colonnade/jaco/cmd/workcell"
	"colonnade/jaco/emulator"
	"colonnade/jaco/protocol"
	"colonnade/jaco/robot"
	"colonnade/jaco/tracker"
	"colonnade/jaco/transport"
	"colonnade/sim"
	"colonnade/sim/domain"
)

// Files that tests read: a policy, and a domain. Tests change folders.
var (
	pretrained, _ = filepath.Abs("../../../bench/pretrained/reach-recurrent-wide.safetensors")
	robotFile, _  = filepath.Abs("../../../sim/domain/robot.json")
)

// emulatedCell is a machine with an arm and a camera that the commands take for real ones, in
// virtual time.
type emulatedCell struct {
	*host
	t        *testing.T
	clock    *clock.Virtual
	world    *domain.World
	device   *emulator.Device
	socket   *transport.Memory
	table    string        // file of the calibration
	openArm  error         // what opening the arm, and sending to it, gives; nil: the arm
	openEye  error         // the same of the camera
	quirk    func(*eye)    // of the camera
	stall    chan struct{} // closed: the arm is silent
	onPacket func()        // is called for each packet to the arm

	mu      sync.Mutex // guards what follows
	target  sim.Vec3
	changes map[protocol.Command]int // packets to the arm that are no questions
}

// eye is the camera, with faults.
type eye struct {
	camera.Camera
	err  error // of Frame
	view string
	slow time.Duration // that a picture takes more
	late time.Duration // that all have taken more so far
}

func (e *eye) View() string { return e.view }

func (e *eye) Frame(dst []uint8) (time.Duration, error) {
	if e.err != nil {
		return 0, e.err
	}
	at, err := e.Camera.Frame(dst)
	e.late += e.slow
	return at + e.late, err
}

func newCell(t *testing.T, change func(*emulator.Options)) *emulatedCell {
	t.Helper()
	l := &emulatedCell{t: t, clock: clock.NewVirtual(), target: sim.Vec3{0.05, -0.4, 0},
		changes: map[protocol.Command]int{}}
	d, err := domain.Load("robot")
	if err != nil {
		t.Fatal(err)
	}
	l.world = new(domain.World)
	d.Draw(nil, l.world)
	o := emulator.NewOptions(protocol.Jaco2)
	home, _ := sim.Canonical().Keyframe("home")
	o.Start, o.Motion = &home, l.world.Motion
	if change != nil {
		change(&o)
	}
	if l.device, err = emulator.New(o); err != nil {
		t.Fatal(err)
	}
	l.socket = transport.NewMemory(l.clock, l, time.Millisecond)
	dir := t.TempDir()
	l.host = &host{sysfs: filepath.Join(dir, "sys"), proc: filepath.Join(dir, "proc"), clock: l.clock, periods: 2,
		latest: time.Hour}
	l.plug("1-1.2", 7)
	l.host.cameras = func() ([]camera.Device, error) {
		return []camera.Device{{Path: "/dev/video3", Name: "webcam"}},
			nil
	}
	l.host.open = func(string) transport.Opener {
		return func(ctx context.Context) (transport.Conn, error) {
			if l.openArm != nil {
				return nil, l.openArm
			}
			return l.socket.Open(ctx)
		}
	}
	l.host.openCamera = func(camera.Options) (camera.Camera, error) {
		if l.openEye != nil {
			return nil, l.openEye
		}
		c, err := camera.NewEmulated(camera.Scene{Clock: l.clock, Arm: l.device, World: l.world, Target: l.at})
		if err != nil {
			return nil, err
		}
		e := &eye{Camera: c}
		if l.quirk != nil {
			l.quirk(e)
		}
		return e, nil
	}
	l.table = filepath.Join(dir, "table.json")
	plane, err := robot.CalibrateEmulated(l.world)
	if err == nil {
		err = plane.Save(l.table)
	}
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// Out and In are the arm's end of the cable.
func (l *emulatedCell) Out(now time.Time, p []byte) error {
	var packet protocol.Packet
	if packet.Decode(p) == nil {
		l.mu.Lock()
		if !questions[packet.Command] {
			l.changes[packet.Command]++
		}
		l.mu.Unlock()
	}
	if l.onPacket != nil {
		l.onPacket()
	}
	if l.openArm != nil {
		return l.openArm
	}
	return l.device.Out(now, p)
}

func (l *emulatedCell) In(now time.Time, p []byte) (int, time.Time) {
	if l.stall != nil {
		return 0, time.Time{}
	}
	return l.device.In(now, p)
}

// plug puts an arm into the tree of USB devices.
func (l *emulatedCell) plug(port string, address int) {
	l.t.Helper()
	for name, value := range map[string]string{"idVendor": "22cd", "idProduct": "0000", "busnum": "1",
		"devnum": fmt.Sprint(address), "speed": "12"} {
		write(l.t, filepath.Join(l.sysfs, port, name), value+"\n")
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// hold lets a program have a node open.
func (l *emulatedCell) hold(node, program string) {
	l.t.Helper()
	process := filepath.Join(l.proc, "4711")
	write(l.t, filepath.Join(process, "comm"), program+"\n")
	if err := os.MkdirAll(filepath.Join(process, "fd"), 0o777); err != nil {
		l.t.Fatal(err)
	}
	if err := os.Symlink(node, filepath.Join(process, "fd", "5")); err != nil {
		l.t.Fatal(err)
	}
}

func (l *emulatedCell) at(time.Time) sim.Vec3 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.target
}

// changed returns how many packets changed something.
func (l *emulatedCell) changed() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, count := range l.changes {
		n += count
	}
	return n
}

// jogging returns a jog of the workcell's arm, which its keys have not reached yet.
func (l *emulatedCell) jogging() *jogging {
	l.t.Helper()
	s := newSetup("jog", console{name: "jog", stdout: io.Discard, stderr: io.Discard, host: l.host}).moves()
	if err := s.parse(l.real("-move")); err != nil {
		l.t.Fatal(err)
	}
	at, err := s.open(context.Background(), workcell.Wants{Move: true})
	if err != nil {
		l.t.Fatal(err)
	}
	return &jogging{site: at, orders: newOrders(stopKey, at.Guard.EmergencyStop)}
}

// count returns how many packets of a command the arm got.
func (l *emulatedCell) count(command protocol.Command) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.changes[command]
}

// person is standard error: when it says where the target belongs, it is put there.
type person struct {
	bytes.Buffer
	cell *emulatedCell
}

func (p *person) Write(text []byte) (int, error) {
	var x, y float64
	if _, err := fmt.Sscanf(string(text), "put the target at x %f m, y %f m", &x, &y); err == nil {
		p.cell.mu.Lock()
		p.cell.target = sim.Vec3{x, y, 0}
		p.cell.mu.Unlock()
	}
	return p.Buffer.Write(text)
}

// said is standard error, for two goroutines.
type said struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.Write(p)
}

func (s *said) await(t *testing.T, words string) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(time.Millisecond) {
		s.mu.Lock()
		found := strings.Contains(s.buf.String(), words)
		s.mu.Unlock()
		if found {
			return
		}
	}
	t.Errorf("no %q in:\n%s", words, s.buf.String())
}

// dialogue is standard input of somebody who says each line when words of standard error call for
// it.
type dialogue struct {
	t     *testing.T
	heard *said
	lines [][2]string // what is awaited, what is said then
}

func (d *dialogue) Read(p []byte) (int, error) {
	if len(d.lines) == 0 {
		return 0, io.EOF
	}
	next := d.lines[0]
	d.lines = d.lines[1:]
	d.heard.await(d.t, next[0])
	return copy(p, next[1]+"\n"), nil
}

// do runs a command on the workcell's machine in a folder of its own, and decodes its result unless
// r is nil.
func (l *emulatedCell) do(ctx context.Context, r any, stdin io.Reader, args ...string) (said string, err error) {
	l.t.Helper()
	l.t.Chdir(l.t.TempDir())
	return l.doHere(ctx, r, stdin, args...)
}

func (l *emulatedCell) doHere(ctx context.Context, r any, stdin io.Reader, args ...string) (said string, err error) {
	var stdout bytes.Buffer
	stderr := &person{cell: l}
	err = l.run(ctx, args, stdin, &stdout, stderr)
	if r != nil {
		if wrong := json.Unmarshal(stdout.Bytes(), r); wrong != nil {
			l.t.Fatalf("%v: the result is %q: %v; %v\n%s", args, &stdout, wrong, err, stderr)
		}
	}
	return stderr.String(), err
}

// real returns the flags of the workcell's devices, with more of them.
func (l *emulatedCell) real(args ...string) []string {
	absolute, err := filepath.Abs(l.table)
	if err != nil {
		l.t.Fatal(err)
	}
	return append(args, "-arm", "usb", "-camera", "/dev/video3", "-calibration", absolute)
}

func isUsage(err error) bool {
	var usage *cli.UsageError
	return errors.As(err, &usage)
}

func closeTo(a, b, tolerance float64) bool { return math.Abs(a-b) <= tolerance }

func has(t *testing.T, said string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(said, w) {
			t.Errorf("no %q in:\n%s", w, said)
		}
	}
}

// listener is a player that notes what it is told of the angles, as an observation and beside it.
type listener struct {
	proprio  []float32
	observed [sim.NumJoints]float32
	told     [sim.NumJoints]float64
}

func (l *listener) begin(uint64) ([]uint8, []float32) { return nil, l.proprio }

func (l *listener) act(q *[sim.NumJoints]float64, _ sim.Vec3) ([]int, error) {
	l.observed, l.told = [sim.NumJoints]float32(l.proprio), *q
	return []int{1, 1, 1, 1, 1, 1, 1, 1, 1}, nil
}

// The policy that looks on is not told of whole turns, which it has not learnt, wherever the arm
// stands.
func TestShadowLeavesTurnsOut(t *testing.T) {
	home, _ := sim.Canonical().Keyframe("reach_start")
	start := home
	start[0], start[5] = start[0]+2*math.Pi, start[5]-6*math.Pi
	cell, err := robot.Emulate(robot.Emulation{World: newCell(t, nil).world, Start: &start, Still: true})
	if err != nil {
		t.Fatal(err)
	}
	policy := &listener{proprio: make([]float32, 2*sim.NumJoints)}
	w := &watching{site: &site{Workcell: cell.Workcell, emulated: cell}, policy: policy, out: io.Discard,
		model: sim.Canonical(), finder: tracker.NewFinder()}
	cell.Clock.Enter()
	err = w.watch(t.Context(), 2)
	cell.Clock.Leave()
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range home {
		if !closeTo(float64(policy.observed[i]), want, 0.05) || !closeTo(policy.told[i], want, 0.05) {
			t.Errorf("joint %d: observed at %.2f rad, told %.2f, want %.2f", i+1, policy.observed[i], policy.told[i],
				want)
		}
	}
	if err := cell.Shut(); err != nil {
		t.Error(err)
	}
}
