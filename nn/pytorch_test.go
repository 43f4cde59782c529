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

// observed is a rollout as observations.json holds it; one row for each environment.
type observed struct {
	H     [][]float32    `json:"h"`
	C     [][]float32    `json:"c"`
	Steps []observedStep `json:"steps"`
}

type observedStep struct {
	First          []bool      `json:"first"`
	Pixels         [][]int     `json:"pixels"`
	Proprioception [][]float32 `json:"proprioception"`
	LossByOutput   [][]float32 `json:"loss_by_output"`
}

// TestPyTorch loads a checkpoint that PyTorch was given too, and compares all outputs of a rollout and the gradient of
// every parameter with what PyTorch computed. Tolerances as in TestForward and TestGradient.
func TestPyTorch(t *testing.T) {
	const dir = "testdata/pytorch"
	if *update {
		writePyTorchInput(t, dir)
		t.Skip("wrote the inputs; now run expect.py")
	}
	c, _, err := LoadCheckpoint(filepath.Join(dir, "network.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	var seen observed
	var want struct {
		Outputs   [][][]float64        `json:"outputs"`
		Gradients map[string][]float64 `json:"gradients"`
	}
	readJSON(t, filepath.Join(dir, "observations.json"), &seen)
	readJSON(t, filepath.Join(dir, "expected.json"), &want)

	n, envs, steps := c.Network, len(seen.H), len(seen.Steps)
	b := n.NewBatch(steps, envs)
	h, state := b.State(1, 0)
	for e := range envs {
		copy(rows(h, e, 1, len(seen.H[e])), seen.H[e])
		copy(rows(state, e, 1, len(seen.C[e])), seen.C[e])
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

// writePyTorchInput makes a random network and a rollout of four steps of two environments.
func writePyTorchInput(t *testing.T, dir string) {
	rng := rand.New(rand.NewPCG(19, 20))
	n, theta := testNetwork(t, small()["both recurrent"], rng)
	if _, err := SaveCheckpoint(filepath.Join(dir, "network.safetensors"), &Checkpoint{Network: n, Theta: theta}); err != nil {
		t.Fatal(err)
	}
	normal := func(k int) []float32 {
		v := make([]float32, k)
		for i := range v {
			v[i] = float32(rng.NormFloat64())
		}
		return v
	}
	a := n.Arch()
	seen := observed{H: [][]float32{normal(a.LSTM), normal(a.LSTM)}, C: [][]float32{normal(a.LSTM), normal(a.LSTM)}}
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
		err = os.WriteFile(filepath.Join(dir, "observations.json"), append(text, '\n'), 0o666)
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
