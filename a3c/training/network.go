package training

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"

	"colonnade/a3c"
	"colonnade/nn"
	"colonnade/sim"
)

// Network names a network of the paper.
type Network struct {
	// Net is "recurrent", the default, or "feedforward".
	Net string `flag:"net" choice:"recurrent|feedforward" help:"*kind* of network"`
	// Width is "wide", the default of a first column, or "narrow", that of a second one.
	Width string `flag:"width" choice:"wide|narrow" help:"*size* of the network"`
	// Inputs are what it observes: "pixels", the default, "proprioception", or both.
	Inputs string `flag:"inputs" choice:"pixels|pixels,proprioception|proprioception" help:"*senses* of the network"`
}

// Values of Network's fields.
const (
	Recurrent   = "recurrent"
	Feedforward = "feedforward"
	Wide        = "wide"
	Narrow      = "narrow"

	Pixels          = "pixels"
	PixelsAndJoints = "pixels,proprioception"
	Joints          = "proprioception"
)

// DefaultNetwork returns the defaults that the fields of Network name.
func DefaultNetwork() Network { return Network{Recurrent, Wide, Pixels} }

// String names the network in a few words.
func (n Network) String() string {
	s := n.Net + " " + n.Width
	if n.Inputs != Pixels {
		s += " (" + n.Inputs + ")"
	}
	return s
}

// proprioception is the number of values: 9 joint angles and 9 velocities.
const proprioception = 2 * sim.NumJoints

// Arch returns the architecture that is named. Proprioception comes
// through an encoder of 16 units; without pixels there is no fc layer.
func (n Network) Arch() nn.Arch {
	arch := nn.ReachArch(n.Net == Recurrent, n.Width == Wide)
	if n.Inputs != Pixels {
		arch.Proprioception, arch.Encoder = proprioception, 16
	}
	if n.Inputs == Joints {
		arch.Pixels, arch.Conv1, arch.Conv2, arch.FC = [3]int{}, 0, 0, 0
	}
	return arch
}

// Untrained returns a network of the architecture with an input scaling that
// stands for none: to look at, not to train.
func Untrained(arch nn.Arch) (*nn.Network, error) {
	scaling := nn.InputScaling{}
	for range arch.Pixels[2] {
		scaling.Mean, scaling.Scale = append(scaling.Mean, 0), append(scaling.Scale, 1)
	}
	return nn.New(arch, scaling)
}

// Contract describes, for checkpoints, what the network is given and what its
// outputs do.
const Contract = `{"observation":"64x64 RGB uint8, rows of interleaved R,G,B, top row first; with proprioception: joint angles 1..6 and fingers 1..3 (rad), then their velocities (rad/s)",` +
	`"action":"9 factors (joints 1..6, fingers 1..3), choices 0, 1, 2 = -v, 0, +v; v = 0.6283 rad/s (joints 1-3), 0.8378 rad/s (4-6), 1.0 rad/s (fingers), held for 100 ms",` +
	`"output":"logits factor by factor, then the value"}`

// ContractKey is where a checkpoint's metadata keeps the contract.
const ContractKey = "contract"

// CheckContract returns an error that names both sides if a checkpoint with the given metadata was
// trained under another contract: its numbers would mean something else here. Metadata without one
// tell nothing.
func CheckContract(metadata map[string]string) error {
	if theirs, ok := metadata[ContractKey]; ok && theirs != Contract {
		return fmt.Errorf("it was trained to observe and act as in %.400s, here it is %s", theirs, Contract)
	}
	return nil
}

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

// CloseEnv gives back what an environment holds beside memory, such as an arm.
func CloseEnv(env a3c.Env) error {
	if c, ok := env.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// NewColumn measures the input scaling of a column that begins to learn in env, builds its network
// and draws its first parameters.
func NewColumn(arch nn.Arch, env a3c.Env, seed uint64) (*nn.Network, []float32, error) {
	scaling, err := MeasureScaling(arch, env, seed)
	if err != nil {
		return nil, nil, err
	}
	net, err := nn.New(arch, scaling)
	if err != nil {
		return nil, nil, err
	}
	theta := make([]float32, net.Parameters())
	net.Init(theta, rand.New(rand.NewPCG(seed, 0x1417)), nn.DefaultInit())
	return net, theta, nil
}
