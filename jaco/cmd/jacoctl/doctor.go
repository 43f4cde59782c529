package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"colonnade/a3c/lab/cli"
	"colonnade/a3c/lab/rig"
)

// fault is the kind of a finding that keeps the arm or the camera from working.
type fault string

// The faults.
const (
	well          fault = ""
	notFound      fault = "not found"
	several       fault = "several"
	noPermission  fault = "no permission"
	held          fault = "held"
	noAnswer      fault = "no answer"
	wrongFirmware fault = "wrong firmware"
	wrongArm      fault = "wrong arm"
	armState      fault = "arm's state"
	cameraMissing fault = "camera not found"
	cameraDenied  fault = "no permission for the camera"
	cameraBusy    fault = "camera busy"
	cameraFormat  fault = "camera's format"
	cameraStale   fault = "camera hangs"
	cameraSlow    fault = "camera too slow"
	calibration   fault = "calibration"
	lateClock     fault = "late"
	stopFile      fault = "stop file"
	unsupported   fault = "not supported"
	otherFault    fault = "other"
)

// finding is what one check has found.
type finding struct {
	Check string `json:"check"`
	Fault fault  `json:"fault,omitempty"` // empty: all is well
	Text  string `json:"text"`
	Fix   string `json:"fix,omitempty"` // what to do about it
}

// diagnosis is the result of doctor.
type diagnosis struct {
	Findings []finding `json:"findings"`
	Faults   []fault   `json:"faults"`
}

func (d *diagnosis) add(check string, f fault, fix, format string, args ...any) {
	d.Findings = append(d.Findings, finding{check, f, fmt.Sprintf(format, args...), fix})
	if f != well && !slices.Contains(d.Faults, f) {
		d.Faults = append(d.Faults, f)
	}
}

func (d *diagnosis) write(w io.Writer) {
	for _, f := range d.Findings {
		mark := "well "
		if f.Fault != well {
			mark = "FAULT"
		}
		fmt.Fprintf(w, "%s  %-12s %s\n", mark, f.Check, f.Text)
		if f.Fix != "" {
			fmt.Fprintf(w, "       %-12s %s\n", "", strings.ReplaceAll(f.Fix, "\n", "\n"+strings.Repeat(" ", 20)))
		}
	}
}

func doctor(ctx context.Context, args []string, c console) (any, error) {
	s := newSetup("doctor -arm usb -camera /dev/video0 -calibration table.json", c)
	if err := s.parse(args); err != nil {
		return nil, err
	}
	return c.host.examine(ctx, s)
}

// examine runs all checks that make sense, in the order in which one depends on the other.
func (h *host) examine(ctx context.Context, s *setup) (any, error) {
	d := &diagnosis{Faults: []fault{}}
	if _, err := os.Lstat(s.rig.StopFile()); err == nil {
		d.add("stop file", stopFile, "remove it when all is well again", "the file %s is there: nothing may move", s.rig.StopFile())
	}
	if s.rig.Real() {
		if h.cable(d, s) {
			h.arm(ctx, d, s)
		}
		if s.rig.HasCamera() {
			h.camera(d, s)
		} else {
			d.add("camera", well, "-camera /dev/video0 looks at one", "not looked at")
		}
		h.timing(d)
	} else {
		h.arm(ctx, d, s)
	}
	d.write(s.stderr)
	if len(d.Faults) == 0 {
		fmt.Fprintln(s.stderr, "no fault found")
		return d, nil
	}
	words := make([]string, len(d.Faults))
	for i, f := range d.Faults {
		words[i] = string(f)
	}
	return d, cli.Hint(fmt.Errorf("found: %s", strings.Join(words, ", ")), "each line marked FAULT says what to do")
}

// arm connects, with nothing but questions, and looks at what the arm says of itself.
func (h *host) arm(ctx context.Context, d *diagnosis, s *setup) {
	at, err := s.open(ctx, rig.Wants{})
	if err != nil {
		f, fix := connectFault(err)
		d.add("connection", f, fix, "%v", err)
		return
	}
	h.firmware(d, at)
	h.state(d, at)
	h.velocities(ctx, d, at)
	if at.Camera != nil {
		look(d, at.Camera, at.Plane)
	}
	if err := at.close(nil); err != nil {
		d.add("connection", otherFault, "", "closing it: %v", err)
	}
}

// connectFault names the fault of a connection that failed.
func connectFault(err error) (fault, string) {
	for _, known := range connectFaults {
		if errors.Is(err, known.is) {
			return known.fault, known.fix
		}
	}
	return otherFault, ""
}
