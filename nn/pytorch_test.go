package nn

import (
	"encoding/json"
	"flag"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the inputs of golden files anew; then run testdata/pytorch/expect.py")

// observed is a rollout as the observations' file holds it; one row for each environment.
type observed struct {
	States []observedState `json:"states"` // one for each column
	Steps  []observedStep  `json:"steps"`
}

type observedState struct {
	H [][]float32 `json:"h"`
	C [][]float32 `json:"c"`
}

type observedStep struct {
	First          []bool      `json:"first"`
	Pixels         [][]int     `json:"pixels"`
	Proprioception [][]float32 `json:"proprioception"`
	LossByOutput   [][]float32 `json:"loss_by_output"`
}

// pyTorchNetworks are the networks that PyTorch was given too: all columns see pixels and
// proprioception and have an LSTM.
var pyTorchNetworks = map[string]func(testing.TB, *rand.Rand) *Checkpoint{
	"one-column": func(t testing.TB, rng *rand.Rand) *Checkpoint {
		return testStack(t, small()["both recurrent"], rng)
	},
	"two-columns": func(t testing.TB, rng *rand.Rand) *Checkpoint {
		top := small()["both recurrent"]
		top.Conv1, top.Conv2, top.FC, top.Encoder, top.LSTM = 3, 2, 4, 3, 2
		return tower(t, rng, small()["both recurrent"], top)
	},
}

// TestPyTorch loads checkpoints that PyTorch was given too, and compares all outputs of a rollout
// and the gradient of every trained parameter with what PyTorch computed. Tolerances as in
// TestForward and TestGradient.
func TestPyTorch(t *testing.T) {
	for name, make := range pyTorchNetworks {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join("testdata", "pytorch", name)
			if *update {
				writePyTorchInput(t, path, make(t, rand.New(rand.NewPCG(19, 20))))
				t.Skip("wrote the inputs; now run expect.py")
			}
			checkPyTorch(t, path)
		})
	}
}

func checkPyTorch(t *testing.T, path string) {
	c, _, err := LoadCheckpoint(path + ".safetensors")
	if err != nil {
		t.Fatal(err)
	}
	var seen observed
	var want struct {
		Outputs   [][][]float64        `json:"outputs"`
		Gradients map[string][]float64 `json:"gradients"`
	}
	readJSON(t, path+".observations.json", &seen)
	readJSON(t, path+".expected.json", &want)

	n, envs, steps := c.Network, len(seen.States[0].H), len(seen.Steps)
	b := n.NewBatch(steps, envs)
	for k, s := range seen.States {
		h, c := b.State(k+1, 0)
		for e := range envs {
			copy(rows(h, e, 1, len(s.H[e])), s.H[e])
			copy(rows(c, e, 1, len(s.C[e])), s.C[e])
		}
	}
	outputs := n.Arch().Outputs()
	for step, s := range seen.Steps {
		copy(b.First(step), s.First)
		for e := range envs {
			for i, p := range s.Pixels[e] {
				b.Pixels(step, e)[i] = uint8(p)
			}
			copy(b.Proprioception(step, e), s.Proprioception[e])
			copy(rows(b.DOutput(step), e, 1, outputs), s.LossByOutput[e])
		}
		n.Forward(c.Theta, b, step, envs)
		for e := range envs {
			compare(t, "output", rows(b.Output(step), e, 1, outputs), want.Outputs[step][e], 64*unit)
		}
	}
	grad := make([]float32, n.Parameters())
	n.Backward(c.Theta, grad, b, steps)
	for _, tensor := range n.Tensors() {
		got := make([]float32, tensor.Length)
		tensor.export(got, tensor.View(grad))
		compare(t, tensor.Name, got, want.Gradients[tensor.Name], 128*unit)
	}
}

func compare(t *testing.T, name string, got []float32, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d elements, PyTorch has %d", name, len(got), len(want))
	}
	largest := 0.0
	for _, w := range want {
		largest = max(largest, math.Abs(w))
	}
	for i, w := range want {
		if !(math.Abs(float64(got[i])-w) <= tolerance*largest) {
			t.Errorf("%s, element %d: %v, PyTorch has %v", name, i, got[i], w)
			return
		}
	}
}

// writePyTorchInput saves a network and makes a rollout of four steps of two environments.
func writePyTorchInput(t *testing.T, path string, c *Checkpoint) {
	rng := rand.New(rand.NewPCG(21, 22))
	if _, err := SaveCheckpoint(path+".safetensors", c); err != nil {
		t.Fatal(err)
	}
	normal := func(k int) []float32 {
		v := make([]float32, k)
		for i := range v {
			v[i] = float32(rng.NormFloat64())
		}
		return v
	}
	var seen observed
	for _, k := range c.Network.Columns() {
		n := k.Arch.LSTM
		seen.States = append(seen.States, observedState{H: [][]float32{normal(n), normal(n)},
			C: [][]float32{normal(n), normal(n)}})
	}
	a := c.Network.Arch()
	for step := range 4 {
		s := observedStep{First: []bool{step == 2, false}}
		for range 2 {
			pixels := make([]int, a.Pixels[0]*a.Pixels[1]*a.Pixels[2])
			for i := range pixels {
				pixels[i] = rng.IntN(256)
			}
			s.Pixels = append(s.Pixels, pixels)
			s.Proprioception = append(s.Proprioception, normal(a.Proprioception))
			s.LossByOutput = append(s.LossByOutput, normal(a.Outputs()))
		}
		seen.Steps = append(seen.Steps, s)
	}
	text, err := json.Marshal(seen)
	if err == nil {
		err = os.WriteFile(path+".observations.json", append(text, '\n'), 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func readJSON(t *testing.T, path string, v any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, v)
	}
	if err != nil {
		t.Fatal(err)
	}
}
