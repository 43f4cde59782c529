package robot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"colonnade/jaco/camera"
	"colonnade/jaco/clock"
	"colonnade/jaco/safety"
	"colonnade/jaco/tracker"
	"colonnade/sim"
	"colonnade/sim/domain"
)

// Workcell is what an Env works with: an arm behind its Guard, a camera, a calibrated table, and
// somebody who moves the target.
type Workcell struct {
	Clock  clock.Clock
	Guard  *safety.Guard // allowed to move, and enabled
	Camera camera.Camera
	Plane  *tracker.Plane

	// MoveTarget asks for the target at a position on the table, m, and returns when it lies there,
	// more or less: the tracker finds out. The arm stands still, and may move when it returns.
	MoveTarget func(ctx context.Context, x, y float64) error

	// Clear returns when an arm that stopped may move again, though somebody may have reached into
	// its way: why says what happened. nil: nobody can, as in an emulated workcell.
	Clear func(ctx context.Context, why string) error

	// Close gives back what Guard and Camera do not. nil: nothing.
	Close func() error
}

// check reports what is missing.
func (l *Workcell) check() error {
	if l == nil || l.Clock == nil || l.Guard == nil || l.Camera == nil || l.Plane == nil || l.MoveTarget == nil {
		return errors.New("a Workcell needs a clock, a guard, a camera, a calibration and somebody who moves the " +
			"target")
	}
	return nil
}

// Shut closes all of it. An Env does so in its Close.
func (l *Workcell) Shut() error {
	l.Clock.Enter()
	defer l.Clock.Leave()
	err := l.Guard.Close()
	if l.Camera != nil {
		err = errors.Join(err, l.Camera.Close())
	}
	if l.Close != nil {
		err = errors.Join(err, l.Close())
	}
	return err
}

// Options says how an Env works. One of Workcell and Fresh is needed.
type Options struct {
	// Workcell is where all episodes take place: at the end of each the arm moves to the start of
	// the next one.
	Workcell *Workcell

	// Fresh makes a workcell for each episode, in which the arm stands at start, rad, when it is
	// switched on. For emulated arms only: an episode then depends on nothing but its seed and its
	// actions, and no time is spent on moving to starts.
	Fresh func(seed uint64, start *[sim.NumJoints]float64) (*Workcell, error)

	// TargetEvery is the number of episodes between two new places of the target; 0: 3.
	TargetEvery int

	// Moving says that the target glides: each sight of it is believed at once, instead of the mean
	// of many.
	Moving bool

	// Patience is how long a target that is out of sight, a camera or an arm that is lost are
	// waited for, in the time of the Workcell's clock; 0: 30 s.
	Patience time.Duration

	// Twin is the world in whose appearance Env.Twin draws, one without ranges; nil: Env.Twin is an
	// error.
	Twin *domain.Domain

	// SeeTwin makes the twin's picture that of the observation: a policy then drives the arm by the
	// twin. Moment.Frame stays the camera's. It needs Twin.
	SeeTwin bool

	// Log is told of pauses and their ends. nil: nobody.
	Log func(at time.Time, text string)

	// Record is told of every step, and may be nil: nobody.
	Record func(*Moment) error
}

func (o Options) withDefaults() (Options, error) {
	switch {
	case (o.Workcell == nil) == (o.Fresh == nil):
		return o, errors.New("Options need one of Workcell and Fresh")
	case o.SeeTwin && o.Twin == nil:
		return o, errors.New("to see the twin, there must be one: set Twin")
	case o.TargetEvery < 0:
		return o, fmt.Errorf("the target is to move every %d episodes, want 1 or more", o.TargetEvery)
	case o.Patience < 0 || o.Patience > time.Hour:
		return o, fmt.Errorf("patience of %v, want up to an hour", o.Patience)
	}
	if o.Workcell != nil {
		if err := o.Workcell.check(); err != nil {
			return o, err
		}
	}
	if o.TargetEvery == 0 {
		o.TargetEvery = 3
	}
	if o.Patience == 0 {
		o.Patience = 30 * time.Second
	}
	if o.Log == nil {
		o.Log = func(time.Time, string) {}
	}
	return o, nil
}

// Moment is what happened in a step, or at an episode's beginning. Its slices and the Moment are
// the Env's own: copy what is to be kept.
type Moment struct {
	Episode    uint64        // counted by the Env
	Step       int           // of the episode; 0: its beginning
	Seed       uint64        // of the episode
	Clock      time.Duration // of the Workcell, since clock.Epoch
	Taken      time.Duration // when the frame was taken
	Measured   time.Duration // when the joints were
	Action     [sim.NumJoints]uint8
	Reward     float32
	Terminated bool
	Truncated  bool
	Q, V       [sim.NumJoints]float64 // as the arm reports them, rad and rad/s
	Target     [2]float64             // as tracked, m
	Confidence float64                // of the sight
	Frame      []uint8
}
