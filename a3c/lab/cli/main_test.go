package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain is a command instead of the tests where a test has started it as one: it works until it is told to end, then saves
// for a while.
func TestMain(m *testing.M) {
	switch os.Getenv("CLI_TEST_COMMAND") {
	case "":
		os.Exit(m.Run())
	case "talk":
		Main("talk", talk)
	}
	Main("work", func(ctx context.Context, args []string, stdout, stderr io.Writer) error {
		fmt.Fprintln(stdout, "working")
		select {
		case <-ctx.Done():
			fmt.Fprintln(stdout, "saving")
			time.Sleep(100 * time.Millisecond)
			fmt.Fprintln(stdout, "saved")
		case <-time.After(300 * time.Millisecond):
			fmt.Fprintln(stdout, "done")
		}
		return nil
	})
}

// talk breaks a pipe of its own, which must not matter, then talks until it is told to end, and saves in file "saved".
func talk(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	r.Close()
	if _, err := w.Write([]byte("x")); !errors.Is(err, syscall.EPIPE) {
		return fmt.Errorf("a broken pipe: %v", err)
	}
	for range 100 {
		select {
		case <-ctx.Done():
			fmt.Fprintln(stderr, "saving")
			if err := os.WriteFile("saved", nil, 0o666); err != nil {
				return err
			}
			return Result(stdout, 1)
		case <-time.After(20 * time.Millisecond):
			fmt.Fprintln(stdout, "talking")
		}
	}
	return Result(stdout, 2)
}

// A command whose output nobody reads any more ends in good order, and without a word about it.
func TestUnreadOutput(t *testing.T) {
	for _, c := range []struct {
		name  string
		heard int // lines that are read
		saved bool
	}{{"all is read", 1000, false}, {"head", 1, true}} {
		t.Run(c.name, func(t *testing.T) {
			cmd := exec.Command(os.Args[0])
			cmd.Env, cmd.Dir = append(os.Environ(), "CLI_TEST_COMMAND=talk"), t.TempDir()
			var stderr strings.Builder
			cmd.Stderr = &stderr
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Skip(err)
			}
			lines := bufio.NewScanner(out)
			for n := 0; n < c.heard && lines.Scan(); n++ {
			}
			out.Close()
			cmd.Wait()
			_, err = os.Stat(filepath.Join(cmd.Dir, "saved"))
			wantCode, wantText := 0, ""
			if c.saved {
				wantCode, wantText = 1, "saving\n"
			}
			if code := cmd.ProcessState.ExitCode(); (err == nil) != c.saved || code != wantCode || stderr.String() != wantText {
				t.Errorf("saved: %v; exit code %d, want %d; said %q, want %q", err == nil, code, wantCode, &stderr, wantText)
			}
		})
	}
}

// What signals do to a command: a hang-up ends it as SIGTERM does, and is ignored where it was to begin with.
func TestSignals(t *testing.T) {
	const hangUp, terminate = syscall.SIGHUP, syscall.SIGTERM
	for _, c := range []struct {
		name    string
		shell   string
		signals []syscall.Signal // the first at once, the others while it saves
		want    string
		code    int
	}{
		{"none", "", nil, "done", 0},
		{"terminate", "", []syscall.Signal{terminate}, "saved", 0},
		{"terminate twice", "", []syscall.Signal{terminate, terminate}, "saving", 1},
		{"hang-up", "", []syscall.Signal{hangUp}, "saved", 0},
		{"hang-up twice", "", []syscall.Signal{hangUp, hangUp}, "saved", 0},
		{"terminate, hang-up", "", []syscall.Signal{terminate, hangUp}, "saved", 0},
		{"hang-up, terminate", "", []syscall.Signal{hangUp, terminate}, "saving", 1},
		{"nohup", "trap '' HUP; ", []syscall.Signal{hangUp}, "done", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			if signal.Ignored(hangUp) && slices.Contains(c.signals, hangUp) {
				t.Skip("the tests themselves are to outlive a hang-up, and so is all that they start")
			}
			cmd := exec.Command("sh", "-c", c.shell+`exec "$0"`, os.Args[0])
			cmd.Env = append(os.Environ(), "CLI_TEST_COMMAND=1")
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Skip(err)
			}
			last, left := "", c.signals
			for lines := bufio.NewScanner(out); lines.Scan(); {
				last = strings.TrimSpace(lines.Text())
				if len(left) > 0 {
					if err := cmd.Process.Signal(left[0]); err != nil {
						t.Error(err)
					}
					left = left[1:]
				}
			}
			cmd.Wait()
			if code := cmd.ProcessState.ExitCode(); last != c.want || code != c.code {
				t.Errorf("ended with %q and exit code %d, want %q and %d", last, code, c.want, c.code)
			}
		})
	}
}
