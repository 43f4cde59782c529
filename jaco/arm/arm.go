package arm

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"colonnade/jaco/clock"
	"colonnade/jaco/protocol"
)

// Arm is a connected arm. Make one by Connect.
type Arm struct {
	opt Options

	wake    *clock.Signal // to the goroutine: there is something to do
	changed *clock.Signal // from the goroutine: state, fault or a request changed

	identity // does not change after Connect

	mu             sync.Mutex // guards what follows
	state          State
	stats          Stats
	fault          error // why motion was stopped; nil: all is well
	unacknowledged error // what became of the last stop; nil: the arm acknowledged it
	enabled        bool  // velocities are accepted
	velocity       [NumJoints]float64
	commanded      time.Time // when velocity was set
	streaming      bool
	stopping       int // stops asked for, but not done yet
	requests       []*request
	closed         bool // no requests any more
	ended          bool // the goroutine has ended

	// Of the goroutine alone, after Connect.
	link     link
	work     Stats         // published as stats
	turn     int           // of the questions
	slept    time.Duration // of the machine, when it was last looked at
	own      ownClock
	active   time.Time // when the last period began, or the last request was done
	wanted   bool      // motion was enabled once: a stop has something to stop
	held     bool      // the home button may be down: it was pressed, and no release acknowledged since
	queued   bool      // there may be points in the arm's queue: no 301 was acknowledged since one was sent
	reopens  time.Time // when watch may open a lost connection again
	skip     int       // periods to leave out a point
	extra    bool      // send one more
	primed   bool      // the stream's first points were sent
	backlog  backlog   // of the stream
	doubt    bool      // the last velocities are in doubt: they are asked for again
	known    State     // for Options.Govern
	governed [NumJoints]float64
	answer   answers
}

// identity is what arm it is.
type identity struct {
	info     protocol.Info
	settings protocol.Settings
	caps     capabilities
}

// answers are read into here, so that nothing is allocated.
type answers struct {
	joints protocol.JointVector
	queue  protocol.Queue
	status protocol.QuickStatus
	word   protocol.Word
}

// capabilities says what differs between generations.
type capabilities struct {
	driven      bool    // what its velocities and fingers mean is known; others are only read
	quickStatus bool    // knows 62, 121 and the error log
	fingerOpen  float32 // finger value with which the SDK opens the hand, finger units
}

// request is something that the goroutine is asked to do.
type request struct {
	ctx  context.Context
	run  func(ctx context.Context) error
	stop bool // ends what is under way
	err  error
	done bool
}

// Connect opens the connection, finds out what arm it is, and reads its state once. Nothing moves
// by it.
func Connect(ctx context.Context, opt Options) (*Arm, error) {
	opt, err := opt.withDefaults()
	if err != nil {
		return nil, err
	}
	a := &Arm{opt: opt, wake: opt.Clock.NewSignal(), changed: opt.Clock.NewSignal()}
	a.link = link{opt: &a.opt, stats: &a.work, payload: make([]byte, 0, protocol.DataSize)}
	if err := a.greet(ctx); err != nil {
		a.link.drop()
		return nil, fmt.Errorf("connect to the arm: %w", err)
	}
	a.slept, a.active = clock.Slept(opt.Clock), opt.Clock.Now()
	opt.Clock.Go(a.loop)
	return a, nil
}

// greet opens the connection and reads all that there is to know at the start.
func (a *Arm) greet(ctx context.Context) (err error) {
	if err := a.link.connect(ctx, connectQuiet*a.opt.Quiet); err != nil {
		return err
	}
	if a.identity, err = a.identify(ctx); err != nil {
		return err
	}
	return a.look(ctx)
}

// connectQuiet is by how much longer than Options.Quiet it must be quiet when connecting: an
// earlier program's answers may come.
const connectQuiet = 10

