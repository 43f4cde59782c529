package nn

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// sameBits reports whether two vectors are equal bit for bit.
func sameBits(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) })
}

// TestRowsDoNotInteract: what an environment gets depends neither on how many others there are nor
// on its place among them. Evaluations give the same scores for any number of environments because
// of this.
func TestRowsDoNotInteract(t *testing.T) {
	all := networks()
	all["recurrent wide"] = func(t testing.TB, rng *rand.Rand) *Checkpoint {
		return testStack(t, ReachArch(true, true), rng)
	}
	all["feedforward narrow"] = func(t testing.TB, rng *rand.Rand) *Checkpoint {
		return testStack(t, ReachArch(false, false), rng)
	}
	for name, network := range all {
		t.Run(name, func(t *testing.T) {
			const envs = 11
			rng := rand.New(rand.NewPCG(5, 6))
			c := network(t, rng)
			n, theta := c.Network, c.Theta
			many := n.NewBatch(1, envs)
			fillBatch(many, rng, false)
			n.Forward(theta, many, 0, envs)
			width := func(s []float32, e int) []float32 { return rows(s, e, 1, len(s)/envs) }
			want := slices.Clone(many.Output(0))
			for e := range envs {
				one := n.NewBatch(1, 1)
				copy(one.Pixels(0, 0), many.Pixels(0, e))
				copy(one.Proprioception(0, 0), many.Proprioception(0, e))
				one.CopyState(0, many, 0, e)
				n.Forward(theta, one, 0, 1)
				if !sameBits(one.Output(0), width(want, e)) {
					t.Errorf("environment %d: alone it gets %v, among %d others %v", e, one.Output(0), envs-1,
						width(want, e))
				}
				for k := range n.Columns() {
					for i, next := range pair(one.State(k+1, 1)) {
						if !sameBits(next, width(pair(many.State(k+1, 1))[i], e)) {
							t.Errorf("environment %d: the state of column %d differs alone and among %d others", e, k+1,
								envs-1)
						}
					}
				}
			}
			// Only the first few: the others keep what they had.
			n.Forward(theta, many, 0, 4)
			if !sameBits(many.Output(0), want) {
				t.Error("the outputs of all environments change when only the first four are computed again")
			}
		})
	}
}

// TestReset: where an episode begins, the entering state counts for nothing, and is still there to
// be read.
func TestReset(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	n, theta := testNetwork(t, ReachArch(true, false), rng)
	b := n.NewBatch(1, 3)
	fillBatch(b, rng, false)
	h, c := b.State(1, 0)
	before := slices.Clone(h)
	b.First(0)[1] = true
	n.Forward(theta, b, 0, 3)
	got := slices.Clone(b.Output(0))
	if !sameBits(h, before) {
		t.Error("Forward changed State(0)")
	}
	clear(h)
	clear(c)
	b.First(0)[1] = false
	n.Forward(theta, b, 0, 3)
	for e, same := range []bool{false, true, false} {
		if sameBits(rows(got, e, 1, 28), rows(b.Output(0), e, 1, 28)) != same {
			t.Errorf("environment %d: equal to the output from a zero state: %v, want %v", e, !same, same)
		}
	}
}

// TestCarry: two rollouts of three steps are one of six.
func TestCarry(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	c := stacks()["figure 7"](t, rng)
	n, theta := c.Network, c.Theta
	long, short := n.NewBatch(6, 2), n.NewBatch(4, 2)
	fillBatch(long, rng, true)
	if h, _ := long.SaveState(); len(h) != long.StateLen() || len(h) != 2*(4+3+2) {
		t.Errorf("%d cells in the state, StateLen is %d, want 18", len(h), long.StateLen())
	}
	short.RestoreState(long.SaveState())
	for step := range 6 {
		if step == 3 {
			short.Carry(3)
		}
		for e := range 2 {
			copy(short.Pixels(step%3, e), long.Pixels(step, e))
			copy(short.Proprioception(step%3, e), long.Proprioception(step, e))
		}
		copy(short.First(step%3), long.First(step))
		n.Forward(theta, long, step, 2)
		n.Forward(theta, short, step%3, 2)
		if !sameBits(long.Output(step), short.Output(step%3)) {
			t.Fatalf("step %d differs", step)
		}
	}
}

