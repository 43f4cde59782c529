package nn

import (
	"fmt"
	"math"
	"slices"
)

// InputScaling centres and scales the pixels: a column sees (pixel - Mean[c]) / Scale[c] in channel
// c. It is measured once at the start of a column's training, kept with the column, and not
// trained. Both are empty for a column without pixels.
type InputScaling struct {
	Mean  []float32 `json:"mean"`
	Scale []float32 `json:"scale"`
}

func (s InputScaling) clone() InputScaling {
	return InputScaling{Mean: slices.Clone(s.Mean), Scale: slices.Clone(s.Scale)}
}

func (s InputScaling) validate(a Arch) error {
	if c := a.Pixels[2]; len(s.Mean) != c || len(s.Scale) != c {
		return fmt.Errorf("input scaling: %d means and %d scales for %d channels of pixels", len(s.Mean), len(s.Scale), c)
	}
	for i := range s.Mean {
		mean, scale := float64(s.Mean[i]), float64(s.Scale[i])
		switch {
		case math.IsNaN(mean) || math.IsInf(mean, 0):
			return fmt.Errorf("input scaling: the mean of channel %d is %v", i, mean)
		case !(scale >= 1e-6 && scale <= 1e6):
			return fmt.Errorf("input scaling: the scale of channel %d is %v, want 1e-6 to 1e6", i, scale)
		}
	}
	return nil
}
