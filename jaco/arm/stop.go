package arm

import (
	"context"
	"errors"
	"fmt"
	"time"

	"colonnade/jaco/clock"
	"colonnade/jaco/protocol"
)

// trip is the watchdog: it stops the arm and keeps the cause until Recover. Of several causes the
// first is kept. The arm comes first, the log, which may take its time, after it. Its error is that
// of halt.
func (a *Arm) trip(cause error) error {
	at := a.opt.Clock.Now()
	a.work.Stops++
	a.mu.Lock()
	if a.fault == nil {
		a.fault = cause
	}
	a.enabled = false
	a.mu.Unlock()
	err := a.halt()
	a.opt.Log(at, "arm stopped: "+cause.Error())
	if err != nil {
		a.opt.Log(a.opt.Clock.Now(), err.Error())
	}
	a.publish()
	return err
}

// halt has the arm stand. Its error is ErrUnacknowledged: then watch goes on trying. A stop is not
// given up because somebody's context ended.
func (a *Arm) halt() error {
	a.mu.Lock()
	a.streaming, a.velocity = false, [NumJoints]float64{}
	a.mu.Unlock()
	a.primed = false
	if !a.wanted || a.link.conn == nil && !a.loose() {
		// nothing was ever started, so an arm that is only looked at is left alone; or it stood
		// when it was lost
		return nil
	}
	return a.acknowledged(insist(a.still))
}

// stopTries is how often a stop is sent in a row: its answer may be lost as any other.
const stopTries = 3

// insist does something until it succeeds, stopTries times at most.
func insist(do func() error) (err error) {
	for range stopTries {
		if err = do(); err == nil {
			break
		}
	}
	return err
}

// loose tells whether the arm may move by itself: it has not acknowledged that the button is up, or
// that its queue is dropped.
func (a *Arm) loose() bool { return a.held || a.queued }

// still sends once what has the arm stand: the home button up, if it may be down, zero velocity,
// and 301, which drops the queue. What counts is the first and the last; the zero has the arm stand
// even if 301 is late. A connection that was lost, by a mere fault of the bus perhaps, is opened
// again.
func (a *Arm) still() error {
	ctx := context.Background()
	if a.link.conn == nil {
		if err := a.reopen(ctx, a.opt.Quiet); err != nil {
			return err
		}
	}
	var released error
	if a.held {
		released = a.button(ctx, false)
	}
	a.sendPoint(ctx, &[NumJoints]float64{}) // whatever becomes of it, 301 follows
	erased := a.link.set(ctx, protocol.EraseTrajectories, nil)
	if erased == nil {
		a.queued = false
	}
	return errors.Join(released, erased)
}

// acknowledged keeps and returns what became of a stop.
func (a *Arm) acknowledged(err error) error {
	if err != nil {
		err = fmt.Errorf("%w: %w", ErrUnacknowledged, err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.unacknowledged = err
	return err
}

// watch is a period while there is a fault or a stop that is not acknowledged: what the arm has not
// acknowledged of its stop is sent again, also over a connection that comes back; else the arm is
// asked as ever, so that State stays true. What fails of it changes nothing.
func (a *Arm) watch(now time.Time) {
	switch {
	case a.loose() && (a.link.conn != nil || !now.Before(a.reopens)):
		a.reopens = now.Add(reopenEvery)
		if a.acknowledged(a.still()) == nil {
			a.opt.Log(a.opt.Clock.Now(), "the arm acknowledged the stop")
		}
	case a.link.conn != nil:
		a.poll(context.Background(), false)
	}
	a.publish()
}

// quitTime is how long Close goes on trying to have the arm stand.
const quitTime = time.Second

// quit stops the arm, gives API control back and ends the goroutine. What else was asked for ends
// with ErrClosed.
func (a *Arm) quit(ctx context.Context) error {
	err := a.halt()
	for until := a.opt.Clock.Now().Add(quitTime); err != nil && a.opt.Clock.Now().Before(until); err = a.halt() {
		if failed := clock.Sleep(ctx, a.opt.Clock, a.opt.Period); failed != nil {
			break
		}
	}
	if a.link.conn != nil && a.wanted {
		err = errors.Join(err, insist(func() error { return a.link.set(ctx, protocol.StopAPI, nil) }))
	}
	a.link.drop()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.closed, a.ended, a.enabled = true, true, false
	for _, r := range a.requests {
		r.err, r.done = ErrClosed, true
	}
	a.requests = nil
	return err
}
