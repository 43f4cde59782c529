package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"colonnade/a3c"
	"colonnade/a3c/cli"
	"colonnade/a3c/cmd/cmdtest"
	"colonnade/a3c/training"
	"colonnade/nn"
	"colonnade/nn/safetensors"
)

// column writes the checkpoint of an untrained narrow column and returns its path.
func column(t *testing.T, recurrent bool, metadata map[string]string) string {
	t.Helper()
	return cmdtest.Column(t, nn.ReachArch(recurrent, false), 1, metadata)
}

// small is a short transfer.
func small(out string, more ...string) []string {
	return append([]string{"-out", out, "-domain", "sim", "-steps", "600", "-metrics-every", "100", "-checkpoint-every",
		"200", "-episodes", "3"}, more...)
}

func transferTo(args ...string) (result, string, error) {
	var stdout, stderr bytes.Buffer
	err := run(context.Background(), args, &stdout, &stderr)
	var r result
	if err == nil {
		err = json.Unmarshal(stdout.Bytes(), &r)
	}
	return r, stderr.String(), err
}

// tensors reads the tensors of a checkpoint by name.
func tensors(t *testing.T, path string) map[string][]byte {
	t.Helper()
	file, _, err := safetensors.Read(training.CheckpointPath(path), nil)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, tensor := range file.Tensors {
		all[tensor.Name] = tensor.Data
	}
	return all
}

// TestMethods: each method trains what it says and leaves alone what it does not.
func TestMethods(t *testing.T) {
	from := column(t, true, nil)
	before := tensors(t, from)
	for _, test := range []struct {
		method  string
		from    bool
		columns int
		trained func(name string) bool // of the tensors that the old column has as well
	}{
		{"progressive", true, 2, func(string) bool { return false }},
		{"finetune", true, 1, func(string) bool { return true }},
		{"finetune-last", true, 1, func(name string) bool { return strings.Contains(name, ".output.") }},
		{"scratch", false, 1, func(string) bool { return true }},
		{"scratch-wide", false, 1, func(string) bool { return true }},
	} {
		t.Run(test.method, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "run")
			args := small(out, "-method", test.method)
			if test.from {
				args = append(args, "-from", from)
			}
			r, _, err := transferTo(args...)
			if err != nil {
				t.Fatal(err)
			}
			if r.Method != test.method || r.Environments != 1 || r.Steps != 600 || r.Episodes != 3 {
				t.Errorf("%+v", r)
			}
			after := tensors(t, out)
			for name, was := range before {
				if changed := !bytes.Equal(after[name], was); changed != test.trained(name) {
					t.Errorf("%s: changed %t, want %t", name, changed, test.trained(name))
				}
			}
			c, _, err := nn.LoadCheckpoint(training.CheckpointPath(out))
			if err != nil {
				t.Fatal(err)
			}
			if n := len(c.Network.Columns()); n != test.columns {
				t.Errorf("%d columns, want %d", n, test.columns)
			}
			if wide := c.Network.Arch().LSTM > 16; wide != (test.method == "scratch-wide") {
				t.Errorf("the trained column is %v", c.Network.Arch())
			}
			rows, err := training.ReadMetrics[a3c.Metrics](filepath.Join(out, training.MetricsFile))
			if err != nil || len(rows) != 6 {
				t.Fatalf("%d rows of metrics, %v", len(rows), err)
			}
			episodes := 0
			for _, row := range rows {
				episodes += len(row.Scores)
			}
			if int64(episodes) != rows[5].Episodes || episodes == 0 {
				t.Errorf("%d scores of %d episodes are kept", episodes, rows[5].Episodes)
			}
		})
	}
}

// TestThirdColumn: a progressive network is itself something to start from, and two columns may
// stand side by side.
func TestThirdColumn(t *testing.T) {
	first, other := column(t, true, nil), column(t, true, nil)
	second, third, joint := filepath.Join(t.TempDir(), "2"), filepath.Join(t.TempDir(), "3"), filepath.Join(t.TempDir(),
		"joint")
	if _, _, err := transferTo(small(second, "-from", first, "-inputs", "pixels,proprioception")...); err != nil {
		t.Fatal(err)
	}
	if _, _, err := transferTo(small(third, "-from", second, "-inputs", "proprioception", "-task",
		"conveyor")...); err != nil {
		t.Fatal(err)
	}
	if _, _, err := transferTo(small(joint, "-from", first, "-from", other)...); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{second: 2, third: 3, joint: 3} {
		c, _, err := nn.LoadCheckpoint(training.CheckpointPath(path))
		if err != nil {
			t.Fatal(err)
		}
		if n := len(c.Network.Columns()); n != want {
			t.Errorf("%d columns, want %d", n, want)
		}
	}
	below := tensors(t, second)
	for name, is := range tensors(t, third) {
		if was, ok := below[name]; ok && !bytes.Equal(is, was) {
			t.Errorf("%s changed although it is frozen", name)
		}
	}
}

