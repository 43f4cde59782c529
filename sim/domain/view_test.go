package domain

import (
	"math"
	"math/rand/v2"
	"testing"

	"colonnade/sim"
)

// eye projects points as scene and lens of a world do, by the textbook.
type eye struct {
	at, ahead, right, down sim.Vec3
	focal                  float64 // half picture heights
	k1, k2                 float64
}

func newEye(w *World) *eye {
	c := &w.Scene.Camera
	e := &eye{at: c.Position, focal: 1 / math.Tan(c.FovY*math.Pi/360), k1: w.Sensor.K1, k2: w.Sensor.K2}
	unit := func(v sim.Vec3) sim.Vec3 { return v.Scale(1 / v.Norm()) }
	e.ahead = unit(c.LookAt.Sub(c.Position))
	right := unit(e.ahead.Cross(c.Up))
	down := e.ahead.Cross(right)
	sin, cos := math.Sincos(c.Roll * math.Pi / 180)
	// A camera that is rolled clockwise has its right side lower.
	e.right = right.Scale(cos).Add(down.Scale(sin))
	e.down = e.ahead.Cross(e.right)
	return e
}

// project returns where a point is in the picture: -1..1 from left to right and from top to bottom.
func (e *eye) project(p sim.Vec3) (x, y float64) {
	d := p.Sub(e.at)
	z := d.Dot(e.ahead)
	x, y = e.focal*d.Dot(e.right)/z, e.focal*d.Dot(e.down)/z
	// A pixel at radius r looks at radius r·(1 + k1·r² + k2·r⁴).
	ideal := math.Hypot(x, y)
	low, high := 0.0, ideal*2
	for range 60 {
		if r := (low + high) / 2; r*(1+e.k1*r*r+e.k2*r*r*r*r) < ideal {
			low = r
		} else {
			high = r
		}
	}
	if ideal == 0 {
		return 0, 0
	}
	return x * low / ideal, y * low / ideal
}

// TestView holds what each world must show: the whole target wherever it lies, as 18 to 60 pixels,
// and in 90 % of starts the palm.
func TestView(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	var states [1000]*state
	for i := range states {
		states[i] = randomState(rng)
	}
	for _, name := range Names() {
		d := load(t, name)
		draws, cut, leastSeen, leastArea, mostArea := 1, 0, 1.0, math.Inf(1), 0.0
		if !d.Fixed() {
			draws = 500
		}
		total := 0.0
		for range draws {
			var w World
			d.Draw(rng, &w)
			e := newEye(&w)
			seen := 0
			for _, s := range states {
				if x, y := e.project(s.palm); math.Abs(x) < 1 && math.Abs(y) < 1 {
					seen++
				}
			}
			share := float64(seen) / float64(len(states))
			leastSeen = min(leastSeen, share)
			total += share
			all := true
			for _, tx := range []float64{-0.2, 0, 0.2} {
				for _, ty := range []float64{-0.6, -0.45, -0.3} {
					area, whole := discPixels(e, tx, ty)
					leastArea, mostArea = min(leastArea, area), max(mostArea, area)
					all = all && whole
				}
			}
			if !all {
				cut++
			}
		}
		t.Logf("%s: palm seen in %.1f %% of starts (the worst world %.1f %%), target %.0f to %.0f pixels, cut in %d worlds", name, 100*total/float64(draws), 100*leastSeen, leastArea, mostArea, cut)
		if cut > 0 {
			t.Errorf("%s: the target is not always whole in the picture in %d of %d worlds", name, cut, draws)
		}
		if leastArea < 18 || mostArea > 60 {
			t.Errorf("%s: the target covers %.1f to %.1f pixels, want 18 to 60", name, leastArea, mostArea)
		}
		if total < 0.9*float64(draws) {
			t.Errorf("%s: the palm is seen in %.1f %% of starts, want 90 %%", name, 100*total/float64(draws))
		}
	}
}

// discPixels returns the area of the target in pixels of a 64x64 frame, and whether all of it is in
// the frame.
func discPixels(e *eye, tx, ty float64) (area float64, whole bool) {
	const n = 32
	var px, py [n]float64
	whole = true
	for i := range n {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / n)
		px[i], py[i] = e.project(sim.Vec3{tx + 0.05*cos, ty + 0.05*sin, 0})
		whole = whole && math.Abs(px[i]) <= 1 && math.Abs(py[i]) <= 1
	}
	for i := range n {
		j := (i + 1) % n
		area += px[i]*py[j] - px[j]*py[i]
	}
	return math.Abs(area) / 2 * 32 * 32, whole
}
