package sim

import (
	"math"
	"math/rand/v2"
	"testing"
)

// lowest returns the minimum of a convex function on 0..1 by golden-section search.
func lowest(f func(float64) float64) float64 {
	const ratio = 0.6180339887498949
	lo, hi := 0.0, 1.0
	a, b := hi-ratio*(hi-lo), lo+ratio*(hi-lo)
	fa, fb := f(a), f(b)
	for range 60 {
		if fa < fb {
			hi, b, fb = b, a, fa
			a = hi - ratio*(hi-lo)
			fa = f(a)
		} else {
			lo, a, fa = a, b, fb
			b = lo + ratio*(hi-lo)
			fb = f(b)
		}
	}
	return min(fa, fb, f(0), f(1))
}

func length(a v3) float64 { return math.Sqrt(a.dot(a)) }

// coordinate draws from a grid half of the time, so that parallel, touching and degenerate cases
// come up.
func coordinate(rng *rand.Rand) float64 {
	if rng.IntN(2) == 0 {
		return float64(rng.IntN(5)-2) / 2
	}
	return 2*rng.Float64() - 1
}

func point(rng *rand.Rand) v3 { return v3{coordinate(rng), coordinate(rng), coordinate(rng)} }

func TestSegmentDistance(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for n := range 3000 {
		a, u, b, v := point(rng), point(rng), point(rng), point(rng)
		switch n % 10 {
		case 0:
			v = u.scale(coordinate(rng)) // parallel, or v a point
		case 1:
			u = v3{}
		}
		got := segmentDistance(a, u, b, v)
		want := lowest(func(s float64) float64 {
			p := a.addScaled(s, u)
			return lowest(func(t float64) float64 { return length(p.sub(b.addScaled(t, v))) })
		})
		if math.Abs(got-want) > 1e-7 {
			t.Fatalf("segments from %v along %v and from %v along %v: distance %.12g, by search %.12g", a, u, b, v, got,
				want)
		}
		if back := segmentDistance(b, v, a, u); math.Abs(got-back) > 1e-12 {
			t.Fatalf("segments from %v along %v and from %v along %v: distance %.17g, the other way round %.17g", a, u,
				b, v, got, back)
		}
	}
}

func TestSegmentBoxDistance(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	inside := 0
	for n := range 20000 {
		a, u := point(rng).scale(2), point(rng)
		half := v3{0.1 + rng.Float64(), 0.1 + rng.Float64(), 0.1 + rng.Float64()}
		if n%10 == 0 {
			u = v3{}
		}
		got := segmentBoxDistance(a, u, half)
		want := lowest(func(t float64) float64 { return boxDistance(a.addScaled(t, u), half) })
		if math.Abs(got-want) > 1e-7 {
			t.Fatalf("segment from %v along %v to box %v: distance %.12g, by search %.12g", a, u, half, got, want)
		}
		if want < 1e-7 {
			inside++
		}
	}
	if inside < 500 {
		t.Errorf("only %d segments met the box", inside)
	}
}

// surface returns a random point on the surface of a solid, in its body's frame.
func surface(rng *rand.Rand, s *solid) v3 {
	n := v3{rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64()}
	if !s.box {
		return s.from.addScaled(rng.Float64(), s.along).addScaled(s.radius/length(n), n)
	}
	p := [3]float64{2*rng.Float64() - 1, 2*rng.Float64() - 1, 2*rng.Float64() - 1}
	axis := rng.IntN(3)
	p[axis] = math.Copysign(1, p[axis])
	return s.from.add(v3{p[0] * s.half.x, p[1] * s.half.y, p[2] * s.half.z})
}

// depth returns the distance of a point, in the body's frame, from the solid; below 0 within.
func (s *solid) depth(p v3) float64 {
	if s.box {
		q := p.sub(s.from)
		if d := boxDistance(q, s.half); d > 0 {
			return d
		}
		return -min(s.half.x-math.Abs(q.x), s.half.y-math.Abs(q.y), s.half.z-math.Abs(q.z))
	}
	return segmentDistance(p, v3{}, s.from, s.along) - s.radius
}

