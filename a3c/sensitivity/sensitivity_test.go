package sensitivity

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"colonnade/a3c"
	"colonnade/a3c/probe"
	"colonnade/nn"
)

func memory(int, int) (a3c.Env, error) { return probe.NewMemory(2), nil }

// recall returns a column for the probe Memory that was not trained but built: its encoder keeps
// the cue apart by sign, its LSTM stores it, and its output repeats it, so that it scores 1 nearly
// always. Units other than the two it needs are mute.
func recall(t testing.TB) *nn.Checkpoint {
	t.Helper()
	_, proprio, choices := probe.NewMemory(2).Spec()
	net, err := nn.New(nn.Arch{Proprioception: proprio, Encoder: 2, LSTM: 2, Choices: choices}, nn.InputScaling{})
	if err != nil {
		t.Fatal(err)
	}
	theta := make([]float32, net.Parameters())
	set := func(name string, values ...float32) {
		for _, tensor := range net.Tensors() {
			if tensor.Name == "column1."+name {
				if view := tensor.View(theta); copy(view, values) != len(view) {
					t.Fatalf("%s has %d values", name, len(view))
				}
				return
			}
		}
		t.Fatalf("no tensor %s", name)
	}
	set("encoder.weight", 1, -1, 0, 0) // (cue)+ and (-cue)+; nothing of the question
	set("lstm.weight_ih", transposed(8, 2, map[[2]int]float32{{4, 0}: 9, {4, 1}: -9, {5, 0}: -9, {5, 1}: 9})...)
	set("lstm.bias", 9, 9, 9, 9, 0, 0, 9, 9) // gates i, f, g, o: write what comes, forget nothing, show it
	set("output.weight", transposed(3, 2, map[[2]int]float32{{0, 0}: -5, {0, 1}: 5, {1, 0}: 5, {1, 1}: -5})...)
	return &nn.Checkpoint{Network: net, Theta: theta}
}

// transposed lays out a matrix (out, in) as the network keeps it: rows of inputs.
func transposed(out, in int, values map[[2]int]float32) []float32 {
	m := make([]float32, out*in)
	for at, v := range values {
		m[at[1]*out+at[0]] = v
	}
	return m
}

// stack puts a fresh column on top: it plays as the one below does, and draws from its LSTM into
// the output alone.
func stack(t testing.TB) (*nn.Network, []float32) {
	t.Helper()
	below := recall(t)
	net, err := nn.Stack(below.Network.Arch(), nn.InputScaling{}, below)
	if err != nil {
		t.Fatal(err)
	}
	theta := make([]float32, net.Parameters())
	net.Init(theta, rand.New(rand.NewPCG(1, 2)), nn.DefaultInit())
	return net, theta
}

