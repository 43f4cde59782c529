package world

import (
	"fmt"

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

// CheckContract returns an error that names both sides if a checkpoint with the given metadata was trained under another
// contract: its numbers would mean something else here. Metadata without one tell nothing.
func CheckContract(metadata map[string]string) error {
	if theirs, ok := metadata[ContractKey]; ok && theirs != Contract {
		return fmt.Errorf("it was trained to observe and act as in %.400s, here it is %s", theirs, Contract)
	}
	return nil
}
