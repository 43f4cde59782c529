package world

import (
	"time"

	"colonnade/a3c"
	"colonnade/a3c/lab/cli"
	"colonnade/nn"
	"colonnade/sim"
	"colonnade/sim/reach"
)

// The task's clock: steps of an episode at most, and the time of each.
const (
	EpisodeSteps = reach.EpisodeSteps
	ControlStep  = time.Duration(sim.ControlStep * float64(time.Second))
)

// FingerprintKey is where a checkpoint's metadata keeps the fingerprint of the
// world it was trained in.
const FingerprintKey = "world"

// Options names a world.
type Options struct {
	env, task, domain *string
}

// Register defines the flags -env, -task and -domain.
func Register(f *cli.Flags) *Options {
	return &Options{
		env:    f.Choice("env", "sim", "`place` of the arm", "sim"),
		task:   f.Choice("task", "reach", "`task` of the arm", "reach"),
		domain: f.Choice("domain", "sim", "`name` of how the world looks and moves", "sim"),
	}
}

// Task and Domain return the names that were chosen.
func (o *Options) Task() string   { return *o.task }
func (o *Options) Domain() string { return *o.domain }

// NewReach makes one environment of the reach task, with its pictures for
// people.
func (o *Options) NewReach() (*reach.Env, error) {
	return reach.New(reach.Options{})
}

// Make makes one environment; it has the signature that a3c wants.
func (o *Options) Make(worker, index int) (a3c.Env, error) {
	env, err := o.NewReach()
	if err != nil {
		return nil, err
	}
	return env, nil
}

// Fingerprint returns the fingerprint of the world that the flags name.
func (o *Options) Fingerprint() (string, error) {
	env, err := o.Make(0, 0)
	if err != nil {
		return "", err
	}
	return Fingerprint(env)
}

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

// String names the world in a few words.
func (o *Options) String() string { return *o.task + " in " + *o.domain }
