package arm

import (
	"context"
	"errors"
	"fmt"
	"time"

	"colonnade/jaco/protocol"
	"colonnade/jaco/transport"
)

// Enable starts API control and angular mode, so that SetVelocity is obeyed. It sends 302, 303,
// 301, 302, as kinova-ros does because a cold arm ignores the first start, then 47. Arms other than
// Jaco 1 and Jaco2 are refused: they can be read.
func (a *Arm) Enable(ctx context.Context) error {
	return a.ask(&request{ctx: ctx, run: func(ctx context.Context) error {
		a.mu.Lock()
		err := a.usable()
		a.mu.Unlock()
		if err == nil && !a.caps.driven {
			err = fmt.Errorf("%v can only be read: %w", a.info.Type, ErrUnsupported)
		}
		if err != nil {
			return fmt.Errorf("enable: %w", err)
		}
		a.wanted = true
		return a.enable(ctx)
	}})
}

func (a *Arm) enable(ctx context.Context) error {
	for _, command := range [...]protocol.Command{
		protocol.StartAPI, protocol.StopAPI, protocol.EraseTrajectories, protocol.StartAPI, protocol.AngularControl,
	} {
		if err := a.link.set(ctx, command, nil); err != nil {
			return fmt.Errorf("enable: %w", err)
		}
	}
	a.mu.Lock()
	a.enabled = true
	a.mu.Unlock()
	return nil
}

// Recover makes the arm usable after the watchdog stopped it: it opens the connection again if need
// be, trying until ctx ends, stops whatever moves, and enables motion again if it was enabled
// before. An arm of another kind or serial number is refused. Stop and Abort end it; the fault then
// stays.
func (a *Arm) Recover(ctx context.Context) error {
	return a.ask(&request{ctx: ctx, run: a.restore})
}

// reopenEvery is the pause between two attempts to find a lost device.
const reopenEvery = 100 * time.Millisecond

func (a *Arm) restore(ctx context.Context) error {
	for {
		err := a.restoreOnce(ctx)
		if err == nil {
			a.opt.Log(a.opt.Clock.Now(), "arm recovered")
			return nil
		}
		if errors.Is(err, ErrUnsupported) || errors.Is(err, ErrStopped) || refused(err) {
			return fmt.Errorf("recover: %w", err)
		}
		if interrupted := a.pause(ctx, reopenEvery); interrupted != nil {
			return fmt.Errorf("recover: %w; last attempt: %w", interrupted, err)
		}
	}
}

