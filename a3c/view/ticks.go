package view

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
)

// roundTicks marks an axis at round numbers, at most nine of them, and labels them as 500k, 1M, 2.5M.
type roundTicks struct{}

// Ticks implements plot.Ticker.
func (roundTicks) Ticks(low, high float64) []plot.Tick {
	step := roundStep((high - low) / 8)
	if !(step > 0) || math.IsInf(step, 0) {
		return nil
	}
	var ticks []plot.Tick
	for i := int(math.Ceil(low/step - 1e-9)); i <= int(math.Floor(high/step+1e-9)); i++ {
		at := float64(i) * step
		ticks = append(ticks, plot.Tick{Value: at, Label: label(at)})
	}
	return ticks
}

// roundStep returns the least of 1, 2 and 5 times a power of ten that is not less than x.
func roundStep(x float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(x)))
	for _, m := range []float64{1, 2, 5} {
		if m*power >= x {
			return m * power
		}
	}
	return 10 * power
}

func label(v float64) string {
	switch {
	case math.Abs(v) >= 1e6:
		return fmt.Sprintf("%.6gM", v/1e6)
	case math.Abs(v) >= 1e3:
		return fmt.Sprintf("%.6gk", v/1e3)
	}
	return fmt.Sprintf("%.6g", v) // not 0.30000000000000004
}
