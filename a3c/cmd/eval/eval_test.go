package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image/gif"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"

	"colonnade/a3c/cli"
	"colonnade/a3c/cmd/cmdtest"
	"colonnade/a3c/training"
	"colonnade/nn"
)

// checkpoint writes an untrained narrow network.
func checkpoint(t *testing.T, recurrent bool, metadata map[string]string) string {
	t.Helper()
	net, err := nn.New(nn.ReachArch(recurrent, false),
		nn.InputScaling{Mean: []float32{140, 140, 140}, Scale: []float32{30, 30, 30}})
	if err != nil {
		t.Fatal(err)
	}
	theta := make([]float32, net.Parameters())
	net.Init(theta, rand.New(rand.NewPCG(1, 1)), nn.DefaultInit())
	path := filepath.Join(t.TempDir(), "c.safetensors")
	if _, err := nn.SaveCheckpoint(path, &nn.Checkpoint{Network: net, Theta: theta, Metadata: metadata}); err != nil {
		t.Fatal(err)
	}
	return path
}

func eval(t *testing.T, args ...string) (result, string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if err := run(context.Background(), args, &stdout, &stderr); err != nil {
		t.Fatalf("%v\n%s", err, &stderr)
	}
	var r result
	if err := json.Unmarshal(stdout.Bytes(), &r); err != nil {
		t.Fatalf("%v\n%s", err, &stdout)
	}
	return r, stderr.String()
}

// The result depends on the seed alone, not on the number of workers.
func TestResultIsReproducible(t *testing.T) {
	path := checkpoint(t, true, nil)
	a, _ := eval(t, "-checkpoint", path, "-episodes", "20", "-workers", "1")
	b, _ := eval(t, "-checkpoint", path, "-episodes", "20", "-workers", "3")
	if !reflect.DeepEqual(a, b) {
		t.Errorf("one worker %+v, three %+v", a, b)
	}
	if a.Episodes != 20 || a.Length < 1 || a.Length > training.EpisodeSteps {
		t.Errorf("result %+v", a)
	}
	if c, _ := eval(t, "-checkpoint", path, "-episodes", "20", "-seed", "8"); reflect.DeepEqual(a, c) {
		t.Error("another seed gives the same episodes")
	}
}

func TestAnimationShowsTheEpisodes(t *testing.T) {
	path := checkpoint(t, false, nil)
	out := filepath.Join(t.TempDir(), "a.gif")
	r, _ := eval(t, "-checkpoint", path, "-episodes", "2", "-animation", out, "-animation-episodes", "2",
		"-animation-width", "160", "-animation-height", "120")
	file, err := os.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	movie, err := gif.DecodeAll(file)
	if err != nil {
		t.Fatal(err)
	}
	// One frame an observation, the last of each episode held for 8 in all.
	if want := int(2*r.Length+0.5) + 2*8; len(movie.Image) != want {
		t.Errorf("%d frames, want %d for episodes of mean length %g", len(movie.Image), want, r.Length)
	}
}

func TestOtherWorldIsTold(t *testing.T) {
	_, told := eval(t, "-checkpoint",
		checkpoint(t, false, map[string]string{training.FingerprintKey: "0123456789abcdef"}), "-episodes", "1")
	if !strings.Contains(told, "trained in another world (0123456789abcdef)") {
		t.Errorf("stderr: %s", told)
	}
}

func TestBadInput(t *testing.T) {
	path := checkpoint(t, false, nil)
	damaged := filepath.Join(t.TempDir(), "damaged.safetensors")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)-1] ^= 1
	if err := os.WriteFile(damaged, data, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		args  []string
		usage bool
		want  string
	}{
		{"nothing", nil, true, "-checkpoint is needed"},
		{"no such file", []string{"-checkpoint", "absent.safetensors"}, false,
			"absent.safetensors: no such file or directory; want a .safetensors file, or a run folder"},
		{"damaged", []string{"-checkpoint", damaged}, false, "digest"},
		{"no episodes", []string{"-checkpoint", path, "-episodes", "0"}, true, "-episodes"},
		{"no workers", []string{"-checkpoint", path, "-workers", "0"}, true, "-workers"},
		{"no seeds", []string{"-checkpoint", path, "-seeds", "0"}, true, "-seeds"},
		{"map's format", []string{"-checkpoint", path, "-map", "a.gif"}, true, ".svg or .png"},
		{"record's format", []string{"-checkpoint", path, "-table", "a.txt"}, true, ".csv or .jsonl"},
		{"nothing against", []string{"-checkpoint", path, "-against", "absent.safetensors"}, false,
			"absent.safetensors"},
		{"against nowhere", []string{"-checkpoint", path, "-against-domain", "robto"}, true, "-against-domain"},
		{"no folder for the map", []string{"-checkpoint", path, "-episodes", "1", "-map",
			filepath.Join(t.TempDir(), "no", "a.svg")}, true, "there is no folder"},
		{"no folder for the record", []string{"-checkpoint", path, "-episodes", "1", "-table",
			filepath.Join(t.TempDir(), "no", "a.csv")}, true, "there is no folder"},
		{"format", []string{"-checkpoint", path, "-animation", "a.mp4"}, true, ".gif or .png"},
		{"huge", []string{"-checkpoint", path, "-animation", "a.gif", "-animation-width", "100000"}, true, "160x120"},
		{"film none", []string{"-checkpoint", path, "-animation", "a.gif", "-animation-episodes", "0"}, true,
			"-animation-episodes"},
		{"no folder for the film", []string{"-checkpoint", path, "-animation",
			filepath.Join(t.TempDir(), "no", "a.gif")}, true, "there is no folder"},
		{"faults", []string{"-checkpoint", path, "-env", "jaco", "-faults", "lose in every 9"}, true,
			"-faults and -record are for training"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := run(context.Background(), c.args, io.Discard, io.Discard)
			var usage *cli.UsageError
			if err == nil || errors.As(err, &usage) != c.usage || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q (usage error: %v)", err, c.want, c.usage)
			}
		})
	}
}

// A file that cannot be written fails the command, and takes the result of what was played with it
// no more.
func TestResultInSpiteOfAFullDisk(t *testing.T) {
	var stdout bytes.Buffer
	picture := filepath.Join(t.TempDir(), "full.svg")
	if err := os.Symlink("/dev/full", picture); err != nil {
		t.Fatal(err)
	}
	err := run(context.Background(), []string{"-checkpoint", checkpoint(t, false, nil), "-episodes", "1", "-map",
		picture}, &stdout, io.Discard)
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(stdout.String(), `"episodes":1`) {
		t.Errorf("%v, and on stdout %q", err, &stdout)
	}
}

func TestInterruptedEvaluationHasNoResult(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var stdout bytes.Buffer
	if err := run(ctx, []string{"-checkpoint", checkpoint(t, false, nil)}, &stdout, io.Discard); err != nil ||
		stdout.Len() > 0 {
		t.Errorf("got %v, stdout %q", err, &stdout)
	}
}

// TestGolden: flags, their defaults and the configuration file stay what they are.
func TestGolden(t *testing.T) { cmdtest.Golden(t, run) }
