package safety

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"colonnade/jaco/emulator"
	"colonnade/sim"
)

// An arm that reports a pose that it cannot have is moved by nothing, Resume included, and
// everybody says which joint it is.
func TestNothingMovesFromAPoseThatCannotBe(t *testing.T) {
	for _, x := range []struct {
		joint  int
		offset float64
	}{{1, 2 * math.Pi}, {1, -2 * math.Pi}, {2, 2 * math.Pi}} {
		r := newRig(t, setup{})
		if err := r.guard.Pose(); err != nil {
			t.Fatal(err)
		}
		r.breaks(x.joint, emulator.Angle, emulator.Fault{Scale: 1, Offset: x.offset})
		r.sleep(10 * time.Second) // until the driver takes that for possible
		before := r.device.State(r.clock.Now()).Q
		for range 3 {
			r.guard.Resume(background)
			err := r.drive(50*time.Millisecond, time.Second, steady([sim.NumJoints]float64{0.3}))
			var trip *Trip
			if !errors.As(err, &trip) || !strings.Contains(err.Error(), sim.Canonical().JointName(x.joint)) {
				t.Errorf("joint %d %+.1f: %v", x.joint, x.offset, err)
			}
		}
		after := r.device.State(r.clock.Now()).Q
		for i := range after {
			if math.Abs(after[i]-before[i]) > 0.005 {
				t.Errorf("joint %d %+.1f: joint %d moved by %.3f rad", x.joint, x.offset, i, after[i]-before[i])
			}
		}
		state := r.guard.State()
		if err := r.guard.Pose(); err == nil || r.guard.Fits(&state.Q) {
			t.Errorf("joint %d %+.1f: pose %v", x.joint, x.offset, err)
		}
		r.close()
	}
}

// breaks gives a joint a fault from now on.
func (r *rig) breaks(joint int, part emulator.Part, f emulator.Fault) {
	r.t.Helper()
	if err := r.device.Break(r.clock.Now(), joint, part, f); err != nil {
		r.t.Fatal(err)
	}
}

// Joints without an end may have turned often, and a count beyond all reason is refused.
func TestCountedTurnsHaveABound(t *testing.T) {
	for turns, possible := range map[float64]bool{0: true, 21: true, -21: true, 29: false, -29: false} {
		start, _ := sim.Canonical().Keyframe("home")
		start[3] += turns * 2 * math.Pi
		r := newRig(t, setup{start: &start})
		if err := r.guard.Pose(); (err == nil) != possible || err != nil && !strings.Contains(err.Error(), "joint_4") {
			t.Errorf("%g turns: %v", turns, err)
		}
		r.close()
	}
}
