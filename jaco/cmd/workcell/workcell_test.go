package workcell

import (
	"errors"
	"image"
	"io"
	"strings"
	"testing"
	"time"

	"colonnade/a3c/cli"
	"colonnade/jaco/camera"
	"colonnade/jaco/transport"
)

func parse(t *testing.T, args ...string) (*Options, error) {
	t.Helper()
	f := cli.NewFlags("x", "x", "x", io.Discard, io.Discard)
	o := Register(f)
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	return o, o.Validate()
}

func TestCameraSettings(t *testing.T) {
	o, err := parse(t, "-arm", "usb", "-camera", "/dev/video3", "-camera-settings",
		"size=640x480 format=mjpeg rate=30 exposure=10ms white-balance=4600 gain=-3 focus=7 crop=1,2,481,482")
	if err != nil {
		t.Fatal(err)
	}
	c := o.Camera()
	if c.Path != "/dev/video3" || c.Width != 640 || c.Height != 480 || c.Pixels != camera.MJPEG || c.Rate != 30 || c.Exposure != 10*time.Millisecond ||
		c.WhiteBalance != 4600 || *c.Gain != -3 || *c.Focus != 7 || c.Crop != image.Rect(1, 2, 481, 482) {
		t.Errorf("%+v", c)
	}
	for _, bad := range []string{"size=640", "size=0x4", "format=rgb", "rate=x", "exposure=0s", "exposure=1", "white-balance=-1", "gain=x", "crop=1,2,3", "crop=1,2,3,-4", "light", "zoom=2"} {
		_, err := parse(t, "-arm", "usb", "-camera-settings", bad)
		var usage *cli.UsageError
		if !errors.As(err, &usage) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestWhichArm(t *testing.T) {
	for _, c := range []struct {
		args string
		real bool
		move bool
		name string // that is opened
	}{
		{"", false, true, ""},
		{"-arm usb", true, false, ""},
		{"-arm usb -move", true, true, ""},
		{"-arm 1-1.2", true, false, "1-1.2"},
		{"-arm /dev/bus/usb/001/007", true, false, "/dev/bus/usb/001/007"},
	} {
		o, err := parse(t, strings.Fields(c.args)...)
		if err != nil {
			t.Fatal(err)
		}
		opened := "nothing"
		o.Open = func(name string) transport.Opener { opened = name; return nil }
		if o.Real() != c.real || o.Move() != c.move || (o.NeedMove() == nil) != c.move {
			t.Errorf("%q: real %t, moves %t", c.args, o.Real(), o.Move())
		}
		if o.Opener(); c.real && opened != c.name {
			t.Errorf("%q opens %q", c.args, opened)
		}
	}
	for _, bad := range []string{"-move", "-camera /dev/video0", "-calibration x"} {
		if _, err := parse(t, strings.Fields(bad)...); err == nil {
			t.Errorf("%q beside the emulated arm", bad)
		}
	}
}
