package learner

import (
	"math/rand/v2"

	"colonnade/a3c"
	"colonnade/a3c/lab/world"
	"colonnade/nn"
)

// Defaults are those of package a3c with what training on this task wants; bench/results/tuning
// tells how they were found.
func Defaults() a3c.Config {
	c := a3c.DefaultConfig()
	c.Steps = 50_000_000
	c.LearningRate = 3e-4
	c.Lambda = 0.95
	c.EntropyCost = 5e-3
	c.NormalizeAdvantage = true
	c.RewardScale = 0.1
	c.ClipNorm = 10
	c.MetricsEvery = 20_000
	c.CheckpointEvery = 250_000
	return c
}

// NewColumn measures the input scaling of a column that begins to learn in env, builds its network and draws its first
// parameters.
func NewColumn(arch nn.Arch, env a3c.Env, seed uint64) (*nn.Network, []float32, error) {
	scaling, err := world.MeasureScaling(arch, env, seed)
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
