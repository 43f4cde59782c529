package onnx

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"colonnade/nn"
)

// unit is half the distance between 1 and the next float32.
const unit = 1.0 / (1 << 24)

var scaling = nn.InputScaling{Mean: []float32{120, 110, 100}, Scale: []float32{50, 45, 40}}

// stack makes a network of the architectures, each column on all before it, with random parameters
// everywhere.
func stack(t testing.TB, archs ...nn.Arch) *nn.Checkpoint {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, uint64(len(archs))))
	var below []*nn.Checkpoint
	for i, a := range archs {
		in := scaling
		if a.Pixels == [3]int{} {
			in = nn.InputScaling{}
		}
		n, err := nn.Stack(a, in, below...)
		if err != nil {
			t.Fatal(err)
		}
		theta := make([]float32, n.Parameters())
		n.Init(theta, rng, nn.DefaultInit())
		for i := range theta { // Init leaves biases and laterals into the output at zero or equal
			theta[i] += 0.05 * float32(rng.NormFloat64())
		}
		below = []*nn.Checkpoint{{Network: n, Theta: theta, Metadata: map[string]string{"about": fmt.Sprint("column ",
			i+1)}}}
	}
	return below[0]
}

var (
	feedforward = nn.Arch{Pixels: [3]int{28, 36, 3}, Conv1: 3, Conv2: 4, FC: 5, Choices: []int{2, 3}}
	recurrent   = nn.Arch{Pixels: [3]int{28, 36, 3}, Conv1: 4, Conv2: 2, FC: 6, LSTM: 3, Choices: []int{2, 3}}
	both        = nn.Arch{Pixels: [3]int{28, 36, 3}, Proprioception: 7, Encoder: 3, Conv1: 2, Conv2: 3, FC: 4, LSTM: 5,
		Choices: []int{2, 3}}
	jointsOnly = nn.Arch{Proprioception: 7, Encoder: 4, LSTM: 2, Choices: []int{2, 3}}
	still      = nn.Arch{Proprioception: 7, Encoder: 4, Choices: []int{2, 3}}
)

// TestForward: the model, read back and evaluated by other code in float64, gives what package nn
// gives, over a rollout with episodes that begin in its middle. The tolerance is that of package
// nn's own test against float64.
func TestForward(t *testing.T) {
	for name, archs := range map[string][]nn.Arch{
		"feedforward":                     {feedforward},
		"recurrent":                       {recurrent},
		"both senses":                     {both},
		"proprioception":                  {still},
		"recurrent on recurrent":          {recurrent, both},
		"feedforward on recurrent":        {both, feedforward},
		"recurrent on feedforward":        {feedforward, jointsOnly},
		"three columns":                   {recurrent, both, jointsOnly},
		"three columns, pixels last only": {jointsOnly, still, recurrent},
	} {
		t.Run(name, func(t *testing.T) { checkForward(t, stack(t, archs...)) })
	}
}

func checkForward(t *testing.T, c *nn.Checkpoint) {
	model, err := Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	p := parse(t, model)
	const steps, envs = 4, 3
	rng := rand.New(rand.NewPCG(5, 6))
	b := c.Network.NewBatch(steps, envs)
	columns := c.Network.Columns()
	// A state that must not matter: all episodes begin in the first step.
	state := map[string]array{}
	for _, k := range columns {
		for _, half := range []string{"h", "c"} {
			if n := k.Arch.LSTM; n > 0 {
				state[fmt.Sprintf("column%d.%s", k.Number, half)] = array{[]int{envs, n},
					slices.Repeat([]float64{math.NaN()}, envs*n)}
			}
		}
	}
	for step := range steps {
		first := array{shape: []int{envs}}
		pixels, proprioception := array{shape: []int{envs}}, array{shape: []int{envs}}
		shape, count := c.Network.Observation()
		pixels.shape, proprioception.shape = append(pixels.shape, shape[:]...), append(proprioception.shape, count)
		for e := range envs {
			b.First(step)[e] = step == 0 || step == 2 && e == 1
			flag := 0.0
			if b.First(step)[e] {
				flag = 1
			}
			first.data = append(first.data, flag)
			for i := range b.Pixels(step, e) {
				v := uint8(rng.IntN(256))
				b.Pixels(step, e)[i], pixels.data = v, append(pixels.data, float64(v))
			}
			for i := range b.Proprioception(step, e) {
				v := float32(rng.NormFloat64())
				b.Proprioception(step, e)[i], proprioception.data = v, append(proprioception.data, float64(v))
			}
		}
		c.Network.Forward(c.Theta, b, step, envs)

		given := map[string]array{}
		for _, in := range p.inputs {
			switch in.name {
			case "pixels":
				given[in.name] = pixels
			case "proprioception":
				given[in.name] = proprioception
			case "first":
				given[in.name] = first
			default:
				given[in.name] = state[in.name]
			}
			if !slices.Equal(in.shape, given[in.name].shape[1:]) {
				t.Fatalf("input %s has the shape %v, want %v", in.name, in.shape, given[in.name].shape[1:])
			}
		}
		got := p.run(t, given)
		outputs := got["logits1"]
		for _, name := range []string{"logits2", "value"} {
			outputs = concat([]array{outputs, got[name]})
		}
		compare(t, "output", b.Output(step), outputs.data)
		for _, k := range columns {
			if k.Arch.LSTM > 0 {
				h, cells := b.State(k.Number, step+1)
				name := fmt.Sprintf("column%d.", k.Number)
				compare(t, name+"h", h, got[name+"h.next"].data)
				compare(t, name+"c", cells, got[name+"c.next"].data)
				state[name+"h"], state[name+"c"] = got[name+"h.next"], got[name+"c.next"]
			}
		}
	}
}

