package arm

import (
	"errors"
	"fmt"
	"math"
	"time"

	"colonnade/jaco/clock"
	"colonnade/jaco/protocol"
	"colonnade/jaco/transport"
)

// NumJoints is the length of all vectors: six joints and three fingers.
const NumJoints = 9

// What stops an arm or refuses a command, beside the errors of packages transport and protocol.
var (
	ErrStale       = errors.New("no new command in time")
	ErrControlLost = errors.New("the arm took API control away: its joystick was used, or it is in a fault")
	ErrSuspended   = errors.New("this machine slept, or this program was held up")
	ErrStopped     = errors.New("stopped")
	ErrClosed      = errors.New("the arm is closed")
	ErrDisabled    = errors.New("motion is not enabled")
	ErrMoving      = errors.New("not while velocities are streamed")
	ErrUnsupported = errors.New("this arm is not supported")
	ErrImplausible = errors.New("the arm reports angles that it cannot have reached")
	ErrQueue       = errors.New("the arm miscounts its queue, or ignores points as some do until they were home once")
	ErrNoProgress  = errors.New("the arm does not get there")

	// ErrUnacknowledged is wrapped by what Stop and Close return, and by Err, if the arm did not
	// acknowledge that it is to stand: it may go on.
	ErrUnacknowledged = errors.New("the arm did not acknowledge the stop, it may go on")
)

// Options says how to drive an arm. Fill in Clock and Open; the rest has defaults.
type Options struct {
	Clock clock.Clock
	Open  transport.Opener

	// Settings is the scale of fingers and the quirks of the firmware; nil: those of the arm's
	// generation, without quirks.
	Settings *protocol.Settings

	// Fingers is how many fingers the hand must have, by the arm's own list of its parts; 0: it is
	// not asked. An arm that refuses the question passes.
	Fingers int

	// Period is that of the stream; 0: 10 ms, the arm's own.
	Period time.Duration

	// Timeout is how long the answer to a packet may take; 0: 30 ms. An exchange takes about 2 ms.
	Timeout time.Duration

	// Quiet is how long nothing may come before an answer that was late is taken as lost; 0: 5 ms.
	// When connecting it is ten times as long.
	Quiet time.Duration

	// Stale is the age of a velocity at which the watchdog stops the arm; 0: 150 ms, for a policy
	// that acts every 100 ms.
	Stale time.Duration

	// Depth is the number of points to keep in the arm's queue; 0: 2.
	Depth int

	// MaxSpeed is the largest velocity that is accepted, rad/s; zero: 36 and 48 degrees/s for
	// joints 1-3 and 4-6 as in the arm's URDF, and 1 rad/s for fingers.
	MaxSpeed [NumJoints]float64

	// Govern is asked about each velocity point right before it is sent, with the newest state: it
	// may change the point, and its error stops the arm as the watchdog does. It is called by the
	// driver's goroutine and must not call the Arm. nil: every point is sent as it is; package
	// safety has the only governor that a moving arm should have.
	Govern func(now time.Time, s *State, v *[NumJoints]float64) error

	// Log is told what the driver does on its own: stops with their cause, losses, recoveries. nil:
	// nobody. It is called by the driver's goroutine and must not call the Arm.
	Log func(at time.Time, text string)
}

// withDefaults returns the options with defaults filled in, or what is wrong with them.
func (o Options) withDefaults() (Options, error) {
	if o.Clock == nil || o.Open == nil {
		return o, errors.New("arm: Options need a Clock and an Open")
	}
	if o.Settings != nil {
		if err := o.Settings.Validate(); err != nil {
			return o, fmt.Errorf("arm: %w", err)
		}
	}
	for _, d := range [...]struct {
		what  string
		value *time.Duration
		usual time.Duration
	}{
		{"period", &o.Period, 10 * time.Millisecond}, {"timeout", &o.Timeout, 30 * time.Millisecond},
		{"quiet", &o.Quiet, 5 * time.Millisecond}, {"stale", &o.Stale, 150 * time.Millisecond},
	} {
		if *d.value == 0 {
			*d.value = d.usual
		}
		if *d.value < time.Millisecond || *d.value > 10*time.Second {
			return o, fmt.Errorf("arm: %s of %v, want 1 ms to 10 s", d.what, *d.value)
		}
	}
	if o.Depth == 0 {
		o.Depth = 2
	}
	if o.Depth < 1 || o.Depth > 10 {
		return o, fmt.Errorf("arm: %d points in the queue, want 1 to 10: they go on after a stop", o.Depth)
	}
	if o.MaxSpeed == [NumJoints]float64{} {
		o.MaxSpeed = [NumJoints]float64{0.6284, 0.6284, 0.6284, 0.8378, 0.8378, 0.8378, 1, 1, 1}
	}
	for i, v := range o.MaxSpeed {
		if !(v > 0) || math.IsInf(v, 0) {
			return o, fmt.Errorf("arm: largest speed of joint %d is %g rad/s", i+1, v)
		}
	}
	if o.Log == nil {
		o.Log = func(time.Time, string) {}
	}
	return o, nil
}
