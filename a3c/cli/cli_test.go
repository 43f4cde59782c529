package cli

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

type values struct {
	steps *int64
	rate  *float64
	net   *string
	fast  *bool
	limit *time.Duration
	out   *string
}

func newFlags(stdout, stderr io.Writer) (*Flags, values) {
	f := NewFlags("train", "train trains.", "train -steps 10", stdout, stderr)
	v := values{
		steps: f.Int64("steps", 100, "environment `steps`"),
		rate:  f.Float64("learning-rate", 1e-3, "learning `rate` at the start"),
		net:   f.Choice("net", "recurrent", "`kind` of network", "recurrent", "feedforward"),
		fast:  f.Bool("fast", false, "hurry"),
		limit: f.Duration("max-time", 0, "stop after this `time`"),
		out:   f.String("out", "", "run `folder`"),
	}
	f.NotInFile("out")
	return f, v
}

func writeConfig(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "c.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOrderOfPrecedence(t *testing.T) {
	config := writeConfig(t, "steps = 7\nlearning-rate = 0.5\nfast = true\nmax-time = \"3s\"\n")
	f, v := newFlags(io.Discard, io.Discard)
	if err := f.Parse([]string{"-config", config, "-learning-rate", "0.25", "-net", "feedforward"}); err != nil {
		t.Fatal(err)
	}
	if *v.steps != 7 || *v.rate != 0.25 || *v.net != "feedforward" || !*v.fast || *v.limit != 3*time.Second {
		t.Errorf("got steps %d rate %g net %s fast %v limit %v", *v.steps, *v.rate, *v.net, *v.fast, *v.limit)
	}
	if !f.Explicit("learning-rate") || f.Explicit("steps") {
		t.Error("explicit must tell the command line from the file")
	}
}

// The printed configuration, read back, gives the same values.
func TestTOMLRoundTrip(t *testing.T) {
	var printed bytes.Buffer
	f, _ := newFlags(&printed, io.Discard)
	args := []string{"-steps", "12", "-learning-rate", "3", "-net", "feedforward", "-fast", "-max-time", "90s", "-out", "x"}
	if err := f.Parse(append(args, "-print-config")); !errors.Is(err, flag.ErrHelp) {
		t.Fatalf("-print-config: got %v", err)
	}
	if strings.Contains(printed.String(), "out =") {
		t.Errorf("-out belongs to one invocation:\n%s", &printed)
	}
	g, v := newFlags(io.Discard, io.Discard)
	if err := g.Parse([]string{"-config", writeConfig(t, printed.String())}); err != nil {
		t.Fatal(err)
	}
	if *v.steps != 12 || *v.rate != 3 || *v.net != "feedforward" || !*v.fast || *v.limit != 90*time.Second {
		t.Errorf("read back: steps %d rate %g net %s fast %v limit %v\n%s", *v.steps, *v.rate, *v.net, *v.fast, *v.limit, &printed)
	}
}

// TestLargeSeedInFile: a number that TOML's integers do not hold is written and read all the same.
func TestLargeSeedInFile(t *testing.T) {
	flags := func() (*Flags, *uint64) {
		f := NewFlags("x", "", "", io.Discard, io.Discard)
		return f, f.Uint64("seed", 1, "")
	}
	f, _ := flags()
	if err := f.Parse([]string{"-seed", "18446744073709551615"}); err != nil {
		t.Fatal(err)
	}
	g, seed := flags()
	if err := g.Parse([]string{"-config", writeConfig(t, string(f.TOML()))}); err != nil || *seed != 1<<64-1 {
		t.Errorf("read back: %d, %v\n%s", *seed, err, f.TOML())
	}
}

func TestResumeKeepsWhatTheRunIs(t *testing.T) {
	saved := writeConfig(t, "steps = 7\nlearning-rate = 0.5\nnet = \"feedforward\"\n")
	resume := func(args ...string) (values, error) {
		f, v := newFlags(io.Discard, io.Discard)
		if err := f.Parse(args); err != nil {
			t.Fatal(err)
		}
		return v, f.Resume(saved, "steps")
	}
	v, err := resume("-steps", "9", "-learning-rate", "0.5")
	if err != nil || *v.steps != 9 || *v.rate != 0.5 || *v.net != "feedforward" {
		t.Errorf("got steps %d rate %g net %s, %v", *v.steps, *v.rate, *v.net, err)
	}
	var usage *UsageError
	if _, err := resume("-net", "recurrent"); !errors.As(err, &usage) || !strings.Contains(err.Error(), "started with feedforward") {
		t.Errorf("another network: got %v", err)
	}
	if _, err := resume("-config", saved); !errors.As(err, &usage) {
		t.Errorf("-config beside -resume: got %v", err)
	}
}

