//go:build !purego

package sim

import (
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"colonnade/sim/internal/cpu"
)

// needVectors skips a test where there are no vector routines, or fails it if KERNELS_REQUIRE says
// so.
func needVectors(tb testing.TB) {
	tb.Helper()
	switch {
	case cpu.AVX512:
	case strings.Contains(os.Getenv("KERNELS_REQUIRE"), "avx512"):
		tb.Fatal("no AVX-512")
	default:
		tb.Skip("no AVX-512")
	}
}

// rodded returns the arm with bodies of other shapes: each inertia has three moments, or two, along
// axes of its own.
func rodded(tb testing.TB) *Model {
	tb.Helper()
	desc := Canonical().Description()
	for b := range desc.Links {
		x, y, z := 0.01+0.001*float64(b), 0.02, 0.013
		if b%3 == 1 {
			y = x
		}
		desc.Links[b].Inertia = [6]float64{x, y, z, 0.001 * float64(b%3), 0, 0.0007}
	}
	m, err := Compile(desc)
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

// checkEvaluate compares mass matrix and bias with those in Go, at joint angles and velocities of
// up to a size, to the bit.
func checkEvaluate(t *testing.T, rng *rand.Rand, m *Model, size float64) {
	t.Helper()
	d, want := m.NewData(), m.NewData()
	for i := range d.Q {
		d.Q[i], d.V[i] = size*(2*rng.Float64()-1), size*(2*rng.Float64()-1)
		if rng.IntN(4) == 0 {
			d.Q[i] = float64(rng.IntN(5)-2) * math.Pi / 2
		}
		if rng.IntN(4) == 0 {
			d.V[i] = 0
		}
	}
	if rng.IntN(2) == 0 {
		d.Payload = 5 * rng.Float64()
	}
	want.Q, want.V, want.Payload = d.Q, d.V, d.Payload
	m.Kinematics(d)
	m.Kinematics(want)
	m.evaluate(d)
	m.evaluateGeneric(want)
	for i := range NumJoints {
		if g, w := d.dyn.bias[i], want.dyn.bias[i]; math.Float64bits(g) != math.Float64bits(w) {
			t.Fatalf("q %v, v %v, payload %g: bias %d is %g, want %g", d.Q, d.V, d.Payload, i, g, w)
		}
		for j := range i + 1 {
			if g, w := d.dyn.mass[i][j], want.dyn.mass[i][j]; math.Float64bits(g) != math.Float64bits(w) {
				t.Fatalf("q %v, v %v, payload %g: mass %d, %d is %g, want %g", d.Q, d.V, d.Payload, i, j, g, w)
			}
		}
	}
}

func TestEvaluateVectors(t *testing.T) {
	needVectors(t)
	rng := rand.New(rand.NewPCG(9, 1))
	for _, m := range []*Model{Canonical(), rodded(t)} {
		for _, size := range []float64{0, 1e-6, 1, 3, 1000} {
			for range 500 {
				checkEvaluate(t, rng, m, size)
			}
		}
	}
}

func FuzzEvaluate(f *testing.F) {
	needVectors(f)
	m := rodded(f)
	f.Add(uint64(1), 1.0)
	f.Fuzz(func(t *testing.T, seed uint64, size float64) {
		if math.Abs(size) <= MaxAngle {
			checkEvaluate(t, rand.New(rand.NewPCG(seed, 4)), m, size)
		}
	})
}

// TestSincosVectors compares sines and cosines with those in Go, to the bit: angles of all sizes,
// multiples of a quarter turn and their neighbours, the ends of the range and beyond, no numbers.
func TestSincosVectors(t *testing.T) {
	needVectors(t)
	rng := rand.New(rand.NewPCG(9, 2))
	odd := []float64{0, math.Copysign(0, -1), MaxAngle, -MaxAngle, math.Nextafter(MaxAngle, 2*MaxAngle), -2 * MaxAngle,
		math.Inf(1), math.Inf(-1), math.NaN(), 5e-324, 1e-300}
	for range 20000 {
		var q, sin, cos, wantSin, wantCos [NumJoints]float64
		for i := range q {
			switch rng.IntN(4) {
			case 0:
				q[i] = odd[rng.IntN(len(odd))]
			case 1:
				q[i] = math.Nextafter(float64(rng.IntN(2000)-1000)*math.Pi/4, float64(rng.IntN(3)-1)*MaxAngle)
			case 2:
				q[i] = 2 * MaxAngle * (rng.Float64() - 0.5)
			default:
				q[i] = math.Ldexp(rng.NormFloat64(), rng.IntN(40)-30)
			}
		}
		sincosAll(&q, &sin, &cos)
		sincosGeneric(&q, &wantSin, &wantCos)
		for i, x := range q {
			if math.Float64bits(sin[i]) != math.Float64bits(wantSin[i]) ||
				math.Float64bits(cos[i]) != math.Float64bits(wantCos[i]) {
				t.Fatalf("angle %d, %g: sine %g, cosine %g, want %g and %g", i, x, sin[i], cos[i], wantSin[i],
					wantCos[i])
			}
		}
	}
}

// TestPoseVectors compares poses with those in Go, to the bit: of bodies at all angles, whose frames
// lie anywhere in their parents', and leaves what is beside them alone.
func TestPoseVectors(t *testing.T) {
	if !cpu.AVX2 {
		t.Skip("no AVX2")
	}
	rng := rand.New(rand.NewPCG(9, 5))
	for k := range 2000 {
		m := *Canonical()
		if k%2 == 1 {
			for b := range m.rot {
				for i := range m.rot[b] {
					m.rot[b][i] = rng.NormFloat64()
				}
				for i := range m.pos[b] {
					m.pos[b][i] = math.Copysign(0.1*float64(rng.IntN(3)), rng.Float64()-0.5)
				}
			}
		}
		var got, want Data
		var sin, cos [NumJoints]float64
		for i := range sin {
			sin[i], cos[i] = Sincos(8 * (rng.Float64() - 0.5))
			if rng.IntN(4) == 0 {
				sin[i], cos[i] = math.Copysign(0, rng.Float64()-0.5), 1
			}
		}
		got.BodyRot[Base], got.BodyPos[Base], got.Palm = m.rot[Base], m.pos[Base], Vec3{1, 2, 3}
		want = got
		m.poseBodies(&got, &sin, &cos)
		m.poseGeneric(&want, &sin, &cos)
		same := got.Palm == want.Palm
		for b := range got.BodyRot {
			for i, x := range want.BodyRot[b] {
				same = same && math.Float64bits(got.BodyRot[b][i]) == math.Float64bits(x)
			}
			for i, x := range want.BodyPos[b] {
				same = same && math.Float64bits(got.BodyPos[b][i]) == math.Float64bits(x)
			}
		}
		if !same {
			t.Fatalf("round %d: rotations\n%v, want\n%v; positions\n%v, want\n%v", k, got.BodyRot, want.BodyRot,
				got.BodyPos, want.BodyPos)
		}
	}
}

// BenchmarkEvaluate measures mass matrix and bias, by either way.
func BenchmarkEvaluate(b *testing.B) {
	m := Canonical()
	d := m.NewData()
	for i := range d.Q {
		d.Q[i], d.V[i] = 0.3*float64(i), 0.1*float64(i)
	}
	m.Kinematics(d)
	b.Run("way=go", func(b *testing.B) {
		for b.Loop() {
			m.evaluateGeneric(d)
		}
	})
	b.Run("way=vector", func(b *testing.B) {
		needVectors(b)
		for b.Loop() {
			m.evaluate(d)
		}
	})
}

// BenchmarkSincosAll measures the sines and cosines of all joints, by either way.
func BenchmarkSincosAll(b *testing.B) {
	q := [NumJoints]float64{0.1, 1, 2, 3, 4, 5, 6, 7, 8}
	var sin, cos [NumJoints]float64
	b.Run("way=go", func(b *testing.B) {
		for b.Loop() {
			sincosGeneric(&q, &sin, &cos)
		}
	})
	b.Run("way=vector", func(b *testing.B) {
		needVectors(b)
		for b.Loop() {
			sincosAll(&q, &sin, &cos)
		}
	})
}
