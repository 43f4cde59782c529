package main

import (
	"context"
	"errors"
	"fmt"
	"math"
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
		Points: s.Points, Skipped: s.Skipped, Extra: s.Extra, Late: s.Late, MostLate: milliseconds(s.MaxLateness), Exchanges: s.Exchanges,
		Failures: s.Failures, Exchange: milliseconds(s.ExchangeTime) / float64(max(s.Exchanges, 1)), ExchangeMost: milliseconds(s.MaxExchange),
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
		return nil, cli.Usagef("-joint %d -for %v: want 1 to %d, and a time up to %v", *joint, *span, sim.NumJoints, jogMost)
	}
	if math.IsNaN(*speed) || math.IsInf(*speed, 0) {
		return nil, cli.Usagef("-speed %g: want a number", *speed)
	}
	if _, terminal := terminalOf(s.stdin); *joint == 0 && terminal {
		s.RealTime = true // people live in it
	}
	at, err := s.open(ctx, rig.Wants{Move: true})
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
	fmt.Fprintf(s.stderr, "%d points sent; periods began at most %.1f ms late, %d of them over 5 ms; an exchange took %.2f ms, at most %.1f\n",
		r.Stream.Points, r.Stream.MostLate, r.Stream.Late, r.Stream.Exchange, r.Stream.ExchangeMost)
	return r, at.close(err)
}

// settle waits until all that the arm says is of the time after it was stopped. After an error it may not have been yet; whether
// it acknowledges that is what close returns.
func (at *site) settle(err error) {
	if err != nil {
		at.Guard.Stop(context.Background())
	}
	clock.Sleep(context.Background(), at.Clock, settling) // nobody cancels this context
}

// move turns one joint. What the safety layer refuses is told, counted and undone: only an emergency stop, or a lost arm,
// is an error.
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

// forgive returns the error of an order that was obeyed. An emergency stop is none here, as it can be taken back.
func (j *jogging) forgive(ctx context.Context, x order, err error) error {
	if !errors.Is(err, safety.ErrEmergency) || ctx.Err() != nil {
		return err
	}
	if !j.orders.void(x) { // else the stop's own order comes next, and is told of
		fmt.Fprintf(j.s.stderr, "refused: %v\n", err)
	}
	return nil
}

// stopped tells what became of an emergency stop, which was pulled when its order came. reset takes it back.
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
