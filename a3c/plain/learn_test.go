package plain

import "testing"

// TestVanishingSquares: the mean square of a parameter without gradient becomes 0 and no denormal
// number.
func TestVanishingSquares(t *testing.T) {
	trainer := &Trainer{theta: []float64{1, 1}, ms: []float64{1e-36, 1}, sum: make([]float64, 2), gathered: 1}
	trainer.cfg.Decay, trainer.cfg.Epsilon, trainer.cfg.Steps = 0.99, 1e-5, 1
	trainer.update()
	if trainer.ms[0] != 0 || trainer.ms[1] != 0.99 || trainer.theta[0] != 1 {
		t.Errorf("mean squares %v, parameters %v", trainer.ms, trainer.theta)
	}
}