// TestResume: stopped and resumed, a transfer ends with the bits of one that was left alone, and
// stays what it is.
func TestResume(t *testing.T) {
	from := column(t, true, nil)
	whole, broken := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "broken")
	settings := []string{"-from", from, "-deterministic", "-workers", "2"}
	if _, _, err := transferTo(small(whole, settings...)...); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var stdout bytes.Buffer
	if err := run(ctx, small(broken, settings...), &stdout, writer(func(text string) {
		if strings.Contains(text, "parameters") { // the line before the first step
			cancel()
		}
	})); err != nil || !strings.Contains(stdout.String(), `"interrupted":true`) {
		t.Fatalf("%v: %s", err, &stdout)
	}
	if _, _, err := transferTo("-out", broken, "-resume", "-method", "finetune"); err == nil ||
		!strings.Contains(err.Error(), "finetune") || !strings.Contains(err.Error(), "progressive") {
		t.Errorf("resumed with another method: %v", err)
	}
	r, _, err := transferTo("-out", broken, "-resume")
	if err != nil || r.Method != "progressive" || r.Environments != 2 {
		t.Fatalf("%+v, %v", r, err)
	}
	a, b := tensors(t, whole), tensors(t, broken)
	for name := range a {
		if !bytes.Equal(a[name], b[name]) {
			t.Errorf("%s differs", name)
		}
	}
}

// TestBadColumns: what a transfer cannot start from is refused with both sides named, before
// anything is trained.
func TestBadColumns(t *testing.T) {
	seeing := func(change func(*nn.Arch)) string { // a column that sees or does something else
		arch := nn.ReachArch(true, false)
		change(&arch)
		return cmdtest.Column(t, arch, 1, nil)
	}
	pictures := seeing(func(a *nn.Arch) { a.Pixels = [3]int{48, 48, 3} })
	senses := seeing(func(a *nn.Arch) { a.Proprioception, a.Encoder = 12, 16 })
	factors := seeing(func(a *nn.Arch) { a.Choices = []int{3, 3, 3, 3, 3, 3, 5} })

	stack := filepath.Join(t.TempDir(), "stack")
	if _, _, err := transferTo(append(small(stack), "-from", column(t, true, nil))...); err != nil {
		t.Fatal(err)
	}
	file, _, err := safetensors.Read(training.CheckpointPath(stack), nil)
	if err != nil {
		t.Fatal(err)
	}
	file.Tensors = slices.DeleteFunc(file.Tensors,
		func(t safetensors.Tensor) bool { return strings.HasPrefix(t.Name, "column1.") })
	headless := filepath.Join(t.TempDir(), "headless.safetensors")
	if _, err := safetensors.Write(headless, file); err != nil {
		t.Fatal(err)
	}

	for name, test := range map[string]struct {
		args string
		want []string
	}{
		"another contract": {"-from " +
			column(t, true, map[string]string{training.ContractKey: "84x84 grey"}), []string{"column1.safetensors",
			"84x84 grey", "64x64 RGB"}},
		"other pictures below": {"-from " + pictures,
			[]string{"column1.safetensors", "64x64x3", "48x48x3"}},
		"other pictures, finetune": {"-method finetune -from " + pictures, []string{"64x64x3", "48x48x3"}},
		"other senses below": {"-inputs pixels,proprioception -from " + senses,
			[]string{"18 proprioceptive values", "column 1 12"}},
		"senses that the world lacks": {"-from " + senses, []string{"18 proprioceptive values", "wants 12"}},
		"another action":              {"-from " + factors, []string{"[3 3 3 3 3 3 3 3 3]", "[3 3 3 3 3 3 5]"}},
		"another action, finetune":    {"-method finetune -from " + factors, []string{"9 factors", "7"}},
		"a missing earlier column": {"-from " + headless,
			[]string{"headless.safetensors", "column1.", "2 columns"}},
		"a run folder without checkpoints": {"-from " + t.TempDir(), []string{"latest.safetensors"}},
	} {
		out := filepath.Join(t.TempDir(), "run")
		_, _, err := transferTo(append(small(out), strings.Fields(test.args)...)...)
		for _, want := range test.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %v, want %q", name, err, want)
			}
		}
		if _, err := os.Stat(training.ConfigPath(out)); err == nil {
			t.Errorf("%s: a run was begun", name)
		}
	}
}

