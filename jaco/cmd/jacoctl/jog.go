package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"colonnade/a3c/lab/cli"
	"colonnade/a3c/lab/rig"
	"colonnade/jaco/clock"
	"colonnade/jaco/safety"
	"colonnade/sim"
)

const (
	defaultHomeTime = 2 * time.Minute
	jogPeriod       = 50 * time.Millisecond  // between two velocities
	jogHold         = 400 * time.Millisecond // that a key moves a joint: longer than a terminal takes to repeat it
	jogMost         = time.Minute            // of one motion
	settling        = 200 * time.Millisecond // after which all that the arm says is of the time after a stop
)

// jogging is a jog under way.
type jogging struct {
	*site
	s     *setup
	trips int
}

// jogResult is what a jog has done.
type jogResult struct {
	statusResult
	Trips  int         `json:"trips"` // motions that the safety layer refused
	Stream streamStats `json:"stream"`
}

// streamStats is how the stream of velocity points went: times in ms.
type streamStats struct {
	Points       int     `json:"points"`
	Skipped      int     `json:"skipped"` // periods without one, because the arm's queue was too long
	Extra        int     `json:"extra"`   // points sent in addition, because it was too short
	Late         int     `json:"late"`    // periods that began over 5 ms late
	MostLate     float64 `json:"late_most"`
	Exchanges    int     `json:"exchanges"`
	Failures     int     `json:"failures"`
	Exchange     float64 `json:"exchange"` // mean
	ExchangeMost float64 `json:"exchange_most"`
}

func (at *site) stream() streamStats {
	s := at.Guard.Stats()
	return streamStats{
		Points: s.Points, Skipped: s.Skipped, Extra: s.Extra, Late: s.Late, MostLate: milliseconds(s.MaxLateness), Exchanges: s.Exchanges,
		Failures: s.Failures, Exchange: milliseconds(s.ExchangeTime) / float64(max(s.Exchanges, 1)), ExchangeMost: milliseconds(s.MaxExchange),
	}
}

func jog(ctx context.Context, args []string, c console) (any, error) {
	s := newSetup("jog -arm usb -move -joint 1 -speed 0.1 -for 1s", c).moves()
	joint := s.Int("joint", 0, "move this `joint`, 1 to 6, or finger, 7 to 9, once; 0: ask keys or standard input")
	speed := s.Float64("speed", 0.1, "`rad/s` of joint angle, negative for backwards")
	span := s.Duration("for", time.Second, "`time` for which -joint moves")
	if err := s.parse(args); err != nil {
		return nil, err
	}
	if *joint < 0 || *joint > sim.NumJoints || *span <= 0 || *span > jogMost {
		return nil, cli.Usagef("-joint %d -for %v: want 1 to %d, and a time up to %v", *joint, *span, sim.NumJoints, jogMost)
	}
	if math.IsNaN(*speed) || math.IsInf(*speed, 0) {
		return nil, cli.Usagef("-speed %g: want a number", *speed)
	}
	if _, terminal := terminalOf(s.stdin); *joint == 0 && terminal {
		*s.realTime = true // people live in it
	}
	at, err := s.open(ctx, rig.Wants{Move: true})
	if err != nil {
		return nil, err
	}
	j := &jogging{site: at, s: s}
	if *joint > 0 {
		end := at.guardKeys(s)
		err = j.move(ctx, *joint-1, *speed, *span)
		end()
	} else if keys, end, ok := openKeys(s.stdin); ok {
		err = j.obeyKeys(ctx, keys, *speed)
		end()
	} else {
		err = j.obeyLines(ctx, s.stdin)
	}
	if err == nil {
		err = clock.Sleep(ctx, at.Clock, settling)
	}
	r := jogResult{*at.status(), j.trips, at.stream()}
	r.write(s.stderr)
	fmt.Fprintf(s.stderr, "%d points sent; periods began at most %.1f ms late, %d of them over 5 ms; an exchange took %.2f ms, at most %.1f\n",
		r.Stream.Points, r.Stream.MostLate, r.Stream.Late, r.Stream.Exchange, r.Stream.ExchangeMost)
	return r, at.close(err)
}

// move turns one joint. What the safety layer refuses is told, counted and undone: only an emergency stop, or a lost arm,
// is an error.
func (j *jogging) move(ctx context.Context, joint int, speed float64, span time.Duration) error {
	var v [sim.NumJoints]float64
	v[joint] = speed
	err := j.drive(ctx, &v, span)
	var trip *safety.Trip
	if !errors.As(err, &trip) || trip.Cause == safety.Emergency {
		return err
	}
	j.trips++
	fmt.Fprintf(j.s.stderr, "refused: %v\n", trip)
	return j.Guard.Resume(ctx)
}

// drive moves with a velocity for a time, and stops.
func (at *site) drive(ctx context.Context, v *[sim.NumJoints]float64, span time.Duration) error {
	for until := at.Clock.Now().Add(span); at.Clock.Now().Before(until); {
		if err := at.Guard.SetVelocity(v); err != nil {
			return err
		}
		if err := clock.Sleep(ctx, at.Clock, min(jogPeriod, until.Sub(at.Clock.Now()))); err != nil {
			return at.causeOf(err)
		}
	}
	if err := at.Guard.Err(); err != nil {
		return err
	}
	return at.Guard.Stop(ctx)
}

