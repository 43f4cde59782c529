package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"colonnade/a3c"
	"colonnade/a3c/cli"
	"colonnade/a3c/cmd/cmdtest"
	"colonnade/a3c/study"
	"colonnade/a3c/training"
	"colonnade/nn"
)

func TestMain(m *testing.M) { cmdtest.Main(m, main) }

// small is a study of the smallest network: four trials of 320 steps, of which two go on to 960.
func small(out string, more ...string) []string {
	return append([]string{"-out", out, "-net", "feedforward", "-width", "narrow", "-workers", "1", "-envs", "4",
		"-deterministic",
		"-trials", "4", "-rungs", "2", "-keep", "3", "-steps", "960", "-metrics-every", "160", "-checkpoint-every",
		"80", "-episodes", "3", "-seed", "5"}, more...)
}

func sweep(t *testing.T, args ...string) (result, string, error) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	err := run(context.Background(), args, &stdout, &stderr)
	var r result
	if err == nil {
		if err := json.Unmarshal(stdout.Bytes(), &r); err != nil {
			t.Fatalf("%s: %v", &stdout, err)
		}
	}
	return r, stderr.String(), err
}

func read(t *testing.T, path ...string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestHalving(t *testing.T) {
	out := filepath.Join(t.TempDir(), "study")
	r, _, err := sweep(t, small(out)...)
	if err != nil {
		t.Fatal(err)
	}
	if !r.Done || r.Trials != 4 || r.Scores != 6 || r.Budget != 4*320+2*640 || r.Best == nil || r.Best.Rung != 1 ||
		r.Best.Steps != 960 {
		t.Errorf("%+v", r)
	}
	table := read(t, out, "trials.csv")
	if lines := strings.Count(table, "\n"); lines != 7 {
		t.Errorf("%d lines:\n%s", lines, table)
	}
	for _, name := range []string{"scores.svg", "scores.png"} {
		read(t, out, name)
	}
	// A trial's folder is one that train goes on with.
	if config := read(t, out, "trial-000", training.ConfigFile); !strings.Contains(config, "learning-rate = ") ||
		strings.Contains(config, "trials") {
		t.Errorf("the trial's configuration:\n%s", config)
	}
	before := read(t, out, "trial-000", "rung-0.json")
	again, said, err := sweep(t, "-resume", "-out", out)
	if err != nil || again.Scores != 6 || strings.Contains(said, "rung 1 of 2") {
		t.Errorf("%+v, %v, %s", again, err, said)
	}
	if read(t, out, "trial-000", "rung-0.json") != before || read(t, out, "trials.csv") != table {
		t.Error("a study that is done was worked on")
	}
	if _, _, err := sweep(t, small(out)...); err != nil {
		t.Errorf("the same command again: %v", err)
	}
	if _, _, err := sweep(t, small(out, "-trials", "9")...); !errors.Is(err, study.ErrUsed) {
		t.Errorf("another study in the same folder: %v", err)
	}
	if _, _, err := sweep(t, "-resume", "-out", out, "-trials", "9"); err == nil ||
		!strings.Contains(err.Error(), "cannot change") {
		t.Errorf("joining with other settings: %v", err)
	}
}

// Processes that share a study and are killed in the middle leave what one process alone does:
// every trial run once to its end, with the same bits.
func TestSharedAndKilled(t *testing.T) {
	alone, shared := filepath.Join(t.TempDir(), "alone"), filepath.Join(t.TempDir(), "shared")
	if _, _, err := sweep(t, small(alone)...); err != nil {
		t.Fatal(err)
	}
	if _, _, err := sweep(t, small(shared, "-prepare")...); err != nil {
		t.Fatal(err)
	}
	command := func() *exec.Cmd { return cmdtest.Start(t, "-resume", "-out", shared) }
	victims := []*exec.Cmd{command(), command()}
	for i, victim := range victims {
		cmdtest.WaitForMetrics(t, filepath.Join(shared, study.Trial{Number: i}.Name()), 1)
		if err := victim.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		victim.Wait()
	}
	survivors := []*exec.Cmd{command(), command(), command()}
	for _, survivor := range survivors {
		if err := survivor.Wait(); err != nil {
			t.Fatal(err)
		}
	}
	if a, b := read(t, alone, "trials.csv"), read(t, shared, "trials.csv"); a != b {
		t.Errorf("alone:\n%s\nshared:\n%s", a, b)
	}
	for i := range 4 {
		name := study.Trial{Number: i}.Name()
		a, b := strings.Count(read(t, alone, name, training.MetricsFile), "\n"),
			strings.Count(read(t, shared, name, training.MetricsFile), "\n")
		if a != b {
			t.Errorf("%s: %d and %d rows of metrics", name, a, b)
		}
	}
}

// Two processes on one trial: the second is refused, and says why.
func TestBusyTrial(t *testing.T) {
	out := filepath.Join(t.TempDir(), "study")
	if _, _, err := sweep(t, small(out, "-prepare")...); err != nil {
		t.Fatal(err)
	}
	dir, err := training.CreateFolder(filepath.Join(out, "trial-002"))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := sweep(t, "-resume", "-out", out, "-trial", "2"); !errors.Is(err, training.ErrBusy) ||
		!strings.Contains(err.Error(), "trial 2") {
		t.Errorf("got %v", err)
	}
	if err := dir.Close(); err != nil {
		t.Fatal(err)
	}
	if r, _, err := sweep(t, "-resume", "-out", out, "-trial", "2"); err != nil || r.Scores != 1 || r.Best.Trial != 2 ||
		r.Done {
		t.Errorf("%+v, %v", r, err)
	}
}

// A study whose trials are given out one by one, as an array of cluster jobs does, one array a
// rung: a trial that did not get into the second rung has nothing to do there, and what is finished
// is not worked on again.
func TestTrialByTrial(t *testing.T) {
	alone, array := filepath.Join(t.TempDir(), "alone"), filepath.Join(t.TempDir(), "array")
	if _, _, err := sweep(t, small(alone)...); err != nil {
		t.Fatal(err)
	}
	for rung, scores := range [][]int{{1, 2, 3, 4}, {4, 4, 4, 4}} {
		idle := 0
		for trial, most := range scores {
			// Without -resume: each of them makes the study if it is not there.
			r, said, err := sweep(t, small(array, "-trial", strconv.Itoa(trial))...)
			if err != nil || r.Scores < most || r.Scores > most+2*rung {
				t.Fatalf("rung %d, trial %d: %+v, %v", rung, trial, r, err)
			}
			if strings.Contains(said, "nothing to do") {
				idle++
			}
			if r.Done != (r.Scores == 6) {
				t.Errorf("rung %d, trial %d: %+v", rung, trial, r)
			}
		}
		if idle != 2*rung {
			t.Errorf("rung %d: %d trials had nothing to do", rung, idle)
		}
	}
	if a, b := read(t, alone, "trials.csv"), read(t, array, "trials.csv"); a != b {
		t.Errorf("alone:\n%s\ntrial by trial:\n%s", a, b)
	}
}

// What is interrupted is saved and no failure, unless a scheduler is to know.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	out := filepath.Join(t.TempDir(), "study")
	for _, more := range [][]string{{}, {"-trial", "1"}} {
		var stdout, stderr bytes.Buffer
		if err := run(ctx, small(out, more...), &stdout, &stderr); err != nil ||
			!strings.Contains(stdout.String(), `"done":false`) ||
			!strings.Contains(stdout.String(), `"interrupted":true`) ||
			!strings.Contains(stderr.String(), "go on with: sweep -resume -out "+out) {
			t.Errorf("%v: %v, %s", more, err, &stdout)
		}
		if err := run(ctx, small(out, append(more, "-unfinished-fails")...), &stdout, &stderr); cli.Exit("sweep", err,
			io.Discard) != 1 {
			t.Errorf("%v -unfinished-fails: %v", more, err)
		}
	}
	if r, _, err := sweep(t, small(out, "-trial", "1", "-unfinished-fails")...); err != nil || r.Scores != 1 {
		t.Errorf("%+v, %v", r, err)
	}
}

