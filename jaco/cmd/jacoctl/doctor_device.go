package main

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"colonnade/jaco/clock"
	"colonnade/jaco/protocol"
	"colonnade/jaco/robot"
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
		d.add("firmware", wrongFirmware, "let Kinova's own program update it to 5.2 or later", "%s: below 5 it reports positions in place of velocities, and its joystick ends API control", about)
	case i.Major == 5 && i.Minor < 2:
		d.add("firmware", well, "home -fingers may not work before 5.0.5", "%s: an old one", about)
	default:
		d.add("firmware", well, "", "%s", about)
	}
	if serial := strings.TrimSpace(id.Serial); serial == "" || strings.EqualFold(serial, "not set") {
		d.add("firmware", well, "enter it again with Kinova's own program, to tell arms apart; until then the USB port does: use no other while it works",
			"the serial number is blank (%q), as after an update", id.Serial)
	}
}

// state looks at what keeps the arm from moving.
func (h *host) state(d *diagnosis, at *site) {
	s := at.Guard.State()
	switch {
	case s.Retract == protocol.RetractError:
		d.add("state", armState, "switch the arm off, move it by hand to where it can stand, and on again", "its way home ended in an error")
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
		d.add("pose", well, "jacoctl home, or move it by hand", "the arm stands within its safety margins, so that policies cannot begin")
	}
	if s.Queue > 0 {
		d.add("queue", armState, "end the program that moves the arm", "%d trajectory points are in it: somebody moves it", s.Queue)
	}
}

// How velocities are compared with the change of angles.
const (
	compareFor   = 500 * time.Millisecond
	moreThanRest = 0.15 // rad/s that a joint at rest may report
)

// velocities compares what the arm reports with how its angles change: some firmware reports something else.
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
			d.add("velocities", wrongFirmware, "policies that take proprioception get wrong velocities: let Kinova's own program update the firmware",
				"%s reports %.2f rad/s while it turns with %.2f: its firmware counts otherwise", m.JointName(i), after.V[i], rate)
			return
		}
	}
	s := at.Guard.Stats()
	d.add("exchange", well, "", "%d packets answered, %d not; %v each, %v at most",
		s.Exchanges, s.Failures, (s.ExchangeTime / time.Duration(max(s.Exchanges, 1))).Round(time.Microsecond), s.MaxExchange.Round(time.Microsecond))
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
		d.add("timing", lateClock, "end other programs on this machine: motion stutters, or stops, otherwise", "periods of %v began up to %v late", timedPeriod, worst.Round(time.Millisecond))
		return
	}
	d.add("timing", well, "", "periods of %v began at most %v late", timedPeriod, worst.Round(10*time.Microsecond))
}