// look asks all questions once.
func (a *Arm) look(ctx context.Context) error {
	for range a.questions() {
		if err := a.poll(ctx, false); err != nil {
			return err
		}
	}
	a.publish()
	return nil
}

// identify reads what arm it is. A Jaco 1 refuses command 121; its configuration has serial and
// model.
func (a *Arm) identify(ctx context.Context) (id identity, err error) {
	id.caps = capabilities{quickStatus: true, fingerOpen: -3000}
	id.settings = protocol.Jaco2Settings()
	err = a.link.read(ctx, protocol.InfoRead, &id.info)
	if refused(err) {
		var config protocol.Config
		if err = a.link.read(ctx, protocol.GetConfig, &config); err == nil {
			id.info = protocol.Info{Serial: config.Serial, Model: config.Model, Type: protocol.Jaco1}
			id.caps.quickStatus = false
		}
	}
	if err != nil {
		return id, err
	}
	switch id.info.Type {
	case protocol.Jaco2, protocol.Jaco2Assistive:
		id.caps.driven = true
	case protocol.Jaco1:
		id.caps.driven = true
		id.caps.fingerOpen, id.settings = -300, protocol.Jaco1Settings() // as the SDK's InitFingers for type 0 (S)
	case protocol.Spherical7, protocol.Mico4, protocol.Jaco2Four:
		return id, fmt.Errorf("%v: only arms of six joints can be read: %w", id.info.Type, ErrUnsupported)
	}
	if a.opt.Settings != nil {
		id.settings = *a.opt.Settings
	}
	if err := a.count(ctx); err != nil {
		return id, fmt.Errorf("%v: %w", id.info.Type, err)
	}
	return id, nil
}

// count makes sure that the hand has the fingers that it must have.
func (a *Arm) count(ctx context.Context) error {
	if a.opt.Fingers == 0 {
		return nil
	}
	var parts protocol.Inventory
	if err := a.link.read(ctx, protocol.InventoryRead, &parts); err != nil {
		if refused(err) {
			return nil
		}
		return err
	}
	n := 0
	for _, p := range parts {
		if p.Type == protocol.FingerActuator || p.Type == protocol.FingerActuator2 {
			n++
		}
	}
	if n != 0 && n != a.opt.Fingers { // an arm that lists none does not tell
		return fmt.Errorf("a hand with %d fingers, want %d: %w", n, a.opt.Fingers, ErrUnsupported)
	}
	return nil
}

// reopen opens a lost connection again, once nothing has come for the time quiet, and makes sure
// that it leads to the same arm.
func (a *Arm) reopen(ctx context.Context, quiet time.Duration) error {
	err := a.link.connect(ctx, quiet)
	var now identity
	if err == nil {
		now, err = a.identify(ctx)
	}
	if before := &a.info; err == nil && (now.info.Serial != before.Serial || now.info.Type != before.Type) {
		err = fmt.Errorf("%v %q is there instead of %v %q: %w", now.info.Type, now.info.Serial, before.Type,
			before.Serial, ErrUnsupported)
	}
	if err != nil {
		a.link.drop()
		return err
	}
	a.update(func(s *State) { s.QTime = time.Time{} }) // the arm may have been moved since
	return nil
}

// Info returns serial number, model, firmware and type.
func (a *Arm) Info() protocol.Info { return a.info }

// State returns what is known of the arm.
func (a *Arm) State() State {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.state
}

// Stats returns the counters.
func (a *Arm) Stats() Stats {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.stats
}

// Err returns why the watchdog stopped the arm, or nil. Recover clears it. As long as the arm has
// not acknowledged the stop it is ErrUnacknowledged, too.
func (a *Arm) Err() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.fault != nil && a.unacknowledged != nil {
		return fmt.Errorf("%w; %w", a.fault, a.unacknowledged)
	}
	return a.fault
}