func (a *Arm) restoreOnce(ctx context.Context) error {
	if a.link.conn == nil {
		if err := a.reopen(ctx, connectQuiet*a.opt.Quiet); err != nil {
			return err
		}
		if err := a.look(ctx); err != nil {
			return err
		}
	}
	if a.wanted {
		if err := a.halt(); err != nil {
			return err
		}
		if err := a.interrupted(ctx); err != nil {
			return err
		}
		if err := a.enable(ctx); err != nil {
			return err
		}
		// Without API control the arm may have acknowledged the button's release, but not listened.
		if err := a.button(ctx, false); err != nil {
			return err
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.stopping > 0 {
		return ErrStopped // by somebody who must not be overruled
	}
	a.fault = nil
	return nil
}

// pause waits, unless the task is to end.
func (a *Arm) pause(ctx context.Context, d time.Duration) error {
	until := a.opt.Clock.Now().Add(d)
	for {
		seen := a.wake.Count()
		if err := a.interrupted(ctx); err != nil {
			return err
		}
		if !a.opt.Clock.Now().Before(until) {
			return nil
		}
		if err := a.opt.Clock.Wait(ctx, a.wake, seen, until); err != nil && a.opt.Clock.Now().Before(until) {
			return err
		}
	}
}

// task runs something that moves the arm by other means than the stream. Where that fails on the
// wire, or whatever ended it the arm did not acknowledge the end, it is stopped as by the watchdog.
func (a *Arm) task(ctx context.Context, what string, run func(ctx context.Context) error) error {
	return a.ask(&request{ctx: ctx, run: func(ctx context.Context) error {
		a.mu.Lock()
		err := a.usable()
		if err == nil && !a.enabled {
			err = ErrDisabled
		}
		if err == nil && a.streaming {
			err = ErrMoving
		}
		a.mu.Unlock()
		if err == nil {
			if err = run(ctx); err == nil {
				return nil
			}
			if wire(err) || a.loose() {
				if loose := a.trip(fmt.Errorf("%s: %w", what, err)); loose != nil {
					err = fmt.Errorf("%w; %w", err, loose)
				}
			}
		}
		return fmt.Errorf("%s: %w", what, err)
	}})
}

// wire tells errors of the wire from those of a task that was told to end or does not get on.
func wire(err error) bool {
	for _, own := range [...]error{ErrStopped, ErrMoving, ErrDisabled, ErrNoProgress, ErrClosed, context.Canceled} {
		if errors.Is(err, own) {
			return false
		}
	}
	return !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, transport.ErrTimeout)
}

// Home moves the arm to its ready pose. The arm finds its own way there: nothing here watches over
// it.
func (a *Arm) Home(ctx context.Context) error {
	return a.task(ctx, "home", func(ctx context.Context) error { return a.push(ctx, protocol.Ready) })
}

// Retract moves the arm to its ready pose and from there to the retracted one.
func (a *Arm) Retract(ctx context.Context) error {
	return a.task(ctx, "retract", func(ctx context.Context) error {
		if err := a.status(ctx); err != nil {
			return err
		}
		switch a.State().Retract {
		case protocol.Retracted:
			return nil
		case protocol.Ready, protocol.ReadyToRetract:
		default:
			if err := a.push(ctx, protocol.Ready); err != nil {
				return err
			}
		}
		return a.push(ctx, protocol.Retracted)
	})
}

const (
	buttonPoll   = 50 * time.Millisecond
	buttonRepeat = 2                // polls between two sendings: newer firmware ignores some (K-dsp)
	travelTime   = 60 * time.Second // more than any way takes
)

// push holds the home button until the arm stands at goal, and releases it on every way out. A push
// half-way makes the arm turn round; if it goes the wrong way, release and push again.
func (a *Arm) push(ctx context.Context, goal protocol.RetractState) (err error) {
	if err := a.status(ctx); err != nil || a.State().Retract == goal {
		return err
	}
	defer func() { err = errors.Join(err, a.release()) }()
	if err := a.button(ctx, false); err != nil { // only a button that is up can be pushed
		return err
	}
	wrong := protocol.ReadyToRetract
	if goal == protocol.Retracted {
		wrong = protocol.RetractToReady
	}
	until := a.opt.Clock.Now().Add(travelTime)
	for polls := 0; a.opt.Clock.Now().Before(until); polls++ {
		if polls%buttonRepeat == 0 {
			if err := a.button(ctx, true); err != nil {
				return err
			}
		}
		if err := a.pause(ctx, buttonPoll); err != nil {
			return err
		}
		if err := a.status(ctx); err != nil {
			return err
		}
		if a.controlGone() {
			return ErrControlLost
		}
		switch a.State().Retract {
		case goal:
			return nil
		case wrong:
			if err := a.button(ctx, false); err != nil {
				return err
			}
			polls = -1 // push again at once
		case protocol.RetractError:
			return fmt.Errorf("the arm reports an error of its retract state: %w", ErrNoProgress)
		}
	}
	return fmt.Errorf("not %v after %v: %w", goal, travelTime, ErrNoProgress)
}

// controlGone tells whether the arm says that it does not obey.
func (a *Arm) controlGone() bool { return a.caps.quickStatus && !a.State().API }

// status asks for status and angles now.
func (a *Arm) status(ctx context.Context) error {
	if err := a.pollStatus(ctx, a.opt.Clock.Now()); err != nil {
		return err
	}
	if err := a.pollJoints(ctx, protocol.AngularPosition, a.opt.Clock.Now()); err != nil {
		return err
	}
	a.publish()
	return nil
}

// button presses the home button or lets it go. It counts as held from before the press until a
// release is acknowledged.
func (a *Arm) button(ctx context.Context, down bool) error {
	var j protocol.Joystick
	if down {
		j.Buttons[protocol.HomeButton], a.held = 1, true
	}
	a.link.payload = j.Append(a.link.payload[:0])
	err := a.link.set(ctx, protocol.JoystickSend, a.link.payload)
	if err == nil {
		a.held = down
	}
	return err
}

// release lets the button go, whatever became of the task.
func (a *Arm) release() error {
	if !a.held {
		return nil
	}
	return insist(func() error { return a.button(context.Background(), false) })
}

// fingerTime is how long the fingers may take to open; the SDK's own loop ends after about 8 s (S).
const fingerTime = 15 * time.Second

// openBlind is how long the fingers of a Jaco 1 are opened: it does not say when they are.
const openBlind = 5 * time.Second

// InitFingers opens the hand fully, which the fingers need once after power-up to find their zero.
// It sends what the SDK sends: velocity points with hand mode 1 and a large negative value, until
// the flags of 62 are set.
func (a *Arm) InitFingers(ctx context.Context) error {
	return a.task(ctx, "initialise fingers", func(ctx context.Context) (err error) {
		defer func() { err = errors.Join(err, a.halt()) }()
		point := protocol.BasicPoint{Type: protocol.AngularVelocities, Hand: protocol.HandPosition}
		point.Fingers = [3]float32{a.caps.fingerOpen, a.caps.fingerOpen, a.caps.fingerOpen}
		limit := fingerTime
		if !a.caps.quickStatus {
			limit = openBlind
		}
		next := a.opt.Clock.Now()
		for until := next.Add(limit); next.Before(until); next = next.Add(a.opt.Period) {
			if err := a.enqueue(ctx, &point); err != nil {
				return err
			}
			if err := a.status(ctx); err != nil {
				return err
			}
			if a.controlGone() {
				return ErrControlLost
			}
			if a.State().Fingers == [3]bool{true, true, true} {
				return nil
			}
			if err := a.pause(ctx, next.Add(a.opt.Period).Sub(a.opt.Clock.Now())); err != nil {
				return err
			}
		}
		if !a.caps.quickStatus {
			return nil
		}
		return fmt.Errorf("fingers %v after %v: %w", a.State().Fingers, limit, ErrNoProgress)
	})
}
