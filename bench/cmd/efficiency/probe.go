package main

import (
	"colonnade/a3c"
	"colonnade/a3c/probe"
	"colonnade/nn"
)

// noProbe is the word for the environment of -env.
const noProbe = "none"

// probes are the small environments that may stand in: learnt in a minute, so that many seeds can be afforded.
var probes = map[string]struct {
	make func() a3c.Env
	lstm int // cells of the network that learns it
}{
	"memory": {func() a3c.Env { return probe.NewMemory(4) }, 16},
	"spot":   {func() a3c.Env { return probe.NewSpot() }, 0},
}

// makeEnv returns an environment of a worker.
func (o *options) makeEnv(worker, index int) (a3c.Env, error) {
	if p, ok := probes[*o.probe]; ok {
		return p.make(), nil
	}
	return o.world.Make(worker, index)
}

// arch returns the column that learns in env: that of -net and -width, or a small one for a probe.
func (o *options) arch(env a3c.Env) nn.Arch {
	p, ok := probes[*o.probe]
	if !ok {
		return o.Network.Arch()
	}
	const hidden, filters = 32, 8
	arch := nn.Arch{LSTM: p.lstm}
	arch.Pixels, arch.Proprioception, arch.Choices = env.Spec()
	if arch.Proprioception > 0 {
		arch.Encoder = hidden
	}
	if arch.Pixels != [3]int{} {
		arch.Conv1, arch.Conv2, arch.FC = filters, filters, hidden
	}
	return arch
}

// title says what is learnt.
func (o *options) title() string {
	if *o.probe != noProbe {
		return "probe " + *o.probe
	}
	return o.world.String() + ", " + o.Network.String()
}
