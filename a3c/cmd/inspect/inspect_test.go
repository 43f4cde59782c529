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
	"strings"
	"testing"

	"colonnade/a3c/cli"
	"colonnade/a3c/cmd/cmdtest"
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
	for _, want := range []string{"column1.conv1.weight", "[16 3 8 8]", "column1.lstm.weight_hh", "[512 128]", "298700",
		"column1.output"} {
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
	digest, err := nn.SaveCheckpoint(path,
		&nn.Checkpoint{Network: net, Theta: theta, Metadata: map[string]string{"steps": "12345"}})
	if err != nil {
		t.Fatal(err)
	}
	model := filepath.Join(t.TempDir(), "policy.onnx")
	table := inspect(t, "-checkpoint", path, "-onnx", model)
	for _, want := range []string{digest, "steps", "12345", "13324"} {
		if !strings.Contains(table, want) {
			t.Errorf("the table lacks %q:\n%s", want, table)
		}
	}
	content, err := os.ReadFile(model)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{digest, "12345", "column1.conv1.weight", "logits9"} {
		if !bytes.Contains(content, []byte(want)) {
			t.Errorf("the ONNX model lacks %q", want)
		}
	}
	if err := run(context.Background(), []string{"-checkpoint", path, "-onnx", t.TempDir()}, io.Discard,
		io.Discard); err == nil {
		t.Error("a folder was taken as the model's file")
	}
}

// TestStackedCheckpoint: what a file of several columns says of each, and what the trained one's
// tree takes from the other.
func TestStackedCheckpoint(t *testing.T) {
	below, err := nn.New(nn.ReachArch(true, true), nn.InputScaling{Mean: []float32{1, 2, 3}, Scale: []float32{4, 5, 6}})
	if err != nil {
		t.Fatal(err)
	}
	net, err := nn.Stack(nn.ReachArch(true, false),
		nn.InputScaling{Mean: []float32{7, 8, 9}, Scale: []float32{4, 5, 6}}, &nn.Checkpoint{
			Network: below, Theta: make([]float32, below.Parameters()), Metadata: map[string]string{"world": "first"},
		})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "c.safetensors")
	if _, err := nn.SaveCheckpoint(path, &nn.Checkpoint{Network: net, Theta: make([]float32, net.Parameters()),
		Metadata: map[string]string{"world": "second"}}); err != nil {
		t.Fatal(err)
	}
	text := inspect(t, "-checkpoint", path)
	for _, want := range []string{
		"column 1, frozen: recurrent, pixels 64x64x3, conv 16 and 32", "column 2, trained: ",
		"36940 parameters: 10364 of its own, 26576 from columns [1]", "335640",
		"metadata of column 1", "first", "metadata of column 2", "second",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the text lacks %q:\n%s", want, text)
		}
	}
	const drawing = `
output 28                                                      476
├─ column1.lstm 128                                           3584
└─ lstm 16                                                    2112
   ├─ column1.fc 128                                          8192
   ├─ column1.lstm 128                                        8192
   └─ fc 16                                                   4624
      ├─ column1.conv2 6x6x32, adapter to 6x6x8         264 + 4608
      └─ conv2 6x6x8                                          1608
         ├─ column1.conv1 15x15x16, adapter to 15x15x8  136 + 1600
         └─ conv1 15x15x8                                     1544
            └─ pixels 64x64x3
`
	if !strings.Contains(text, drawing) {
		t.Errorf("the drawing is\n%s\nwant\n%s", text, drawing)
	}
	var r result
	if err := json.Unmarshal([]byte(inspect(t, "-checkpoint", path, "-json")), &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Frozen) != 1 || r.Frozen[0].Metadata["world"] != "first" || r.Metadata["world"] != "second" ||
		r.Frozen[0].Scaling.Mean[0] != 1 || r.Scaling.Mean[0] != 7 {
		t.Errorf("columns are %+v", r)
	}
}

// TestLateralsFrom: the networks of the paper by their flags, with their parameters.
func TestLateralsFrom(t *testing.T) {
	for _, test := range []struct {
		args            string
		parameters, own int
	}{
		{"-net recurrent -width narrow -laterals-from wide", 36_940, 10_364},
		{"-net feedforward -width narrow -laterals-from wide", 38_876, 13_324},
		{"-net recurrent -width wide -laterals-from wide", 594_940, 298_700},
		{"-net feedforward -width wide -laterals-from wide", 1_238_908, 620_620},
		{"-width narrow -inputs pixels,proprioception -laterals-from wide", 38_268, 11_692},
		{"-width narrow -inputs proprioception -laterals-from wide,narrow+proprioception", 26_380, 2_892},
	} {
		var r result
		if err := json.Unmarshal([]byte(inspect(t, append(strings.Fields(test.args), "-json")...)), &r); err != nil {
			t.Fatal(err)
		}
		sum := 0
		for _, tensor := range r.Tensors {
			sum += tensor.Length
		}
		if r.Parameters != test.parameters || r.Own != test.own || r.Own+r.Lateral != test.parameters ||
			sum != test.parameters {
			t.Errorf("%s: %d parameters, %d own, %d lateral, tensors hold %d", test.args, r.Parameters, r.Own,
				r.Lateral, sum)
		}
	}
	// Both parts of what an LSTM reads hang from it.
	text := inspect(t, "-width", "narrow", "-inputs", "pixels,proprioception")
	if !strings.Contains(text, "   ├─ fc 16") || !strings.Contains(text, "   └─ encoder 16") {
		t.Errorf("the drawing lacks fc or encoder:\n%s", text)
	}
}

func TestUsage(t *testing.T) {
	for _, args := range []string{
		"-checkpoint c -net recurrent", "-checkpoint c -laterals-from wide", "-net recurrent -onnx policy.onnx",
		"-laterals-from broad", "-laterals-from wide,", "-laterals-from wide+pixels",
	} {
		var usage *cli.UsageError
		if err := run(context.Background(), strings.Fields(args), io.Discard, io.Discard); !errors.As(err, &usage) {
			t.Errorf("%s: got %v", args, err)
		}
	}
}

// TestGolden: flags, their defaults and the configuration file stay what they are.
func TestGolden(t *testing.T) { cmdtest.Golden(t, run) }
