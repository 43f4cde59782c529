package robot

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"colonnade/jaco/camera"
	"colonnade/jaco/clock"
	"colonnade/jaco/safety"
	"colonnade/jaco/tracker"
	"colonnade/jaco/transport"
	"colonnade/sim/reach"
)

// Hardware describes a laboratory of devices that are there. Open is needed, all else as far as the Lab is to be used.
type Hardware struct {
	Open   transport.Opener // of the arm's cable
	Camera camera.Camera    // nil: an arm alone
	Plane  *tracker.Plane   // nil: the table is not calibrated

	// Move allows the arm to move, and starts its API control. Without it everything can be read, and nothing is sent that
	// changes anything.
	Move bool

	StopFile string      // of the Guard
	Log      *safety.Log // the Guard's; nil: none

	// Ask tells a person what to do. nil: nobody is there, and the target cannot be placed.
	Ask func(text string)

	Clock clock.Clock // nil: clock.Real()
}

// Connect connects to a laboratory; nothing moves by it. The Lab closes the camera, and so does Connect where it fails.
func Connect(ctx context.Context, h Hardware) (*Lab, error) {
	if h.Clock == nil {
		h.Clock = clock.Real()
	}
	l := &Lab{Clock: h.Clock, Camera: h.Camera, Plane: h.Plane}
	h.Clock.Enter()
	defer h.Clock.Leave()
	guard, err := h.guard(ctx)
	for tries := 1; errors.Is(err, transport.ErrTimeout) && tries < connectTries && ctx.Err() == nil; tries++ {
		guard, err = h.guard(ctx)
	}
	if err != nil {
		if h.Camera != nil {
			err = errors.Join(err, h.Camera.Close())
		}
		return nil, fmt.Errorf("robot: %w", err)
	}
	l.Guard = guard
	l.Place = func(ctx context.Context, x, y float64) error { return l.askFor(ctx, h.Ask, x, y) }
	return l, nil
}

// connectTries is how often it is tried to connect to an arm that leaves a question unanswered: while connecting that may
// happen, in motion it stops the arm.
const connectTries = 5

// guard connects and, if motion is allowed, enables it.
func (h *Hardware) guard(ctx context.Context) (*safety.Guard, error) {
	guard, err := safety.Connect(ctx, safety.Options{
		Arm: safety.Driver{Clock: h.Clock, Open: h.Open}, Motion: h.Move, StopFile: h.StopFile, Log: h.Log,
	})
	if err == nil && h.Move {
		if err = guard.Enable(ctx); err != nil {
			return nil, errors.Join(err, guard.Close())
		}
	}
	return guard, err
}

// When a target that somebody was asked to move counts as placed.
const (
	placedNear  = 0.05                   // m from where it was asked for
	placedStill = 0.008                  // m between two looks
	placedFor   = time.Second            // that it lies still there,
	placedElse  = 5 * time.Second        // or somewhere else, if it was moved: where it was asked for the arm may be in the way
	placedMoved = 0.03                   // m
	placedLook  = 100 * time.Millisecond // between two looks
	placedTime  = 5 * time.Minute        // that a person gets
)

// askFor asks a person for the target at a place and waits until the camera sees it there.
func (l *Lab) askFor(ctx context.Context, ask func(string), x, y float64) error {
	if ask == nil || l.Camera == nil || l.Plane == nil {
		return errors.New("there is nobody to move the target, or no calibrated camera to see it")
	}
	ask(fmt.Sprintf("put the target at x %+.2f m, y %+.2f m (or, if the arm is in the way, near it where the camera sees it)", x, y))
	finder, frame := tracker.NewFinder(), make([]uint8, camera.FrameSize)
	var first, last *tracker.Sight
	var since time.Time
	moved := false // it was gone for a moment, behind a hand, or is somewhere else
	for until := l.Clock.Now().Add(placedTime); l.Clock.Now().Before(until); {
		if err := l.Guard.Err(); errors.Is(err, safety.ErrEmergency) {
			return err
		}
		if err := clock.Sleep(ctx, l.Clock, placedLook); err != nil {
			return err
		}
		if _, err := l.Camera.Frame(frame); err != nil {
			return err
		}
		sight, err := l.Plane.Locate(finder, frame)
		if err != nil {
			return err
		}
		now := l.Clock.Now()
		if sight.Confidence < tracker.Sure || !inArea(&sight) {
			last, moved = nil, true
			continue
		}
		if first == nil {
			first = &sight
		}
		if last == nil || away(last, &sight) > placedStill {
			since = now
		}
		last = &sight
		still := now.Sub(since)
		moved = moved || away(first, &sight) > placedMoved
		near := math.Hypot(sight.X-x, sight.Y-y) <= placedNear
		if near && still >= placedFor || moved && still >= placedElse {
			return nil
		}
	}
	return fmt.Errorf("nobody put the target there within %v, as far as the camera sees", placedTime)
}

func away(a, b *tracker.Sight) float64 { return math.Hypot(a.X-b.X, a.Y-b.Y) }

// inArea tells whether the target lies where it may, give or take.
func inArea(s *tracker.Sight) bool {
	return math.Abs(s.X-reach.TargetCentreX) <= reach.TargetSizeX/2+placedNear && math.Abs(s.Y-reach.TargetCentreY) <= reach.TargetSizeY/2+placedNear
}
