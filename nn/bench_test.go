package nn_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"colonnade/nn"
)

// benchmarkRollouts are the shapes that matter: acting with one environment on the robot, and
// training with 1, 8 and 16.
var benchmarkRollouts = []struct{ envs, steps int }{{1, 20}, {8, 20}, {16, 20}}

// rollout returns a network, its parameters, and a batch with random observations.
func rollout(b *testing.B, recurrent, wide bool, envs, steps int) (*nn.Network, []float32, *nn.Batch) {
	return observe(newNetwork(b, nn.ReachArch(recurrent, wide), centred), envs, steps)
}

// observe draws parameters and random observations.
func observe(n *nn.Network, envs, steps int) (*nn.Network, []float32, *nn.Batch) {
	rng := rand.New(rand.NewPCG(1, 2))
	theta := make([]float32, n.Parameters())
	n.Init(theta, rng, nn.DefaultInit())
	batch := n.NewBatch(steps, envs)
	for t := range steps {
		for e := range envs {
			for i := range batch.Pixels(t, e) {
				batch.Pixels(t, e)[i] = uint8(rng.IntN(256))
			}
			batch.First(t)[e] = rng.IntN(50) == 0
		}
		for i := range batch.DOutput(t) {
			batch.DOutput(t)[i] = float32(rng.NormFloat64())
		}
	}
	return n, theta, batch
}

// everyNetwork runs a benchmark for the four networks and all rollouts. One iteration works on
// steps*envs samples; the benchmark reports samples and floating-point operations (two for each
// multiply-add) per second.
func everyNetwork(b *testing.B, run func(b *testing.B, n *nn.Network, theta []float32, batch *nn.Batch),
	work func(nn.Layer) int) {
	for _, recurrent := range []bool{false, true} {
		for _, wide := range []bool{true, false} {
			for _, r := range benchmarkRollouts {
				net, width := "feedforward", "narrow"
				if recurrent {
					net = "recurrent"
				}
				if wide {
					width = "wide"
				}
				b.Run(fmt.Sprintf("net=%s/width=%s/envs=%d/steps=%d", net, width, r.envs, r.steps), func(b *testing.B) {
					n, theta, batch := rollout(b, recurrent, wide, r.envs, r.steps)
					b.ReportAllocs()
					run(b, n, theta, batch)
					multiplyAdds := 0
					for _, l := range n.Layers() {
						multiplyAdds += work(l)
					}
					samples := float64(r.envs*r.steps) * float64(b.N) / b.Elapsed().Seconds()
					b.ReportMetric(samples, "samples/s")
					b.ReportMetric(samples*2*float64(multiplyAdds)/1e9, "GFLOP/s")
				})
			}
		}
	}
}

// BenchmarkForward acts for a whole rollout, step by step.
func BenchmarkForward(b *testing.B) {
	everyNetwork(b, func(b *testing.B, n *nn.Network, theta []float32, batch *nn.Batch) {
		for b.Loop() {
			for t := range batch.Steps() {
				n.Forward(theta, batch, t, batch.Envs())
			}
			batch.Carry(batch.Steps())
		}
	}, func(l nn.Layer) int { return l.Forward })
}

// BenchmarkBackward computes the gradient of a whole rollout.
func BenchmarkBackward(b *testing.B) {
	everyNetwork(b, func(b *testing.B, n *nn.Network, theta []float32, batch *nn.Batch) {
		for t := range batch.Steps() {
			n.Forward(theta, batch, t, batch.Envs())
		}
		grad := make([]float32, len(theta))
		for b.Loop() {
			n.Backward(theta, grad, batch, batch.Steps())
		}
	}, func(l nn.Layer) int { return l.Backward })
}

// BenchmarkStack compares a recurrent column that stands on a wide one with the same column alone,
// and with the wide one alone: frozen columns cost one forward pass, laterals a little more, and
// nothing of it grows in the backward pass but the gradients of adapters and laterals.
func BenchmarkStack(b *testing.B) {
	wide := newNetwork(b, nn.ReachArch(true, true), centred)
	theta := make([]float32, wide.Parameters())
	wide.Init(theta, rand.New(rand.NewPCG(3, 4)), nn.DefaultInit())
	narrow := newNetwork(b, nn.ReachArch(true, false), centred)
	both, err := nn.Stack(narrow.Arch(), centred, &nn.Checkpoint{Network: wide, Theta: theta})
	if err != nil {
		b.Fatal(err)
	}
	for _, network := range []struct {
		name string
		*nn.Network
	}{{"wide", wide}, {"narrow", narrow}, {"wide+narrow", both}} {
		for _, envs := range []int{1, 8} {
			n, theta, batch := observe(network.Network, envs, 20)
			grad := make([]float32, len(theta))
			b.Run(fmt.Sprintf("pass=forward/columns=%s/envs=%d/steps=20", network.name, envs), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					for t := range batch.Steps() {
						n.Forward(theta, batch, t, envs)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*envs*batch.Steps()), "us/sample")
			})
			b.Run(fmt.Sprintf("pass=backward/columns=%s/envs=%d/steps=20", network.name, envs), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					n.Backward(theta, grad, batch, batch.Steps())
				}
				b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*envs*batch.Steps()), "us/sample")
			})
		}
	}
}
