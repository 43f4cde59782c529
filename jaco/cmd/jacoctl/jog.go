package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"colonnade/a3c/cli"
	"colonnade/jaco/clock"
	"colonnade/jaco/cmd/workcell"
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
	orders *orders // of keys or lines
	trips  int

	joint int     // that keys move
	speed float64 // of keys, rad/s
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
		Points: s.Points, Skipped: s.Skipped, Extra: s.Extra, Late: s.Late, MostLate: milliseconds(s.MaxLateness),
		Exchanges: s.Exchanges, Failures: s.Failures,
		Exchange:     milliseconds(s.ExchangeTime) / float64(max(s.Exchanges, 1)),
		ExchangeMost: milliseconds(s.MaxExchange),
	}
}

// errRefused ends a jog by flags that the safety layer did not let go on; why was told when it did.
var errRefused = errors.New("the safety layer refused the motion, or ended it early")

func jog(ctx context.Context, args []string, c console) (any, error) {
	s := newSetup("jog -arm usb -move -joint 1 -speed 0.1 -for 1s", c).moves()
	joint := s.Int("joint", 0, "move this `joint`, 1 to 6, or finger, 7 to 9, once; 0: ask keys or standard input")
	speed := s.Float64("speed", 0.1, "`rad/s` of joint angle, negative for backwards")
	span := s.Duration("for", time.Second, "`time` for which -joint moves")
	if err := s.parse(args); err != nil {
		return nil, err
	}
	if *joint < 0 || *joint > sim.NumJoints || *span <= 0 || *span > jogMost {
		return nil, cli.Usagef("-joint %d -for %v: want 1 to %d, and a time up to %v", *joint, *span, sim.NumJoints,
			jogMost)
	}
	if math.IsNaN(*speed) || math.IsInf(*speed, 0) {
		return nil, cli.Usagef("-speed %g: want a number", *speed)
	}
	if _, terminal := terminalOf(s.stdin); *joint == 0 && terminal {
		s.RealTime = true // people live in it
	}
	at, err := s.open(ctx, workcell.Wants{Move: true})
	if err != nil {
		return nil, err
	}
	j := &jogging{site: at}
	if *joint > 0 {
		end := at.guardKeys()
		if err = j.move(ctx, *joint-1, *speed, *span); err == nil && j.trips > 0 {
			err = errRefused // a script that asked for this one motion must not take it for done
		}
		end()
	} else {
		err = j.listen(ctx, *speed)
	}
	at.settle(err)
	r := jogResult{*at.status(), j.trips, at.stream()}
	r.write(s.stderr)
	fmt.Fprintf(s.stderr, "%d points sent; periods began at most %.1f ms late, %d of them over 5 ms; an exchange "+
		"took %.2f ms, at most %.1f\n",
		r.Stream.Points, r.Stream.MostLate, r.Stream.Late, r.Stream.Exchange, r.Stream.ExchangeMost)
	return r, at.close(err)
}

// settle waits until all that the arm says is of the time after it was stopped. After an error it
// may not have been yet; whether it acknowledges that is what close returns.
func (at *site) settle(err error) {
	if err != nil {
		at.Guard.Stop(context.Background())
	}
	clock.Sleep(context.Background(), at.Clock, settling) // nobody cancels this context
}

