package cmdtest

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"colonnade/a3c/training"
)

// asCommand makes a test binary behave as the command that it tests.
const asCommand = "COLONNADE_TEST_AS_COMMAND"

// Main is for TestMain: it runs the tests, or the command in a process that Command describes.
func Main(m *testing.M, command func()) {
	if os.Getenv(asCommand) != "" {
		command()
	}
	os.Exit(m.Run())
}

// Command returns the command under test as a process of its own, not started yet.
func Command(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asCommand+"=1")
	return cmd
}

// Start starts the command under test as a process of its own.
func Start(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := Command(args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd
}

// WaitForMetrics waits until the run in a folder has written that many lines of metrics.
func WaitForMetrics(t *testing.T, run string, lines int) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		data, _ := os.ReadFile(filepath.Join(run, training.MetricsFile))
		if bytes.Count(data, []byte("\n")) >= lines {
			return
		}
	}
	t.Fatalf("the run in %s does not get on", run)
}
