package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"colonnade/jaco/camera"
	"colonnade/jaco/clock"
	"colonnade/jaco/protocol"
	"colonnade/jaco/robot"
	"colonnade/jaco/tracker"
	"colonnade/jaco/transport"
	"colonnade/sim"
)

// firmware judges the firmware by what is known of versions: jaco/protocol/PROTOCOL.md, section 8.
func (h *host) firmware(d *diagnosis, at *site) {
	i := at.Guard.Info()
	id := identify(i)
	about := fmt.Sprintf("%s, model %q, serial number %q, firmware %s", id.Type, id.Model, id.Serial, id.Firmware)
	if err := robot.Driven(i.Type); err != nil {
		d.add("arm", wrongArm, fixWrongArm, "%v", err)
	}
	switch {
	case i.Type == protocol.Jaco1:
		d.add("firmware", well, "", "%s: a first generation, which tells less of itself", about)
	case i.Major == 0 && i.Minor == 0 && i.Release == 0:
		d.add("firmware", wrongFirmware, "let Kinova's own program update it", "%s: it does not say its version", about)
	case i.Major < 5:
		d.add("firmware", wrongFirmware, "let Kinova's own program update it to 5.2 or later",
			"%s: below 5 it reports positions in place of velocities, and its joystick ends API control", about)
	case i.Major == 5 && i.Minor < 2:
		d.add("firmware", well, "home -fingers may not work before 5.0.5", "%s: an old one", about)
	default:
		d.add("firmware", well, "", "%s", about)
	}
	if serial := strings.TrimSpace(id.Serial); serial == "" || strings.EqualFold(serial, "not set") {
		d.add("firmware", well, "enter it again with Kinova's own program, to tell arms apart; until then the USB "+
			"port does: use no other while it works",
			"the serial number is blank (%q), as after an update", id.Serial)
	}
}

// state looks at what keeps the arm from moving.
func (h *host) state(d *diagnosis, at *site) {
	s := at.Guard.State()
	switch {
	case s.Retract == protocol.RetractError:
		d.add("state", armState, "switch the arm off, move it by hand to where it can stand, and on again",
			"its way home ended in an error")
	case s.LimitFault:
		d.add("state", armState, "jacoctl home", "a joint stands at its limit")
	case s.Retract == protocol.NotInitialised:
		d.add("state", well, "jacoctl home -fingers, before anything else", "not initialised since power-up")
	default:
		d.add("state", well, "", "%v", s.Retract)
	}
	if s.Errors > 0 {
		d.add("errors", well, "", "%d in the arm's own log", s.Errors)
	}
	if err := at.Guard.Pose(); err != nil {
		d.add("pose", armState, "jacoctl home, or support the arm and switch it off and on again", "%v", err)
	} else if !at.Guard.Fits(&s.Q) {
		d.add("pose", well, "jacoctl home, or move it by hand",
			"the arm stands within its safety margins, so that policies cannot begin")
	}
	if s.Queue > 0 {
		d.add("queue", armState, "end the program that moves the arm",
			"%d trajectory points are in it: somebody moves it", s.Queue)
	}
}

// How velocities are compared with the change of angles.
const (
	compareFor   = 500 * time.Millisecond
	moreThanRest = 0.15 // rad/s that a joint at rest may report
)

// velocities compares what the arm reports with how its angles change: some firmware reports
// something else.
func (h *host) velocities(ctx context.Context, d *diagnosis, at *site) {
	before, err := at.Guard.Angles(ctx, at.Clock.Now())
	if err == nil {
		err = clock.Sleep(ctx, at.Clock, compareFor)
	}
	after := before
	if err == nil {
		after, err = at.Guard.Angles(ctx, at.Clock.Now())
	}
	if err != nil {
		f, fix := connectFault(err)
		d.add("exchange", f, fix, "%v", err)
		return
	}
	span := after.QTime.Sub(before.QTime).Seconds()
	m := sim.Canonical()
	for i := range sim.NumArmJoints {
		if rate := (after.Q[i] - before.Q[i]) / span; math.Abs(rate-after.V[i]) > moreThanRest {
			d.add("velocities", wrongFirmware,
				"policies that take proprioception get wrong velocities: let Kinova's own program update the firmware",
				"%s reports %.2f rad/s while it turns with %.2f: its firmware counts otherwise", m.JointName(i),
				after.V[i], rate)
			return
		}
	}
	s := at.Guard.Stats()
	d.add("exchange", well, "", "%d packets answered, %d not; %v each, %v at most",
		s.Exchanges, s.Failures, (s.ExchangeTime / time.Duration(max(s.Exchanges, 1))).Round(time.Microsecond),
		s.MaxExchange.Round(time.Microsecond))
}

// timedPeriod is the driver's.
const timedPeriod = 10 * time.Millisecond

// timing looks how late this machine begins periods of 10 ms, as the driver's are.
func (h *host) timing(d *diagnosis) {
	worst, next := time.Duration(0), time.Now()
	for range h.periods {
		next = next.Add(timedPeriod)
		time.Sleep(time.Until(next))
		worst = max(worst, time.Since(next))
	}
	if worst > h.latest {
		d.add("timing", lateClock, "end other programs on this machine: motion stutters, or stops, otherwise",
			"periods of %v began up to %v late", timedPeriod, worst.Round(time.Millisecond))
		return
	}
	d.add("timing", well, "", "periods of %v began at most %v late", timedPeriod, worst.Round(10*time.Microsecond))
}

