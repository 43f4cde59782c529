package main

import (
	"errors"
	"math"
	"strings"
	"time"

	"colonnade/jaco/camera"
	"colonnade/jaco/robot"
	"colonnade/jaco/tracker"
	"colonnade/jaco/transport"
)

// camera opens the real camera and looks through it.
func (h *host) camera(d *diagnosis, s *setup) {
	opt := s.rig.Camera()
	c, err := s.rig.OpenCamera(opt)
	if err != nil {
		f, fix := h.cameraFault(err, opt.Path)
		d.add("camera", f, fix, "%v", err)
		return
	}
	plane, err := s.rig.Plane()
	if err != nil {
		d.add("calibration", calibration, "jacoctl calibrate makes another one", "%v", err)
	}
	if err := robot.CheckView(c, plane); err != nil {
		d.add("calibration", calibration, "give -camera-settings as jacoctl calibrate had them, or calibrate anew", "%v", err)
	} else if plane != nil && plane.View() == "" {
		d.add("calibration", well, "jacoctl calibrate makes one that says it", "it does not say for which size and crop of pictures: with another one it is off")
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
		return cameraBusy, "plug the other camera into another controller, or ask both for less: format=mjpeg, a smaller size"
	case errors.Is(err, transport.ErrPermission):
		return cameraDenied, "be in group video: as root, usermod -aG video USER, then log in again"
	case errors.Is(err, camera.ErrFormat):
		return cameraFormat, "-camera-settings asks for what the camera does not have; v4l2-ctl --list-formats-ext lists what it has"
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

// leastRate is how many pictures a second a policy needs: a new one each step of 100 ms, and no wait for it that makes the next
// command late.
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
			d.add("camera", cameraSlow, "more light, or a shorter exposure: -camera-settings exposure=10ms; format=mjpeg; another port, without a hub",
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
		d.add("target", well, "jacoctl calibrate makes a calibration: -calibration FILE", "something red is in the picture; where it lies is not known without a calibration")
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
		d.add("target", well, "put the red disc where the camera sees all of it", "not in sight for sure (confidence %.2f, want %.1f)", sight.Confidence, tracker.Sure)
		return
	}
	d.add("target", well, "", "at x %+.2f, y %+.2f m on the table (confidence %.2f)", sight.X, sight.Y, sight.Confidence)
}