const lineHelp = `lines: "JOINT SPEED SECONDS" moves a joint, 1 to 9, in rad/s; "home"; "state"; "stop" pulls the emergency stop, "reset" takes it back`

// obeyLines does what the lines of r say.
func (j *jogging) obeyLines(ctx context.Context, r io.Reader) error {
	fmt.Fprintln(j.s.stderr, lineHelp)
	for lines := bufio.NewScanner(r); lines.Scan(); {
		words := strings.Fields(lines.Text())
		if len(words) == 0 {
			continue
		}
		if err := j.obey(ctx, words); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

func (j *jogging) obey(ctx context.Context, words []string) error {
	switch words[0] {
	case "home":
		return j.Guard.Home(ctx)
	case "state":
		j.status().write(j.s.stderr)
		return nil
	case "stop":
		j.Guard.EmergencyStop("a line of jog")
		fmt.Fprintln(j.s.stderr, "emergency stop")
		return nil
	case "reset":
		return j.reset(ctx)
	}
	joint, speed, span, err := parseMove(words)
	if err != nil {
		fmt.Fprintf(j.s.stderr, "%v; %s\n", err, lineHelp)
		return nil
	}
	err = j.move(ctx, joint, speed, span)
	if errors.Is(err, safety.ErrEmergency) && ctx.Err() == nil {
		fmt.Fprintf(j.s.stderr, "refused: %v; \"reset\" takes it back\n", err)
		return nil
	}
	return err
}

// reset takes an emergency stop back.
func (j *jogging) reset(ctx context.Context) error {
	if err := j.Guard.ResetEmergencyStop(); err != nil {
		fmt.Fprintln(j.s.stderr, err)
		return nil
	}
	if err := j.Guard.Resume(ctx); err != nil {
		return err
	}
	fmt.Fprintln(j.s.stderr, "the emergency stop is taken back")
	return nil
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

const keyHelp = `keys: 1 to 9 choose a joint or finger; + and - turn it forwards and backwards for as long as they are pressed;
      f and s for faster and slower; space is the emergency stop, r takes it back; q ends`

// keySteps is the factor of f and s.
const keySteps = 1.5

// obeyKeys does what keys say. A joint moves while its key repeats: nothing goes on when nobody is there.
func (j *jogging) obeyKeys(ctx context.Context, keys <-chan byte, speed float64) error {
	fmt.Fprintln(j.s.stderr, keyHelp)
	m, joint := sim.Canonical(), 0
	speed = math.Abs(speed)
	tell := func() { fmt.Fprintf(j.s.stderr, "%s at %.2f rad/s\n", m.JointName(joint), speed) }
	tell()
	var next byte // the key that ended a motion; 0: none did
	for {
		key, more := next, true
		if next = 0; key == 0 {
			select {
			case key, more = <-keys:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		switch {
		case !more || key == 'q':
			return nil
		case key >= '1' && key <= '9':
			joint = int(key - '1')
			speed = min(speed, m.MaxSpeed(joint))
			tell()
		case key == 'f':
			speed = min(speed*keySteps, m.MaxSpeed(joint))
			tell()
		case key == 's':
			speed /= keySteps
			tell()
		case key == ' ':
			j.Guard.EmergencyStop("the space key")
			fmt.Fprintln(j.s.stderr, "emergency stop; r takes it back")
		case key == 'r':
			if err := j.reset(ctx); err != nil {
				return err
			}
		case key == '+' || key == '=' || key == '-':
			v := speed
			if key == '-' {
				v = -v
			}
			var err error
			next, err = j.moveWhile(ctx, joint, v, keys, key)
			if errors.Is(err, safety.ErrEmergency) && ctx.Err() == nil {
				fmt.Fprintf(j.s.stderr, "refused: %v\n", err)
			} else if err != nil {
				return err
			}
		}
	}
}

// moveWhile moves a joint until its key has not come for a while, or another one has, which it returns.
func (j *jogging) moveWhile(ctx context.Context, joint int, speed float64, keys <-chan byte, held byte) (next byte, err error) {
	for last := time.Now(); time.Since(last) < jogHold; {
		select {
		case key := <-keys:
			if key == ' ' {
				return key, nil // the emergency stop is on its way
			}
			if key != held {
				return key, j.Guard.Stop(ctx)
			}
			last = time.Now()
		default:
		}
		var v [sim.NumJoints]float64
		v[joint] = speed
		err := j.Guard.SetVelocity(&v)
		if err == nil {
			err = clock.Sleep(ctx, j.Clock, jogPeriod)
		}
		var trip *safety.Trip
		if errors.As(err, &trip) && trip.Cause != safety.Emergency {
			j.trips++
			fmt.Fprintf(j.s.stderr, "refused: %v\n", trip)
			return 0, j.Guard.Resume(ctx)
		}
		if err != nil {
			return 0, j.causeOf(err)
		}
	}
	return 0, j.Guard.Stop(ctx)
}