// camera opens the real camera and looks through it.
func (h *host) camera(d *diagnosis, s *setup) {
	opt := s.workcell.Camera()
	c, err := s.workcell.OpenCamera(opt)
	if err != nil {
		f, fix := h.cameraFault(err, opt.Path)
		d.add("camera", f, fix, "%v", err)
		return
	}
	plane, err := s.workcell.Plane()
	if err != nil {
		d.add("calibration", calibration, "jacoctl calibrate makes another one", "%v", err)
	}
	if err := robot.CheckView(c, plane); err != nil {
		d.add("calibration", calibration, "give -camera-settings as jacoctl calibrate had them, or calibrate anew",
			"%v", err)
	} else if plane != nil && plane.View() == "" {
		d.add("calibration", well, "jacoctl calibrate makes one that says it",
			"it does not say for which size and crop of pictures: with another one it is off")
	}
	look(d, c, plane)
	if err := c.Close(); err != nil {
		d.add("camera", otherFault, "", "closing it: %v", err)
	}
}

// cameraFault names the fault of a camera that did not open.
func (h *host) cameraFault(err error, path string) (fault, string) {
	switch {
	case errors.Is(err, transport.ErrBusy):
		if who := h.holders(path); who != "" {
			return cameraBusy, "end " + who + ": one program at a time has the camera"
		}
		return cameraBusy, "end the other program that uses it"
	case errors.Is(err, camera.ErrRoom):
		return cameraBusy,
			"plug the other camera into another controller, or ask both for less: format=mjpeg, a smaller size"
	case errors.Is(err, transport.ErrPermission):
		return cameraDenied, "be in group video: as root, usermod -aG video USER, then log in again"
	case errors.Is(err, camera.ErrFormat):
		return cameraFormat,
			"-camera-settings asks for what the camera does not have; v4l2-ctl --list-formats-ext lists what it has"
	case errors.Is(err, transport.ErrUnsupported):
		return unsupported, "Linux on amd64 or arm64 is needed"
	case errors.Is(err, transport.ErrNoDevice):
		return cameraMissing, h.listCameras()
	}
	return otherFault, ""
}

func (h *host) listCameras() string {
	found, err := h.cameras()
	if err != nil || len(found) == 0 {
		return "plug the camera in: there is none"
	}
	var names []string
	for _, c := range found {
		names = append(names, strings.TrimSpace(c.Path+" "+c.Name))
	}
	return "there are " + strings.Join(names, ", ")
}

const lookFrames = 20

// leastRate is how many pictures a second a policy needs: a new one each step of 100 ms, and no
// wait for it that makes the next command late.
const leastRate = 12

// look takes some pictures and looks for the target in them.
func look(d *diagnosis, c camera.Camera, plane *tracker.Plane) {
	frame, finder := make([]uint8, camera.FrameSize), tracker.NewFinder()
	var first, last time.Duration
	var sight tracker.Sight
	var red bool
	for i := range lookFrames {
		at, err := c.Frame(frame)
		switch {
		case errors.Is(err, camera.ErrStale):
			d.add("camera", cameraStale, "plug it in again, at another port or without a hub", "%v", err)
			return
		case errors.Is(err, transport.ErrNoDevice):
			d.add("camera", cameraMissing, "plug it in again", "%v", err)
			return
		case err != nil:
			d.add("camera", otherFault, "", "%v", err)
			return
		}
		if i == 0 {
			first = at
		}
		last = at
		if plane != nil {
			sight, err = plane.Locate(finder, frame)
		} else {
			_, red, err = finder.Find(frame)
		}
		if err != nil {
			d.add("camera", otherFault, "", "%v", err)
			return
		}
	}
	if span := last - first; span > 0 {
		rate := float64(lookFrames-1) / span.Seconds()
		if rate < leastRate {
			d.add("camera", cameraSlow, "more light, or a shorter exposure: -camera-settings exposure=10ms; "+
				"format=mjpeg; another port, without a hub",
				"%.1f pictures a second: a policy takes ten, and a wait for one makes the watchdog stop the arm", rate)
		} else {
			d.add("camera", well, "", "%.0f pictures a second", rate)
		}
	} else {
		d.add("camera", well, "", "it takes pictures")
	}
	target(d, plane, &sight, red)
}

// target says what the pictures show of the table.
func target(d *diagnosis, plane *tracker.Plane, sight *tracker.Sight, red bool) {
	switch {
	case plane == nil && red:
		d.add("target", well, "jacoctl calibrate makes a calibration: -calibration FILE",
			"something red is in the picture; where it lies is not known without a calibration")
		return
	case plane == nil:
		d.add("target", well, "put the red disc on the table", "nothing red is in the picture")
		return
	}
	if e := plane.Error(); math.IsNaN(e) {
		d.add("calibration", well, "five points or more would say how good it is", "made from four points")
	} else {
		d.add("calibration", well, "", "%d points, %.1f mm off on average", len(plane.Points()), 1000*e)
	}
	if sight.Confidence < tracker.Sure {
		d.add("target", well, "put the red disc where the camera sees all of it",
			"not in sight for sure (confidence %.2f, want %.1f)", sight.Confidence, tracker.Sure)
		return
	}
	d.add("target", well, "", "at x %+.2f, y %+.2f m on the table (confidence %.2f)", sight.X, sight.Y,
		sight.Confidence)
}
