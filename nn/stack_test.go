package nn

import (
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"colonnade/kernels"
)

// figure7 returns the second and the third column of the paper's figure 7: pixels with
// proprioception, then proprioception alone.
func figure7() (second, third Arch) {
	second = ReachArch(true, false)
	second.Proprioception, second.Encoder = 18, 16
	return second, Arch{Proprioception: 18, Encoder: 16, LSTM: 16, Choices: second.Choices}
}

// TestStackCounts holds the totals that pin the laterals: they follow from the paper (39K and 37K)
// and from the layer table of the design.
func TestStackCounts(t *testing.T) {
	second, third := figure7()
	for _, c := range []struct {
		name         string
		archs        []Arch
		own, lateral int
	}{
		{"feedforward narrow on wide", []Arch{ReachArch(false, true), ReachArch(false, false)}, 13324, 38876 - 13324},
		{"recurrent narrow on wide", []Arch{ReachArch(true, true), ReachArch(true, false)}, 10364, 36940 - 10364},
		{"feedforward wide on wide", []Arch{ReachArch(false, true), ReachArch(false, true)}, 620620, 618288},
		{"recurrent wide on wide", []Arch{ReachArch(true, true), ReachArch(true, true)}, 298700, 296240},
		{"figure 7, column 2", []Arch{ReachArch(true, true), second}, 11692, 38268 - 11692},
		{"figure 7, column 3", []Arch{ReachArch(true, true), second, third}, 2892, 23488},
	} {
		t.Run(c.name, func(t *testing.T) {
			top := tower(t, rand.New(rand.NewPCG(1, 2)), c.archs...)
			columns := top.Network.Columns()
			got := columns[len(columns)-1]
			if got.Own != c.own || got.Lateral != c.lateral || top.Network.Parameters() != c.own+c.lateral {
				t.Errorf("%d own and %d lateral parameters, %d in all, want %d and %d", got.Own, got.Lateral,
					top.Network.Parameters(), c.own, c.lateral)
			}
			next := 0
			for _, tensor := range top.Network.Tensors() {
				if tensor.Offset != next || !strings.HasPrefix(tensor.Name, got.name()) {
					t.Errorf("%s at offset %d, want %d", tensor.Name, tensor.Offset, next)
				}
				next += tensor.Length
			}
			if next != top.Network.Parameters() {
				t.Errorf("the tensors hold %d elements of %d", next, top.Network.Parameters())
			}
		})
	}
}

// name returns what the names of the column's tensors begin with.
func (c Column) name() string { return strings.SplitAfter(c.Tensors[0].Name, ".")[0] }

// tower stacks columns with random parameters, one on the other.
func tower(t testing.TB, rng *rand.Rand, archs ...Arch) *Checkpoint {
	c := testStack(t, archs[0], rng)
	for _, a := range archs[1:] {
		c = testStack(t, a, rng, c)
	}
	return c
}

// TestIdentity: a new column's policy and value are, bit for bit, those of the column below, on
// random observations and LSTM states, through time. TestOtherKernels repeats it for every
// implementation of the kernels.
func TestIdentity(t *testing.T) {
	if err := kernels.ConfigError(); err != nil {
		t.Skip(err)
	}
	second, third := figure7()
	for name, archs := range map[string][]Arch{
		"feedforward":         {ReachArch(false, true), ReachArch(false, false)},
		"feedforward wide":    {ReachArch(false, false), ReachArch(false, true)},
		"recurrent":           {ReachArch(true, true), ReachArch(true, false)},
		"three feedforward":   {ReachArch(false, false), ReachArch(false, true), ReachArch(false, false)},
		"three recurrent":     {ReachArch(true, true), ReachArch(true, false), ReachArch(true, true)},
		"figure 7":            {ReachArch(true, true), second, third},
		"recurrent on former": {ReachArch(false, false), ReachArch(true, false)},
	} {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(31, 32))
			below := tower(t, rng, archs[:len(archs)-1]...)
			checkIdentity(t, rng, below, archs[len(archs)-1], below)
		})
	}
	t.Run("ensemble", func(t *testing.T) {
		rng := rand.New(rand.NewPCG(33, 34))
		first, last := tower(t, rng, ReachArch(true, true)), tower(t, rng, ReachArch(true, false), second)
		checkIdentity(t, rng, last, ReachArch(true, false), first, last)
	})
}

// TestOtherKernels runs TestIdentity in processes of its own, one for each implementation that is
// not in use here.
func TestOtherKernels(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes, and has nothing to say about races")
	}
	for _, name := range []string{"avx512", "avx2", "neon", "base"} {
		if name == kernels.Implementation() {
			continue
		}
		t.Run(name, func(t *testing.T) {
			command := exec.Command(os.Args[0], "-test.run=^TestIdentity$", "-test.v")
			command.Env = append(os.Environ(), "KERNELS="+name)
			out, err := command.CombinedOutput()
			switch {
			case err != nil:
				t.Errorf("%v\n%s", err, out)
			case !strings.Contains(string(out), "--- SKIP: "):
			case slices.Contains(strings.Split(os.Getenv("KERNELS_REQUIRE"), ","), name):
				t.Errorf("the %s kernels are required, but\n%s", name, out)
			default:
				t.Skipf("this machine has no %s kernels", name)
			}
		})
	}
}

