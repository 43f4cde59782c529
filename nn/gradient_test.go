package nn

import (
	"math"
	"math/rand/v2"
	"testing"
)

// unit is the rounding unit of float32.
const unit = 1.0 / (1 << 24)

// TestForward compares every output of the four reach networks, of the small ones and of stacks
// with the reference.
//
// An output is a sum after at most five layers of each column and three LSTM steps, whose values
// are of order one to ten; each layer adds the rounding of a sum of K <= 1152 terms, about sqrt(K)
// units of a typical term where signs are random. Seen are up to 10 units of the largest output; 64
// leave room for another order of summation and are far below the effect of a wrong weight.
func TestForward(t *testing.T) {
	all := networks()
	for name, a := range map[string]Arch{
		"feedforward wide": ReachArch(false, true), "feedforward narrow": ReachArch(false, false),
		"recurrent wide": ReachArch(true, true), "recurrent narrow": ReachArch(true, false),
	} {
		all[name] = func(t testing.TB, rng *rand.Rand) *Checkpoint { return testStack(t, a, rng) }
	}
	all["recurrent narrow on wide"] = func(t testing.TB, rng *rand.Rand) *Checkpoint {
		return testStack(t, ReachArch(true, false), rng, testStack(t, ReachArch(true, true), rng))
	}
	for name, network := range all {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 2))
			c := network(t, rng)
			n, theta, a := c.Network, c.Theta, c.Network.Arch()
			b := n.NewBatch(3, 5) // five pictures: a full block and a part of one
			fillBatch(b, rng, true)
			want := newReference(n, theta).rollout(b, 3)
			largest := 0.0
			for _, w := range want {
				largest = max(largest, math.Abs(w))
			}
			for step := range 3 {
				n.Forward(theta, b, step, 5)
				for i, got := range b.Output(step) {
					if w := want[step*5*a.Outputs()+i]; !(math.Abs(float64(got)-w) <= 64*unit*largest) {
						t.Errorf("step %d, output %d: %v, want %v", step, i, got, w)
					}
				}
			}
		})
	}
}

// TestGradient compares Backward with central differences of the reference, for every trained
// parameter of the small networks, through time, with episodes that begin in the middle, and with
// an entering state.
//
// The loss is a random linear function of all outputs and all features. The difference quotient in
// float64 with h = 1e-6 is exact to about 1e-9. Seen are errors of up to 25 units of the tensor's
// largest gradient, from the float32 sums; 128 are allowed.
func TestGradient(t *testing.T) {
	const steps, envs, h = 4, 2, 1e-6
	for name, network := range networks() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(3, 4))
			c := network(t, rng)
			n, theta, a := c.Network, c.Theta, c.Network.Arch()
			b := n.NewBatch(steps+1, envs) // one step more than the gradient covers
			fillBatch(b, rng, true)
			b.First(2)[1] = true // at least one episode begins in the middle
			loss := make([]float64, steps*envs*a.Outputs())
			var featureLoss []float64
			for step := range steps + 1 {
				n.Forward(theta, b, step, envs)
				for i := range b.DOutput(step) {
					b.DOutput(step)[i] = float32(rng.NormFloat64())
				}
				if step < steps {
					copy(loss[step*envs*a.Outputs():], widen(b.DOutput(step)))
					for i := range b.DFeatures(step) {
						b.DFeatures(step)[i] = float32(rng.NormFloat64())
					}
					featureLoss = append(featureLoss, widen(b.DFeatures(step))...)
				}
			}
			grad := make([]float32, n.Parameters())
			n.Backward(theta, grad, b, steps)

			r := newReference(n, theta)
			lossOf := func() (sum float64) {
				for i, o := range r.rollout(b, steps) {
					sum += loss[i] * o
				}
				for sample := range steps * envs {
					joined := r.joined[sample]
					for i, x := range joined {
						sum += featureLoss[sample*len(joined)+i] * x
					}
				}
				return sum
			}
			for _, tensor := range n.Tensors() {
				got := make([]float32, tensor.Length)
				tensor.export(got, tensor.View(grad))
				w := r.tensors[tensor.Name]
				every := 1
				if len(r.columns) > 1 || testing.Short() {
					every += len(w) / 50 // of large tensors a part: one column alone is tried out in full
				}
				want, largest := make([]float64, len(w)), 0.0
				for i := 0; i < len(w); i += every {
					x := w[i]
					w[i] = x + h
					above := lossOf()
					w[i] = x - h
					below := lossOf()
					w[i] = x
					want[i] = (above - below) / (2 * h)
					largest = max(largest, math.Abs(want[i]))
				}
				if largest == 0 {
					t.Errorf("%s: no gradient at all, the test shows nothing", tensor.Name)
				}
				for i := 0; i < len(want); i += every {
					if !(math.Abs(float64(got[i])-want[i]) <= 128*unit*largest+1e-8) {
						t.Errorf("%s, element %d: gradient %v, want %v (largest %v)", tensor.Name, i, got[i], want[i],
							largest)
						break
					}
				}
			}
		})
	}
}