func randomPose(rng *rand.Rand, m *Model, d *Data) {
	for i := range d.Q {
		if m.limited[i] {
			d.Q[i] = m.lower[i] + (m.upper[i]-m.lower[i])*rng.Float64()
		} else {
			d.Q[i] = math.Pi * (2*rng.Float64() - 1)
		}
	}
	m.Kinematics(d)
}

// TestDistanceBySampling compares the distance of bodies with that of points sampled on their
// surfaces, through the poses of whole arms.
func TestDistanceBySampling(t *testing.T) {
	m := Canonical()
	d := m.NewData()
	rng := rand.New(rand.NewPCG(3, 3))
	touching := 0
	for range 60 {
		randomPose(rng, m, d)
		for _, p := range m.pairs {
			got := m.distance(d, p.a, p.b)
			if sphere := m.sphereGap(d, p.a, p.b); sphere > max(got, 0)+1e-12 {
				t.Fatalf("%s and %s: spheres %g apart, bodies %g", m.BodyName(p.a), m.BodyName(p.b), sphere, got)
			}
			if got > 0.1 {
				continue
			}
			nearest := math.Inf(1)
			bFromWorld := d.BodyRot[p.b].Transpose()
			for range 3000 {
				s := &m.solids[p.a][rng.IntN(len(m.solids[p.a]))]
				world := vec(&d.BodyPos[p.a]).add(turn(&d.BodyRot[p.a], surface(rng, s)))
				local := turn(&bFromWorld, world.sub(vec(&d.BodyPos[p.b])))
				for j := range m.solids[p.b] {
					nearest = min(nearest, m.solids[p.b][j].depth(local))
				}
			}
			if got < 0 {
				touching++
			}
			// Samples are never nearer than the truth, and near it for bodies this small.
			if got >= 0 && nearest < got-1e-9 || nearest > max(got, 0)+0.03 {
				t.Errorf("q %v: %s and %s: distance %.4f, nearest of the samples %.4f", d.Q, m.BodyName(p.a),
					m.BodyName(p.b), got, nearest)
			}
		}
		for b := 1; b < NumBodies; b++ {
			got, lowest := m.height(d, b), math.Inf(1)
			for range 3000 {
				s := &m.solids[b][rng.IntN(len(m.solids[b]))]
				lowest = min(lowest, d.BodyPos[b][2]+turn(&d.BodyRot[b], surface(rng, s)).z)
			}
			if lowest < got-1e-9 || lowest > got+0.02 {
				t.Errorf("q %v: %s: height %.4f, lowest of the samples %.4f", d.Q, m.BodyName(b), got, lowest)
			}
		}
	}
	if touching == 0 {
		t.Error("no pair touched")
	}
}

// TestContactStatistics compares the contacts of random poses with those that MuJoCo counted for
// the same shapes (MODEL.md section 5).
func TestContactStatistics(t *testing.T) {
	const poses = 20000
	m := Canonical()
	d := m.NewData()
	rng := rand.New(rand.NewPCG(4, 4))
	pairs := make([]int, len(m.pairs))
	var table [NumBodies]int
	for range poses {
		randomPose(rng, m, d)
		for n, p := range m.pairs {
			if m.distance(d, p.a, p.b) < 0 {
				pairs[n]++
			}
		}
		for b := 1; b < NumBodies; b++ {
			if m.height(d, b) < 0 {
				table[b]++
			}
		}
	}
	most := 0
	for n, p := range m.pairs {
		t.Logf("%s, %s: %.2f %%", m.BodyName(p.a), m.BodyName(p.b), 100*float64(pairs[n])/poses)
		most = max(most, pairs[n])
	}
	if share := float64(most) / poses; share < 0.030 || share > 0.040 {
		t.Errorf("the pair that touches most does so in %.2f %% of the poses, want 3.4 %%", 100*share)
	}
	if table[Link1] != 0 {
		t.Errorf("link_1 touches the table in %d poses", table[Link1])
	}
	for b := Link2; b < NumBodies; b++ {
		share := float64(table[b]) / poses
		t.Logf("%s, table: %.2f %%", m.BodyName(b), 100*share)
		if share < 0.045 || share > 0.195 {
			t.Errorf("%s touches the table in %.2f %% of the poses, want 5 to 18 %%", m.BodyName(b), 100*share)
		}
	}
}