func analyze(t *testing.T, cfg Config) *Report {
	t.Helper()
	net, theta := stack(t)
	r, err := Analyze(context.Background(), net, theta, memory, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestFindsTheSource: a column that was just put on another draws from that one's last layer into
// its output, and from nothing else.
func TestFindsTheSource(t *testing.T) {
	var calls []int
	r := analyze(t, Config{Evaluation: a3c.EvalConfig{Episodes: 200, Seed: 1}, OnEvaluation: func(done, all int) {
		if calls = append(calls, done); done > all {
			t.Errorf("evaluation %d of %d", done, all)
		}
	}})
	if r.Undisturbed.Mean < 0.95 || r.Undisturbed.Change != nil {
		t.Fatalf("undisturbed: %+v", r.Undisturbed)
	}
	var names []string
	for _, s := range r.Sources {
		names = append(names, s.Name)
		draws := s.Name == "column1.lstm -> output" || s.Name == "column 1"
		if lost := s.Cut.Change.Significant(); lost != draws || lost != (s.Cut.Mean < 0.7) {
			t.Errorf("%s cut: %+v, %+v", s.Name, s.Cut, s.Cut.Change)
		}
		if !draws && s.Half != 0 {
			t.Errorf("%s: half of the score is lost at %g", s.Name, s.Half)
		}
		if s.Name == "column 2, own" {
			continue
		}
		if len(s.Noise) != 5 {
			t.Fatalf("%s: %d outcomes", s.Name, len(s.Noise))
		}
		for i, o := range s.Noise {
			if lost := o.Mean < r.Undisturbed.Mean; lost != draws && (lost || r.Noise[i] >= 1) {
				t.Errorf("%s, noise %g: %g of %g", s.Name, r.Noise[i], o.Mean, r.Undisturbed.Mean)
			}
		}
		if (s.Lateral != nil) != (s.RMS > 0) {
			t.Errorf("%s: root mean square %g", s.Name, s.RMS)
		}
	}
	want := []string{"column1.encoder -> lstm", "column1.lstm -> lstm", "column1.lstm -> output", "column 1",
		"column 2, own"}
	if !reflect.DeepEqual(names, want) {
		t.Errorf("sources %q", names)
	}
	if evaluations := 1 + 4*6 + 1; len(calls) != evaluations || calls[evaluations-1] != evaluations {
		t.Errorf("%d evaluations, want %d", len(calls), evaluations)
	}
}

// TestReproducible: workers change nothing, the seed does; noise of one source is not that of
// another.
func TestReproducible(t *testing.T) {
	cfg := Config{Evaluation: a3c.EvalConfig{Episodes: 40, Seed: 3, Workers: 1}, Noise: []float64{1, 8}}
	want := analyze(t, cfg)
	cfg.Evaluation.Workers = 3
	if got := analyze(t, cfg); !reflect.DeepEqual(got, want) {
		t.Errorf("three workers:\n%+v\none:\n%+v", got, want)
	}
	cfg.Evaluation.Seed = 4
	if got := analyze(t, cfg); reflect.DeepEqual(got.Sources, want.Sources) {
		t.Error("another seed, the same report")
	}
}

// TestNoise: the noise has the deviation asked for, streams are apart, and other laterals stay as
// they are.
func TestNoise(t *testing.T) {
	l, other := nn.Lateral{Column: 1, Layer: "lstm", Into: "output"}, nn.Lateral{Column: 1, Layer: "lstm", Into: "lstm"}
	a := &analysis{cfg: Config{Evaluation: a3c.EvalConfig{Seed: 1}}, rms: map[nn.Lateral]float64{l: 3}}
	draw := func(source, level, first int, l nn.Lateral) []float32 {
		x := make([]float32, 20_000)
		a.noise([]nn.Lateral{{Column: 1, Layer: "lstm", Into: "output"}}, 0.5, source, level)(first)(l, x)
		return x
	}
	x := draw(0, 0, 0, l)
	square := 0.0
	for _, v := range x {
		square += float64(v) * float64(v)
	}
	if rms := math.Sqrt(square / float64(len(x))); math.Abs(rms-1.5) > 0.03 {
		t.Errorf("deviation %g, want 1.5", rms)
	}
	for _, y := range [][]float32{draw(1, 0, 0, l), draw(0, 1, 0, l), draw(0, 0, 8, l)} {
		if y[0] == x[0] && y[1] == x[1] {
			t.Error("two streams are the same")
		}
	}
	if y := draw(0, 0, 0, other); y[0] != 0 {
		t.Error("another lateral is disturbed")
	}
}

// TestOwn: cutting its own part changes what a column does that has some, and leaves the caller's
// parameters alone.
func TestOwn(t *testing.T) {
	net, theta := stack(t)
	for _, tensor := range net.Tensors() {
		if tensor.Name == "column2.output.weight" {
			view := tensor.View(theta)
			for i := range view { // a preference of its own that drowns what column 1 says
				view[i] = float32(1-i%3) * 1e4
			}
		}
	}
	before := append([]float32(nil), theta...)
	r, err := Analyze(context.Background(), net, theta, memory,
		Config{Evaluation: a3c.EvalConfig{Episodes: 100, Seed: 1}, Noise: []float64{1}})
	if err != nil {
		t.Fatal(err)
	}
	own := r.Sources[len(r.Sources)-1]
	if own.Name != "column 2, own" || r.Undisturbed.Mean > 0.8 || own.Cut.Mean < 0.95 || !own.Cut.Change.Significant() {
		t.Errorf("undisturbed %g, %s cut %g", r.Undisturbed.Mean, own.Name, own.Cut.Mean)
	}
	if !reflect.DeepEqual(theta, before) {
		t.Error("the parameters have changed")
	}
}

// TestSources: with several earlier columns, each by itself and all together.
func TestSources(t *testing.T) {
	net, theta := stack(t)
	a := &analysis{net: net, theta: theta}
	first, second := nn.Lateral{Column: 1, Layer: "lstm", Into: "output"}, nn.Lateral{Column: 2, Layer: "lstm",
		Into: "output"}
	sources, _ := a.sources([]nn.Lateral{first, second})
	want := map[string][]nn.Lateral{
		"column1.lstm -> output": {first}, "column2.lstm -> output": {second}, "column 1": {first},
		"column 2": {second}, "all laterals": {first, second},
	}
	got := map[string][]nn.Lateral{}
	for _, s := range sources {
		got[s.Name] = s.laterals
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v", got)
	}
}

func TestHalfAndShare(t *testing.T) {
	outcomes := func(means ...float64) (o []Outcome) {
		for _, m := range means {
			o = append(o, Outcome{Mean: m})
		}
		return o
	}
	noise := []float64{1, 2, 4}
	for _, c := range []struct {
		want  float64
		means []float64
	}{{3, []float64{40, 30, 10}}, {1, []float64{20, 0, 0}}, {0.5, []float64{0, 0, 0}}, {0, []float64{40, 40, 21}}} {
		if got := half(40, noise, outcomes(c.means...)); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%v: half at %g, want %g", c.means, got, c.want)
		}
	}
	if got := half(0, noise, outcomes(0, 0, 0)); got != 0 {
		t.Errorf("nothing to lose: %g", got)
	}
	l := &nn.Lateral{}
	sources := []Source{{Lateral: l, Half: 1}, {Lateral: l, Half: 2}, {Lateral: l}, {Half: 1}}
	share(sources)
	for i, want := range []float64{0.8, 0.2, 0, 0} {
		if math.Abs(sources[i].Share-want) > 1e-12 {
			t.Errorf("source %d: share %g, want %g", i, sources[i].Share, want)
		}
	}
}

func TestErrors(t *testing.T) {
	net, theta := stack(t)
	single := recall(t)
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	for name, c := range map[string]struct {
		want  string
		ctx   context.Context
		net   *nn.Network
		theta []float32
		cfg   Config
	}{
		"one column": {"one column", context.Background(), single.Network, single.Theta, Config{}},
		"falling":    {"rising", context.Background(), net, theta, Config{Noise: []float64{2, 1}}},
		"zero":       {"above 0", context.Background(), net, theta, Config{Noise: []float64{0, 1}}},
		"episodes":   {"0 episodes", context.Background(), net, theta, Config{}},
		"cancelled":  {"canceled", cancelled, net, theta, Config{Evaluation: a3c.EvalConfig{Episodes: 1}}},
	} {
		if _, err := Analyze(c.ctx, c.net, c.theta, memory, c.cfg); err == nil ||
			!strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func Example() {
	// A column on top of another, both for the probe Memory, neither trained.
	arch := nn.Arch{Proprioception: 2, Encoder: 4, LSTM: 4, Choices: []int{2}}
	below, _ := nn.New(arch, nn.InputScaling{})
	net, _ := nn.Stack(arch, nn.InputScaling{}, &nn.Checkpoint{Network: below,
		Theta: make([]float32, below.Parameters())})
	report, err := Analyze(context.Background(), net, make([]float32, net.Parameters()), memory,
		Config{Evaluation: a3c.EvalConfig{Episodes: 10}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range report.Sources {
		fmt.Println(s.Name)
	}
	// Output:
	// column1.encoder -> lstm
	// column1.lstm -> lstm
	// column1.lstm -> output
	// column 1
	// column 2, own
}
