package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"colonnade/a3c/lab/cli"
	"colonnade/nn"
)

func inspect(t *testing.T, args ...string) string {
	t.Helper()
	var stdout bytes.Buffer
	if err := run(context.Background(), args, &stdout, io.Discard); err != nil {
		t.Fatal(err)
	}
	return stdout.String()
}

func TestTableHasEveryTensorAndTheTotal(t *testing.T) {
	table := inspect(t, "-net", "recurrent", "-width", "wide")
	for _, want := range []string{"column1.conv1.weight", "[16 3 8 8]", "column1.lstm.weight_hh", "[512 128]", "298700", "column1.output"} {
		if !strings.Contains(table, want) {
			t.Errorf("the table lacks %q:\n%s", want, table)
		}
	}
}

func TestJSON(t *testing.T) {
	var r result
	if err := json.Unmarshal([]byte(inspect(t, "-net", "feedforward", "-width", "wide", "-json")), &r); err != nil {
		t.Fatal(err)
	}
	sum := 0
	for _, tensor := range r.Tensors {
		n := 1
		for _, d := range tensor.Shape {
			n *= d
		}
		if n != tensor.Length {
			t.Errorf("%s: shape %v has %d elements, the length is %d", tensor.Name, tensor.Shape, n, tensor.Length)
		}
		sum += n
	}
	if r.Parameters != 620_620 || sum != r.Parameters {
		t.Errorf("%d parameters, tensors have %d", r.Parameters, sum)
	}
}

func TestCheckpoint(t *testing.T) {
	net, err := nn.New(nn.ReachArch(false, false), nn.InputScaling{Mean: []float32{1, 2, 3}, Scale: []float32{4, 5, 6}})
	if err != nil {
		t.Fatal(err)
	}
	theta := make([]float32, net.Parameters())
	net.Init(theta, rand.New(rand.NewPCG(1, 1)), nn.DefaultInit())
	path := filepath.Join(t.TempDir(), "c.safetensors")
	digest, err := nn.SaveCheckpoint(path, &nn.Checkpoint{Network: net, Theta: theta, Metadata: map[string]string{"steps": "12345"}})
	if err != nil {
		t.Fatal(err)
	}
	table := inspect(t, "-checkpoint", path)
	for _, want := range []string{digest, "steps", "12345", "13324"} {
		if !strings.Contains(table, want) {
			t.Errorf("the table lacks %q:\n%s", want, table)
		}
	}
	var usage *cli.UsageError
	if err := run(context.Background(), []string{"-checkpoint", path, "-net", "recurrent"}, io.Discard, io.Discard); !errors.As(err, &usage) {
		t.Errorf("-net with -checkpoint: got %v", err)
	}
}