// move turns one joint. What the safety layer refuses is told, counted and undone: only an
// emergency stop, or a lost arm, is an error.
func (j *jogging) move(ctx context.Context, joint int, speed float64, span time.Duration) error {
	var v [sim.NumJoints]float64
	v[joint] = speed
	err := j.drive(ctx, &v, span)
	var trip *safety.Trip
	if !errors.As(err, &trip) || trip.Cause == safety.Emergency || trip.Doubtful() {
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

// listen obeys the keys of a terminal, or the lines of what is none, until they end.
func (j *jogging) listen(ctx context.Context, speed float64) error {
	keys := newOrders(stopKey, j.Guard.EmergencyStop)
	defer keys.end()
	press := func(key byte) { keys.give(string(rune(key))) }
	if end, ok := openKeys(j.s.stdin, press, func() { keys.lost(terminalGone, nil) }); ok {
		defer end()
		j.orders = keys
		return j.obeyKeys(ctx, speed)
	}
	j.orders = readLines(j.s.stdin, stopLine, j.Guard.EmergencyStop)
	defer j.orders.end()
	return j.obeyLines(ctx)
}

// forgive returns the error of an order that was obeyed. An emergency stop is none here, as it can
// be taken back.
func (j *jogging) forgive(ctx context.Context, x order, err error) error {
	if !errors.Is(err, safety.ErrEmergency) || ctx.Err() != nil {
		return err
	}
	if !j.orders.void(x) { // else the stop's own order comes next, and is told of
		fmt.Fprintf(j.s.stderr, "refused: %v\n", err)
	}
	return nil
}

// stopped tells what became of an emergency stop, which was pulled when its order came. reset takes
// it back.
func (j *jogging) stopped(ctx context.Context, reset string) {
	if err := j.Guard.Stop(ctx); err != nil {
		fmt.Fprintf(j.s.stderr, "emergency stop: %v\n", err)
		return
	}
	fmt.Fprintf(j.s.stderr, "emergency stop, acknowledged by the arm; %s takes it back\n", reset)
}

// reset takes an emergency stop back, but none that was pulled after x was ordered.
func (j *jogging) reset(ctx context.Context, x order) error {
	if err := j.Guard.ResetEmergencyStop(); err != nil {
		fmt.Fprintln(j.s.stderr, err)
		return nil
	}
	if j.orders.void(x) {
		j.Guard.EmergencyStop("a stop while the one before was taken back")
		return nil
	}
	err := j.Guard.Resume(ctx)
	if err == nil && !j.orders.void(x) {
		fmt.Fprintln(j.s.stderr, "the emergency stop is taken back")
	}
	return err
}

const keyHelp = `keys: 1 to 9 choose a joint or finger; + and - turn it forwards and backwards for as long as ` +
	`they are pressed;
      f and s for faster and slower; space is the emergency stop, r takes it back; q ends`

// keySteps is the factor of f and s.
const keySteps = 1.5

// stopKey tells the key that stops the arm.
func stopKey(text string) (why string) {
	if text == " " {
		return "the space key"
	}
	return ""
}

// obeyKeys does what keys say. A joint moves while its key repeats: nothing goes on when nobody is
// there.
func (j *jogging) obeyKeys(ctx context.Context, speed float64) error {
	j.speed = math.Abs(speed)
	fmt.Fprintln(j.s.stderr, keyHelp)
	j.choose(0, j.speed)
	var next order // the one that ended a motion
	for {
		x := next
		if next = (order{}); x == next || j.orders.void(x) {
			var err error
			if x, err = j.orders.take(ctx); err != nil {
				return err
			}
		}
		switch {
		case x.last:
			return j.Guard.Err() // the emergency stop of a terminal that is gone
		case x.text == "q":
			return nil
		}
		var err error
		next, err = j.key(ctx, x)
		if err = j.forgive(ctx, x, err); err != nil {
			return err
		}
	}
}

// choose chooses the joint that keys move, and how fast.
func (j *jogging) choose(joint int, speed float64) {
	m := sim.Canonical()
	j.joint, j.speed = joint, min(speed, m.MaxSpeed(joint))
	fmt.Fprintf(j.s.stderr, "%s at %.2f rad/s\n", m.JointName(j.joint), j.speed)
}

// key does what a key says. next is the key that ended it, if one did.
func (j *jogging) key(ctx context.Context, x order) (next order, err error) {
	switch x.text {
	case "1", "2", "3", "4", "5", "6", "7", "8", "9":
		j.choose(int(x.text[0]-'1'), j.speed)
	case "f":
		j.choose(j.joint, j.speed*keySteps)
	case "s":
		j.choose(j.joint, j.speed/keySteps)
	case " ":
		j.stopped(ctx, "r")
	case "r":
		err = j.reset(ctx, x)
	case "+", "=":
		next, err = j.moveWhile(ctx, x, j.speed)
	case "-":
		next, err = j.moveWhile(ctx, x, -j.speed)
	}
	return next, err
}

// moveWhile moves the joint until the key held has not come for a while, or another one has, which
// it returns.
func (j *jogging) moveWhile(ctx context.Context, held order, speed float64) (next order, err error) {
	var v [sim.NumJoints]float64
	v[j.joint] = speed
	for time.Since(held.at) < jogHold {
		// All that have come: terminals repeat keys faster than this goes round, and a motion must
		// not outlive its key.
		for x, ok := j.orders.poll(); ok; x, ok = j.orders.poll() {
			if x.text != held.text {
				return x, j.Guard.Stop(ctx)
			}
			held = x
		}
		err := j.Guard.SetVelocity(&v)
		if err == nil {
			err = clock.Sleep(ctx, j.Clock, jogPeriod)
		}
		var trip *safety.Trip
		if errors.As(err, &trip) && trip.Cause != safety.Emergency && !trip.Doubtful() {
			j.trips++
			fmt.Fprintf(j.s.stderr, "refused: %v\n", trip)
			return order{}, j.Guard.Resume(ctx)
		}
		if err != nil {
			return order{}, j.causeOf(err)
		}
	}
	return order{}, j.Guard.Stop(ctx)
}

const lineHelp = `lines: "JOINT SPEED SECONDS" moves a joint, 1 to 9, in rad/s; "home"; "state"; "stop" pulls ` +
	`the emergency stop, whatever
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
	if err := errors.Join(err1, err2, err3); err != nil || joint < 1 || joint > sim.NumJoints ||
		!(seconds > 0 && seconds <= jogMost.Seconds()) {
		return 0, 0, 0, fmt.Errorf("%q is no joint, speed and time", strings.Join(words, " "))
	}
	return joint - 1, speed, time.Duration(seconds * float64(time.Second)), nil
}