type writer func(text string)

func (w writer) Write(p []byte) (int, error) { w(string(p)); return len(p), nil }

// TestDefaultsFromTheCheckpoint: kind of network and scale of rewards are those of the column to
// start from.
func TestDefaultsFromTheCheckpoint(t *testing.T) {
	from := column(t, false, map[string]string{training.RewardScaleKey: "0.25"})
	out := filepath.Join(t.TempDir(), "run")
	if _, _, err := transferTo(small(out, "-from", from)...); err != nil {
		t.Fatal(err)
	}
	c, _, err := nn.LoadCheckpoint(training.CheckpointPath(out))
	if err != nil {
		t.Fatal(err)
	}
	if c.Network.Arch().LSTM != 0 || c.Metadata[training.RewardScaleKey] != "0.25" {
		t.Errorf("%v with reward scale %s", c.Network.Arch(), c.Metadata[training.RewardScaleKey])
	}
	_, _, err = transferTo(small(filepath.Join(t.TempDir(), "run"), "-from", from, "-reward-scale", "1")...)
	if err == nil || !strings.Contains(err.Error(), "are learnt with 0.25") {
		t.Errorf("another reward scale: %v", err)
	}
	silent := column(t, false, map[string]string{})
	if _, _, err = transferTo(small(filepath.Join(t.TempDir(), "run"), "-from", silent)...); err == nil ||
		!strings.Contains(err.Error(), "give it with -reward-scale") {
		t.Errorf("no reward scale: %v", err)
	}
	if _, _, err = transferTo(small(filepath.Join(t.TempDir(), "run"), "-from", silent, "-reward-scale",
		"0.5")...); err != nil {
		t.Errorf("a reward scale for a checkpoint that says none: %v", err)
	}
}

func TestUsage(t *testing.T) {
	from := column(t, true, nil)
	for _, test := range []struct{ args, want string }{
		{"", "-out FOLDER is needed"},
		{"-out x", "needs -from"},
		{"-out x -method finetune", "needs -from"},
		{"-out x -method scratch -from FROM", "it starts from nothing"},
		{"-out x -method finetune -from FROM -from OTHER", "starts from one checkpoint, not from 2"},
		{"-out x -method finetune -from FROM -net feedforward", "the network is the checkpoint's"},
		{"-out x -method scratch -width wide", "-width with -method scratch"},
		{"-out x -method scratch-wide -width wide", "-width with -method scratch"},
		{"-out x -from FROM -episodes 0", "-episodes is 0"},
		{"-out x -from FROM -workers 0", "workers is 0"},
		{"-out x -from FROM -domain robt", "robot"},
		{"-out x -resume", "leave -resume off to begin there"},
	} {
		_, _, err := transferTo(strings.Fields(strings.ReplaceAll(test.args, "FROM", from))...)
		var usage *cli.UsageError
		if !errors.As(err, &usage) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: got %v, want %q", test.args, err, test.want)
		}
	}
	if _, _, err := transferTo("-out", "x", "-from", "nowhere.safetensors"); err == nil ||
		!strings.Contains(err.Error(), "nowhere.safetensors") {
		t.Errorf("a missing checkpoint: %v", err)
	}
}

// TestGolden: flags, their defaults and the configuration file stay what they are.
func TestGolden(t *testing.T) { cmdtest.Golden(t, run) }

// TestFinetuneLives: a column that goes on learning in another world keeps its policy; with the
// epsilon of a first column, as the paper's figures have it, it is lost within the same steps.
// Under the race detector, whose kernels are the portable ones, 8,000 steps would take minutes:
// make test has it.
func TestFinetuneLives(t *testing.T) {
	if testing.Short() {
		t.Skip("takes minutes with the race detector")
	}
	scored := func(more ...string) float64 {
		r, _, err := transferTo(append([]string{"-method", "finetune", "-from",
			"../../../bench/pretrained/reach-recurrent-wide.safetensors",
			"-domain", "transfer-search", "-learning-rate", "0.0015", "-entropy-cost", "1e-3", "-steps", "4000",
			"-episodes", "40", "-out", filepath.Join(t.TempDir(), "run")}, more...)...)
		if err != nil {
			t.Fatal(err)
		}
		return r.Score
	}
	if kept, lost := scored(), scored("-epsilon", "1e-5"); kept < 20 || lost > 5 {
		t.Errorf("scores of %.1f, want over 20, and %.1f with the usual epsilon, want under 5", kept, lost)
	}
}
