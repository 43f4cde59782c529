package world

import (
	"context"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"colonnade/a3c"
	"colonnade/a3c/cli"
	"colonnade/a3c/envtest"
	"colonnade/a3c/training"
	"colonnade/jaco/camera"
	"colonnade/jaco/cmd/workcell"
	"colonnade/jaco/record"
	"colonnade/jaco/robot"
	"colonnade/jaco/safety"
	"colonnade/jaco/transport"
	"colonnade/sim"
	"colonnade/sim/domain"
)

// settings are what commands bind.
type settings struct {
	World training.WorldSettings
	Robot Robot
}

// parse returns the world that flags name.
func parse(args ...string) (World, error) {
	s := settings{training.DefaultWorld(), DefaultRobot()}
	if err := cli.Apply(&s, args); err != nil {
		return nil, err
	}
	return Open(s.World, s.Robot)
}

// driver is parse for the flags of an arm, without a mistake.
func driver(t *testing.T, args ...string) *driven {
	t.Helper()
	w, err := parse(append([]string{"-env", "jaco"}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	return w.(*driven)
}

// The emulated arm keeps the learner's contract as the simulator does, where an episode can follow
// from its seed: each has an arm of its own.
func TestConformanceOfTheArm(t *testing.T) {
	world := driver(t, "-domain", "robot")
	envtest.Conformance(t, func() a3c.Env {
		env, err := world.MakeEvaluation(0, 0)
		if err != nil {
			t.Fatal(err)
		}
		return env
	})
}

// Environments for training move their arm to its starts, with faults on the cable if asked.
func TestArmOnAFaultyCable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "steps")
	world := driver(t, "-domain", "robot", "-faults", "lose in every 500; unplug byte 100000 for 1s", "-record", path)
	env, err := world.Make(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	calls := 0
	pixels, action := make([]uint8, 64*64*3), make([]int, sim.NumJoints)
	for seed := range uint64(4) {
		if err := env.Reset(seed, pixels, nil); err != nil {
			t.Fatal(err)
		}
		for step := 0; ; step++ {
			calls++
			for i := range action {
				action[i] = (step/5 + i) % 3
			}
			_, terminated, truncated, err := env.Step(action, pixels, nil)
			if err != nil {
				t.Fatal(err)
			}
			if terminated || truncated {
				break
			}
		}
		calls++
	}
	if err := env.(io.Closer).Close(); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := record.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for ; ; calls-- {
		var m robot.Moment
		if err := r.Next(&m); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if calls != 0 {
		t.Errorf("%d steps and resets are missing in the record", calls)
	}
}

// What power loss left of a record is cut off when training goes on, and the user is told; a whole
// file is no news.
func TestTornRecord(t *testing.T) {
	path := filepath.Join(t.TempDir(), "steps")
	world := driver(t, "-record", path)
	for _, torn := range []int{0, 100, 0} {
		if torn > 0 {
			whole, err := os.ReadFile(path)
			if err == nil {
				err = os.WriteFile(path, append(whole, make([]byte, torn)...), 0o666)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		var said strings.Builder
		world.stderr = &said
		env, err := world.Make(0, 0)
		if err != nil {
			t.Fatal(err)
		}
		if told := strings.Contains(said.String(), path+": 100 bytes"); told != (torn > 0) || !told && said.Len() > 0 {
			t.Errorf("with %d bytes too many: %q", torn, &said)
		}
		if err := env.(io.Closer).Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// The emulated arm stops where a real one would, and says so in the same log.
func TestStopFileAndLog(t *testing.T) {
	dir := t.TempDir()
	stop, log := filepath.Join(dir, "stop"), filepath.Join(dir, "log")
	world := driver(t, "-stop-file", stop, "-safety-log", log)
	pixels, action := make([]uint8, 64*64*3), []int{1, 1, 1, 1, 1, 1, 1, 1, 1}
	for name, make := range map[string]func(int, int) (a3c.Env, error){"training": world.Make,
		"evaluation": world.MakeEvaluation} {
		env, err := make(0, 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := env.Reset(1, pixels, nil); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(stop, nil, 0o666); err != nil {
			t.Fatal(err)
		}
		for range 10 {
			if _, _, _, err = env.Step(action, pixels, nil); err != nil {
				break
			}
		}
		if !errors.Is(err, safety.ErrEmergency) {
			t.Errorf("%s: steps go on with the stop file there: %v", name, err)
		}
		if _, err := make(0, 0); name == "training" && !errors.Is(err, safety.ErrEmergency) {
			t.Errorf("%s begins with the stop file there: %v", name, err)
		}
		env.(io.Closer).Close()
		if err := os.Remove(stop); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(log)
		if err != nil || !strings.Contains(string(data), stop) {
			t.Errorf("%s: the log says %q, %v", name, data, err)
		}
		if err := os.Truncate(log, 0); err != nil {
			t.Fatal(err)
		}
	}
}

func TestArmRefuses(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"-env jaco -move", "always may"},
		{"-env jaco -camera /dev/video0", "its own camera"},
		{"-arm usb", "-env jaco"},
		{"-record steps", "-record needs -env jaco"},
		{"-safety-log log", "-safety-log needs -env jaco"},
		{"-stop-file stop", "-stop-file needs -env jaco"},
		{"-faults", "-faults needs -env jaco"},
		{"-zeros 1,2,3,4,5,6,7,8,9", "nothing draws a twin"},
		{"-env jaco -arm usb -zeros 1,2,3,4,5,6,7,8,9", "-calibration has"},
		{"-env jaco -arm usb -task conveyor", "glide"},
		{"-env jaco -arm usb", "-camera is needed"},
		{"-env jaco -arm usb -faults", "emulated cable"},
		{"-env jaco -arm usb -camera /dev/video0", "-calibration is needed"},
		{"-env jaco -arm usb -camera /dev/video0 -calibration none", "needs -move"},
	} {
		args := strings.Fields(c.args)
		if args[len(args)-1] == "-faults" {
			args = append(args, "lose in every 9")
		}
		for _, make := range []func(World, int, int) (a3c.Env, error){World.Make, World.MakeEvaluation} {
			world, err := parse(args...)
			if err == nil {
				_, err = make(world, 0, 0)
			}
			var usage *cli.UsageError
			if !errors.As(err, &usage) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v", c.args, err)
			}
		}
	}
	world := driver(t)
	if world.Domain() != "jaco:sim" || world.IsHardware() {
		t.Errorf("the domain is %q", world.Domain())
	}
	if world.Arm(); world.workcell.Pause != nil {
		t.Error("the emulated arm waits for somebody")
	}
}

// realCell lets a world take emulated devices for real ones, in virtual time, and returns how to
// see whether they are open.
func realCell(t *testing.T, args ...string) (*driven, *robot.Emulated) {
	t.Helper()
	d, err := domain.Load("robot")
	if err != nil {
		t.Fatal(err)
	}
	var w domain.World
	d.Draw(nil, &w)
	cell, err := robot.Emulate(robot.Emulation{World: &w})
	if err != nil {
		t.Fatal(err)
	}
	table := filepath.Join(t.TempDir(), "table.json")
	if err := cell.Plane.Save(table); err != nil {
		t.Fatal(err)
	}
	cell.Clock.Enter()
	defer cell.Clock.Leave()
	if err := cell.Guard.Close(); err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir()) // where there is no stop file
	world := driver(t, append([]string{"-arm", "usb", "-camera", "/dev/video0", "-calibration", table}, args...)...)
	world.workcell.Clock = cell.Clock
	world.workcell.Open = func(string) transport.Opener { return cell.Socket.Open }
	world.workcell.OpenCamera = func(camera.Options) (camera.Camera, error) {
		return camera.NewEmulated(camera.Scene{Clock: cell.Clock, Arm: cell.Arm, World: &w,
			Target: func(time.Time) sim.Vec3 { return cell.TrueTarget() }})
	}
	return world, cell
}

// A real arm is one: training and evaluation share it, others are refused, and it is let go with
// the last.
func TestRealArm(t *testing.T) {
	world, cell := realCell(t, "-move", "-target-every", "100", "-record", "steps")
	pause := world.Arm().(watchedArms).pause
	first, err := world.Make(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if pause == nil || world.workcell.Pause != pause {
		t.Error("nobody but the terminal can confirm that the arm may move on")
	}
	second, err := world.MakeEvaluation(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := world.Make(0, 1); err == nil || !strings.Contains(err.Error(), "one arm") {
		t.Errorf("a second arm: %v", err)
	}
	if print, err := world.Fingerprint(); err != nil || print != hardwarePrint || world.Domain() != "jaco:hardware" {
		t.Errorf("%s, %v, %s", print, err, world.Domain())
	}
	if n := len(world.guards.present()); n != 1 {
		t.Errorf("%d safety layers", n)
	}
	for _, env := range []a3c.Env{first, second, second} {
		if err := env.(io.Closer).Close(); err != nil {
			t.Error(err)
		}
	}
	if s := cell.Arm.State(cell.Clock.Now()); s.API || len(world.guards.present()) != 0 {
		t.Error("the arm was not let go")
	}
	third, err := world.Make(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := third.(io.Closer).Close(); err != nil {
		t.Error(err)
	}
}

// seen is called with what is written.
type seen func(text string)

func (s seen) Write(p []byte) (int, error) { s(string(p)); return len(p), nil }

// What the real arm asks for at the terminal is asked elsewhere, too, and only as long as the arm
// waits.
func TestPauseOfTheRealArm(t *testing.T) {
	world, cell := realCell(t, "-move")
	pause := world.Arm()
	var asked []string
	real, log, err := world.workcell.Connect(t.Context(), workcell.Wants{Camera: true, Plane: true, Move: true},
		seen(func(string) {
			asked = append(asked, pause.Asked().Text)
		}))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	cell.Clock.Enter()
	stopped := []error{real.Clear(ctx, "the plug was pulled"), real.MoveTarget(ctx, 0, -0.4)}
	cell.Clock.Leave()
	if len(asked) != 2 || !strings.Contains(asked[0], "the plug was pulled") || !strings.Contains(asked[1], "y -0.40") {
		t.Errorf("asked %q", asked)
	}
	for _, err := range stopped {
		if !errors.Is(err, context.Canceled) || pause.Asked().Text != "" {
			t.Errorf("%v, and %q is asked", err, pause.Asked().Text)
		}
	}
	if err := errors.Join(real.Shut(), log.Close()); err != nil {
		t.Error(err)
	}
}

// The conveyor of the emulated arm moves the target, the tracker follows, and people see pictures
// of it.
func TestConveyorOfTheArm(t *testing.T) {
	world := driver(t, "-task", "conveyor", "-domain", "robot")
	env, err := world.NewStage()
	if err != nil {
		t.Fatal(err)
	}
	arm, action := env.(*perEpisode), []int{1, 1, 1, 1, 1, 1, 1, 1, 1}
	followed := 0
	for seed := range uint64(4) {
		if err := env.Reset(seed, nil, nil); err != nil {
			t.Fatal(err)
		}
		begun := arm.cell.TrueTarget()
		for range 20 {
			if _, _, _, err := env.Step(action, nil, nil); err != nil {
				t.Fatal(err)
			}
		}
		now := arm.cell.TrueTarget()
		if way := math.Abs(now[0] - begun[0]); way > 0.1001+0.05 || now[1] != begun[1] {
			t.Errorf("the target went from %v to %v in 2 s and what Reset takes", begun, now)
		}
		if now.Distance(arm.Target()) < 0.02 && now != begun {
			followed++
		}
	}
	if followed < 2 {
		t.Errorf("the tracker followed in %d of 4 episodes", followed)
	}
	picture, err := env.Picture(160, 120)
	if err != nil || picture.Bounds().Dx() != 160 {
		t.Errorf("%v, %v", picture, err)
	}
	if err := arm.Close(); err != nil {
		t.Error(err)
	}
}