// Settings that lead to numbers without meaning are a result, the worst one, and not the study's
// end.
func TestDivergedTrials(t *testing.T) {
	// gradients and losses that are not finite
	for _, rates := range [][]string{{"1e30..1e37", "-clip-norm", "0"}, {"1e4..1e6"}} {
		out := filepath.Join(t.TempDir(), "study")
		r, _, err := sweep(t,
			small(out, append([]string{"-rungs", "1", "-trials", "2", "-learning-rate"}, rates...)...)...)
		if err != nil {
			t.Fatal(err)
		}
		if !r.Done || r.Scores != 2 || r.Best.Diverged == "" ||
			!strings.Contains(read(t, out, "trials.csv"), "not a finite number") {
			t.Errorf("%+v", r)
		}
	}
}

// One trial that cannot go on is reported in the end; the others are worked on.
func TestDamagedTrial(t *testing.T) {
	out := filepath.Join(t.TempDir(), "study")
	if _, _, err := sweep(t, small(out, "-prepare")...); err != nil {
		t.Fatal(err)
	}
	if _, _, err := sweep(t, "-resume", "-out", out, "-trial", "0"); err != nil {
		t.Fatal(err)
	}
	first := filepath.Join(out, "trial-000")
	if err := errors.Join(os.Remove(filepath.Join(first, "rung-0.json")),
		os.WriteFile(filepath.Join(first, training.InfoFile), []byte("{"), 0o666)); err != nil {
		t.Fatal(err)
	}
	_, said, err := sweep(t, "-resume", "-out", out)
	if err == nil || !strings.Contains(err.Error(), "trial-000") || !strings.Contains(said, "trial-000 cannot go on") {
		t.Errorf("%v, %s", err, said)
	}
	read(t, out, "trials.csv")
	for i := 1; i < 4; i++ {
		read(t, out, study.Trial{Number: i}.Name(), "rung-0.json")
	}
}

