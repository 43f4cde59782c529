// Package workcell gives commands one way to say which arm and which camera: [Settings], by the
// flags -arm, -camera, -camera-settings, -calibration, -move, -auto-place, -stop-file and
// -safety-log, and what they open. It stands beside the commands, as its errors are those of usage.
//
// Without them the arm is emulated. A real one is only looked at unless -move stands on the command
// line; no configuration file can say it, nor keep it for the next time.
package workcell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"colonnade/a3c/cli"
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

// Settings say which arm there is, which camera sees it, and what is kept of its safety.
type Settings struct {
	// Arm is "emulated", the default; "usb", the real one if there is one only; its port; or the
	// path of its node.
	Arm string `flag:"arm" file:"-" help:"the *arm*: emulated, or a Jaco2 with six joints and three fingers: usb, if there is one only; its port, such as 1-1.2; or the path of its node"`
	// Camera is the device of a real arm's camera. Default none.
	Camera string `flag:"camera" file:"-" help:"the real arm's *camera*, such as /dev/video0; the emulated arm has its own"`
	// CameraSettings is how that camera is set. Default as it is.
	CameraSettings CameraSettings `flag:"camera-settings" file:"-" help:"how the camera is set, and kept: *settings* such as \"size=640x480 rate=30 exposure=10ms white-balance=4600\"; also format, gain, focus, crop=X0,Y0,X1,Y1"`
	// Calibration is the file that says where the camera sees the table. Default none.
	Calibration string `flag:"calibration" file:"-" help:"*file* that jacoctl calibrate left"`
	// Move allows a real arm to move. Default false.
	Move bool `flag:"move" file:"-" help:"allow a real arm to move; the emulated one always may"`
	// AutoPlace lets a real arm move on after hands without a confirmation. Default false.
	AutoPlace bool `flag:"auto-place" file:"-" help:"let a real arm move on by itself after somebody may have had a hand in its way, to place the target or put something right; it looks for hands by the camera alone, which cannot see one that rests or is out of the picture; default: Enter confirms it"`
	// StopFile is the file whose appearance is an emergency stop. Default jaco.stop.
	StopFile string `flag:"stop-file" file:"-" help:"emergency stop when this *file* appears, and for as long as it is there"`
	// SafetyLog is the file that trips and stops are appended to. Default none.
	SafetyLog string `flag:"safety-log" file:"-" help:"append every trip and stop, with its cause, to this *file*"`
}

// DefaultSettings returns the defaults that the fields of Settings name.
func DefaultSettings() Settings { return Settings{Arm: emulated, StopFile: "jaco.stop"} }

// Options are settings with what opens the devices that they name.
type Options struct {
	Settings

	// Open opens cables by name, OpenCamera cameras: those of this system, in the time of Clock.
	// Tests have others.
	Open       func(name string) transport.Opener
	OpenCamera func(camera.Options) (camera.Camera, error)
	Clock      clock.Clock

	// Confirm is robot.Hardware's: a line of standard input.
	Confirm func() <-chan error

	// Pause is where somebody may confirm, too. nil: nowhere.
	Pause *Pause
}

// New returns settings with the devices of this system.
func New(s Settings) *Options {
	return &Options{
		Settings: s, Open: usbfs.Opener, Clock: clock.Real(), Confirm: robot.ConfirmByLine(os.Stdin),
		OpenCamera: func(opt camera.Options) (camera.Camera, error) { return camera.OpenReopening(opt) },
	}
}

// Register returns the default settings, which flags change.
func Register(f *cli.Flags) *Options {
	o := New(DefaultSettings())
	f.Bind(&o.Settings)
	return o
}

// Real tells whether the arm is a real one.
func (s *Settings) Real() bool { return s.Arm != emulated }

// Move tells whether the arm may move.
func (o *Options) Move() bool { return o.Settings.Move || !o.Real() }

// Name names the arm.
func (o *Options) Name() string { return o.Arm }

// StopFile returns the file whose appearance is an emergency stop.
func (o *Options) StopFile() string { return o.Settings.StopFile }

