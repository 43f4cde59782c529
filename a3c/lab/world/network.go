package world

import (
	"fmt"

	"colonnade/a3c/lab/cli"
	"colonnade/nn"
	"colonnade/sim"
)

// NetOptions names a network.
type NetOptions struct {
	net, width, inputs *string
}

// Names of the values of -inputs.
const (
	pixelsOnly  = "pixels"
	pixelsJoint = "pixels,proprioception"
	jointsOnly  = "proprioception"
)

// RegisterNet defines the flags -net, -width and -inputs.
func RegisterNet(f *cli.Flags) *NetOptions {
	return &NetOptions{
		net:    f.Choice("net", "recurrent", "`kind` of network", "recurrent", "feedforward"),
		width:  f.Choice("width", "wide", "`size` of the network", "wide", "narrow"),
		inputs: f.Choice("inputs", pixelsOnly, "`senses` of the network", pixelsOnly, pixelsJoint, jointsOnly),
	}
}

// String names the network in a few words.
func (o *NetOptions) String() string {
	s := *o.net + " " + *o.width
	if *o.inputs != pixelsOnly {
		s += " (" + *o.inputs + ")"
	}
	return s
}

// proprioception is the number of values: 9 joint angles and 9 velocities.
const proprioception = 2 * sim.NumJoints

// Arch returns the architecture that the flags name. Proprioception comes
// through an encoder of 16 units; without pixels there is no fc layer.
func (o *NetOptions) Arch() nn.Arch {
	arch := nn.ReachArch(*o.net == "recurrent", *o.width == "wide")
	if *o.inputs != pixelsOnly {
		arch.Proprioception, arch.Encoder = proprioception, 16
	}
	if *o.inputs == jointsOnly {
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
