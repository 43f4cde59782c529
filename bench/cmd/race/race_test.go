package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"colonnade/a3c/cli"
)

// fake is a learner: each 20,000 steps its score rises by its speed, and SIGINT ends it well.
const fake = `#!/bin/sh
case "$*" in *learner.py*-algorithm\ ppo*) speed=7 ;; *learner.py*) speed=4 ;; *) speed=5 ;; esac
while [ $# -gt 0 ]; do case $1 in -out) out=$2 ;; -steps) last=$2 ;; -seed) seed=$2 ;; esac; shift; done
mkdir "$out" || exit 1
echo "$seed" >>started
trap 'exit 0' INT
n=0
while [ $n -lt $((last/20000)) ]; do
	n=$((n+1))
	echo "{\"steps\":$((n*20000)),\"seconds\":$n.5,\"window_episodes\":400,\"score\":$((n*speed))}" >>"$out/metrics.jsonl"
	sleep 0.01
done
`

// arena is a folder with fake contenders, in which the test goes on; it returns the command line for them.
func arena(t *testing.T, more ...string) []string {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.Mkdir("bin", 0o777); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"bin/train", "python"} {
		if err := os.WriteFile(path, []byte(fake), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	return append([]string{"-work", "work", "-out", "out", "-python", "./python", "-rounds", "1", "-seeds", "2",
		"-window", "1s", "-steps", "400000", "-only", "feedforward-train,feedforward-ppo"}, more...)
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestRace: the table says when each contender had which score; a second call makes what is missing, and no more.
func TestRace(t *testing.T) {
	args := arena(t, "-until", "30")
	race := func() {
		t.Helper()
		if err := run(context.Background(), args, io.Discard, io.Discard); err != nil {
			t.Fatal(err)
		}
	}
	race()
	table := read(t, "out/race.md")
	// 5 points in each 20,000 steps: a mean of 100,000 steps of 15 after 100,000 steps, 20 after 120,000, 30 after 160,000.
	// 7 points: 21 after 100,000, 35 after 140,000.
	for _, want := range []string{"1 | 0.10, 0.12, 0.16 | 0.1, 0.1, 0.1 |", "2 | 0.10, 0.12, 0.16 |", "1 | 0.10, 0.10, 0.14 |"} {
		if !strings.Contains(table, want) {
			t.Errorf("there is no %q in\n%s", want, table)
		}
	}
	if strings.Contains(table, "a2c") {
		t.Errorf("a contender that was not asked for:\n%s", table)
	}
	if !strings.HasPrefix(read(t, "out/race.svg"), "<?xml") {
		t.Error("race.svg is no picture")
	}
	started, rates := read(t, "started"), read(t, "out/rates.csv")
	if n := strings.Count(rates, "\n"); n != 3 || !strings.Contains(rates, ",20000,") {
		t.Errorf("a head and two rates of 20,000 steps/s wanted:\n%s", rates)
	}
	race()
	if again := read(t, "started"); again != started {
		t.Errorf("runs began again: %q, then %q", started, again)
	}
	runs := read(t, "out/runs.csv")
	lines := strings.SplitAfter(runs, "\n")
	if err := os.WriteFile("out/runs.csv", []byte(strings.Join(lines[:len(lines)-2], "")), 0o666); err != nil {
		t.Fatal(err)
	}
	race()
	if again := read(t, "started"); again != started+"2\n" {
		t.Errorf("one run was missing, started were %q, then %q", started, again)
	}
	args = append(args, "-calculated") // 120,000 steps at 20,000 steps/s
	race()
	if table := read(t, "out/race.md"); !strings.Contains(table, "1 | 0.10, 0.12, 0.16 | 0.1, 0.1, 0.1 |") {
		t.Error(table)
	}
}

// TestStops: a run that never has the score ends with its steps; one that fails, or is interrupted, leaves no record.
func TestStops(t *testing.T) {
	args := arena(t, "-until", "1000")
	if err := run(context.Background(), args, io.Discard, io.Discard); err != nil {
		t.Fatal(err)
	}
	if table := read(t, "out/race.md"); !strings.Contains(table, "1 | 0.10, 0.12, 0.16 | 0.1, 0.1, 0.1 | 0.40 | 90.0 |") {
		t.Error(table)
	}
	args = arena(t)
	if err := os.WriteFile("bin/train", []byte("#!/bin/sh\necho no arm >&2; exit 1\n"), 0o777); err != nil {
		t.Fatal(err)
	}
	err := run(context.Background(), args, io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "feedforward-train") || !strings.Contains(err.Error(), "no arm") {
		t.Errorf("a contender failed: %v", err)
	}
	args = arena(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := run(ctx, args, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), "goes on") {
		t.Errorf("interrupted: %v", err)
	}
	if files, _ := filepath.Glob("out/*"); len(files) > 0 {
		t.Errorf("records of what was not finished: %v", files)
	}
}

func TestUsage(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-out", "x"}, "-work FOLDER"},
		{[]string{"-out", "x", "-work", "y", "-only", "feedforward-sac"}, "there are [feedforward-train"},
		{[]string{"-out", "x", "-work", "y", "-seeds", "-1"}, "-seeds -1"},
		{[]string{"-out", "x", "-work", "y", "-threads", "0"}, "want at least 1"},
		{[]string{"-out", "x", "-work", "y", "-window", "0s"}, "-window"},
	} {
		var usage *cli.UsageError
		err := run(context.Background(), c.args, io.Discard, io.Discard)
		if !errors.As(err, &usage) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want %q", c.args, err, c.want)
		}
	}
}

// TestDamagedRecords: a file that was edited badly is an error that names it.
func TestDamagedRecords(t *testing.T) {
	for name, text := range map[string]string{
		"rates.csv": "net,learner,round,steps_per_second,resident_bytes\nfeedforward,train,one,2,3\n",
		"runs.csv":  "net,learner,seed,steps,seconds,cpu_seconds,score\nfeedforward,train,1,2,3,4,5\n",
	} {
		args := arena(t)
		if err := os.Mkdir("out", 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join("out", name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if err := run(context.Background(), args, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
