package safety

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"colonnade/jaco/arm"
	"colonnade/jaco/clock"
	"colonnade/jaco/protocol"
	"colonnade/sim"
)

// Options says what to guard. Arm.Clock, Arm.Open and Motion are needed; the rest has defaults.
type Options struct {
	// Arm is for the driver. Its Govern and Log are the Guard's own, its MaxSpeed is that of
	// Limits.
	Arm Driver

	// Motion allows the arm to move. Without it everything can be read, and nothing moves.
	Motion bool

	// Model is the arm's, a Jaco2 of six joints; nil: sim.Canonical().
	Model *sim.Model

	// Limits and Stopping; nil: DefaultLimits and DefaultStopping.
	Limits   *Limits
	Stopping *Stopping

	// Zeros is by how much the joints are known to report more than the true angles, rad, at most
	// MostZero. Distances are kept at the angles without them and, as that may be wrong, at the
	// reported ones as before: the arm goes nowhere that it would not go without them.
	Zeros [sim.NumJoints]float64

	// StopFile is an emergency stop: it is pulled when a file of that name appears. Empty: there is
	// none.
	StopFile string

	// Log is told of every trip; nil: nobody.
	Log *Log
}

// Driver is the driver's options, for packages that must not import it.
type Driver = arm.Options

// ErrNoMotion is returned by what would move an arm that is not to be moved.
var ErrNoMotion = errors.New("motion was not allowed: it needs an explicit flag")

// Guard is an arm that keeps within its limits. All methods may be called by any goroutine; on a
// virtual clock by participants, but for EmergencyStop, which anybody may call.
type Guard struct {
	opt     Options
	limits  Limits
	model   *sim.Model
	arm     *arm.Arm
	began   time.Time
	closed  *clock.Signal
	enabled atomic.Bool // once: Resume may move the arm

	mu         sync.Mutex // guards what follows
	trip       *Trip      // why commands are refused; nil: they are not
	emergency  *Trip      // the emergency stop that was pulled; nil: none
	ahead      ahead
	velocity   [sim.NumJoints]float64    // of the last point, rad/s
	lastPoint  time.Time                 // when it was sent
	begun      bool                      // the arm stood before the last point
	way        [2][sim.NumJoints]float64 // half-way and in the end
	pressed    int                       // points in a row that were slowed to nothing
	within     depths                    // how deep in its margins it may be
	retreating bool                      // the Guard itself moves the arm
	trips      map[Cause]int
	follow     follow
	odometer   odometer
}

// Connect connects to the arm. Nothing moves by it.
func Connect(ctx context.Context, opt Options) (*Guard, error) {
	g := &Guard{opt: opt, model: opt.Model, limits: DefaultLimits(), trips: map[Cause]int{}}
	if g.model == nil {
		g.model = sim.Canonical()
	}
	if opt.Limits != nil {
		g.limits = *opt.Limits
	}
	if err := g.limits.Validate(g.model); err != nil {
		return nil, err
	}
	stopping := DefaultStopping()
	if opt.Stopping != nil {
		stopping = *opt.Stopping
	}
	if err := stopping.Validate(); err != nil {
		return nil, err
	}
	for i, zero := range opt.Zeros {
		if err := between("the error of "+g.model.JointName(i)+"'s zero", zero, -MostZero, MostZero, "rad"); err != nil {
			return nil, fmt.Errorf("%w: calibrate anew", err)
		}
	}
	if opt.Arm.Clock == nil {
		return nil, errors.New("safety: Options.Arm needs a Clock")
	}
	g.ahead = newAhead(g.model, stopping)
	g.ahead.patience = cmp.Or(opt.Arm.Timeout, 30*time.Millisecond) // the driver's own
	g.ahead.queue = seconds(tick * float64(cmp.Or(opt.Arm.Depth, 2)+surplus))
	g.follow.light = g.model.NewData()
	g.began, g.closed = opt.Arm.Clock.Now(), opt.Arm.Clock.NewSignal()
	opt.Arm.Govern = g.govern
	for i, v := range g.limits.Speed {
		opt.Arm.MaxSpeed[i] = v * (1 + speedTolerance)
	}
	opt.Arm.Log = func(at time.Time, text string) { opt.Log.write(Entry{Time: at, Kind: "driver", Text: text}) }
	if err := g.checkStopFile(); err != nil {
		return nil, err
	}
	var err error
	if g.arm, err = arm.Connect(ctx, opt.Arm); err != nil {
		return nil, err
	}
	if opt.StopFile != "" {
		opt.Arm.Clock.Go(g.watchFile)
	}
	return g, nil
}