// HasCamera tells whether a camera was named.
func (o *Options) HasCamera() bool { return o.Settings.Camera != "" }

// Camera returns what was said of the camera.
func (o *Options) Camera() camera.Options {
	opt := o.CameraSettings.opt
	if opt.Path = o.Settings.Camera; opt.Path == usb {
		opt.Path = "" // the only one there is
	}
	return opt
}

// Validate returns a cli.UsageError for flags that do not go together.
func (s *Settings) Validate() error {
	if s.Real() {
		return nil
	}
	switch {
	case s.Camera != "" && s.Camera != emulated:
		return cli.Usagef("-camera %s: the emulated arm is seen by its own camera; -arm usb is a real one",
			s.Camera)
	case s.Calibration != "":
		return cli.Usagef("-calibration %s: the emulated table is calibrated by itself", s.Calibration)
	case s.AutoPlace:
		return cli.Usagef("-auto-place: the target of the emulated arm is placed by itself; -arm usb is a real one")
	case s.Move:
		return cli.Usagef("-move: the emulated arm always may; -arm usb is a real one")
	}
	return nil
}

// Opener returns what opens the real arm's cable.
func (o *Options) Opener() transport.Opener {
	name := o.Arm
	if name == usb {
		name = ""
	}
	return o.Open(name)
}

// NeedMove returns a usage error if a real arm must not move.
func (o *Options) NeedMove() error {
	if !o.Move() {
		return cli.Hint(cli.Usagef("this moves the arm, and -arm %s is a real one: it needs -move", o.Arm),
			"go doc ./jaco/cmd/jacoctl says what must be true before")
	}
	return nil
}

// Log opens the file of -safety-log; nil if there is none.
func (o *Options) Log() (*safety.Log, error) {
	if o.SafetyLog == "" {
		return nil, nil
	}
	return safety.OpenLog(o.SafetyLog)
}

// Plane loads the file of -calibration; nil if there is none.
func (o *Options) Plane() (*tracker.Plane, error) {
	if o.Calibration == "" {
		return nil, nil
	}
	return tracker.Load(o.Calibration)
}

// Wants says what of a real workcell is needed.
type Wants struct{ Camera, Plane, Move bool }

// Connect connects to the real workcell that the flags name; what people have to do is written to
// stderr. The caller shuts the Workcell and then closes the log, which is nil if there is none.
func (o *Options) Connect(ctx context.Context, w Wants,
	stderr io.Writer) (cell *robot.Workcell, log *safety.Log, err error) {
	switch {
	case w.Camera && o.Settings.Camera == "":
		return nil, nil, cli.Usagef("-camera is needed: which camera sees the arm")
	case w.Plane && o.Calibration == "":
		return nil, nil, cli.Hint(cli.Usagef("-calibration is needed: where the camera sees which place on the table"),
			"jacoctl calibrate makes one")
	}
	if w.Move {
		if err := o.NeedMove(); err != nil {
			return nil, nil, err
		}
	}
	h := robot.Hardware{Clock: o.Clock, Open: o.Opener(), Move: w.Move, AutoPlace: o.AutoPlace, Confirm: o.Confirm}
	h.Ask = func(text string) { fmt.Fprintln(stderr, text) }
	if o.Pause != nil {
		o.Pause.Join(&h)
	}
	if w.Move {
		h.StopFile = o.Settings.StopFile // an arm that is only looked at may be, stop or no stop
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
	if cell, err = robot.Connect(ctx, h); err != nil {
		return nil, nil, errors.Join(explain(err), log.Close())
	}
	if o.Pause != nil {
		o.Pause.watch(cell)
	}
	return cell, log, nil
}

// explain adds what can be done.
func explain(err error) error {
	switch {
	case errors.Is(err, transport.ErrNoDevice), errors.Is(err, transport.ErrBusy),
		errors.Is(err, transport.ErrPermission):
		return cli.Hint(err, "jacoctl doctor says what is wrong with arm and camera")
	}
	return err
}
