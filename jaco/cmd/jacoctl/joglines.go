package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"colonnade/sim"
)

const lineHelp = `lines: "JOINT SPEED SECONDS" moves a joint, 1 to 9, in rad/s; "home"; "state"; "stop" pulls the emergency stop, whatever
       moves, and drops the lines before it; "reset" takes it back`

// stopLine tells the line that stops the arm.
func stopLine(text string) (why string) {
	if words := strings.Fields(text); len(words) > 0 && words[0] == "stop" {
		return "a line of jog"
	}
	return ""
}

// obeyLines does what lines say.
func (j *jogging) obeyLines(ctx context.Context) error {
	fmt.Fprintln(j.s.stderr, lineHelp)
	for {
		x, err := j.orders.take(ctx)
		if err != nil || x.last {
			return err
		}
		if err := j.forgive(ctx, x, j.line(ctx, x)); err != nil {
			return err
		}
	}
}

// line does what a line says.
func (j *jogging) line(ctx context.Context, x order) error {
	words := strings.Fields(x.text)
	if len(words) == 0 {
		return nil
	}
	switch words[0] {
	case "home":
		return j.Guard.Home(ctx)
	case "state":
		j.status().write(j.s.stderr)
		return nil
	case "stop":
		j.stopped(ctx, `"reset"`)
		return nil
	case "reset":
		return j.reset(ctx, x)
	}
	joint, speed, span, err := parseMove(words)
	if err != nil {
		fmt.Fprintf(j.s.stderr, "%v; %s\n", err, lineHelp)
		return nil
	}
	return j.move(ctx, joint, speed, span)
}

func parseMove(words []string) (joint int, speed float64, span time.Duration, err error) {
	if len(words) != 3 {
		return 0, 0, 0, fmt.Errorf("%q has %d words", strings.Join(words, " "), len(words))
	}
	joint, err1 := strconv.Atoi(words[0])
	speed, err2 := strconv.ParseFloat(words[1], 64)
	seconds, err3 := strconv.ParseFloat(words[2], 64)
	if err := errors.Join(err1, err2, err3); err != nil || joint < 1 || joint > sim.NumJoints || !(seconds > 0 && seconds <= jogMost.Seconds()) {
		return 0, 0, 0, fmt.Errorf("%q is no joint, speed and time", strings.Join(words, " "))
	}
	return joint - 1, speed, time.Duration(seconds * float64(time.Second)), nil
}