// A study may search the settings of a transfer: with the transfer's defaults, in -domain robot
// unless said otherwise.
func TestTransferStudy(t *testing.T) {
	from := cmdtest.Column(t, nn.ReachArch(true, false), 1, nil)
	for _, method := range []string{"progressive", "finetune", "scratch-wide"} {
		out := filepath.Join(t.TempDir(), "study")
		args := []string{"-out", out, "-method", method, "-trials", "2", "-steps", "100", "-episodes", "2"}
		if method != "scratch-wide" {
			args = append(args, "-from", from)
		}
		if _, _, err := sweep(t, append(args, "-prepare")...); err != nil {
			t.Fatal(err)
		}
		r, _, err := sweep(t, "-resume", "-out", out)
		if err != nil || !r.Done || r.Scores != 2 {
			t.Fatalf("%s: %+v, %v", method, r, err)
		}
		config := read(t, out, "trial-001", training.ConfigFile)
		for _, want := range []string{`domain = 'robot'`, `method = '` + method, "envs = 1\n", "target-every = 3\n"} {
			if !strings.Contains(config, want) {
				t.Errorf("%s: no %s in\n%s", method, want, config)
			}
		}
		c, _, err := nn.LoadCheckpoint(training.CheckpointPath(filepath.Join(out, "trial-001")))
		if err != nil {
			t.Fatal(err)
		}
		if columns := len(c.Network.Columns()); (columns == 2) != (method == "progressive") {
			t.Errorf("%s: %d columns", method, columns)
		}
	}
}

