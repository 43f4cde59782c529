package arm

import (
	"context"
	"fmt"
	"math"
	"time"

	"colonnade/jaco/clock"
	"colonnade/jaco/protocol"
)

// loop is the goroutine of the arm: a period after the other, with requests in between. It ends
// after quit.
func (a *Arm) loop() {
	next := a.opt.Clock.Now()
	for {
		seen := a.wake.Count()
		if r := a.nextRequest(); r != nil {
			a.serve(r)
			a.active = a.opt.Clock.Now()
			if a.over() {
				return
			}
			continue
		}
		now := a.opt.Clock.Now()
		if !now.Before(next) {
			a.work.lateBy(now.Sub(next), a.opt.Period)
			if err := a.missed(now); err != nil {
				a.trip(err)
			}
			a.period()
			if next = next.Add(a.opt.Period); a.opt.Clock.Now().Sub(next) > a.opt.Period {
				next = a.opt.Clock.Now() // what was missed stays missed: no burst of points
			}
			continue
		}
		// Neither a signal nor reaching the time is an error, and nobody cancels this context.
		a.opt.Clock.Wait(context.Background(), a.wake, seen, next)
	}
}

// missed returns why the arm, if it is enabled, must not go on: the machine slept, or a period
// began later than a velocity may be old, however new the one is that was set in between.
func (a *Arm) missed(now time.Time) error {
	late := now.Sub(a.active) - a.opt.Period
	a.active = now
	if err := a.asleep(); err != nil && a.wanted {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.streaming && late > a.opt.Stale {
		return fmt.Errorf("a period began %v late: %w", late, ErrSuspended)
	}
	return nil
}

// sleep is what of the difference between two clocks is none.
const sleep = 20 * time.Millisecond

// asleep returns an error if the machine slept since the last call.
func (a *Arm) asleep() error {
	before := a.slept
	a.slept = clock.Slept(a.opt.Clock)
	if slept := a.slept - before; slept > sleep {
		return fmt.Errorf("suspended for %v: %w", slept.Round(time.Millisecond), ErrSuspended)
	}
	return nil
}

func (s *Stats) lateBy(d, period time.Duration) {
	s.MaxLateness = max(s.MaxLateness, d)
	if d > period/2 {
		s.Late++
	}
}

func (a *Arm) nextRequest() *request {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.requests) == 0 {
		return nil
	}
	r := a.requests[0]
	a.requests = append(a.requests[:0], a.requests[1:]...)
	return r
}

// serve does what a request asks for.
func (a *Arm) serve(r *request) {
	err := r.ctx.Err()
	if err == nil || r.stop {
		err = r.run(r.ctx)
	}
	a.mu.Lock()
	r.err, r.done = err, true
	if r.stop {
		a.stopping--
	}
	a.mu.Unlock()
	a.publish()
}

func (a *Arm) over() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.ended
}

// publish shows the counters and wakes those who wait.
func (a *Arm) publish() {
	a.mu.Lock()
	a.stats = a.work
	a.mu.Unlock()
	a.changed.Raise()
}

// period is one period: a point, if there is something to stream, and a question. After a stop that
// is not acknowledged, and with a fault, it is watch's.
func (a *Arm) period() {
	ctx := context.Background()
	now := a.opt.Clock.Now()
	a.mu.Lock()
	streaming, velocity, age, fault := a.streaming, a.velocity, now.Sub(a.commanded), a.fault
	a.mu.Unlock()
	switch {
	case fault != nil || !streaming && a.loose():
		a.watch(now)
		return
	case streaming && age > a.opt.Stale:
		a.trip(fmt.Errorf("velocity is %v old: %w", age, ErrStale))
		return
	}
	if streaming {
		if err := a.stream(ctx, &velocity); err != nil {
			a.trip(err)
			return
		}
	}
	if err := a.poll(ctx, streaming); err != nil {
		a.trip(err)
		return
	}
	if streaming && a.controlLost() {
		a.trip(ErrControlLost)
		return
	}
	a.publish()
}

// stream sends the points of this period: one, as a rule.
func (a *Arm) stream(ctx context.Context, velocity *[NumJoints]float64) error {
	points := 1
	switch {
	case !a.primed:
		// Angles that were asked for at rest may be old.
		if err := a.pollJoints(ctx, protocol.AngularPosition, a.opt.Clock.Now()); err != nil {
			return err
		}
		a.primed, a.skip, a.extra, a.backlog, a.own.asked = true, 0, false, backlog{}, time.Time{}
		points = a.opt.Depth
	case a.skip > 0:
		a.skip--
		a.work.Skipped++
		points = 0
	case a.extra:
		a.extra = false
		a.work.Extra++
		points = 2
	}
	for range points {
		a.governed = *velocity
		if a.opt.Govern != nil {
			a.mu.Lock()
			a.known = a.state
			a.mu.Unlock()
			if err := a.opt.Govern(a.opt.Clock.Now(), &a.known, &a.governed); err != nil {
				return err
			}
			a.doubt = a.doubt || a.known.Doubt
		}
		if err := a.sendPoint(ctx, &a.governed); err != nil {
			return err
		}
	}
	return nil
}