// Angles waits until the joint angles have been asked for at or after the time since, and returns
// the state then.
func (a *Arm) Angles(ctx context.Context, since time.Time) (State, error) {
	for {
		seen := a.changed.Count()
		a.mu.Lock()
		state, err := a.state, a.usable()
		a.mu.Unlock()
		if err != nil {
			return state, err
		}
		if !state.QTime.Before(since) {
			return state, nil
		}
		if err := a.opt.Clock.Wait(ctx, a.changed, seen, time.Time{}); err != nil {
			return state, err
		}
	}
}

// usable reports why the arm cannot be used. a.mu is held.
func (a *Arm) usable() error {
	if a.closed {
		return ErrClosed
	}
	return a.fault
}

// SetVelocity sets the joint velocities to be streamed from now on, rad/s, and starts the stream.
// It does not wait. Call it again within Options.Stale, or the watchdog stops the arm. Velocities
// that are not finite or above Options.MaxSpeed are refused, and what was streamed before goes
// stale.
func (a *Arm) SetVelocity(v *[NumJoints]float64) error {
	for i, x := range v {
		if !(math.Abs(x) <= a.opt.MaxSpeed[i]) {
			return fmt.Errorf("set velocity: joint or finger %d of 9: %g rad/s, want at most %g either way", i+1, x,
				a.opt.MaxSpeed[i])
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.usable(); err != nil {
		return fmt.Errorf("set velocity: %w", err)
	}
	switch {
	case a.stopping > 0:
		return fmt.Errorf("set velocity: %w", ErrStopped)
	case !a.enabled:
		return fmt.Errorf("set velocity: %w", ErrDisabled)
	}
	a.velocity, a.commanded, a.streaming = *v, a.opt.Clock.Now(), true
	return nil
}

// Stop stops the arm: what is under way ends with ErrStopped, a zero velocity is sent, and the
// arm's queue dropped. Motion stays enabled. The error is ErrUnacknowledged, with that of the wire.
func (a *Arm) Stop(ctx context.Context) error {
	return a.ask(&request{ctx: ctx, stop: true, run: func(context.Context) error { return a.halt() }})
}

// Abort stops the arm as the watchdog does, with cause as what Err returns, and does not wait for
// it: Stop does. It may be called by any goroutine, participant or not. A fault that is there
// already stays the cause; a Recover under way ends.
func (a *Arm) Abort(cause error) {
	a.mu.Lock()
	defer a.wake.Raise()
	defer a.mu.Unlock()
	if a.closed {
		return
	}
	if a.fault == nil {
		a.fault = cause
	}
	a.enabled = false
	a.stopping++
	r := &request{ctx: context.Background(), stop: true, run: func(context.Context) error { return a.trip(cause) }}
	a.requests = append([]*request{r}, a.requests...)
}

// Close stops the arm, ends API control and closes the connection. Only the first call does
// anything. It tries for a second to have the arm stand, over a new connection if need be, and
// returns ErrUnacknowledged if that fails.
func (a *Arm) Close() error {
	err := a.ask(&request{ctx: context.Background(), stop: true, run: a.quit})
	if errors.Is(err, ErrClosed) {
		return nil
	}
	return err
}

// ask hands a request to the goroutine and waits until it is done.
func (a *Arm) ask(r *request) error {
	a.mu.Lock()
	if a.closed {
		a.mu.Unlock()
		return ErrClosed
	}
	if r.stop {
		a.stopping++
		a.requests = append([]*request{r}, a.requests...)
	} else {
		a.requests = append(a.requests, r)
	}
	a.mu.Unlock()
	a.wake.Raise()
	for {
		seen := a.changed.Count()
		a.mu.Lock()
		done := r.done
		a.mu.Unlock()
		if done {
			return r.err
		}
		// Not with r's context: when that ends, the goroutine first stops what it does for r.
		if err := a.opt.Clock.Wait(context.Background(), a.changed, seen, time.Time{}); err != nil {
			return err
		}
	}
}
