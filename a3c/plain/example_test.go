package plain_test

import (
	"context"
	"fmt"
	"math/rand/v2"

	"colonnade/a3c"
	"colonnade/a3c/plain"
	"colonnade/a3c/probe"
	"colonnade/nn"
)

// Train by the book, sample by sample and in double precision, what the trainer of package a3c
// trains fast.
func Example() {
	env := func(worker, index int) (a3c.Env, error) { return probe.NewContextual(), nil }
	net, err := nn.New(nn.Arch{Proprioception: 4, Encoder: 16, Choices: []int{4, 2}}, nn.InputScaling{})
	if err != nil {
		fmt.Println(err)
		return
	}
	theta := make([]float32, net.Parameters())
	net.Init(theta, rand.New(rand.NewPCG(1, 0)), nn.DefaultInit())

	cfg := a3c.DefaultConfig()
	cfg.Lambda, cfg.EntropyCost, cfg.RewardScale, cfg.ClipNorm, cfg.NormalizeAdvantage = 1, 1e-2, 1, 1, false // as a probe wants
	cfg.Workers, cfg.Steps, cfg.MetricsEvery, cfg.LearningRate = 1, 20_000, 20_000, 5e-3
	trainer, err := plain.New(cfg, net, theta, env)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := trainer.Run(context.Background()); err != nil {
		fmt.Println(err)
		return
	}
	trainer.Parameters(theta)
	result, err := a3c.Evaluate(context.Background(), net, theta, env, a3c.EvalConfig{Episodes: 200, Seed: 1})
	fmt.Printf("score %.1f, error %v\n", result.Mean, err)
	// Output:
	// score 1.0, error <nil>
}
