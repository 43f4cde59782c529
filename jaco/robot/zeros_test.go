package robot

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"colonnade/jaco/camera"
	"colonnade/jaco/safety"
	"colonnade/sim"
)

// seen are pictures of the emulated arm of domain robot, taken once.
var seen = sync.OnceValues(func() (*Sights, error) {
	var t testing.T
	l := emulate(&t, nil)
	defer l.Shut()
	s, err := See(context.Background(), l.Workcell, &l.world, 40)
	if n := l.Arm.State(l.Clock.Now()).Contacts; n != 0 {
		err = errors.Join(err, errors.New("the arm touched something"))
	}
	return s, err
})

// TestZeros: the offsets of the emulated arm are found within 2 mrad, those of its fingers, which
// are a pixel wide, within 5.
func TestZeros(t *testing.T) {
	s, err := seen()
	if err != nil {
		t.Fatal(err)
	}
	z, err := s.Zeros()
	if err != nil {
		t.Fatal(err)
	}
	for i, is := range s.world.Motion.Encoder {
		within := 0.002
		if i >= sim.NumArmJoints {
			within = 0.005
		}
		if off := math.Abs(z.Offset[i] - is); !(off <= within) || !(z.Interval[i] > 0) {
			t.Errorf("%s: %.2f +- %.2f mrad, it is %.2f", sim.Canonical().JointName(i), 1000*z.Offset[i],
				1000*z.Interval[i], 1000*is)
		}
	}
}

// Pictures that do not tell the offsets are refused.
func TestZerosRefused(t *testing.T) {
	s, err := seen()
	if err != nil {
		t.Fatal(err)
	}
	far := *robotWorld(t)
	far.Scene.Camera.LookAt = sim.Vec3{0, -1, 0} // the arm is not in view
	blind, _ := newDrawer(&far)
	for _, c := range []struct {
		name, word string
		spoil      func(s *Sights)
	}{
		{"few poses", "19 poses", func(s *Sights) { s.joints = s.joints[:19] }},
		{"mirrored", "levels", func(s *Sights) {
			for n, frame := range s.frames {
				frame = slices.Clone(frame)
				slices.Reverse(frame)
				s.frames[n] = frame
			}
		}},
		{"too large", "is refused", func(s *Sights) {
			for n := range s.joints {
				s.joints[n][0] += 0.06
			}
		}},
		{"not in view", "", func(s *Sights) {
			s.world = &far
			var x unknown
			for n := range s.frames {
				frame := make([]float64, camera.FrameSize)
				if err := blind.draw(&s.joints[n], &x, &blind.up); err != nil {
					t.Fatal(err)
				}
				for i, level := range blind.up {
					frame[i] = float64(level)
				}
				s.frames[n] = frame
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			spoilt := &Sights{s.world, slices.Clone(s.joints[:20]), slices.Clone(s.frames[:20]), s.target}
			c.spoil(spoilt)
			if _, err := spoilt.Zeros(); !errors.Is(err, ErrZeros) || !strings.Contains(err.Error(), c.word) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// An end by a signal leaves the arm at rest, where it was.
func TestSeeEnds(t *testing.T) {
	l := emulate(t, nil)
	defer l.Shut()
	before := l.Arm.State(l.Clock.Now()).Q
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := See(ctx, l.Workcell, &l.world, 40); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if after := l.Arm.State(l.Clock.Now()).Q; apart(&before, &after) > 0.01 {
		t.Errorf("the arm moved from %v to %v", before, after)
	}
}

// TestZerosCorrectTheTwin: with known offsets the palm and the twin are the true arm's, and the
// angles of observations those that the arm reports. Zeros beyond the limit are refused.
func TestZerosCorrectTheTwin(t *testing.T) {
	w := robotWorld(t)
	plane, err := CalibrateEmulated(w)
	if err != nil {
		t.Fatal(err)
	}
	plane.SetZeros(w.Motion.Encoder)
	l := emulate(t, func(o *Emulation) { o.Plane = plane })
	e := newEnv(t, Options{Workcell: l.Workcell, Twin: load(t, "sim")})
	b := newBuffers()
	if err := e.Reset(1, b.pixels, b.proprio); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Twin(b.pixels); err != nil {
		t.Fatal(err)
	}
	truth := l.Arm.State(l.Clock.Now()).Q
	for i, off := range w.Motion.Encoder {
		if d := math.Abs(e.twin.data.Q[i] - truth[i]); i < sim.NumArmJoints && d > 0.003 {
			t.Errorf("the twin has joint %d off by %.4f rad", i+1, d)
		}
		if d := e.moment.Q[i] - e.arm.Q[i] - off; math.Abs(d) > 1e-12 {
			t.Errorf("joint %d is corrected by %g too much", i+1, -d)
		}
	}
	plane.SetZeros(pose{2: safety.MostZero + 0.001})
	if _, err := Emulate(Emulation{World: w, Plane: plane}); err == nil || !strings.Contains(err.Error(), "zero") {
		t.Errorf("a zero beyond the limit: %v", err)
	}
}