// TestBackwardAccumulates: Backward adds to the gradient, runs again with the same result, ignores
// steps behind the last, and leaves the parameters and the activations alone.
func TestBackwardAccumulates(t *testing.T) {
	for name, network := range networks() {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(11, 12))
			c := network(t, rng)
			n, theta := c.Network, c.Theta
			b := n.NewBatch(3, 5)
			fillBatch(b, rng, true)
			for step := range 3 {
				n.Forward(theta, b, step, 5)
				for i := range b.DOutput(step) {
					b.DOutput(step)[i] = float32(rng.NormFloat64())
				}
			}
			before, output := slices.Clone(theta), slices.Clone(b.Output(1))
			first, second, third := make([]float32, len(theta)), make([]float32, len(theta)),
				make([]float32, len(theta))
			n.Backward(theta, first, b, 2)
			for i := range b.DOutput(2) {
				b.DOutput(2)[i] = float32(math.NaN())
			}
			n.Backward(theta, second, b, 2)
			if !sameBits(first, second) {
				t.Error("a second run gives another gradient")
			}
			if !sameBits(theta, before) || !sameBits(output, b.Output(1)) {
				t.Error("Backward changed theta or an output")
			}
			for i := range third {
				third[i] = 1
			}
			n.Backward(theta, third, b, 2)
			largest := slices.Max(append(slices.Clone(first), 1))
			for i := range third {
				if got := third[i] - 1; math.Abs(float64(got-first[i])) > 64*unit*float64(largest) {
					t.Fatalf("%s: added %v to the gradient, want %v", n.column.tensorAt(i).Name, got, first[i])
				}
			}
			n.Backward(theta, second, b, 0)
			if !sameBits(first, second) {
				t.Error("Backward over no steps changed the gradient")
			}
			last := make([]float32, len(theta))
			n.BackwardOutput(last, b, 2)
			for _, tensor := range n.Tensors() {
				want := make([]float32, tensor.Length)
				if strings.Contains(tensor.Name, ".output.") {
					copy(want, tensor.View(first))
				}
				if !sameBits(want, tensor.View(last)) {
					t.Errorf("%s: BackwardOutput gives another gradient than Backward, or one where there should be "+
						"none", tensor.Name)
				}
			}
		})
	}
}

func TestForwardAndBackwardAllocateNothing(t *testing.T) {
	for name, network := range networks() {
		c := network(t, rand.New(rand.NewPCG(13, 14)))
		n, theta := c.Network, c.Theta
		b := n.NewBatch(2, 5)
		grad := make([]float32, len(theta))
		if got := testing.AllocsPerRun(10, func() {
			n.Forward(theta, b, 0, 5)
			n.Forward(theta, b, 1, 5)
			n.Backward(theta, grad, b, 2)
			n.BackwardOutput(grad, b, 2)
			b.Carry(2)
			b.CopyState(1, b, 2, 3)
			if b.CheckInputs(0, 5) != nil {
				t.Fatal("zeros are not finite")
			}
		}); got != 0 {
			t.Errorf("%s: %v allocations", name, got)
		}
	}
}

// TestMisuse: wrong indices and lengths panic with the text that names them.
func TestMisuse(t *testing.T) {
	n, theta := testNetwork(t, small()["both recurrent"], rand.New(rand.NewPCG(15, 16)))
	other, _ := testNetwork(t, small()["both recurrent"], rand.New(rand.NewPCG(15, 16)))
	b := n.NewBatch(2, 3)
	short := theta[1:]
	for _, c := range []struct {
		name, want string
		call       func()
	}{
		{"no steps", panicSize, func() { n.NewBatch(0, 1) }},
		{"no environments", panicSize, func() { n.NewBatch(1, 0) }},
		{"forward, theta", panicTheta, func() { n.Forward(short, b, 0, 3) }},
		{"forward, step", panicStep, func() { n.Forward(theta, b, 2, 3) }},
		{"forward, environments", panicEnvs, func() { n.Forward(theta, b, 0, 4) }},
		{"forward, batch", panicBatch, func() { other.Forward(theta, b, 0, 3) }},
		{"backward, theta", panicTheta, func() { n.Backward(short, theta, b, 2) }},
		{"backward, grad", panicGrad, func() { n.Backward(theta, short, b, 2) }},
		{"backward, steps", panicSteps, func() { n.Backward(theta, theta, b, 3) }},
		{"backward, batch", panicBatch, func() { other.Backward(theta, theta, b, 2) }},
		{"backward of the output, grad", panicGrad, func() { n.BackwardOutput(short, b, 2) }},
		{"backward of the output, steps", panicSteps, func() { n.BackwardOutput(theta, b, 3) }},
		{"init", panicTheta, func() { n.Init(short, nil, DefaultInit()) }},
		{"pixels, environment", panicEnv, func() { b.Pixels(0, 3) }},
		{"proprioception, step", panicStep, func() { b.Proprioception(-1, 0) }},
		{"state", panicStep, func() { b.State(1, 3) }},
		{"state, column", panicColumn, func() { b.State(2, 0) }},
		{"state restored", panicState, func() { b.RestoreState(make([]float32, 8), make([]float32, 9)) }},
		{"state copied, batch", panicBatch, func() { b.CopyState(0, other.NewBatch(1, 1), 0, 0) }},
		{"state copied, environment", panicEnv, func() { b.CopyState(3, b, 0, 0) }},
		{"state copied, other environment", panicEnv, func() { b.CopyState(0, b, 0, 3) }},
		{"stack, theta", panicTheta, func() { Stack(n.Arch(), n.Scaling(), &Checkpoint{Network: n, Theta: short}) }},
		{"carry", panicStep, func() { b.Carry(-1) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			defer func() {
				if got := recover(); got != c.want {
					t.Errorf("panic %v, want %q", got, c.want)
				}
			}()
			c.call()
		})
	}
}

func TestCheckInputs(t *testing.T) {
	n, _ := testNetwork(t, small()["both"], rand.New(rand.NewPCG(17, 18)))
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		b := n.NewBatch(2, 3)
		b.Proprioception(1, 2)[1] = float32(bad)
		if err := b.CheckInputs(1, 2); err != nil {
			t.Errorf("the first two environments: %v", err)
		}
		if err := b.CheckInputs(1, 3); err == nil {
			t.Errorf("%v went unnoticed", bad)
		}
	}
}