// speedTolerance lets a velocity that is a limit up to rounding pass.
const speedTolerance = 1e-3

// SetVelocity sets the joint velocities to be streamed from now on, rad/s. It does not wait. Call
// it again within the driver's Stale, 150 ms as a rule, or the arm stops. A velocity that is
// refused stops the arm: the error is a *Trip. What the Guard refuses later, while the arm moves,
// is returned by the next call, and by Err at once.
func (g *Guard) SetVelocity(v *[sim.NumJoints]float64) error {
	if err := g.refusal(); err != nil {
		return err
	}
	for i, x := range v {
		if math.Abs(x) <= g.limits.Speed[i]*(1+speedTolerance) {
			continue
		}
		t := &Trip{Cause: NotFinite, What: g.model.JointName(i) + " was told to turn with a velocity that is no number",
			Q: g.arm.State().Q, Command: *v}
		if finite(x) {
			t.Cause = TooFast
			t.What = fmt.Sprintf("%s was told to turn with %.4g rad/s, the limit is %.4g", g.model.JointName(i), x,
				g.limits.Speed[i])
		}
		return g.stop(t)
	}
	if err := g.arm.SetVelocity(v); err != nil {
		if refused := g.refusal(); refused != nil {
			return refused
		}
		return err
	}
	return nil
}

// refusal returns why commands are refused.
func (g *Guard) refusal() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if t := g.refused(); t != nil {
		return t
	}
	return nil
}

// refused returns the trip that commands are refused for, or nil. g.mu is held.
func (g *Guard) refused() *Trip {
	if g.emergency != nil {
		return g.emergency
	}
	return g.trip
}

// because returns a refusal, and with it the driver's err if that says that the arm did not
// acknowledge its stop.
func because(refusal, err error) error {
	switch {
	case !errors.Is(err, ErrUnacknowledged):
		return refusal
	case errors.Is(err, refusal):
		return err
	}
	return fmt.Errorf("%w; %w", refusal, err)
}

// stop trips from outside of the driver's goroutine.
func (g *Guard) stop(t *Trip) error {
	t.At = g.opt.Arm.Clock.Now()
	g.latch(t)
	g.arm.Abort(t)
	g.opt.Log.trip(t)
	return t
}

// latch keeps a trip. The first trip is the cause, later ones are counted only.
func (g *Guard) latch(t *Trip) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.trip == nil {
		g.trip = t
	}
	if t.Cause == Emergency && g.emergency == nil {
		g.emergency = t
	}
	g.trips[t.Cause]++
}

// Err returns why the arm does not obey, or nil: a *Trip, or what made the driver's watchdog stop
// it. As long as the arm has not acknowledged its stop it is ErrUnacknowledged, too.
func (g *Guard) Err() error {
	err := g.arm.Err()
	if refusal := g.refusal(); refusal != nil {
		return because(refusal, err)
	}
	return err
}

// Trips returns how often each cause has tripped.
func (g *Guard) Trips() map[Cause]int {
	g.mu.Lock()
	defer g.mu.Unlock()
	counts := make(map[Cause]int, len(g.trips))
	for c, n := range g.trips {
		counts[c] = n
	}
	return counts
}

// Resume makes the arm obey again after a trip, or after its driver stopped it; it opens a lost
// connection again, trying until ctx ends. An arm that stands within its margins is moved out of
// them, slowly and on the shortest way, if Motion is allowed, it was enabled, and what it stopped
// for leaves no doubt in its readings; where it does not get out the error is ErrStuck, and
// commands may still be refused. Resume does not undo an emergency stop, and ends when one is
// pulled.
func (g *Guard) Resume(ctx context.Context) error {
	g.mu.Lock()
	emergency := g.emergency
	g.mu.Unlock()
	if emergency != nil {
		return emergency
	}
	if err := g.checkStopFile(); err != nil {
		return err
	}
	var cause *Trip
	doubtful := errors.As(g.refusal(), &cause) && cause.Doubtful()
	for attempt := 1; ; {
		if err := g.recover(ctx); err != nil {
			return err
		}
		err := g.retreat(ctx, doubtful)
		var t *Trip
		switch {
		case err == nil:
			return nil
		case errors.As(err, &t) && !t.Violation():
			return err
		case t != nil:
			// A way out of one margin may lead into another: there it begins anew.
			if attempt++; attempt > retreatAttempts {
				return fmt.Errorf("%w: %w", ErrStuck, err)
			}
		case g.arm.Err() == nil || g.over(ctx) || errors.Is(err, arm.ErrQueue):
			return err // else the arm was lost again
		}
	}
}