func TestUsageErrors(t *testing.T) {
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"unknown flag", []string{"-stps", "1"}, "did you mean -steps?"},
		{"nothing near", []string{"-zzzzzzzzzzz", "1"}, "unknown flag -zzzzzzzzzzz"},
		{"a value that looks like an error", []string{"-steps", `1" for flag -net: wide`},
			`-steps 1" for flag -net: wide: want a whole number`},
		{"not a number", []string{"-steps", "1e6"}, "-steps 1e6: want a whole number, in digits alone"},
		{"no real number", []string{"-learning-rate", "abc"}, "-learning-rate abc: want a number, such as"},
		{"no unit of time", []string{"-max-time", "5"}, "-max-time 5: want a time with its unit"},
		{"neither true nor false", []string{"-fast=perhaps"}, "-fast perhaps: want true or false"},
		{"no whole number in a file", []string{"-config", writeConfig(t, "steps = 1000.5")}, "want a whole number"},
		{"a file without end", []string{"-config", "/dev/zero"}, "is no configuration file"},
		{"no such choice", []string{"-net", "wide"}, "allowed are recurrent, feedforward"},
		{"stray argument", []string{"run1"}, "unexpected argument"},
		{"missing file", []string{"-config", "no-such-file.toml"}, "no-such-file.toml"},
		{"unknown key", []string{"-config", writeConfig(t, "setps = 1")}, "did you mean steps?"},
		{"key for one invocation", []string{"-config", writeConfig(t, `out = "x"`)}, "-out belongs on the command line"},
		{"key nearest to such a one", []string{"-config", writeConfig(t, `outt = "x"`)}, "unknown key \"outt\""},
		{"wrong type", []string{"-config", writeConfig(t, `steps = "x"`)}, "steps"},
		{"broken file", []string{"-config", writeConfig(t, "steps =")}, "c.toml"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var said bytes.Buffer
			f, _ := newFlags(io.Discard, &said)
			err := f.Parse(c.args)
			if said.Len() > 0 {
				t.Errorf("a mistake is buried under the list of all flags:\n%s", &said)
			}
			var usage *UsageError
			if !errors.As(err, &usage) || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want a usage error with %q", err, c.want)
			}
			var stderr bytes.Buffer
			if code := Exit("train", err, &stderr); code != 2 {
				t.Errorf("exit code %d, want 2", code)
			}
		})
	}
}

func TestHelpShowsFlagsAndExample(t *testing.T) {
	var stderr bytes.Buffer
	f, _ := newFlags(io.Discard, &stderr)
	err := f.Parse([]string{"-h"})
	if code := Exit("train", err, &stderr); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
	for _, want := range []string{"train -steps 10", "-learning-rate", "-net kind", "kind of network: recurrent, feedforward"} {
		if !strings.Contains(stderr.String(), want) {
			t.Errorf("help lacks %q:\n%s", want, &stderr)
		}
	}
}

func TestUsageHintNamesTheCommand(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{Usagef("no"), "hint: arm -h lists the flags\n"},
		{InCommand("arm jog", fmt.Errorf("read: %w", Usagef("no"))), "hint: arm jog -h lists the flags\n"},
		{InCommand("arm jog", errors.New("broken")), "arm: error: broken\n"},
	} {
		var stderr bytes.Buffer
		if Exit("arm", c.err, &stderr); !strings.HasSuffix(stderr.String(), c.want) {
			t.Errorf("%v: got %q, want %q", c.err, &stderr, c.want)
		}
	}
}

