package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"colonnade/a3c/probe"
)

// TestEfficiency makes tiny runs of both loops; a second call draws the same bytes without training
// again.
func TestEfficiency(t *testing.T) {
	out := t.TempDir()
	args := []string{"-out", out, "-seeds", "2", "-steps", "1600", "-metrics-every", "400", "-net", "feedforward",
		"-width", "narrow", "-workers", "1"}
	var first, second bytes.Buffer
	if err := run(context.Background(), args, &first, new(bytes.Buffer)); err != nil {
		t.Fatal(err)
	}
	var result struct{ Loops []summary }
	if err := json.Unmarshal(first.Bytes(), &result); err != nil || len(result.Loops) != 2 ||
		result.Loops[0].Seeds != 2 {
		t.Fatalf("%s: %v", &first, err)
	}
	files := map[string][]byte{}
	for _, name := range []string{"fast-1.jsonl", "fast-2.jsonl", "plain-1.jsonl", "plain-2.jsonl", "curves.svg",
		"curves.png", "curves.csv"} {
		data, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = data
	}
	if err := run(context.Background(), args, &second, new(bytes.Buffer)); err != nil {
		t.Fatal(err)
	}
	err := run(context.Background(), append(args, "-learning-rate", "1e-4"), new(bytes.Buffer), new(bytes.Buffer))
	if err == nil || !strings.Contains(err.Error(), "-learning-rate") {
		t.Errorf("other settings in the same folder: %v", err)
	}
	if first.String() != second.String() {
		t.Errorf("first %s, then %s", &first, &second)
	}
	for name, data := range files {
		if again, err := os.ReadFile(filepath.Join(out, name)); err != nil || !bytes.Equal(again, data) {
			t.Errorf("%s changed: %v", name, err)
		}
	}
}

// TestUntil: a run that ends early is the beginning of the whole one, learning rate and all.
func TestUntil(t *testing.T) {
	whole, part := t.TempDir(), t.TempDir()
	for _, extra := range [][]string{{"-out", whole}, {"-out", part, "-until", "3200"}} {
		args := append(extra, "-seeds", "1", "-steps", "6400", "-metrics-every", "800", "-net", "feedforward", "-width",
			"narrow", "-workers", "1", "-learning-rate", "3e-3")
		if err := run(context.Background(), args, new(bytes.Buffer), new(bytes.Buffer)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"fast-1.jsonl", "plain-1.jsonl"} {
		all, err := os.ReadFile(filepath.Join(whole, name))
		if err != nil {
			t.Fatal(err)
		}
		begun, err := os.ReadFile(filepath.Join(part, name))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.SplitAfter(string(all), "\n")
		if want := strings.Join(lines[:4], ""); len(lines) < 9 || string(begun) != want {
			t.Errorf("%s: -until 3200 gave\n%swant\n%s", name, begun, want)
		}
	}
}

// TestProbe: both loops solve a probe, two workers each.
func TestProbe(t *testing.T) {
	for name, optimum := range map[string]float64{"memory": probe.NewMemory(4).Optimum(),
		"spot": probe.NewSpot().Optimum()} {
		args := []string{"-out", t.TempDir(), "-seeds", "1", "-probe", name, "-steps", "80000", "-learning-rate",
			"1e-3", "-workers", "2", "-rollout", "10"}
		var stdout bytes.Buffer
		if err := run(context.Background(), args, &stdout, new(bytes.Buffer)); err != nil {
			t.Fatal(err)
		}
		var result struct{ Loops []summary }
		if err := json.Unmarshal(stdout.Bytes(), &result); err != nil {
			t.Fatal(err)
		}
		for _, l := range result.Loops {
			if l.Score < 0.9*optimum {
				t.Errorf("%s, %s loop: score %.2f, the optimum is %.2f", name, l.Loop, l.Score, optimum)
			}
		}
	}
}

func TestUsage(t *testing.T) {
	for _, test := range []struct{ args, want string }{
		{"", "-out FOLDER is needed"},
		{"-out x -seeds 0", "-seeds is 0"},
		{"-out x -workers 0", "workers is 0"},
		{"-out x -steps 100 -until 101", "-until is 101"},
	} {
		err := run(context.Background(), strings.Fields(test.args), new(bytes.Buffer), new(bytes.Buffer))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: got %v, want %q", test.args, err, test.want)
		}
	}
}
