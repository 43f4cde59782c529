package rig

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"colonnade/a3c/lab/cli"
	"colonnade/jaco/camera"
	"colonnade/jaco/clock"
	"colonnade/jaco/robot"
	"colonnade/jaco/safety"
	"colonnade/jaco/tracker"
	"colonnade/jaco/transport"
	"colonnade/jaco/usbfs"
)

// The values of -arm and -camera that are no devices.
const (
	emulated = "emulated"
	usb      = "usb"
)

// Options is what the flags say.
type Options struct {
	arm, camera, calibration, stopFile, safetyLog *string
	settings                                      settingsFlag
	move, autoPlace                               *bool

	// Open opens cables by name, OpenCamera cameras: those of this system, in the time of Clock. Tests have others.
	Open       func(name string) transport.Opener
	OpenCamera func(camera.Options) (camera.Camera, error)
	Clock      clock.Clock

	// Confirm is robot.Hardware's: a line of standard input.
	Confirm func() <-chan error
}

// Register defines the flags.
func Register(f *cli.Flags) *Options {
	o := &Options{Open: usbfs.Opener, Clock: clock.Real(), Confirm: robot.ConfirmByLine(os.Stdin)}
	o.OpenCamera = func(opt camera.Options) (camera.Camera, error) { return camera.OpenReopening(opt) }
	o.arm = f.String("arm", emulated, "the `arm`: emulated; usb, if there is one only; its port, such as 1-1.2; or the path of its node")
	o.camera = f.String("camera", "", "the real arm's `camera`, such as /dev/video0; the emulated arm has its own")
	f.Var(&o.settings, "camera-settings", "how the camera is set, and kept: `settings` such as \"size=640x480 rate=30 exposure=10ms white-balance=4600\"; also format, gain, focus, crop=X0,Y0,X1,Y1")
	o.calibration = f.String("calibration", "", "`file` that jacoctl calibrate left")
	o.move = f.Bool("move", false, "allow a real arm to move; the emulated one always may")
	o.autoPlace = f.Bool("auto-place", false, "let a real arm move on by itself after somebody may have had a hand in its way, to place the target or put something right; it looks for hands by the camera alone, which cannot see one that rests or is out of the picture; default: Enter confirms it")
	o.stopFile = f.String("stop-file", "jaco.stop", "emergency stop when this `file` appears, and for as long as it is there")
	o.safetyLog = f.String("safety-log", "", "append every trip and stop, with its cause, to this `file`")
	f.NotInFile("arm", "camera", "camera-settings", "calibration", "move", "auto-place", "stop-file", "safety-log")
	return o
}

// Real tells whether the arm is a real one.
func (o *Options) Real() bool { return *o.arm != emulated }

// Move tells whether the arm may move.
func (o *Options) Move() bool { return *o.move || !o.Real() }

// Name names the arm.
func (o *Options) Name() string { return *o.arm }

// StopFile returns the file whose appearance is an emergency stop.
func (o *Options) StopFile() string { return *o.stopFile }

// HasCamera tells whether a camera was named.
func (o *Options) HasCamera() bool { return *o.camera != "" }

// Camera returns what was said of the camera.
func (o *Options) Camera() camera.Options {
	opt := o.settings.opt
	if opt.Path = *o.camera; opt.Path == usb {
		opt.Path = "" // the only one there is
	}
	return opt
}

// Validate returns a cli.UsageError for flags that do not go together.
func (o *Options) Validate() error {
	if o.Real() {
		return nil
	}
	switch {
	case *o.camera != "" && *o.camera != emulated:
		return cli.Usagef("-camera %s: the emulated arm is seen by its own camera; -arm usb is a real one", *o.camera)
	case *o.calibration != "":
		return cli.Usagef("-calibration %s: the emulated table is calibrated by itself", *o.calibration)
	case *o.autoPlace:
		return cli.Usagef("-auto-place: the target of the emulated arm is placed by itself; -arm usb is a real one")
	case *o.move:
		return cli.Usagef("-move: the emulated arm always may; -arm usb is a real one")
	}
	return nil
}

// Opener returns what opens the real arm's cable.
func (o *Options) Opener() transport.Opener {
	name := *o.arm
	if name == usb {
		name = ""
	}
	return o.Open(name)
}

// NeedMove returns a usage error if a real arm must not move.
func (o *Options) NeedMove() error {
	if !o.Move() {
		return cli.Hint(cli.Usagef("this moves the arm, and -arm %s is a real one: it needs -move", *o.arm),
			"go doc ./jaco/cmd/jacoctl says what must be true before")
	}
	return nil
}

// Log opens the file of -safety-log; nil if there is none.
func (o *Options) Log() (*safety.Log, error) {
	if *o.safetyLog == "" {
		return nil, nil
	}
	return safety.OpenLog(*o.safetyLog)
}

// Plane loads the file of -calibration; nil if there is none.
func (o *Options) Plane() (*tracker.Plane, error) {
	if *o.calibration == "" {
		return nil, nil
	}
	return tracker.Load(*o.calibration)
}

// Wants says what of a real laboratory is needed.
type Wants struct{ Camera, Plane, Move bool }

// Connect connects to the real laboratory that the flags name; what people have to do is written to stderr. The caller
// shuts the Lab and then closes the log, which is nil if there is none.
func (o *Options) Connect(ctx context.Context, w Wants, stderr io.Writer) (lab *robot.Lab, log *safety.Log, err error) {
	switch {
	case w.Camera && *o.camera == "":
		return nil, nil, cli.Usagef("-camera is needed: which camera sees the arm")
	case w.Plane && *o.calibration == "":
		return nil, nil, cli.Hint(cli.Usagef("-calibration is needed: where the camera sees which place on the table"), "jacoctl calibrate makes one")
	}
	if w.Move {
		if err := o.NeedMove(); err != nil {
			return nil, nil, err
		}
	}
	h := robot.Hardware{Clock: o.Clock, Open: o.Opener(), Move: w.Move, AutoPlace: *o.autoPlace, Confirm: o.Confirm}
	h.Ask = func(text string) { fmt.Fprintln(stderr, text) }
	if w.Move {
		h.StopFile = *o.stopFile // an arm that is only looked at may be, stop or no stop
	}
	if w.Plane {
		if h.Plane, err = o.Plane(); err != nil {
			return nil, nil, err
		}
	}
	if log, err = o.Log(); err != nil {
		return nil, nil, err
	}
	h.Log = log
	if w.Camera {
		if h.Camera, err = o.OpenCamera(o.Camera()); err != nil {
			return nil, nil, errors.Join(explain(err), log.Close())
		}
	}
	if lab, err = robot.Connect(ctx, h); err != nil {
		return nil, nil, errors.Join(explain(err), log.Close())
	}
	return lab, log, nil
}

// explain adds what can be done.
func explain(err error) error {
	switch {
	case errors.Is(err, transport.ErrNoDevice), errors.Is(err, transport.ErrBusy), errors.Is(err, transport.ErrPermission):
		return cli.Hint(err, "jacoctl doctor says what is wrong with arm and camera")
	}
	return err
}
