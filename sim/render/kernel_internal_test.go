package render

import (
	"math"
	"testing"
)

// kernelOf returns the kernel of a blur in a picture of a height, and its weights before they are rounded, their sum
// kernelSum.
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

// TestKernel: in pictures of every size the weights are near those of the curve, the middle one too, and together
// kernelSum.
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

// TestSmallKernelsAsEver: in pictures that training sees, each weight is rounded by itself, so they have the bits that
// they always had.
func TestSmallKernelsAsEver(t *testing.T) {
	for height := 8; height <= 96; height++ {
		for blur := 0.0002; blur <= maxBlur; blur += 0.001 {
			kernel, exact := kernelOf(t, blur, height)
			for k := 1; k < len(kernel); k++ {
				if kernel[k] != uint64(exact[k]+0.5) {
					t.Fatalf("height %d, blur %g: weight %d is %d, want %.2f rounded", height, blur, k, kernel[k], exact[k])
				}
			}
		}
	}
}
