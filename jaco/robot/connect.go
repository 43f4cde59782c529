package robot

import (
	"context"
	"errors"
	"fmt"

	"colonnade/jaco/camera"
	"colonnade/jaco/clock"
	"colonnade/jaco/protocol"
	"colonnade/jaco/safety"
	"colonnade/jaco/tracker"
	"colonnade/jaco/transport"
	"colonnade/sim"
)

// Hardware describes a workcell of devices that are there. Open is needed, all else as far as the
// Workcell is to be used.
type Hardware struct {
	Open   transport.Opener // of the arm's cable
	Camera camera.Camera    // nil: an arm alone
	Plane  *tracker.Plane   // nil: the table is not calibrated

	// Move allows the arm to move, and starts its API control. Without it everything can be read,
	// and nothing is sent that changes anything.
	Move bool

	StopFile string      // of the Guard
	Log      *safety.Log // the Guard's; nil: none

	// Ask tells a person what to do. nil: nobody is there, and the target cannot be placed.
	Ask func(text string)

	// Confirm begins to wait for a person who confirms what Ask said, and returns a channel of
	// capacity 1 for the answer: nil, or why there will be none. A new call replaces the one
	// before. nil: nobody confirms anything, and what needs it is an error.
	Confirm func() <-chan error

	// AutoPlace does without: the arm goes on by itself where the picture has nothing against it. A
	// hand that rests, or is out of the picture, is not noticed.
	AutoPlace bool

	Clock clock.Clock // nil: clock.Real()
}

// Connect connects to a workcell; nothing moves by it. The Workcell closes the camera, and so does
// Connect where it fails.
func Connect(ctx context.Context, h Hardware) (*Workcell, error) {
	if h.Clock == nil {
		h.Clock = clock.Real()
	}
	l := &Workcell{Clock: h.Clock, Camera: h.Camera, Plane: h.Plane}
	if err := CheckView(h.Camera, h.Plane); err != nil {
		return nil, fmt.Errorf("robot: %w", errors.Join(err, h.Camera.Close()))
	}
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
	l.MoveTarget = func(ctx context.Context, x, y float64) error { return l.askFor(ctx, &h, x, y) }
	l.Clear = func(ctx context.Context, why string) error { return l.clear(ctx, &h, why) }
	return l, nil
}

// ErrView is wrapped by what is returned for a calibration that was made with another size or crop
// of the camera's pictures.
var ErrView = errors.New("the calibration is for other pictures: give the camera the settings that it was made with, " +
	"or calibrate anew")

// CheckView returns an error if a calibration is for another view than a camera has. One that does
// not say for which, as those made before views were kept, and a camera that does not, pass. Either
// may be nil.
func CheckView(eye camera.Camera, plane *tracker.Plane) error {
	if eye == nil || plane == nil {
		return nil
	}
	if is, want := camera.ViewOf(eye), plane.View(); is != "" && want != "" && is != want {
		return fmt.Errorf("%w; it was made with %s, the camera now gives %s", ErrView, want, is)
	}
	return nil
}

// connectTries is how often it is tried to connect to an arm that leaves a question unanswered:
// while connecting that may happen, in motion it stops the arm.
const connectTries = 5

// Driven returns nil for the arms that are driven, and an error for all others, which can be read
// at most: their links, joints or fingers are not those of the model that the Guard and the task go
// by.
func Driven(kind protocol.DeviceType) error {
	if kind == protocol.Jaco2 || kind == protocol.Jaco2Assistive {
		return nil
	}
	return fmt.Errorf("it says that it is a %v: %s: %w", kind, DrivenArms, safety.ErrUnsupported)
}

// DrivenArms says in words which arms are driven.
const DrivenArms = "only a Jaco2 with six joints, the curved wrist and three fingers is driven (j2n6s300 in kinova-ros)"

// guard connects and, if motion is allowed, enables it.
func (h *Hardware) guard(ctx context.Context) (*safety.Guard, error) {
	var zeros pose
	if h.Plane != nil {
		zeros = h.Plane.Zeros()
	}
	guard, err := safety.Connect(ctx, safety.Options{
		Zeros: zeros, Arm: safety.Driver{Clock: h.Clock, Open: h.Open, Fingers: sim.NumFingers}, Motion: h.Move,
		StopFile: h.StopFile, Log: h.Log,
	})
	if err == nil && h.Move {
		if err := Driven(guard.Info().Type); err != nil {
			return nil, errors.Join(err, guard.Close())
		}
		if err = guard.Enable(ctx); err != nil {
			return nil, errors.Join(err, guard.Close())
		}
	}
	return guard, err
}
