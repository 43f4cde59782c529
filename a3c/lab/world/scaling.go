package world

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"

	"colonnade/a3c"
	"colonnade/nn"
)

const (
	scalingEpisodes = 64   // episodes of random actions to look at
	scalingSteps    = 10   // observations of each
	smallestScale   = 16.0 // of 255: a channel that hardly varies is not blown up to noise
)

// MeasureScaling looks at frames of the world under random actions and returns
// the input scaling of a column that begins to learn there: per channel the
// mean and the standard deviation. Centring decides whether anything is learnt:
// without it the constant background drowns the few pixels that change.
//
// A network without pixels gets an empty scaling.
func MeasureScaling(arch nn.Arch, env a3c.Env, seed uint64) (nn.InputScaling, error) {
	channels := arch.Pixels[2]
	if channels == 0 {
		return nn.InputScaling{}, nil
	}
	rng := rand.New(rand.NewPCG(seed, 0x5ca1e))
	_, proprio, choices := env.Spec()
	frame := make([]uint8, arch.Pixels[0]*arch.Pixels[1]*channels)
	joints := make([]float32, proprio)
	action := make([]int, len(choices))
	sum, square := make([]float64, channels), make([]float64, channels)
	count := 0
	look := func() {
		for i, v := range frame {
			x := float64(v)
			sum[i%channels] += x
			square[i%channels] += x * x
		}
		count += len(frame) / channels
	}
	for range scalingEpisodes {
		if err := env.Reset(rng.Uint64(), frame, joints); err != nil {
			return nn.InputScaling{}, fmt.Errorf("measure the input scaling: %w", err)
		}
		look()
		for range scalingSteps - 1 {
			for i, n := range choices {
				action[i] = rng.IntN(n)
			}
			_, terminated, truncated, err := env.Step(action, frame, joints)
			if err != nil {
				return nn.InputScaling{}, fmt.Errorf("measure the input scaling: %w", err)
			}
			look()
			if terminated || truncated {
				break
			}
		}
	}
	scaling := nn.InputScaling{Mean: make([]float32, channels), Scale: make([]float32, channels)}
	for c := range channels {
		mean := sum[c] / float64(count)
		scaling.Mean[c] = float32(mean)
		scaling.Scale[c] = float32(max(math.Sqrt(max(square[c]/float64(count)-mean*mean, 0)), smallestScale))
	}
	return scaling, nil
}

// Close gives back what an environment holds beside memory, such as an arm.
func Close(env a3c.Env) error {
	if c, ok := env.(io.Closer); ok {
		return c.Close()
	}
	return nil
}
