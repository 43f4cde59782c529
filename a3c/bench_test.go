package a3c

import (
	"context"
	"fmt"
	"runtime"
	"testing"

	"colonnade/a3c/probe"
	"colonnade/kernels"
	"colonnade/nn"
)

// benchNet returns a network of the reach task and a free environment for it, so that only the
// learner costs.
func benchNet(b *testing.B, recurrent, wide bool) (*nn.Network, func(int, int) (Env, error)) {
	b.Helper()
	net, err := nn.New(nn.ReachArch(recurrent, wide),
		nn.InputScaling{Mean: []float32{90, 90, 90}, Scale: []float32{50, 50, 50}})
	if err != nil {
		b.Fatal(err)
	}
	return net, func(int, int) (Env, error) {
		a := net.Arch()
		return probe.NewStill(a.Pixels, a.Proprioception, a.Choices, 50), nil
	}
}

// BenchmarkRollout measures one worker alone: acting, learning, pushing. Its metrics are
// environment steps per second and microseconds per step in each stage.
func BenchmarkRollout(b *testing.B) {
	for _, net := range []struct {
		name            string
		recurrent, wide bool
	}{{"recurrent", true, true}, {"recurrent", true, false}, {"feedforward", false, true},
		{"feedforward", false, false}} {
		width := map[bool]string{true: "wide", false: "narrow"}[net.wide]
		for _, envs := range []int{1, 8, 16} {
			b.Run(fmt.Sprintf("impl=%s/net=%s/width=%s/envs=%d", kernels.Implementation(), net.name, width, envs),
				func(b *testing.B) {
					network, makeEnv := benchNet(b, net.recurrent, net.wide)
					cfg := DefaultConfig()
					cfg.Workers, cfg.Envs, cfg.Steps, cfg.MetricsEvery = 1, envs, 1<<40, 1<<40
					trainer, err := NewTrainer(cfg, network, makeTheta(network), makeEnv)
					if err != nil {
						b.Fatal(err)
					}
					b.ReportAllocs()
					for b.Loop() {
						if _, _, err := trainer.cycle(trainer.workers[0]); err != nil {
							b.Fatal(err)
						}
					}
					steps := float64(trainer.Steps())
					b.ReportMetric(steps/b.Elapsed().Seconds(), "steps/s")
					s := trainer.sums.stages
					for _, stage := range []struct {
						unit string
						ns   int64
					}{{"env-µs/step", s.Env}, {"forward-µs/step", s.Forward}, {"backward-µs/step", s.Backward},
						{"push-µs/step", s.Push}, {"other-µs/step", s.Other}} {
						b.ReportMetric(float64(stage.ns)/1e3/steps, stage.unit)
					}
				})
		}
	}
}

// BenchmarkRun measures whole runs of one and more workers; the ratio of steps per second is the
// scaling.
func BenchmarkRun(b *testing.B) {
	for _, mode := range []string{"free", "deterministic"} {
		for workers := 1; workers <= runtime.GOMAXPROCS(0); workers++ {
			b.Run(fmt.Sprintf("mode=%s/net=recurrent/width=wide/envs=8/workers=%d", mode, workers), func(b *testing.B) {
				network, makeEnv := benchNet(b, true, true)
				cfg := DefaultConfig()
				cfg.Workers, cfg.Envs, cfg.Steps, cfg.Deterministic = workers, 8, 1<<40, mode == "deterministic"
				trainer, err := NewTrainer(cfg, network, makeTheta(network), makeEnv)
				if err != nil {
					b.Fatal(err)
				}
				for b.Loop() {
					trainer.cfg.Steps = trainer.Steps() + int64(10*workers*cfg.Envs*cfg.Rollout)
					if err := trainer.Run(context.Background()); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(trainer.Steps())/b.Elapsed().Seconds(), "steps/s")
			})
		}
	}
}

// BenchmarkAct measures batch-1 acting, what a robot does in each step.
func BenchmarkAct(b *testing.B) {
	for _, recurrent := range []bool{true, false} {
		name := map[bool]string{true: "recurrent", false: "feedforward"}[recurrent]
		b.Run("impl="+kernels.Implementation()+"/net="+name+"/width=wide/envs=1", func(b *testing.B) {
			network, _ := benchNet(b, recurrent, true)
			actor := NewActor(network, makeTheta(network), 1, false)
			b.ReportAllocs()
			for b.Loop() {
				if err := actor.Act(1); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkPush measures the shared store alone: bytes are those of theta and mean squares, read
// and written, and of the gradient.
func BenchmarkPush(b *testing.B) {
	for _, n := range []int{10_364, 298_700, 620_620} {
		b.Run(fmt.Sprintf("impl=%s/n=%d", kernels.Implementation(), n), func(b *testing.B) {
			s, grad := newStore(make([]float32, n), 1), make([]float32, n)
			for i := range grad {
				grad[i] = float32(i%13) * 1e-3
			}
			b.SetBytes(int64(20 * n))
			for b.Loop() {
				s.push(grad, 1e-4, 0.99, 1e-5)
			}
		})
	}
}
