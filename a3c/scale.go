package a3c

import "math"

// advantageScale is the size of a worker's advantages: their root mean square, averaged over about the last hundred
// rollouts. It grows with the policy, on the reach task from a tenth to ten.
//
// Dividing advantages and value errors by it keeps the gradient's parts in proportion to each other and to the entropy
// cost, while rewards turn from rare to common: an entropy cost that lets the first rare rewards through would later be
// too small to keep the policy from collapsing, and one that is right later would never let it begin.
type advantageScale struct {
	square float64 // running mean of squared advantages, times weight
	weight float64 // approaches 1: what square is a mean over
}

const (
	scaleMemory   = 0.99 // of the running mean, per rollout
	smallestScale = 0.1  // of a reward of 1; where there are hardly any rewards yet, noise is not blown up
)

// update takes a rollout's advantages in and returns the scale. rewardScale is the factor on rewards that is in them.
func (s *advantageScale) update(advantages []float32, rewardScale float64) float32 {
	square := 0.0
	for _, a := range advantages {
		square += float64(float64(a) * float64(a))
	}
	s.square = float64(scaleMemory*s.square) + (1-scaleMemory)*square/float64(len(advantages))
	s.weight = float64(scaleMemory*s.weight) + (1 - scaleMemory)
	return float32(max(math.Sqrt(s.square/s.weight), smallestScale*rewardScale))
}