// checkIdentity stacks a fresh column on others and compares its output with that of the column
// directly below, alone.
func checkIdentity(t *testing.T, rng *rand.Rand, last *Checkpoint, arch Arch, below ...*Checkpoint) {
	t.Helper()
	n, err := Stack(arch, testScaling(arch), below...)
	if err != nil {
		t.Fatal(err)
	}
	theta := make([]float32, n.Parameters())
	n.Init(theta, rng, DefaultInit())
	const steps, envs = 4, 5
	b, old := n.NewBatch(steps, envs), last.Network.NewBatch(steps, envs)
	fillBatch(b, rng, true)
	h, c := b.SaveState()
	skip := 0 // states of columns that do not belong to last: those before and the new one
	for _, k := range n.columns[:len(n.columns)-1-len(last.Network.columns)] {
		skip += envs * k.arch.LSTM
	}
	old.RestoreState(h[skip:skip+old.StateLen()], c[skip:skip+old.StateLen()])
	for step := range steps {
		for e := range envs {
			copy(old.Pixels(step, e), b.Pixels(step, e))
			copy(old.Proprioception(step, e), b.Proprioception(step, e))
		}
		copy(old.First(step), b.First(step))
		n.Forward(theta, b, step, envs)
		last.Network.Forward(last.Theta, old, step, envs)
		if !sameBits(b.Output(step), old.Output(step)) {
			t.Fatalf("step %d: output %v, the column below has %v", step, b.Output(step), old.Output(step))
		}
	}
	if hidden := b.hidden(n.column, 0, steps*envs); !slices.ContainsFunc(hidden,
		func(v float32) bool { return v != 0 }) {
		t.Error("the new column's last hidden layer is zero everywhere: nothing could be learnt")
	}
}

// TestStackInit: what enters a new column from below is random too, and counts as further inputs.
func TestStackInit(t *testing.T) {
	rng := rand.New(rand.NewPCG(35, 36))
	n, err := Stack(ReachArch(true, false), testScaling(ReachArch(true, false)), tower(t, rng, ReachArch(true, true)))
	if err != nil {
		t.Fatal(err)
	}
	theta := make([]float32, n.Parameters())
	opt := InitOptions{Hidden: 2.45, LSTMInput: 1.5, LSTMRecurrent: 0.7, ForgetBias: 1, Output: 0.1}
	n.Init(theta, rng, opt)
	bounds := map[string]float64{ // gain and inputs of a unit
		"conv2.weight": 2.45 / math.Sqrt(2*5*5*8), "conv2.lateral1.weight": 2.45 / math.Sqrt(2*5*5*8),
		"conv2.adapter1.weight": 2.45 / math.Sqrt(16),
		"fc.weight":             2.45 / math.Sqrt(2*288), "fc.lateral1.weight": 2.45 / math.Sqrt(2*288),
		"fc.adapter1.weight": 2.45 / math.Sqrt(32),
		"lstm.weight_ih":     1.5 / math.Sqrt(16+128), "lstm.lateral1.fc.weight": 1.5 / math.Sqrt(16+128),
		"lstm.weight_hh": 0.7 / math.Sqrt(16+128), "lstm.lateral1.lstm.weight": 0.7 / math.Sqrt(16+128),
		"output.weight": 0,
	}
	for _, tensor := range n.Tensors() {
		name := strings.TrimPrefix(tensor.Name, "column2.")
		bound, known := bounds[name]
		if !known {
			continue
		}
		delete(bounds, name)
		w := tensor.View(theta)
		low, high := float64(slices.Min(w)), float64(slices.Max(w))
		// 128 draws and more: the extremes come within a tenth of the bounds but for a probability
		// below 1e-2 each.
		if low < -bound*(1+1e-6) || high > bound*(1+1e-6) || low > -0.9*bound || high < 0.9*bound {
			t.Errorf("%s: drawn from %v to %v, want +-%v", name, low, high, bound)
		}
	}
	if len(bounds) > 0 {
		t.Errorf("there are no tensors %v", bounds)
	}
}

