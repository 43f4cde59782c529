package learner

import (
	"math/rand/v2"

	"colonnade/a3c"
	"colonnade/a3c/lab/world"
	"colonnade/nn"
)

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
