package safety

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"colonnade/jaco/arm"
	"colonnade/sim"
)

// Cause is what a Trip is about.
type Cause string

// The causes.
const (
	NotFinite  Cause = "not finite"     // a velocity that is no number
	TooFast    Cause = "too fast"       // a velocity above the joint's
	JointLimit Cause = "joint limit"    // a joint on its way to the end of its range
	Table      Cause = "table"          // a link on its way to the table
	Self       Cause = "self-collision" // links on their way to each other
	Workspace  Cause = "workspace"      // the arm on its way out of the box
	Blind      Cause = "blind"          // joint angles that are too old
	Sluggish   Cause = "slow cable"     // points that go out too slowly
	Following  Cause = "following"      // a joint that does not do what it was told
	Moved      Cause = "moved"          // a joint that turned while the arm was to stand
	Pose       Cause = "pose"           // angles that no arm can have
	Reading    Cause = "reading"        // a velocity or torque that does not belong to the angles
	Emergency  Cause = "emergency stop"
)

// ErrEmergency is wrapped by everything that an emergency stop refuses.
var ErrEmergency = errors.New("emergency stop")

// ErrUnsupported is wrapped by what Connect returns for an arm that cannot be read, and by what
// would move one that the model does not describe: the driver's own error.
var ErrUnsupported = arm.ErrUnsupported

// ErrUnacknowledged is wrapped by what Stop and Close return, and by Err, if the arm did not
// acknowledge that it is to stand: the driver's own error. After EmergencyStop, which does not
// wait, Stop tells.
var ErrUnacknowledged = arm.ErrUnacknowledged

// ErrMoves is wrapped by what Stands returns for an arm that acknowledged its stop, and goes on.
var ErrMoves = errors.New("the arm acknowledged that it is to stand, but does not: press its emergency stop, or " +
	"switch it off with a hand under it")

// Trip is a refused command: an error that says what was refused, and where the arm was.
type Trip struct {
	At       time.Time
	Cause    Cause
	What     string                 // the joint, the links, or the reason of an emergency stop
	Distance float64                // that would have been left, rad for joints, else m
	Margin   float64                // that was to be kept
	Q        [sim.NumJoints]float64 // joint angles as the arm reported them, rad
	Command  [sim.NumJoints]float64 // the velocities refused, rad/s
}

// Error puts the trip into words.
func (t *Trip) Error() string {
	switch t.Cause {
	case JointLimit:
		return fmt.Sprintf("safety: %s: %s would come to %.3f rad of it, the margin is %.3f rad", t.Cause, t.What,
			t.Distance, t.Margin)
	case Table, Self, Workspace:
		return fmt.Sprintf("safety: %s: %s would come to %.1f mm, the margin is %.1f mm", t.Cause, t.What,
			1000*t.Distance, 1000*t.Margin)
	}
	return fmt.Sprintf("safety: %s: %s", t.Cause, t.What)
}

// Unwrap lets errors.Is find ErrEmergency.
func (t *Trip) Unwrap() error {
	if t.Cause == Emergency {
		return ErrEmergency
	}
	return nil
}

// Violation tells whether the arm was on its way to break a rule of the task, or of the workspace,
// rather than told nonsense or stopped by hand.
func (t *Trip) Violation() bool {
	switch t.Cause {
	case JointLimit, Table, Self, Workspace:
		return true
	}
	return false
}

// Doubtful tells whether what the arm reports cannot be true, or is not what it was told: then
// somebody must look at it before it moves again. Resume moves nothing after it.
func (t *Trip) Doubtful() bool {
	switch t.Cause {
	case Following, Pose, Reading:
		return true
	}
	return false
}

// EmergencyStop stops the arm, whatever it does, and does not wait for it: Stop does, afterwards.
// It stays stopped until ResetEmergencyStop. why says who pulled it: a key, a signal.
func (g *Guard) EmergencyStop(why string) {
	g.stop(&Trip{Cause: Emergency, What: why, Q: g.arm.State().Q})
}

// ResetEmergencyStop allows Resume again. It fails while the stop file is there.
func (g *Guard) ResetEmergencyStop() error {
	if err := g.checkStopFile(); err != nil {
		return err
	}
	g.mu.Lock()
	g.emergency = nil
	g.mu.Unlock()
	g.opt.Log.write(Entry{Time: g.opt.Arm.Clock.Now(), Kind: "reset", Text: "the emergency stop was reset"})
	return nil
}

// checkStopFile fails while the stop file is there, and while nobody can tell.
func (g *Guard) checkStopFile() error {
	if g.opt.StopFile == "" {
		return nil
	}
	_, err := os.Lstat(g.opt.StopFile)
	switch {
	case err == nil:
		return fmt.Errorf("%w: the file %s is there; remove it first", ErrEmergency, g.opt.StopFile)
	case errors.Is(err, os.ErrNotExist):
		return nil
	}
	return fmt.Errorf("%w: nobody can tell whether the stop file is there: %w", ErrEmergency, err)
}

// filePeriod is how often the stop file is looked for.
const filePeriod = 20 * time.Millisecond

// watchFile pulls the emergency stop when the stop file appears. It ends with Close.
func (g *Guard) watchFile() {
	c := g.opt.Arm.Clock
	for there := false; ; {
		if err := c.Wait(context.Background(), g.closed, 0, c.Now().Add(filePeriod)); err == nil {
			return
		}
		err := g.checkStopFile()
		if err != nil && !there {
			g.EmergencyStop(err.Error())
		}
		there = err != nil
	}
}