func (a *Arm) sendPoint(ctx context.Context, velocity *[NumJoints]float64) error {
	point := a.settings.VelocityPoint(velocity)
	a.backlog.add(a.opt.Clock.Now())
	if err := a.enqueue(ctx, &point); err != nil {
		return err
	}
	a.work.Points++
	return nil
}

// enqueue puts a point into the arm's queue.
func (a *Arm) enqueue(ctx context.Context, point *protocol.BasicPoint) error {
	a.queued = true // it may have been received, whatever comes back
	a.link.payload = point.Append(a.link.payload[:0], a.settings.BasicPoint)
	return a.link.set(ctx, protocol.BasicTrajectory, a.link.payload)
}

func (a *Arm) controlLost() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.caps.quickStatus && !a.state.API && a.enabled && a.state.StatusTime.After(a.commanded)
}

// interrupted reports why a task must end: its context, somebody's Stop, or a machine that slept.
func (a *Arm) interrupted(ctx context.Context) error {
	if err := a.asleep(); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.stopping > 0 {
		return ErrStopped
	}
	return ctx.Err()
}

// adjust keeps the arm's queue at its depth, from the number of points in it right after one was
// sent. What the arm says is believed as far as it can be true: one that always said too few would
// get more and more, and go on with them after the cable is cut.
func (a *Arm) adjust(points int) error {
	switch {
	case points > a.opt.Depth+1:
		a.skip = min(points-a.opt.Depth, maxSkip)
	case points < a.opt.Depth:
		if sent := a.backlog.left(a.opt.Clock.Now()); sent > float64(a.opt.Depth+maxSurplus) {
			return fmt.Errorf("%d points, where at least %.0f are left of those sent: %w", points, sent, ErrQueue)
		}
		a.extra = true
	}
	return nil
}

const (
	maxSkip    = 20 // bounds what one answer can do to the stream
	maxSurplus = 4  // points beyond Options.Depth that may be in the queue by the clock
)

// backlog is how many points are left in the arm's queue if it takes one a tick.
type backlog struct {
	points float64
	at     time.Time
}

// tickTime is the shortest that the arm's tick of 10 ms may be: its clock is not ours.
const tickTime = 9980 * time.Microsecond

// left returns what is left at the time now.
func (b *backlog) left(now time.Time) float64 {
	return max(0, b.points-now.Sub(b.at).Seconds()/tickTime.Seconds())
}

// add adds a point at the time now.
func (b *backlog) add(now time.Time) { *b = backlog{points: b.left(now) + 1, at: now} }

// ownClock is the arm's own clock beside this machine's, looked at every 240 ms while velocities
// are streamed. A virtual machine that is paused notices nothing of it by its own clocks, and went
// on with a velocity of before; the arm's clock tells. The protocol's sources do not give its unit,
// nor that each arm has one. So it counts only once it has agreed with ours for some five seconds
// of motion: a clock of another unit, one that stands still or that jumps is never compared.
type ownClock struct {
	said   float64   // s since the arm was switched on
	asked  time.Time // when it said so; zero: not in this motion
	agreed int       // looks one after the other in which both clocks went on alike
}

const (
	trusted  = 20                     // looks until the arm's clock counts
	alike    = 50 * time.Millisecond  // of 30 ms that an answer may take, at either end
	unlike   = 150 * time.Millisecond // Options.Stale as it is by default: as long as a velocity lasts
	longLook = time.Second            // clocks that drift by a twentieth are alike for as long
)

// compare takes what the arm's clock says, asked for at a time of ours. It returns an error if both
// went on alike before, and did not since the last look.
func (c *ownClock) compare(said float64, asked time.Time) error {
	passed, own := asked.Sub(c.asked), said-c.said
	first := c.asked.IsZero() || passed > longLook
	c.said, c.asked = said, asked
	if first {
		return nil
	}
	switch ahead := own - passed.Seconds(); {
	case math.Abs(ahead) < alike.Seconds():
		c.agreed++
	case c.agreed < trusted || math.Abs(ahead) < unlike.Seconds():
		c.agreed = 0
	default: // NaN comes here, too
		c.agreed = 0
		return fmt.Errorf("the arm's own clock went on by %.2f s, this machine's by %.2f s: one of them stood still, "+
			"or the arm was switched off: %w", own, passed.Seconds(), ErrSuspended)
	}
	return nil
}
