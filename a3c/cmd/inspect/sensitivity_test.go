package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"colonnade/a3c/cli"
	"colonnade/a3c/sensitivity"
	"colonnade/nn"
)

// stacked writes a narrow column on top of another, neither trained, and returns both files.
func stacked(t *testing.T) (below, above string) {
	t.Helper()
	scaling := nn.InputScaling{Mean: []float32{140, 140, 140}, Scale: []float32{30, 30, 30}}
	first, err := nn.New(nn.ReachArch(true, false), scaling)
	if err != nil {
		t.Fatal(err)
	}
	save := func(name string, net *nn.Network) (string, *nn.Checkpoint) {
		c := &nn.Checkpoint{Network: net, Theta: make([]float32, net.Parameters())}
		net.Init(c.Theta, rand.New(rand.NewPCG(1, 1)), nn.DefaultInit())
		path := filepath.Join(t.TempDir(), name)
		if _, err := nn.SaveCheckpoint(path, c); err != nil {
			t.Fatal(err)
		}
		return path, c
	}
	below, c := save("below.safetensors", first)
	second, err := nn.Stack(nn.ReachArch(true, false), scaling, c)
	if err != nil {
		t.Fatal(err)
	}
	above, _ = save("above.safetensors", second)
	return below, above
}

// TestSensitivity: table, JSON and chart name every lateral; the seed decides all numbers, workers
// none.
func TestSensitivity(t *testing.T) {
	_, path := stacked(t)
	picture := filepath.Join(t.TempDir(), "s.svg")
	reports := map[string]*sensitivity.Report{}
	for _, workers := range []string{"1", "2"} {
		r := &sensitivity.Report{}
		if err := json.Unmarshal([]byte(inspect(t, "-checkpoint", path, "-sensitivity", "-episodes", "3", "-seed", "5",
			"-workers", workers, "-json", "-chart", picture)), r); err != nil {
			t.Fatal(err)
		}
		reports[workers] = r
	}
	if !reflect.DeepEqual(reports["1"], reports["2"]) {
		t.Error("workers change the report")
	}
	r := reports["1"]
	if r.Episodes != 3 || r.Seed != 5 || len(r.Sources) != 7 {
		t.Errorf("%+v", r)
	}
	data, err := os.ReadFile(picture)
	if err != nil {
		t.Fatal(err)
	}
	var table bytes.Buffer
	if err := writeSensitivity(&table, r, "reach in sim"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		"column1.conv1 -> conv2", "column1.conv2 -> fc", "column1.fc -> lstm", "column1.lstm -> lstm",
		"column1.lstm -> output", "column 1", "column 2, own",
	} {
		if !strings.Contains(table.String(), name) {
			t.Errorf("the table lacks %q:\n%s", name, &table)
		}
		if drawn := strings.Contains(string(data),
			strings.ReplaceAll(name, ">", "&gt;")); drawn == strings.HasSuffix(name, "own") {
			t.Errorf("drawn %q: %v", name, drawn)
		}
	}
	if !strings.Contains(table.String(), "0.25 rms") ||
		!strings.Contains(table.String(), "3 episodes of reach in sim") {
		t.Errorf("%s", &table)
	}
}

func TestSensitivityErrors(t *testing.T) {
	below, above := stacked(t)
	for _, c := range []struct {
		args  []string
		usage bool
		want  string
	}{
		{[]string{"-sensitivity"}, true, "without -checkpoint"},
		{[]string{"-sensitivity", "-checkpoint", above, "-episodes", "0"}, true, "-episodes"},
		{[]string{"-sensitivity", "-checkpoint", above, "-workers", "0"}, true, "-workers"},
		{[]string{"-sensitivity", "-checkpoint", above, "-chart", "a.gif"}, true, ".svg or .png"},
		{[]string{"-checkpoint", above, "-chart", "a.svg"}, true, "without -sensitivity"},
		{[]string{"-sensitivity", "-checkpoint", below, "-episodes", "1"}, false, "one column"},
		{[]string{"-sensitivity", "-checkpoint", above, "-episodes", "1", "-chart",
			filepath.Join(t.TempDir(), "no", "a.svg")}, true, "there is no folder"},
	} {
		err := run(context.Background(), c.args, io.Discard, io.Discard)
		var usage *cli.UsageError
		if err == nil || errors.As(err, &usage) != c.usage || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want an error with %q (usage error: %v)", c.args, err, c.want, c.usage)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var stdout bytes.Buffer
	if err := run(ctx, []string{"-sensitivity", "-checkpoint", above}, &stdout, io.Discard); err != nil ||
		stdout.Len() > 0 {
		t.Errorf("interrupted: %v, stdout %q", err, &stdout)
	}
}