func TestExitPrintsHints(t *testing.T) {
	var stderr bytes.Buffer
	err := fmt.Errorf("start: %w", Hint(errors.New("the folder is used"), "take another -out"))
	err = errors.Join(err, errors.New("and more")) // as a deferred Close joins its error
	if code := Exit("train", err, &stderr); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	if got, want := stderr.String(), "train: error: start: the folder is used\nand more\nhint: take another -out\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if Exit("train", nil, &stderr) != 0 {
		t.Error("no error must exit 0")
	}
}

func TestResultIsOneLine(t *testing.T) {
	var stdout bytes.Buffer
	if err := Result(&stdout, map[string]any{"score": 1.5, "steps": 3}); err != nil {
		t.Fatal(err)
	}
	if stdout.String() != "{\"score\":1.5,\"steps\":3}\n" {
		t.Errorf("got %q", stdout.String())
	}
	if err := Result(&stdout, map[string]any{"score": func() {}}); err == nil {
		t.Error("a value JSON cannot hold must be an error")
	}
}

func TestProfileIsWritten(t *testing.T) {
	dir := t.TempDir()
	stop, err := StartProfile("cpu", dir)
	if err != nil {
		t.Fatal(err)
	}
	stop()
	if info, err := os.Stat(filepath.Join(dir, "cpu.pprof")); err != nil || info.Size() == 0 {
		t.Errorf("cpu.pprof: %v, %v", info, err)
	}
	if _, err := StartProfile("cpu", filepath.Join(dir, "absent")); err == nil {
		t.Error("a folder that does not exist must be an error")
	}
}

func TestProgressLines(t *testing.T) {
	var out bytes.Buffer
	p := NewProgress(Work{Name: "train", Unit: "steps", Total: 1000}, &out)
	p.Update(10, "early") // too soon for a line
	p.last = time.Now().Add(-2 * linePeriod)
	p.started = time.Now().Add(-10 * time.Second)
	p.Update(500, "score 3.0")
	p.Finish()
	if got := out.String(); strings.Contains(got, "early") || !strings.Contains(got, "train: 50.0 %, 500 steps, 50 steps/s, 10s left; score 3.0\n") {
		t.Errorf("got %q", got)
	}
}

func TestProgressKnowsResumptionAndTimeLimit(t *testing.T) {
	for _, c := range []struct {
		work    Work
		done    int64
		elapsed time.Duration
		want    string
	}{
		{Work{Name: "a", Unit: "u", Total: 100}, 0, time.Second, "a: 0.0 %, 0 u, 0 u/s"},
		{Work{Name: "a", Unit: "u", Done: 40, Total: 100}, 60, 10 * time.Second, "a: 60.0 %, 60 u, 2 u/s, 20s left"},
		{Work{Name: "a", Unit: "u", Total: 100, Limit: 20 * time.Second}, 10, 10 * time.Second, "a: 50.0 %, 10 u, 1 u/s, 10s left"},
		{Work{Name: "a", Unit: "u", Total: 100, Limit: time.Hour}, 50, 10 * time.Second, "a: 50.0 %, 50 u, 5 u/s, 10s left"},
		{Work{Name: "a", Unit: "u", Total: 100}, 120, 10 * time.Second, "a: 100.0 %, 120 u, 12 u/s, 0s left"},
	} {
		if _, got := NewProgress(c.work, io.Discard).describe(c.done, c.elapsed, ""); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

// A list in a file is what commas are on the command line.
func TestListInFile(t *testing.T) {
	f, v := newFlags(io.Discard, io.Discard)
	if err := f.Parse([]string{"-config", writeConfig(t, `net = ["feedforward"]`)}); err != nil || *v.net != "feedforward" {
		t.Errorf("got %q, %v", *v.net, err)
	}
	if got := flagText([]any{"a", int64(2)}); got != "a,2" {
		t.Errorf("got %q", got)
	}
}

func TestSeveralExamples(t *testing.T) {
	var stderr bytes.Buffer
	f := NewFlags("train", "train trains.", "train -steps 10\ntrain -resume", io.Discard, &stderr)
	if err := f.Parse([]string{"-h"}); !errors.Is(err, flag.ErrHelp) || !strings.Contains(stderr.String(), "Examples:\n  train -steps 10\n  train -resume\n") {
		t.Errorf("%v:\n%s", err, &stderr)
	}
}
