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

// TestMain is a command instead of the tests where a test has started it as one: it works until it
// is told to end, then saves for a while.
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

// start starts one of TestMain's commands, and returns what it writes to stdout.
func start(t *testing.T, cmd *exec.Cmd, command string) io.ReadCloser {
	t.Helper()
	cmd.Env = append(os.Environ(), "CLI_TEST_COMMAND="+command)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Skip(err)
	}
	return out
}

// talk breaks a pipe of its own, which must not matter, then talks until it is told to end, and
// saves in file "saved".
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
			time.Sleep(200 * time.Millisecond)
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
		term  bool // while it saves
	}{{"all is read", 1000, false, false}, {"head", 1, true, false}, {"head, terminate", 1, true, true}} {
		t.Run(c.name, func(t *testing.T) {
			cmd := exec.Command(os.Args[0])
			cmd.Dir = t.TempDir()
			messages, err := cmd.StderrPipe()
			if err != nil {
				t.Fatal(err)
			}
			out := start(t, cmd, "talk")
			lines := bufio.NewScanner(out)
			for n := 0; n < c.heard && lines.Scan(); n++ {
			}
			out.Close()
			said := ""
			for lines := bufio.NewScanner(messages); lines.Scan(); said += lines.Text() + "\n" {
				if c.term && lines.Text() == "saving" {
					if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
						t.Error(err)
					}
				}
			}
			cmd.Wait()
			_, err = os.Stat(filepath.Join(cmd.Dir, "saved"))
			wantCode, wantText := 0, ""
			if c.saved {
				wantCode, wantText = 1, "saving\n"
			}
			if c.term {
				wantText += "\ntalk: stopping in good order (once more to stop at once)\n"
			}
			if code := cmd.ProcessState.ExitCode(); (err == nil) != c.saved || code != wantCode || said != wantText {
				t.Errorf("saved: %v; exit code %d, want %d; said %q, want %q", err == nil, code, wantCode, said,
					wantText)
			}
		})
	}
}

// A signal is heard though whoever reads the messages is stuck.
func TestStuckReader(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	if err := w.SetWriteDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Skip(err)
	}
	if _, err := w.Write(make([]byte, 1<<21)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("the pipe is not full: %v", err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Stderr = w
	lines := bufio.NewScanner(start(t, cmd, "work"))
	lines.Scan()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	last := ""
	for lines.Scan() {
		last = lines.Text()
	}
	if err := cmd.Wait(); err != nil || last != "saved" {
		t.Errorf("ended with %q and %v, want saved", last, err)
	}
}

// Only an error that is nothing but a broken pipe needs no words.
func TestOnlyErrors(t *testing.T) {
	broken := fmt.Errorf("write the result: %w", &os.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.EPIPE})
	other := errors.New("the arm did not acknowledge its stop")
	for _, c := range []struct {
		err  error
		want bool
	}{
		{broken, true}, {errors.Join(broken, broken), true}, {other, false}, {errors.Join(other, broken), false},
		{fmt.Errorf("%w, and %w", broken, other), false},
	} {
		if got := OnlyErrors(c.err, syscall.EPIPE); got != c.want {
			t.Errorf("%v: %t", c.err, got)
		}
	}
}

// What signals do to a command: a hang-up ends it as SIGTERM does, and is ignored where it was to
// begin with.
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
			out := start(t, cmd, "work")
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