// over tells whether the time of ctx is over by the Guard's clock.
func (g *Guard) over(ctx context.Context) bool {
	at, limited := ctx.Deadline()
	return ctx.Err() != nil || limited && !g.opt.Arm.Clock.Now().Before(at)
}

// recover makes the driver obey again, but for an emergency stop, whenever that is pulled.
func (g *Guard) recover(ctx context.Context) error {
	err := g.arm.Recover(ctx)
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.emergency != nil:
		return g.emergency
	case err != nil:
		return err
	}
	g.trip = nil
	g.dropped()
	g.restart(false)
	g.opt.Log.write(Entry{Time: g.opt.Arm.Clock.Now(), Kind: "resume", Text: "commands are obeyed again"})
	return nil
}

// Enable starts API control, so that SetVelocity is obeyed.
func (g *Guard) Enable(ctx context.Context) error {
	return g.allowed(func() error {
		err := g.arm.Enable(ctx)
		if err == nil {
			g.enabled.Store(true)
		}
		return err
	})
}

// travel is what moves the arm otherwise than by points: where it comes to rest is its firmware's.
func (g *Guard) travel(move func() error) error {
	return g.allowed(func() error {
		defer g.forget()
		return move()
	})
}

// forget makes the next angles be believed.
func (g *Guard) forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.restart(false)
}

// allowed does what may move the arm, if that is allowed, the model describes the arm, and nothing
// has tripped.
func (g *Guard) allowed(move func() error) error {
	if !g.opt.Motion {
		return ErrNoMotion
	}
	if kind := g.arm.Info().Type; kind != protocol.Jaco2 && kind != protocol.Jaco2Assistive {
		return fmt.Errorf("safety: %v: the model is that of a Jaco2 with six joints, other arms can only be read: %w",
			kind, ErrUnsupported)
	}
	if err := g.refusal(); err != nil {
		return err
	}
	if err := move(); err != nil {
		if refusal := g.refusal(); refusal != nil {
			return because(refusal, err)
		}
		return err
	}
	return nil
}

// Home moves the arm to its ready pose, by its own firmware on its own way: only the emergency stop
// ends it.
func (g *Guard) Home(ctx context.Context) error {
	return g.travel(func() error { return g.arm.Home(ctx) })
}

// Retract moves the arm to its retracted pose, as Home does.
func (g *Guard) Retract(ctx context.Context) error {
	return g.travel(func() error { return g.arm.Retract(ctx) })
}

// InitFingers opens the hand, which fingers need once after power-up. Keep things away from it.
func (g *Guard) InitFingers(ctx context.Context) error {
	return g.travel(func() error { return g.arm.InitFingers(ctx) })
}

// Stop stops the arm; it obeys the next command.
func (g *Guard) Stop(ctx context.Context) error {
	err := g.arm.Stop(ctx)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.dropped()
	return err
}

// dropped takes note that the arm's queue was dropped. g.mu is held.
func (g *Guard) dropped() {
	g.ahead.stopped()
	g.odometer.restart()
}

// State returns what is known of the arm.
func (g *Guard) State() arm.State { return g.arm.State() }

// Angles waits until the joint angles have been asked for at or after the time since, and returns
// the state then.
func (g *Guard) Angles(ctx context.Context, since time.Time) (arm.State, error) {
	return g.arm.Angles(ctx, since)
}

// Info returns serial number, model, firmware and type of the arm.
func (g *Guard) Info() protocol.Info { return g.arm.Info() }

// Stats returns the driver's counters.
func (g *Guard) Stats() arm.Stats { return g.arm.Stats() }

// Close stops the arm, ends API control and closes the connection.
func (g *Guard) Close() error {
	g.closed.Raise()
	return g.arm.Close()
}