// TestFrozen: neither pass changes a frozen column's parameters, Backward does without them
// altogether, and what happens to the checkpoint that a network stands on does not reach it.
func TestFrozen(t *testing.T) {
	for name, network := range stacks() {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(37, 38))
			c := network(t, rng)
			n, grad := c.Network, make([]float32, len(c.Theta))
			b := n.NewBatch(3, 2)
			fillBatch(b, rng, true)
			var before [][]float32
			for _, k := range n.frozen() {
				before = append(before, slices.Clone(k.theta))
			}
			for step := range 3 {
				n.Forward(c.Theta, b, step, 2)
				for i := range b.DOutput(step) {
					b.DOutput(step)[i] = float32(rng.NormFloat64())
				}
			}
			n.Backward(c.Theta, grad, b, 3)
			for i, k := range n.frozen() {
				if !sameBits(k.theta, before[i]) {
					t.Errorf("column %d has changed", k.number)
				}
			}
			for _, k := range n.frozen() {
				for i := range k.theta {
					k.theta[i] = float32(math.NaN())
				}
			}
			again := make([]float32, len(grad))
			n.Backward(c.Theta, again, b, 3)
			if !sameBits(grad, again) {
				t.Error("Backward looks at the parameters of frozen columns")
			}
		})
	}
	t.Run("checkpoint changed", func(t *testing.T) {
		rng := rand.New(rand.NewPCG(39, 40))
		below := tower(t, rng, ReachArch(true, false))
		below.Metadata = map[string]string{"world": "w"}
		c := testStack(t, ReachArch(true, false), rng, below)
		want := slices.Clone(below.Theta)
		clear(below.Theta)
		below.Metadata["world"] = "x"
		c.Network.Columns()[0].Metadata["world"] = "y"
		if !sameBits(c.Network.columns[0].theta, want) || c.Network.Columns()[0].Metadata["world"] != "w" {
			t.Error("the frozen column changed with the checkpoint")
		}
	})
}

// TestMisfits: a column that cannot stand on another is an error whose text names both.
func TestMisfits(t *testing.T) {
	rng := rand.New(rand.NewPCG(41, 42))
	second, blind := figure7()
	below := tower(t, rng, second)
	diverged := tower(t, rng, ReachArch(true, false))
	diverged.Theta[7] = float32(math.Inf(1))
	for _, c := range []struct {
		name   string
		arch   Arch
		below  *Checkpoint
		wanted []string
	}{
		{"action", change(blind, func(a *Arch) { a.Choices = []int{2} }), below,
			[]string{"column 2: its action has factors of [2]", "column 1's of [3 3 3"}},
		{"pixels", change(second, func(a *Arch) { a.Pixels[0] = 84 }), below,
			[]string{"column 2: its pictures are 84x64x3", "column 1's 64x64x3"}},
		{"proprioception", change(blind, func(a *Arch) { a.Proprioception = 9 }), below,
			[]string{"column 2: it takes 9", "column 1 18"}},
		{"architecture", change(second, func(a *Arch) { a.FC = 0 }), below,
			[]string{"column 2: architecture: fc is 0"}},
		{"large", change(second, func(a *Arch) { a.FC, a.Conv2, a.LSTM = 3000, 1100, 1 }), below,
			[]string{"parameters in columns 1 to 2, the limit is"}},
		{"diverged", blind, diverged, []string{"column1.conv1.weight holds +Inf"}},
	} {
		n, err := Stack(c.arch, testScaling(c.arch), c.below)
		if n != nil || err == nil {
			t.Errorf("%s: network %v, error %v", c.name, n, err)
			continue
		}
		for _, want := range c.wanted {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error %q lacks %q", c.name, err, want)
			}
		}
	}
	for range maxColumns - 1 {
		below = testStack(t, blind, rng, below)
	}
	if _, err := Stack(blind, InputScaling{}, below); err == nil || !strings.Contains(err.Error(), "17 columns") {
		t.Errorf("17 columns: error %v", err)
	}
}

func change(a Arch, f func(*Arch)) Arch {
	a = a.clone()
	f(&a)
	return a
}

// TestObservation: a network wants what any of its columns looks at.
func TestObservation(t *testing.T) {
	second, blind := figure7()
	rng := rand.New(rand.NewPCG(43, 44))
	for _, c := range []struct {
		name           string
		n              *Network
		pixels         [3]int
		proprioception int
	}{
		{"pixels below", tower(t, rng, ReachArch(true, false), blind).Network, [3]int{64, 64, 3}, 18},
		{"proprioception below", tower(t, rng, second, ReachArch(true, false)).Network, [3]int{64, 64, 3}, 18},
		{"blind", tower(t, rng, blind).Network, [3]int{}, 18},
	} {
		pixels, proprioception := c.n.Observation()
		b := c.n.NewBatch(1, 1)
		if pixels != c.pixels || proprioception != c.proprioception ||
			len(b.Pixels(0, 0)) != pixels[0]*pixels[1]*pixels[2] ||
			len(b.Proprioception(0, 0)) != proprioception {
			t.Errorf("%s: %v and %d, want %v and %d", c.name, pixels, proprioception, c.pixels, c.proprioception)
		}
	}
}
