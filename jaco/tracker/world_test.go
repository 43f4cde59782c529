package tracker

import (
	"math"
	"math/rand/v2"
	"sort"
	"testing"

	"colonnade/sim"
	"colonnade/sim/domain"
	"colonnade/sim/render"
)

// view draws frames of a preset.
type view struct {
	t     testing.TB
	world domain.World
	r     *render.Renderer
	arm   *sim.Data
	frame [FrameSize]uint8
}

func newView(t testing.TB, name string, rng *rand.Rand) *view {
	t.Helper()
	d, err := domain.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	v := &view{t: t, arm: sim.Canonical().NewData()}
	d.Draw(rng, &v.world)
	if v.r, err = render.NewRenderer(&v.world.Scene, Side, Side, 1); err != nil {
		t.Fatal(err)
	}
	if err := v.r.SetSensor(v.world.Sensor); err != nil {
		t.Fatal(err)
	}
	return v
}

// start puts the arm where episodes start.
func (v *view) start(rng *rand.Rand) {
	m := sim.Canonical()
	v.arm.Q, _ = m.Keyframe("reach_start")
	for i := range sim.NumArmJoints {
		v.arm.Q[i] += 1.6*rng.Float64() - 0.8
	}
	m.Kinematics(v.arm)
}

// away puts the arm to its retracted side, out of view of the table's middle.
func (v *view) away() {
	m := sim.Canonical()
	v.arm.Q, _ = m.Keyframe("home")
	v.arm.Q[0] += math.Pi
	m.Kinematics(v.arm)
}

func (v *view) draw(x, y float64) []uint8 {
	v.t.Helper()
	if err := v.r.Render(v.frame[:], &v.arm.BodyPos, &v.arm.BodyRot, sim.Vec3{x, y, 0}); err != nil {
		v.t.Fatal(err)
	}
	return v.frame[:]
}

// calibrate fits a plane to 12 places of the target.
func (v *view) calibrate(f *Finder) *Plane {
	v.t.Helper()
	v.away()
	var points []Point
	for _, x := range []float64{-0.18, -0.06, 0.06, 0.18} {
		for _, y := range []float64{-0.58, -0.45, -0.32} {
			var p Point
			p.Table = [2]float64{x, y}
			const frames = 5
			for range frames {
				b, ok, err := f.Find(v.draw(x, y))
				if err != nil || !ok {
					v.t.Fatalf("the target at %.2f, %.2f is not found: %v", x, y, err)
				}
				p.Pixel[0] += b.X / frames
				p.Pixel[1] += b.Y / frames
			}
			points = append(points, p)
		}
	}
	p, err := Fit(points)
	if err != nil {
		v.t.Fatal(err)
	}
	return p
}

// TestAccuracy measures the tracker in all looks. Random worlds may be wild: they are measured over
// many.
func TestAccuracy(t *testing.T) {
	for _, name := range domain.Names() {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(3, 1))
			f := NewFinder()
			worlds, frames := 1, 400
			if name == "random" {
				worlds, frames = 20, 40
			}
			var sure []float64
			unsure, wrong := 0, 0
			for range worlds {
				v := newView(t, name, rng)
				p := v.calibrate(f)
				for range frames {
					v.start(rng)
					x, y := 0.4*rng.Float64()-0.2, 0.3*rng.Float64()-0.6
					s, err := p.Locate(f, v.draw(x, y))
					if err != nil {
						t.Fatal(err)
					}
					if s.Confidence < Sure {
						unsure++
						continue
					}
					d := 1000 * math.Hypot(s.X-x, s.Y-y)
					if d > 25 {
						wrong++
					}
					sure = append(sure, d)
				}
			}
			sort.Float64s(sure)
			n := len(sure)
			if n < worlds*frames/2 {
				t.Fatalf("sure in %d of %d frames only", n, worlds*frames)
			}
			median, most := sure[n/2], sure[n*99/100]
			t.Logf("%-16s sure in %2.0f %%, error median %.1f mm, 95 %% %.1f mm, 99 %% %.1f mm, most %.1f mm", name,
				100*float64(n)/float64(worlds*frames), median, sure[n*95/100], most, sure[n-1])
			limit := 5.0
			if name == "random" {
				limit = 7
			}
			if median > limit || most > 5*limit || wrong*100 > n {
				t.Errorf("median %.1f mm, 99 %% below %.1f mm, %d over 25 mm", median, most, wrong)
			}
		})
	}
}

// A frame without the target must not give one.
func TestNoTarget(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 1))
	f := NewFinder()
	for _, name := range domain.Names() {
		if name == "random" {
			continue // whose boxes may be nearly as red
		}
		v := newView(t, name, rng)
		p := v.calibrate(f)
		for range 50 {
			v.start(rng)
			if s, err := p.Locate(f, v.draw(5, 9)); err != nil || s.Confidence >= Sure {
				t.Errorf("%s: %+v, %v in a frame without a target", name, s, err)
			}
		}
	}
}

// The camera's direction from the table comes out of the homography alone, and without a lens that
// distorts its place: with a view as narrow as this one a little distortion looks like another
// distance.
func TestCamera(t *testing.T) {
	f := NewFinder()
	for _, name := range []string{"sim", "robot"} {
		v := newView(t, name, nil)
		at, ok := v.calibrate(f).Camera()
		want := v.world.Scene.Camera.Position
		middle := sim.Vec3{0, -0.45, 0}
		is, should := at.Sub(middle), want.Sub(middle)
		angle := math.Acos(is.Dot(should)/(is.Norm()*should.Norm())) * 180 / math.Pi
		if !ok || angle > 3 || name == "sim" && at.Distance(want) > 0.35 {
			t.Errorf("%s: the camera is at %.2f (%t), want %.2f; %.1f degrees off", name, at, ok, want, angle)
		}
	}
}

func TestFindAllocatesNothing(t *testing.T) {
	v := newView(t, "robot", nil)
	f := NewFinder()
	p := v.calibrate(f)
	frame := v.draw(0, -0.45)
	if n := testing.AllocsPerRun(20, func() {
		if s, err := p.Locate(f, frame); err != nil || s.Confidence < Sure {
			t.Fatal(s, err)
		}
	}); n != 0 {
		t.Errorf("a frame allocates %v times", n)
	}
}

func BenchmarkLocate(b *testing.B) {
	v := newView(b, "robot", nil)
	f := NewFinder()
	p := v.calibrate(f)
	frame := v.draw(0, -0.45)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Locate(f, frame); err != nil {
			b.Fatal(err)
		}
	}
}
