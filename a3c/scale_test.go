package a3c

import (
	"math"
	"testing"
)

func TestAdvantageScale(t *testing.T) {
	var s advantageScale
	if got := s.update([]float32{3, -3, 3, -3}, 1); math.Abs(float64(got)-3) > 1e-6 {
		t.Errorf("the first rollout's scale is %g, want its root mean square 3", got)
	}
	// A change is followed with a memory of 1/(1-0.99) = 100 rollouts.
	var got float32
	for range 100 {
		got = s.update([]float32{6, -6}, 1)
	}
	// Weights: 0.99^100 on the old 9, the rest on 36, over the sum of weights 1-0.99^101.
	old := math.Pow(scaleMemory, 100)
	want := math.Sqrt(((1-scaleMemory)*old*9 + (1-old)*36) / (1 - math.Pow(scaleMemory, 101)))
	if math.Abs(float64(got)-want) > 1e-4 {
		t.Errorf("after 100 rollouts the scale is %g, want %g", got, want)
	}
	var quiet advantageScale
	if got := quiet.update([]float32{1e-3, 0}, 0.5); got != smallestScale/2 {
		t.Errorf("without rewards the scale is %g, want %g", got, smallestScale/2)
	}
}
