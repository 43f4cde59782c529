// Package cmdtest has what tests of commands share.
package cmdtest

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"colonnade/a3c/cli"
	"colonnade/a3c/training"
	"colonnade/nn"

	"github.com/pelletier/go-toml/v2"
)

// Golden checks that a command's help is testdata/help.txt, and that the configuration that it
// prints says what testdata/config.toml says, with the same comments, and is printed as well where
// that file was read. Both were written for four cores, the file by an encoder with other quotes.
func Golden(t *testing.T, run cli.Run) {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	var stdout, stderr bytes.Buffer
	said := func(args ...string) {
		t.Helper()
		stdout.Reset()
		stderr.Reset()
		if err := run(context.Background(), args, &stdout, &stderr); !errors.Is(err, flag.ErrHelp) {
			t.Fatalf("%v: %v", args, err)
		}
	}
	said("-h")
	if want := read(t, "help.txt"); stderr.String() != want {
		t.Errorf("help:\n%s\nwant:\n%s", &stderr, want)
	}
	said("-print-config")
	printed, want := stdout.String(), read(t, "config.toml")
	if got, want := parts(t, printed), parts(t, want); !reflect.DeepEqual(got, want) {
		t.Errorf("configuration:\n%v\nwant:\n%v", got, want)
	}
	said("-config", filepath.Join("testdata", "config.toml"), "-print-config")
	if stdout.String() != printed {
		t.Errorf("read back:\n%s\nwant:\n%s", &stdout, printed)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// contents are a configuration file's.
type contents struct {
	values   map[string]any
	comments []string
}

func parts(t *testing.T, text string) (c contents) {
	t.Helper()
	if err := toml.Unmarshal([]byte(text), &c.values); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") {
			c.comments = append(c.comments, line)
		}
	}
	return c
}

// Column writes the checkpoint of an untrained column into a folder of the test's and returns its
// path. The seed decides its parameters. Without metadata it says what the learner wants to know, a
// reward scale.
func Column(t testing.TB, arch nn.Arch, seed uint64, metadata map[string]string) string {
	t.Helper()
	if metadata == nil {
		metadata = map[string]string{training.RewardScaleKey: "0.1"}
	}
	scaling := nn.InputScaling{}
	for range arch.Pixels[2] {
		scaling.Mean, scaling.Scale = append(scaling.Mean, 150), append(scaling.Scale, 40)
	}
	net, err := nn.New(arch, scaling)
	if err != nil {
		t.Fatal(err)
	}
	theta := make([]float32, net.Parameters())
	net.Init(theta, rand.New(rand.NewPCG(seed, 2)), nn.DefaultInit())
	path := filepath.Join(t.TempDir(), "column1.safetensors")
	if _, err := nn.SaveCheckpoint(path, &nn.Checkpoint{Network: net, Theta: theta, Metadata: metadata}); err != nil {
		t.Fatal(err)
	}
	return path
}
