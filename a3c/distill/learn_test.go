package distill

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"colonnade/nn"
)

// TestGradient: along its own gradient, the loss of an update rises by the square of the gradient's
// length.
func TestGradient(t *testing.T) {
	teacher, student := column(t, 12, 1), column(t, 12, 2)
	cfg, set := config(60)
	cfg.LearningRate = 1e-20
	env := newTwins(true)
	env.unsure = 5
	tr := trainer(t, cfg, set, student, teacher, env, "", false)
	run(t, tr)
	l := tr.learner
	for e := range set.Windows {
		if err := l.load(e, int64(7*e)); err != nil {
			t.Fatal(err)
		}
	}
	loss := func(theta []float32) float64 {
		for step := range set.Window {
			l.net.Forward(theta, l.batch, step, set.Windows)
		}
		s := newSums(2)
		l.loss(&s)
		return (s.divergenceTrained + cfg.ValueCost*s.valueLoss +
			set.FeatureCost*s.featureLoss) / float64(set.Window*set.Windows)
	}
	if slices.Index(l.sure, false) < 0 || slices.Index(l.sure, true) < 0 {
		t.Fatal("the test wants some steps that the teacher is sure of, and some that it is not")
	}
	loss(l.theta)
	clear(l.grad)
	l.net.Backward(l.theta, l.grad, l.batch, set.Window)
	square := 0.0
	for _, g := range l.grad {
		square += float64(g) * float64(g)
	}
	const h = 1e-4 // at 1e-3, units that begin or cease to give something make 2 % of difference
	along := func(sign float64) []float32 {
		moved := slices.Clone(l.theta)
		for i, g := range l.grad {
			moved[i] += float32(sign * h * float64(g) / math.Sqrt(square))
		}
		return moved
	}
	slope := (loss(along(1)) - loss(along(-1))) / (2 * h)
	if want := math.Sqrt(square); !(math.Abs(slope-want) < 0.02*want) {
		t.Errorf("the loss rises by %.5f along a gradient of length %.5f", slope, want)
	}
}

// TestAdam compares with the formulas in float64.
func TestAdam(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const n, rate = 50, 0.01
	a, theta, grad := newAdam(n), make([]float32, n), make([]float32, n)
	m, v, want := make([]float64, n), make([]float64, n), make([]float64, n)
	for step := 1; step <= 30; step++ {
		for i := range grad {
			grad[i] = float32(rng.NormFloat64() * math.Pow(10, float64(i%7-3)))
			g := float64(grad[i])
			m[i], v[i] = 0.9*m[i]+0.1*g, 0.999*v[i]+0.001*g*g
			want[i] -= rate * m[i] / (1 - math.Pow(0.9, float64(step))) / (math.Sqrt(v[i]/(1-math.Pow(0.999,
				float64(step)))) + 1e-8)
		}
		a.step(theta, grad, rate)
	}
	for i, x := range theta {
		if math.Abs(float64(x)-want[i]) > 1e-5 {
			t.Errorf("parameter %d is %g, want %g", i, x, want[i])
		}
	}
	clear(grad)
	for range 3000 {
		a.step(theta, grad, rate)
	}
	for i := range a.m {
		if x := a.m[i]; x != 0 && math.Abs(float64(x)) < tiny {
			t.Errorf("mean %d has decayed to %g, which is slow", i, x)
		}
	}
}

// TestAllocates: neither a rollout nor an update allocates.
func TestAllocates(t *testing.T) {
	teacher := column(t, 12, 1)
	cfg, set := config(100)
	cfg.KeepScores = false
	tr := trainer(t, cfg, set, teacher, teacher, newTwins(true), "", false)
	run(t, tr)
	if n := testing.AllocsPerRun(20, func() {
		if err := tr.player.play(); err != nil {
			t.Fatal(err)
		}
		if err := tr.learner.update(50, &tr.window); err != nil {
			t.Fatal(err)
		}
	}); n > 0 {
		t.Errorf("a rollout and its update allocate %v times", n)
	}
}

// TestInherit: with the features of the column below, the new column does what that one does;
// columns that cannot share an LSTM are refused.
func TestInherit(t *testing.T) {
	below := column(t, 12, 1)
	net, err := nn.Stack(below.Network.Arch(), below.Network.Scaling(), below)
	if err != nil {
		t.Fatal(err)
	}
	theta := make([]float32, net.Parameters())
	net.Init(theta, rand.New(rand.NewPCG(1, 1)), nn.DefaultInit())
	if err := Inherit(net, theta, below); err != nil {
		t.Fatal(err)
	}
	views := map[string][]float32{}
	for _, x := range net.Tensors() {
		views[x.Name] = x.View(theta)
	}
	for _, x := range below.Network.Tensors() {
		switch x.Name {
		case "column1.lstm.weight_ih", "column1.lstm.weight_hh", "column1.lstm.bias", "column1.output.weight",
			"column1.output.bias":
			if !slices.Equal(views["column2."+x.Name[len("column1."):]], x.View(below.Theta)) {
				t.Errorf("%s was not copied", x.Name)
			}
		}
	}
	arch := below.Network.Arch()
	for name, change := range map[string]func(*nn.Arch){
		"narrow": func(a *nn.Arch) { a.LSTM = 6 }, "feedforward": func(a *nn.Arch) { a.LSTM = 0 },
		"features": func(a *nn.Arch) { a.FC = 10 },
	} {
		other := arch
		change(&other)
		net, err := nn.Stack(other, below.Network.Scaling(), below)
		if err != nil {
			t.Fatal(err)
		}
		if err := Inherit(net, make([]float32, net.Parameters()), below); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
