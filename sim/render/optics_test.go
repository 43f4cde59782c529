package render

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"colonnade/sim"
)

// TestOpticsHistory: of a frame only what differs from the empty picture is worked out; what was
// drawn before, with which sensor and in which scene, makes no difference.
func TestOpticsHistory(t *testing.T) {
	sensors := []Sensor{
		{K1: 0.15, K2: 0.05, Vignette: 0.5, Blur: 0.01, ReadNoise: 3},
		{K1: -0.04, K2: -0.004, Blur: maxBlur},
		{K1: 0.2, K2: -0.01, Gamma: 1.5},
		{Vignette: 0.8},
		{Blur: 0.004},
		{Exposure: 2},
		{},
	}
	other := DefaultScene()
	other.Camera.LookAt, other.Table = sim.Vec3{0.1, -0.2, 0.2}, Colour{90, 120, 80}
	for _, size := range [][3]int{{64, 64, 1}, {17, 31, 2}, {50, 40, 1}, {2, 2, 1}, {1, 5, 1}} {
		rng := rand.New(rand.NewPCG(9, 9))
		old := newRenderer(t, DefaultScene(), size[0], size[1], size[2])
		for frame := range 120 {
			scene := DefaultScene()
			if frame/20%2 == 1 {
				scene = other
			}
			s := sensors[rng.IntN(len(sensors))]
			fresh := newRenderer(t, scene, size[0], size[1], size[2])
			if frame%20 == 0 {
				if err := old.SetScene(scene); err != nil {
					t.Fatal(err)
				}
			}
			if frame%3 == 0 {
				setSensor(t, old, s)
			}
			setSensor(t, fresh, old.optics.sensor)
			old.SeedNoise(uint64(frame))
			fresh.SeedNoise(uint64(frame))
			w := randomWorld(rng)
			if got, want := w.render(t, old), w.render(t, fresh); !slices.Equal(got, want) {
				t.Fatalf("size %v, frame %d, %+v: differs from that of a new renderer", size, frame, old.optics.sensor)
			}
		}
	}
}

// TestLookersAt: a pixel whose surroundings were drawn on is among those that are worked out.
func TestLookersAt(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 2))
	for _, k := range [][2]float64{{0.2, 0.05}, {0.2, -0.01}, {-0.05, -0.01}, {-0.05, 0.05}, {0.07, 0}} {
		o := &optics{width: 48, height: 37, supersample: 1}
		if err := o.set(&Sensor{K1: k[0], K2: k[1]}); err != nil {
			t.Fatal(err)
		}
		for range 200 {
			place := rng.IntN(o.width * o.height)
			for y := range o.drawn {
				o.drawn[y] = noSpan
			}
			x := int32(place % o.width)
			o.drawn[place/o.width] = span{x, x}
			for y := range o.height {
				first, after := o.lookersAt(y)
				for x, tap := range o.taps[y*o.width:][:o.width] {
					at := int(tap.at)
					sees := place == at || place == at+1 || place == at+o.width || place == at+o.width+1
					if sees && (x < first || x >= after) {
						t.Fatalf("pixel %d, %d sees place %d, but only %d to %d are worked out", x, y, place, first,
							after)
					}
				}
			}
		}
	}
}

// kernelOf returns the kernel of a blur in a picture of a height, and its weights before they are
// rounded, their sum kernelSum.
func kernelOf(t *testing.T, blur float64, height int) (kernel []uint64, exact []float64) {
	t.Helper()
	o := &optics{width: 1, height: height, supersample: 1, widen: 1}
	if err := o.set(&Sensor{Blur: blur}); err != nil {
		t.Fatal(err)
	}
	total := o.weights[0]
	for _, w := range o.weights[1:len(o.kernel)] {
		total += 2 * w
	}
	for _, w := range o.weights[:len(o.kernel)] {
		exact = append(exact, w/total*kernelSum)
	}
	return o.kernel, exact
}

// TestKernel: in pictures of every size the weights are near those of the curve, the middle one
// too, and together kernelSum.
func TestKernel(t *testing.T) {
	for _, height := range []int{8, 64, 84, 128, 240, 480, 481, 720, 1024, 2160, 3000, maxSide} {
		for _, blur := range []float64{0.0005, 0.002, 0.004, 0.008, 0.013, 0.02, 0.027, maxBlur} {
			kernel, exact := kernelOf(t, blur, height)
			sum := kernel[0]
			for k, w := range kernel {
				if k > 0 {
					sum += 2 * w
				}
				most := 1.0
				if k == 0 {
					most = max(1, exact[0]/32)
				}
				if math.Abs(float64(int64(w))-exact[k]) > most {
					t.Errorf("height %d, blur %g: weight %d is %d, want %.2f", height, blur, k, int64(w), exact[k])
				}
			}
			if sum != kernelSum {
				t.Errorf("height %d, blur %g: weights add up to %d", height, blur, sum)
			}
		}
	}
}

// TestSmallKernelsAsEver: in pictures that training sees, each weight is rounded by itself, so they
// have the bits that they always had.
func TestSmallKernelsAsEver(t *testing.T) {
	for height := 8; height <= 96; height++ {
		for blur := 0.0002; blur <= maxBlur; blur += 0.001 {
			kernel, exact := kernelOf(t, blur, height)
			for k := 1; k < len(kernel); k++ {
				if kernel[k] != uint64(exact[k]+0.5) {
					t.Fatalf("height %d, blur %g: weight %d is %d, want %.2f rounded", height, blur, k, kernel[k],
						exact[k])
				}
			}
		}
	}
}