func compare(t *testing.T, name string, got []float32, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: nn gives %d values, the model %d", name, len(got), len(want))
	}
	largest := 0.0
	for _, w := range want {
		largest = max(largest, math.Abs(w))
	}
	for i, w := range want {
		if !(math.Abs(float64(got[i])-w) <= 64*unit*largest) {
			t.Errorf("%s, element %d: nn gives %v, the model %v", name, i, got[i], w)
			return
		}
	}
}

// TestModel: what a runtime and a person read of the model besides its graph.
func TestModel(t *testing.T) {
	c := stack(t, recurrent, both)
	c.Metadata["contract"] = `{"action":"ä"}`
	model, err := Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	p := parse(t, model)
	if p.model.ints[1][0] != 7 || decode(t, p.model.text(8)).ints[2][0] != 13 || p.model.text(2) != "colonnade" {
		t.Errorf("file format, opset or producer is wrong: %v %q %q", p.model.ints, p.model.text(8), p.model.text(2))
	}
	metadata := map[string]string{}
	for _, entry := range p.model.bytes[14] {
		f := decode(t, entry)
		metadata[f.text(1)] = f.text(2)
	}
	if metadata["contract"] != c.Metadata["contract"] || !strings.Contains(metadata["architecture"],
		`"laterals_from":[1]`) ||
		!strings.Contains(metadata["frozen"], "column 1") || metadata["input_scaling"] == "" {
		t.Errorf("the metadata is %v", metadata)
	}
	var declared []string
	for _, v := range slices.Concat(p.inputs, p.outputs) {
		declared = append(declared, fmt.Sprintf("%s:%d%v", v.name, v.kind, v.shape))
		if v.doc == "" {
			t.Errorf("%s has no doc_string", v.name)
		}
	}
	const want = "pixels:2[28 36 3] proprioception:1[7] first:9[] column1.h:1[3] column1.c:1[3] column2.h:1[5] " +
		"column2.c:1[5] " +
		"logits1:1[2] logits2:1[3] value:1[1] column1.h.next:1[3] column1.c.next:1[3] column2.h.next:1[5] " +
		"column2.c.next:1[5]"
	if got := strings.Join(declared, " "); got != want {
		t.Errorf("inputs and outputs are\n%s\nwant\n%s", got, want)
	}
	file, err := c.File()
	if err != nil {
		t.Fatal(err)
	}
	for _, tensor := range file.Tensors {
		lstm := strings.Contains(tensor.Name, "lstm")
		unused := strings.HasPrefix(tensor.Name, "column1.output")
		if _, there := p.constants[tensor.Name]; there != (!lstm && !unused) {
			t.Errorf("tensor %s: as a constant of the model: %v", tensor.Name, there)
		}
	}
	again, err := Marshal(c)
	if err != nil || !bytes.Equal(model, again) {
		t.Errorf("the same checkpoint gives other bytes, or %v", err)
	}
}

// TestNotFinite: a broken policy is not exported.
func TestNotFinite(t *testing.T) {
	c := stack(t, still)
	c.Theta[3] = float32(math.Inf(1))
	if _, err := Marshal(c); err == nil || !strings.Contains(err.Error(), "column1.encoder.weight") {
		t.Errorf("got %v", err)
	}
}
