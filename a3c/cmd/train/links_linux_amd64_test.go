package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"colonnade/a3c/cmd/cmdtest"
	"colonnade/a3c/training"
)

// withoutLinks in the environment forbids the test binary to make hard links.
const withoutLinks = "COLONNADE_TEST_WITHOUT_LINKS"

func init() {
	if os.Getenv(withoutLinks) != "" {
		if err := cmdtest.ForbidLinks(); err != nil {
			panic(err)
		}
	}
}

// On a file system without hard links a run saves as anywhere else: the unit before the latest is
// kept as a copy.
func TestRunWithoutHardLinks(t *testing.T) {
	usual, copied := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "run")
	if _, err := train(t, small(usual, "-deterministic")...); err != nil {
		t.Fatal(err)
	}
	cmd := cmdtest.Command(small(copied, "-deterministic")...)
	cmd.Env = append(cmd.Env, withoutLinks+"=1")
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	for _, name := range []string{training.LatestFile, "previous.safetensors"} {
		if a, b := digest(t, filepath.Join(usual, name)), digest(t, filepath.Join(copied, name)); a != b {
			t.Errorf("%s: %s and %s", name, a, b)
		}
	}
	// The latest unit is split, as by a crash: the copied one serves.
	state := filepath.Join(copied, "latest.state")
	data, err := os.ReadFile(state)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(state, data[:len(data)/2], 0o666); err != nil {
		t.Fatal(err)
	}
	cmd = cmdtest.Command("-out", copied, "-resume")
	cmd.Env = append(cmd.Env, withoutLinks+"=1")
	if output, err := cmd.CombinedOutput(); err != nil ||
		!bytes.Contains(output, []byte("going on from the previous checkpoint")) {
		t.Errorf("%v\n%s", err, output)
	}
}
