package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"colonnade/a3c/cli"
	"colonnade/jaco/camera"
	"colonnade/jaco/clock"
	"colonnade/jaco/safety"
	"colonnade/jaco/transport"
	"colonnade/jaco/usbfs"
)

func main() {
	cli.Main("jacoctl", func(ctx context.Context, args []string, stdout, stderr io.Writer) error {
		return thisHost().run(ctx, args, os.Stdin, stdout, stderr)
	})
}

// console is where a command reads and writes, and what it is called.
type console struct {
	name, about    string
	stdin          io.Reader
	stdout, stderr io.Writer
	host           *host
}

// command is one of jacoctl's. run returns what goes to the last line of stdout, also beside an
// error; nil: nothing does.
type command struct {
	name, summary string
	run           func(ctx context.Context, args []string, c console) (result any, err error)
}

var commands = []command{
	{"doctor", "names what is wrong with arm, cable, camera and calibration, and what to do about it", doctor},
	{"status", "tells joint angles, state and distances to everything that must not be touched", status},
	{"home", "moves the arm to its ready pose by its own way", home},
	{"jog", "moves single joints, by keys, by lines of standard input or by flags", jog},
	{"calibrate", "finds out where the camera sees which place on the table", calibrate},
	{"latency", "measures the time from motion to picture and from command to motion", latency},
	{"record", "keeps episodes on the arm in a file, pictures included: of a policy, or of the planner",
		recordEpisodes},
	{"replay", "plays recorded episodes in the simulator and tells the difference", replay},
	{"shadow", "lets a policy look on while somebody else drives, and tells what it would have done", shadow},
	{"run", "plays episodes with a trained policy and tells the score", runPolicy},
}

const example = "jacoctl doctor -arm usb -camera /dev/video0"

func usage(w io.Writer) {
	fmt.Fprintf(w, "jacoctl brings up a Kinova Jaco and runs policies on it: a real arm, or an emulated "+
		"one.\n\nExample:\n  %s\n\nCommands:\n", example)
	for _, c := range commands {
		fmt.Fprintf(w, "  %-10s %s\n", c.name, c.summary)
	}
	fmt.Fprintln(w, "\njacoctl COMMAND -h lists the flags of a command. go doc ./jaco/cmd/jacoctl says how to bring "+
		"up a real arm safely.")
}

func (h *host) run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		return cli.Usagef("which command? One of %s", names())
	}
	switch args[0] {
	case "-h", "-help", "--help", "help":
		usage(stderr)
		return flag.ErrHelp
	}
	for _, c := range commands {
		if c.name != args[0] {
			continue
		}
		result, err := c.run(ctx, args[1:], console{c.name, c.summary, stdin, stdout, stderr, h})
		if err != nil && merelySignalled(err) {
			fmt.Fprintln(stderr, "jacoctl: stopped by a signal")
			err = nil
			if result == nil {
				result = map[string]bool{"interrupted": true}
			}
		}
		if result != nil {
			err = errors.Join(err, cli.Result(stdout, result))
		}
		return cli.InCommand("jacoctl "+c.name, err)
	}
	return cli.Usagef("%q is no command; there are %s", args[0], names())
}

// errSignalled is in place of what a signal to end did to a motion: it stopped it.
var errSignalled = errors.New("stopped by a signal")

// signalled returns errSignalled for the error of a motion that a signal has stopped. An arm that
// did not acknowledge that is an error of its own.
func signalled(ctx context.Context, err error) error {
	stopped := errors.Is(err, safety.ErrEmergency) || errors.Is(err, context.Canceled)
	if ctx.Err() == nil || !stopped || errors.Is(err, safety.ErrUnacknowledged) {
		return err
	}
	return errSignalled
}

// merelySignalled tells whether all that err consists of is that a signal has ended the command.
func merelySignalled(err error) bool {
	return cli.OnlyErrors(err, errSignalled, context.Canceled)
}

func names() (all string) {
	for i, c := range commands {
		if i > 0 {
			all += ", "
		}
		all += c.name
	}
	return all
}

// host is the machine that arm and camera are plugged into. Tests have others.
type host struct {
	sysfs   string                          // where USB devices are listed
	proc    string                          // where processes are
	cameras func() ([]camera.Device, error) // that there are
	periods int                             // of 10 ms, by which its punctuality is judged
	latest  time.Duration                   // how late they may begin: two points in the arm's queue bridge 20 ms

	open       func(name string) transport.Opener
	openCamera func(camera.Options) (camera.Camera, error)
	clock      clock.Clock // of the real arm
}

func thisHost() *host {
	return &host{
		sysfs: usbfs.SysfsDevices, proc: "/proc", cameras: camera.Devices, periods: 100,
		latest: 15 * time.Millisecond, open: usbfs.Opener, clock: clock.Real(),
		openCamera: func(o camera.Options) (camera.Camera, error) { return camera.OpenReopening(o) },
	}
}