// TestTaughtStudy: the trials of a study may have a teacher; then the learning rate is searched
// alone, and whoever goes on with the study trains with the same settings.
func TestTaughtStudy(t *testing.T) {
	from := cmdtest.Column(t, nn.ReachArch(true, false), 1, nil)
	out := filepath.Join(t.TempDir(), "study")
	args := []string{"-out", out, "-method", "finetune", "-teacher", "twin", "-windows", "2", "-from", from, "-trials",
		"2", "-steps", "100", "-episodes", "2"}
	if _, _, err := sweep(t, append(args, "-entropy-cost", "1e-4..1e-3")...); err == nil ||
		!strings.Contains(err.Error(), "a student under a teacher has none") {
		t.Errorf("an entropy cost to search: %v", err)
	}
	if _, _, err := sweep(t, "-out", out, "-teacher", "twin"); err == nil || !strings.Contains(err.Error(),
		"it is for a transfer") {
		t.Errorf("a first column: %v", err)
	}
	if _, _, err := sweep(t, append(args, "-prepare")...); err != nil {
		t.Fatal(err)
	}
	r, _, err := sweep(t, "-resume", "-out", out)
	if err != nil || !r.Done || r.Scores != 2 {
		t.Fatalf("%+v, %v", r, err)
	}
	var rates []string
	for _, trial := range []string{"trial-000", "trial-001"} {
		config := read(t, out, trial, training.ConfigFile)
		for _, want := range []string{"teacher = 'twin'", "windows = 2\n", "rollout = 10\n", "value-cost = 0.1\n"} {
			if !strings.Contains(config, want) {
				t.Errorf("%s: no %s in\n%s", trial, want, config)
			}
		}
		_, rate, _ := strings.Cut(config, "\nlearning-rate = ")
		rates = append(rates, rate[:strings.IndexByte(rate, '\n')])
		rows, err := training.ReadMetrics[a3c.Metrics](filepath.Join(out, trial, training.MetricsFile))
		if err != nil || len(rows) == 0 || rows[0].Teacher == nil {
			t.Errorf("%s: %d rows of metrics, %v", trial, len(rows), err)
		}
	}
	if rates[0] == rates[1] || rates[0] == "0.001" {
		t.Errorf("learning rates %v: none were drawn", rates)
	}
}

// TestPreparedFinetune: trials of a study that was prepared take the epsilon that transfer would, as those of one that was not do.
func TestPreparedFinetune(t *testing.T) {
	from := cmdtest.Column(t, nn.ReachArch(true, false), 1, nil)
	out := filepath.Join(t.TempDir(), "study")
	if _, _, err := sweep(t, "-out", out, "-method", "finetune", "-from", from, "-trials", "1", "-steps", "100", "-episodes", "2",
		"-prepare"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := sweep(t, "-resume", "-out", out); err != nil {
		t.Fatal(err)
	}
	if config := read(t, out, "trial-000", training.ConfigFile); !strings.Contains(config, "\nepsilon = 0.1\n") {
		t.Error(config)
	}
}

func TestUsage(t *testing.T) {
	for _, test := range []struct{ args, want string }{
		{"", "-out FOLDER is needed"},
		{"-out x -trials 0", "0 trials"},
		{"-out x -rungs 0", "0 rungs"},
		{"-out x -keep 1", "one trial in 1 is kept"},
		{"-out x -steps 5 -rungs 4", "too few for 4 rungs"},
		{"-out x -learning-rate 5e-3", "is no range"},
		{"-out x -learning-rate 5e-3..1e-3", "want 0 < LOW <= HIGH"},
		{"-out x -entropy-cost 0..1", "want 0 < LOW <= HIGH"},
		{"-out x -entropy-cost 1e-300..1", "entropy-cost is 1e-300"},
		{"-out x -learning-rate 1e-3..1e40", "learning-rate is 1e+40"},
		{"-out x -trials 3 -trial 3", "trials 0 to 2"},
		{"-out x -episodes 0", "-episodes is 0"},
		{"-out x -resume", "leave -resume off to begin there"},
		{"-out x -resume -prepare", "want one of them"},
	} {
		_, _, err := sweep(t, strings.Fields(test.args)...)
		var usage *cli.UsageError
		if !errors.As(err, &usage) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: got %v, want %q", test.args, err, test.want)
		}
	}
}

// TestGolden: flags, their defaults and the configuration file stay what they are.
func TestGolden(t *testing.T) { cmdtest.Golden(t, run) }

// TestKeepsDomainFile: a study goes on in another folder than the one from which it was begun with
// a domain of a file.
func TestKeepsDomainFile(t *testing.T) {
	folder, out := t.TempDir(), filepath.Join(t.TempDir(), "study")
	text := `{"name": "mine", "quantities": {"camera.position.z": {"unit": "m", "value": 0.9, "from": "test"}}}`
	if err := os.WriteFile(filepath.Join(folder, "mine.json"), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	t.Chdir(folder)
	if _, _, err := sweep(t, small(out, "-domain", "mine.json", "-prepare")...); err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if r, _, err := sweep(t, "-out", out, "-resume", "-trial", "1"); err != nil || r.Scores != 1 {
		t.Errorf("%+v, %v", r, err)
	}
}
