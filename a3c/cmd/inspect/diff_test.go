package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"colonnade/a3c/cli"
)

// runFolder writes a run folder as train leaves it.
func runFolder(t *testing.T, config, info, metrics string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"config.toml": config, "run.json": info, "metrics.jsonl": metrics} {
		if text == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const (
	configA = "net = \"recurrent\"\nseed = 1\nlearning-rate = 0.0003\n"
	infoA   = `{"revision": "aaa", "kernels": "avx2", "world": "w", "cores": 2}`
)

// find returns a difference by its name.
func find(t *testing.T, all []difference, name string) difference {
	t.Helper()
	for _, d := range all {
		if d.Name == name {
			return d
		}
	}
	t.Fatalf("no difference in %s: %v", name, all)
	return difference{}
}

func TestDiff(t *testing.T) {
	// The last tenth of the first run is its last two windows: 3 and 1 episodes.
	metrics := `{"steps":850,"window_episodes":9,"score":1}
{"steps":950,"window_episodes":3,"score":20,"reached":1}
{"steps":1000,"updates":10,"episodes":13,"seconds":4,"window_episodes":1,"score":40,"violations":1}
`
	a := runFolder(t, configA, infoA, metrics)
	b := runFolder(t, "net = \"recurrent\"\nseed = 2\nlearning-rate = 0.0003\nlambda = 0.9\n",
		`{"revision": "bbb", "kernels": "avx2", "world": "w", "cores": 2}`, "")
	var d diff
	if err := json.Unmarshal([]byte(inspect(t, "-json", "-diff", a, b)), &d); err != nil {
		t.Fatal(err)
	}
	if len(d.Settings) != 2 || len(d.Made) != 1 || d.Runs != [2]string{a, b} {
		t.Fatalf("%+v", d)
	}
	if seed := find(t, d.Settings, "seed"); seed.A != 1.0 || seed.B != 2.0 {
		t.Errorf("%+v", seed)
	}
	if lambda := find(t, d.Settings, "lambda"); lambda.A != nil || lambda.B != 0.9 {
		t.Errorf("%+v", lambda)
	}
	if revision := find(t, d.Made, "revision"); revision.A != "aaa" || revision.B != "bbb" {
		t.Errorf("%+v", revision)
	}
	for name, want := range map[string]float64{"steps": 1000, "steps_per_second": 250, "training_score": 25,
		"training_reached": 0.75, "training_violations": 0.25} {
		if r := find(t, d.Results, name); math.Abs(r.A.(float64)-want) > 1e-12 || r.B != nil {
			t.Errorf("%+v, want %g", r, want)
		}
	}
	text := inspect(t, "-diff", a, b)
	for _, want := range []string{"settings that differ", "learning", "lambda", "bbb", "training_score"} {
		if strings.Contains(text, want) == (want == "learning") {
			t.Errorf("%q:\n%s", want, text)
		}
	}
	same := inspect(t, "-diff", a, a)
	if !strings.Contains(same, "all settings are the same") || !strings.Contains(same, "same revision") ||
		!strings.Contains(same, "1000") {
		t.Errorf("with itself:\n%s", same)
	}
	if text := inspect(t, "-diff", b, b); !strings.Contains(text, "neither run has results") {
		t.Errorf("without results:\n%s", text)
	}
}

// TestDiffReadsARunThatGoesOn: a folder that another process holds, its log cut in the middle of a
// line.
func TestDiffReadsARunThatGoesOn(t *testing.T) {
	a := runFolder(t, configA, infoA, "{\"steps\":500,\"window_episodes\":9,\"score\":1}\n{\"steps\":95")
	if text := inspect(t, "-diff", a, a); !strings.Contains(text, "500") || strings.Contains(text, "95\n") {
		t.Errorf("%s", text)
	}
}

func TestDiffErrors(t *testing.T) {
	good := runFolder(t, configA, infoA, "")
	for _, c := range []struct {
		args  []string
		usage bool
		want  string
	}{
		{[]string{"-diff", good}, true, "which other run"},
		{[]string{good}, true, "unexpected argument"},
		{[]string{"-diff", good, good, good}, true, "unexpected argument"},
		{[]string{"-sensitivity", "-diff", good, good}, true, "-diff compares run folders"},
		{[]string{"-diff", good, t.TempDir()}, false, "holds no run"},
		{[]string{"-diff", runFolder(t, "net = [1", infoA, ""), good}, false, "run folder"},
		{[]string{"-diff", runFolder(t, configA, "{", ""), good}, false, "run.json is damaged"},
		{[]string{"-diff", runFolder(t, configA, "", ""), good}, false, "has no run.json"},
		{[]string{"-diff", runFolder(t, configA, infoA, "x\n"), good}, false, "line 1"},
	} {
		var stdout bytes.Buffer
		err := run(context.Background(), c.args, &stdout, io.Discard)
		var usage *cli.UsageError
		if err == nil || errors.As(err, &usage) != c.usage || !strings.Contains(err.Error(), c.want) ||
			stdout.Len() > 0 {
			t.Errorf("%v: %v, want an error with %q (usage error: %v)", c.args, err, c.want, c.usage)
		}
	}
}
