package interop

import (
	"encoding/json"
	"flag"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"colonnade/nn"
	"colonnade/nn/onnx"
	"colonnade/sim/reach"
)

var packages = flag.String("packages", "", "`folder` with the npm packages, made by packages.sh")

func need(t *testing.T) {
	t.Helper()
	if *packages == "" {
		t.Skip("needs -packages: run make test-interop")
	}
}

// policies are what others are given to play: recorded columns, and stacks of
// all kinds of columns on them. New columns have random parameters everywhere.
func policies(t *testing.T) map[string]*nn.Checkpoint {
	t.Helper()
	recorded := func(name string) *nn.Checkpoint {
		c, _, err := nn.LoadCheckpoint(filepath.Join("..", "pretrained", name+".safetensors"))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	rng := rand.New(rand.NewPCG(3, 4))
	on := func(c *nn.Checkpoint, change func(*nn.Arch)) *nn.Checkpoint {
		arch, scaling := nn.ReachArch(c.Network.Arch().LSTM > 0, false), c.Network.Scaling()
		if change != nil {
			change(&arch)
		}
		if arch.Pixels == [3]int{} {
			scaling = nn.InputScaling{}
		}
		n, err := nn.Stack(arch, scaling, c)
		if err != nil {
			t.Fatal(err)
		}
		theta := make([]float32, n.Parameters())
		n.Init(theta, rng, nn.DefaultInit())
		for i := range theta {
			theta[i] += 0.02 * float32(rng.NormFloat64())
		}
		return &nn.Checkpoint{Network: n, Theta: theta}
	}
	recurrent, feedforward := recorded("reach-recurrent-wide"), recorded("reach-feedforward-wide")
	second := on(recurrent, func(a *nn.Arch) { a.Proprioception, a.Encoder = 18, 16 })
	third := on(second, func(a *nn.Arch) {
		*a = nn.Arch{Proprioception: 18, Encoder: 16, LSTM: 16,
			Choices: a.Choices}
	})
	return map[string]*nn.Checkpoint{
		"feedforward": feedforward, "recurrent": recurrent,
		"feedforward-two-columns": on(feedforward, nil), "recurrent-two-columns": second,
		"recurrent-three-columns": third,
	}
}

// episode is what the other side is given: pixels and proprioception of all
// environments one after another.
type episode struct {
	Pixels         [3]int `json:"pixels"`
	Proprioception int    `json:"proprioception"`
	Factors        int    `json:"factors"`
	Steps          []step `json:"steps"`
}

type step struct {
	First          []bool    `json:"first"`
	Pixels         []byte    `json:"pixels"` // base64
	Proprioception []float32 `json:"proprioception"`
}

const (
	envs  = 2
	steps = 60 // more than an episode
)

// play lets a policy act greedily in two environments and returns what it saw
// and what our own forward pass gave: each step's outputs, one environment after
// the other.
func play(t *testing.T, c *nn.Checkpoint) (seen episode, outputs [][]float32) {
	t.Helper()
	seen.Pixels, seen.Proprioception = c.Network.Observation()
	choices := c.Network.Arch().Choices
	seen.Factors = len(choices)
	b := c.Network.NewBatch(1, envs)
	var places [envs]*reach.Env
	begin := func(e int, seed uint64) {
		b.First(0)[e] = true
		if err := places[e].Reset(seed, b.Pixels(0, e), b.Proprioception(0, e)); err != nil {
			t.Fatal(err)
		}
	}
	for e := range envs {
		env, err := reach.New(reach.Options{})
		if err != nil {
			t.Fatal(err)
		}
		places[e] = env
		begin(e, uint64(e))
	}
	action := make([]int, len(choices))
	for at := range steps {
		s := step{Proprioception: []float32{}}
		for e := range envs {
			s.First = append(s.First, b.First(0)[e])
			s.Pixels = append(s.Pixels, b.Pixels(0, e)...)
			s.Proprioception = append(s.Proprioception, b.Proprioception(0, e)...)
		}
		seen.Steps = append(seen.Steps, s)
		c.Network.Forward(c.Theta, b, 0, envs)
		outputs = append(outputs, append([]float32(nil), b.Output(0)...))
		b.Carry(1)
		for e := range envs {
			logits := b.Output(0)[e*c.Network.Arch().Outputs():]
			for f, n := range choices {
				action[f] = 0
				for i := range n {
					if logits[i] > logits[action[f]] {
						action[f] = i
					}
				}
				logits = logits[n:]
			}
			b.First(0)[e] = false
			_, terminated, truncated, err := places[e].Step(action, b.Pixels(0, e), b.Proprioception(0, e))
			if err != nil {
				t.Fatal(err)
			}
			if terminated || truncated {
				begin(e, uint64(1000*e+at+100))
			}
		}
	}
	return seen, outputs
}

// python is Debian's, to which its packages belong: another one may come first
// in the path.
const python = "/usr/bin/python3"

// unit is half the distance between 1 and the next float32; tolerance is in
// units of the largest output of a step, as in package nn's own comparison with
// PyTorch. Measured: at most 20.
const (
	unit      = 1.0 / (1 << 24)
	tolerance = 64
)

// TestPolicies: ONNX's own checker finds nothing wrong with a model, types and shapes of all its
// values included; and onnxruntime, which computes in float32, and PyTorch, in float64, give the
// outputs of our own forward pass in every step of more than an episode. Differences are counted in
// units of rounding of the step's largest output; the LSTM hands them on from step to step.
func TestPolicies(t *testing.T) {
	need(t)
	for name, c := range policies(t) {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			file := func(name string) string { return filepath.Join(dir, name) }
			seen, ours := play(t, c)
			text, err := json.Marshal(seen)
			if err != nil {
				t.Fatal(err)
			}
			model, err := onnx.Marshal(c)
			if err != nil {
				t.Fatal(err)
			}
			for name, content := range map[string][]byte{"episode.json": text, "policy.onnx": model} {
				if err := os.WriteFile(file(name), content, 0o666); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := nn.SaveCheckpoint(file("policy.safetensors"), c); err != nil {
				t.Fatal(err)
			}
			other(t, python, "-c", "import onnx, sys; onnx.checker.check_model(onnx.load(sys.argv[1]), "+
				"full_check=True)", file("policy.onnx"))
			other(t, "node", "testdata/onnx.mjs", *packages, file("policy.onnx"), file("episode.json"),
				file("onnx.json"))
			compare(t, "onnxruntime", ours, file("onnx.json"))
			other(t, python, "testdata/torch_policy.py", file("policy.safetensors"), file("episode.json"),
				file("torch.json"))
			compare(t, "PyTorch", ours, file("torch.json"))
		})
	}
}

// other runs a program of the other side and returns what it prints.
func other(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return out
}

// compare holds outputs of the other side against ours.
func compare(t *testing.T, name string, ours [][]float32, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var theirs [][]float64
	if err := json.Unmarshal(text, &theirs); err != nil || len(theirs) != len(ours) {
		t.Fatalf("%s: %d steps, want %d: %v", name, len(theirs), len(ours), err)
	}
	worst := 0.0
	for at, want := range ours {
		if len(theirs[at]) != len(want) {
			t.Fatalf("%s, step %d: %d outputs, want %d", name, at, len(theirs[at]), len(want))
		}
		largest := 0.0
		for _, w := range want {
			largest = math.Max(largest, math.Abs(float64(w)))
		}
		for i, w := range want {
			difference := math.Abs(theirs[at][i]-float64(w)) / (unit * largest)
			if !(difference <= tolerance) {
				t.Fatalf("%s, step %d, output %d: %v, ours is %v", name, at, i, theirs[at][i], w)
			}
			worst = math.Max(worst, difference)
		}
	}
	t.Logf("%s: within %.0f units of rounding (%.1e) of the largest output", name, worst, worst*unit)
}
