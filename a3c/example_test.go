package a3c_test

import (
	"context"
	"fmt"
	"math/rand/v2"

	"colonnade/a3c"
	"colonnade/a3c/probe"
	"colonnade/nn"
)

// exampleNet returns a small network for probe.Contextual, with fresh parameters.
func exampleNet() (*nn.Network, []float32) {
	net, err := nn.New(nn.Arch{Proprioception: 4, Encoder: 16, Choices: []int{4, 2}}, nn.InputScaling{})
	if err != nil {
		panic(err)
	}
	theta := make([]float32, net.Parameters())
	net.Init(theta, rand.New(rand.NewPCG(1, 0)), nn.DefaultInit())
	return net, theta
}

// Train a policy for a contextual bandit, whose optimum is 1, and evaluate it.
func ExampleTrainer() {
	env := func(worker, index int) (a3c.Env, error) { return probe.NewContextual(), nil }
	net, theta := exampleNet()

	cfg := a3c.DefaultConfig()
	cfg.Lambda, cfg.EntropyCost, cfg.RewardScale, cfg.ClipNorm, cfg.NormalizeAdvantage = 1, 1e-2, 1, 1, false // as a probe wants
	cfg.Workers, cfg.Steps, cfg.LearningRate = 2, 40_000, 5e-3
	cfg.MetricsEvery = 20_000
	cfg.OnMetrics = func(m a3c.Metrics) error {
		fmt.Printf("after about %d,000 steps\n", m.Steps/10_000*10)
		return nil
	}
	trainer, err := a3c.NewTrainer(cfg, net, theta, env)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer trainer.Close()
	if err := trainer.Run(context.Background()); err != nil {
		fmt.Println(err)
		return
	}
	trainer.Parameters(theta)

	result, err := a3c.Evaluate(context.Background(), net, theta, env, a3c.EvalConfig{Episodes: 200, Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("score %.1f\n", result.Mean)
	// Output:
	// after about 20,000 steps
	// after about 40,000 steps
	// score 1.0
}
