package nn_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"colonnade/nn"
)

// TestBadArchitectures: each mistake is an error whose text names the field.
func TestBadArchitectures(t *testing.T) {
	for _, c := range []struct {
		name, want string
		change     func(*nn.Arch)
	}{
		{"nothing to see", "neither pixels nor proprioception", func(a *nn.Arch) { *a = nn.Arch{Choices: a.Choices} }},
		{"too small", "height of the pixels is 23, want 24", func(a *nn.Arch) { a.Pixels[0] = 23 }},
		{"too wide", "width of the pixels", func(a *nn.Arch) { a.Pixels[1] = 1 << 30 }},
		{"negative", "height of the pixels is -64", func(a *nn.Arch) { a.Pixels[0] = -64 }},
		{"no channels", "channels", func(a *nn.Arch) { a.Pixels[2] = 0 }},
		{"no filters", "conv1 is 0", func(a *nn.Arch) { a.Conv1 = 0 }},
		{"many filters", "conv2 is 1073741824", func(a *nn.Arch) { a.Conv2 = 1 << 30 }},
		{"no fc", "fc is 0", func(a *nn.Arch) { a.FC = 0 }},
		{"large maps", "values", func(a *nn.Arch) { a.Pixels, a.Conv1 = [3]int{1024, 1024, 3}, 4096 }},
		{"encoder alone", "encoder is 16 without proprioception", func(a *nn.Arch) { a.Encoder = 16 }},
		{"no encoder", "encoder is 0", func(a *nn.Arch) { a.Proprioception = 18 }},
		{"conv without pixels", "without pixels", func(a *nn.Arch) { a.Pixels = [3]int{} }},
		{"negative lstm", "lstm is -1", func(a *nn.Arch) { a.LSTM = -1 }},
		{"no policy", "choices is empty", func(a *nn.Arch) { a.Choices = nil }},
		{"one choice", "factor 1 of the policy has 1 choices", func(a *nn.Arch) { a.Choices = []int{3, 1} }},
		{"many choices", "more than", func(a *nn.Arch) { a.Choices = []int{1 << 16, 2} }},
		{"large", "parameters", func(a *nn.Arch) { a.FC = 1 << 16; a.LSTM = 1 << 16 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := nn.ReachArch(false, false)
			c.change(&a)
			n, err := nn.New(a, centred)
			if n != nil || err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

func TestBadScaling(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, s := range []nn.InputScaling{
		{},
		{Mean: []float32{0, 0}, Scale: []float32{1, 1}},
		{Mean: []float32{0, nan, 0}, Scale: []float32{1, 1, 1}},
		{Mean: []float32{0, 0, -inf}, Scale: []float32{1, 1, 1}},
		{Mean: []float32{0, 0, 0}, Scale: []float32{1, 0, 1}},
		{Mean: []float32{0, 0, 0}, Scale: []float32{1, -1, 1}},
		{Mean: []float32{0, 0, 0}, Scale: []float32{1, 1, nan}},
		{Mean: []float32{0, 0, 0}, Scale: []float32{inf, 1, 1}},
	} {
		if _, err := nn.New(nn.ReachArch(false, false), s); err == nil ||
			!strings.Contains(err.Error(), "input scaling") {
			t.Errorf("%v: error %v", s, err)
		}
	}
	blind := nn.Arch{Proprioception: 2, Encoder: 2, Choices: []int{2}}
	if _, err := nn.New(blind, centred); err == nil {
		t.Error("a scaling for a column without pixels went unnoticed")
	}
}

// TestOutsideChanges: a network keeps its own copies.
func TestOutsideChanges(t *testing.T) {
	a := nn.ReachArch(true, false)
	s := nn.InputScaling{Mean: []float32{1, 2, 3}, Scale: []float32{4, 5, 6}}
	n, err := nn.New(a, s)
	if err != nil {
		t.Fatal(err)
	}
	a.Choices[0], s.Mean[0] = 7, 8
	n.Arch().Choices[1], n.Scaling().Scale[1], n.Tensors()[0].Shape[0] = 9, 10, 11
	if got := n.Arch(); !got.Equal(nn.ReachArch(true, false)) {
		t.Errorf("the architecture changed to %v", got)
	}
	if got := n.Scaling(); got.Mean[0] != 1 || got.Scale[1] != 5 || n.Tensors()[0].Shape[0] != 8 {
		t.Error("scaling or shapes changed")
	}
}

func TestMatches(t *testing.T) {
	wide, narrow := newNetwork(t, nn.ReachArch(true, true), centred), newNetwork(t, nn.ReachArch(false, false), centred)
	other := newNetwork(t, nn.ReachArch(true, true), nn.InputScaling{Mean: []float32{0, 0, 0},
		Scale: []float32{1, 1, 1}})
	if err := wide.Matches(other); err != nil {
		t.Errorf("the scaling does not matter, but: %v", err)
	}
	err := wide.Matches(narrow)
	if !errors.Is(err, nn.ErrArchitecture) {
		t.Fatalf("error %v", err)
	}
	for _, want := range []string{"recurrent, pixels 64x64x3, conv 16 and 32, fc 128, lstm 128, 9 factors of 3 choices",
		"feedforward, pixels 64x64x3, conv 8 and 8, fc 32"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not name %q", err, want)
		}
	}
	for name, change := range map[string]func(*nn.Arch){
		"pixels": func(a *nn.Arch) { a.Pixels[0]++ }, "conv1": func(a *nn.Arch) { a.Conv1++ },
		"conv2": func(a *nn.Arch) { a.Conv2++ },
		"fc":    func(a *nn.Arch) { a.FC++ }, "lstm": func(a *nn.Arch) { a.LSTM++ },
		"choices":        func(a *nn.Arch) { a.Choices[3]++ },
		"proprioception": func(a *nn.Arch) { a.Proprioception++ }, "encoder": func(a *nn.Arch) { a.Encoder++ },
	} {
		a := nn.ReachArch(true, true)
		if change(&a); a.Equal(nn.ReachArch(true, true)) {
			t.Errorf("architectures with another %s are equal", name)
		}
	}
}

func newNetwork(t testing.TB, a nn.Arch, s nn.InputScaling) *nn.Network {
	t.Helper()
	n, err := nn.New(a, s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestInit: every weight lies within its bound and the draws fill it, biases are zero but the
// forget gates', and the same seed gives the same parameters.
func TestInit(t *testing.T) {
	a := nn.ReachArch(true, true)
	a.Proprioception, a.Encoder = 18, 16
	n := newNetwork(t, a, centred)
	theta, again := make([]float32, n.Parameters()), make([]float32, n.Parameters())
	opt := nn.InitOptions{Hidden: 2.45, LSTMInput: 1.5, LSTMRecurrent: 0.7, ForgetBias: 1.25, Output: 0.1}
	n.Init(theta, rand.New(rand.NewPCG(1, 2)), opt)
	n.Init(again, rand.New(rand.NewPCG(1, 2)), opt)
	if !slices.Equal(theta, again) {
		t.Error("the same seed gives other parameters")
	}
	n.Init(again, rand.New(rand.NewPCG(1, 3)), opt)
	if slices.Equal(theta, again) {
		t.Error("another seed gives the same parameters")
	}
	bounds := map[string]float64{ // gain and inputs of a unit
		"conv1.weight": 2.45 / math.Sqrt(8*8*3), "conv2.weight": 2.45 / math.Sqrt(5*5*16),
		"fc.weight":      2.45 / math.Sqrt(1152),
		"encoder.weight": 2.45 / math.Sqrt(18), "lstm.weight_ih": 1.5 / math.Sqrt(128+16),
		"lstm.weight_hh": 0.7 / math.Sqrt(128),
		"output.weight":  0.1 / math.Sqrt(128),
	}
	for _, tensor := range n.Tensors() {
		w := tensor.View(theta)
		name := strings.TrimPrefix(tensor.Name, "column1.")
		bound, isWeight := bounds[name]
		if !isWeight {
			for i, v := range w {
				want := float32(0)
				if name == "lstm.bias" && i/128 == 1 {
					want = 1.25
				}
				if v != want {
					t.Fatalf("%s[%d] is %v, want %v", name, i, v, want)
				}
			}
			continue
		}
		// 288 draws and more: the extremes come within a tenth of the bounds but for a probability
		// below 1e-6.
		low, high := float64(slices.Min(w)), float64(slices.Max(w))
		if low < -bound*(1+1e-6) || high > bound*(1+1e-6) || low > -0.9*bound || high < 0.9*bound {
			t.Errorf("%s: drawn from %v to %v, want +-%v", name, low, high, bound)
		}
	}
}

// TestLayers holds the work that the design states for the recurrent wide column: 1.43 M
// multiply-adds forward, 3.6 M forward and backward, and checks that the layers have all
// parameters.
func TestLayers(t *testing.T) {
	both := nn.ReachArch(true, false)
	both.Proprioception, both.Encoder = 18, 16
	for _, c := range []struct {
		arch              nn.Arch
		forward, backward int
	}{
		// 225*3072 + 36*12800 + 1152*128 + 256*512 + 128*28; backward is twice that without the
		// gradient of the pixels
		{nn.ReachArch(true, true), 1434112, 2*1434112 - 691200},
		// 225*1536 + 36*1600 + 288*16 + 18*16 + 48*64 + 16*28; neither pixels nor proprioception
		// need a gradient
		{both, 411616, 2*411616 - 345600 - 288},
	} {
		n := newNetwork(t, c.arch, centred)
		parameters, forward, backward := 0, 0, 0
		for _, l := range n.Layers() {
			parameters, forward, backward = parameters+l.Parameters, forward+l.Forward, backward+l.Backward
		}
		if parameters != n.Parameters() || forward != c.forward || backward != c.backward {
			t.Errorf("%v: %d parameters, %d and %d multiply-adds, want %d, %d and %d", c.arch, parameters, forward,
				backward, n.Parameters(), c.forward, c.backward)
		}
	}
}

// TestStackedLayers holds the work of a narrow column on a wide one: the wide one's forward pass
// without its output, and the narrow one's with adapters and laterals.
func TestStackedLayers(t *testing.T) {
	wide := newNetwork(t, nn.ReachArch(true, true), centred)
	n, err := nn.Stack(nn.ReachArch(true, false), centred, &nn.Checkpoint{Network: wide,
		Theta: make([]float32, wide.Parameters())})
	if err != nil {
		t.Fatal(err)
	}
	// Adapters 225*16*8 and 36*32*8, whose inputs need no gradient; 36*1600 into conv2 and 288*16
	// into fc, whose inputs do; 2*128*64 into the gates and 128*28 into the output.
	const adapters, into, plain = 28800 + 9216, 57600 + 4608, 16384 + 3584
	wantForward, wantBackward := 1434112-3584+410304+adapters+into+plain, 2*410304-345600+adapters+2*into+plain
	parameters, forward, backward := 0, 0, 0
	for _, l := range n.Layers() {
		parameters, forward, backward = parameters+l.Parameters, forward+l.Forward, backward+l.Backward
	}
	if parameters != wide.Parameters()+n.Parameters() || forward != wantForward || backward != wantBackward {
		t.Errorf("%d parameters, %d and %d multiply-adds, want %d, %d and %d", parameters, forward, backward,
			wide.Parameters()+n.Parameters(), wantForward, wantBackward)
	}
}
