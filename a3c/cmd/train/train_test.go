package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"colonnade/a3c"
	"colonnade/a3c/cli"
	"colonnade/a3c/cmd/cmdtest"
	"colonnade/a3c/training"
	"colonnade/nn"
)

// fileLimit is the environment variable that limits the size of the command's files, in bytes.
const fileLimit = "COLONNADE_TEST_FILE_LIMIT"

func TestMain(m *testing.M) {
	cmdtest.Main(m, func() {
		if limit, err := strconv.ParseUint(os.Getenv(fileLimit), 10, 64); err == nil {
			signal.Ignore(syscall.SIGXFSZ) // writes fail with EFBIG instead, as on a full disk
			if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
				panic(err)
			}
		}
		main()
	})
}

// small is a short run of the smallest network.
func small(out string, more ...string) []string {
	args := []string{"-out", out, "-net", "recurrent", "-width", "narrow", "-workers", "1", "-envs", "4", "-seed", "3",
		"-steps", "2400", "-metrics-every", "400", "-checkpoint-every", "800", "-milestone-every", "1600", "-episodes", "4"}
	return append(args, more...)
}

// train runs the command in this process and returns its last line.
func train(t *testing.T, args ...string) (training.Result, error) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	err := run(context.Background(), args, &stdout, &stderr)
	var r training.Result
	if err == nil {
		lines := strings.Split(strings.TrimSpace(stdout.String()), "\n")
		if err := json.Unmarshal([]byte(lines[len(lines)-1]), &r); err != nil {
			t.Fatalf("the last line of stdout is no result: %v\n%s", err, &stdout)
		}
	}
	return r, err
}

func metrics(t *testing.T, out string) []a3c.Metrics {
	t.Helper()
	rows, err := training.ReadMetrics[a3c.Metrics](filepath.Join(out, training.MetricsFile))
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// eventFiles returns the contents of the event files for TensorBoard.
func eventFiles(t *testing.T, out string) [][]byte {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(out, training.EventFiles))
	if err != nil {
		t.Fatal(err)
	}
	var files [][]byte
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, data)
	}
	return files
}

func digest(t *testing.T, path string) string {
	t.Helper()
	_, digest, err := nn.LoadCheckpoint(path)
	if err != nil {
		t.Fatal(err)
	}
	return digest
}

func TestRunLeavesItsFolder(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	r, err := train(t, small(out, "-profile", "cpu")...)
	if err != nil {
		t.Fatal(err)
	}
	if r.Steps != 2400 || r.StepsPerSecond <= 0 || r.Episodes != 4 {
		t.Errorf("result %+v", r)
	}
	for _, name := range []string{"config.toml", "run.json", "metrics.jsonl", "curve.svg", "latest.safetensors", "latest.state",
		"previous.safetensors", "previous.state", "cpu.pprof"} {
		if info, err := os.Stat(filepath.Join(out, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	if kept, err := filepath.Glob(filepath.Join(out, "step-*.safetensors")); err != nil || len(kept) != 1 {
		t.Errorf("milestones %v, %v; want one", kept, err)
	}
	if events := eventFiles(t, out); len(events) != 1 || !bytes.Contains(events[0], []byte("episodes/score")) || !bytes.Contains(events[0], []byte("PNG")) {
		t.Errorf("%d event files for TensorBoard, want one with scores and frames", len(events))
	}
	if rows := metrics(t, out); len(rows) != 6 || rows[5].Steps != 2400 {
		t.Errorf("%d rows of metrics", len(rows))
	}
	if _, err := train(t, small(out)...); !errors.Is(err, training.ErrUsed) {
		t.Errorf("the same folder again: got %v, want ErrUsed", err)
	}
}

// A deterministic run stopped in the middle and resumed gives the same
// parameters and metrics as an unbroken one.
func TestResumeIsExact(t *testing.T) {
	whole, broken := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "broken")
	if _, err := train(t, small(whole, "-deterministic", "-workers", "2")...); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var stdout bytes.Buffer
	stderr := &cancelOn{text: "parameters", cancel: cancel} // the line before the first step
	if err := run(ctx, small(broken, "-deterministic", "-workers", "2"), &stdout, stderr); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(stdout.String(), `"interrupted":true`) {
		t.Fatalf("the run was not interrupted: %s", &stdout)
	}
	if _, err := train(t, "-out", broken, "-resume"); err != nil {
		t.Fatal(err)
	}
	if a, b := digest(t, training.CheckpointPath(whole)), digest(t, training.CheckpointPath(broken)); a != b {
		t.Errorf("parameters differ: %s and %s", a, b)
	}
	compareMetrics(t, whole, broken)
	compareStates(t, whole, broken)
}

// cancelOn cancels once a text has been written.
type cancelOn struct {
	text   string
	cancel func()
}

func (c *cancelOn) Write(p []byte) (int, error) {
	if strings.Contains(string(p), c.text) {
		c.cancel()
	}
	return len(p), nil
}

func TestResumeGoesOnWithMoreSteps(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	if _, err := train(t, small(out)...); err != nil {
		t.Fatal(err)
	}
	if _, err := train(t, "-out", out, "-resume", "-net", "feedforward"); !isUsage(err) || !strings.Contains(err.Error(), "started with recurrent") {
		t.Errorf("resume with another network: got %v", err)
	}
	r, err := train(t, "-out", out, "-resume", "-steps", "4000")
	if err != nil || r.Steps != 4000 {
		t.Fatalf("got %+v, %v", r, err)
	}
	if rows := metrics(t, out); len(rows) != 10 {
		t.Errorf("%d rows of metrics, want 10", len(rows))
	}
	if events := eventFiles(t, out); len(events) != 2 {
		t.Errorf("%d event files for TensorBoard, want one for each invocation", len(events))
	}
}

// A run that is extended says that its learning rate rises again; one that just goes on says nothing of it.
func TestExtendedRunTellsItsRate(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	if _, err := train(t, small(out)...); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		steps string
		says  bool
	}{{"2400", false}, {"4800", true}, {"4800", false}} {
		var stderr bytes.Buffer
		if err := run(context.Background(), []string{"-out", out, "-resume", "-steps", c.steps}, io.Discard, &stderr); err != nil {
			t.Fatal(err)
		}
		if says := strings.Contains(stderr.String(), "its learning rate rises from 0 to 0.00015,"); says != c.says {
			t.Errorf("resumed with %s steps:\n%s", c.steps, &stderr)
		}
	}
}

// A run keeps a domain that came from a file: it goes on in another folder, and after the file has changed or gone. Another
// path to the same world is taken; another world is refused by its fingerprint.
func TestResumeKeepsDomainFile(t *testing.T) {
	folder := t.TempDir()
	write := func(name, height string) string {
		t.Helper()
		path := filepath.Join(folder, name)
		text := `{"name": "mine", "quantities": {"camera.position.z": {"unit": "m", "value": ` + height + `, "from": "test"}}}`
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("mine.json", "0.9")
	out := filepath.Join(t.TempDir(), "run")
	t.Chdir(folder)
	if _, err := train(t, small(out, "-domain", "mine.json", "-steps", "80")...); err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if _, err := train(t, "-out", out, "-resume", "-steps", "160"); err != nil {
		t.Errorf("from another folder: %v", err)
	}
	if _, err := train(t, "-out", out, "-resume", "-steps", "240", "-domain", write("copy.json", "0.9")); err != nil {
		t.Errorf("with another path: %v", err)
	}
	if _, err := train(t, "-out", out, "-resume", "-domain", write("mine.json", "0.8")); err == nil || !strings.Contains(err.Error(), "trained in another world") {
		t.Errorf("with another world: %v", err)
	}
	if _, err := train(t, "-out", out, "-resume", "-domain", "robot"); !isUsage(err) || !strings.Contains(err.Error(), "cannot change") {
		t.Errorf("with a preset: %v", err)
	}
	if _, err := train(t, "-out", out, "-resume", "-steps", "320"); err != nil {
		t.Errorf("after the file has changed: %v", err)
	}
}

// A damaged line in the middle of the log costs the run that line, and it says so.
func TestResumeKeepsMetricsBehindDamage(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	if _, err := train(t, small(out)...); err != nil {
		t.Fatal(err)
	}
	before := metrics(t, out)
	path := filepath.Join(out, training.MetricsFile)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	second := data[bytes.IndexByte(data, '\n')+1:]
	clear(second[:bytes.IndexByte(second, '\n')]) // zeros, as after a power failure
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	if err := run(context.Background(), []string{"-out", out, "-resume", "-steps", "2800"}, io.Discard, &stderr); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(stderr.String(), "train: note: "+path+": left out 1 damaged lines, the first is line 2") {
		t.Errorf("no word of the damage:\n%s", &stderr)
	}
	if after := metrics(t, out); len(after) != len(before) || after[0].Steps != before[0].Steps || after[1].Steps != before[2].Steps {
		t.Errorf("%d windows, then %d", len(before), len(after))
	}
}

// A run whose last checkpoint falls on its end, before the last window is closed, goes on as one that had more steps from
// the beginning: no step is counted in two windows.
func TestEndBetweenWindows(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	if _, err := train(t, small(out, "-checkpoint-every", "2400", "-metrics-every", "1000")...); err != nil {
		t.Fatal(err)
	}
	if _, err := train(t, "-out", out, "-resume", "-steps", "4000"); err != nil {
		t.Fatal(err)
	}
	rows := metrics(t, out)
	if len(rows) != 5 || rows[2].Steps != 2400 {
		t.Fatalf("%d windows, want 5, one of them up to step 2400", len(rows))
	}
	episodes := int64(0)
	for _, m := range rows {
		if episodes += m.WindowEpisodes; m.Episodes != episodes {
			t.Errorf("at step %d the windows hold %d episodes, the run %d", m.Steps, episodes, m.Episodes)
		}
	}
}

// With a damaged latest checkpoint the run goes on from the previous one.
func TestResumeFallsBack(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	if _, err := train(t, small(out)...); err != nil {
		t.Fatal(err)
	}
	// A crash between the two files of a unit: new parameters, old state.
	if err := os.Rename(filepath.Join(out, "previous.state"), filepath.Join(out, "latest.state")); err != nil {
		t.Fatal(err)
	}
	if err := run(context.Background(), []string{"-out", out, "-resume"}, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), "no whole checkpoint") {
		t.Errorf("two broken units: got %v", err)
	}
	if err := os.Link(filepath.Join(out, "latest.state"), filepath.Join(out, "previous.state")); err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	if err := run(context.Background(), []string{"-out", out, "-resume"}, io.Discard, &stderr); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(stderr.String(), "going on from the previous checkpoint") {
		t.Errorf("no word of the fallback:\n%s", &stderr)
	}
}

// A checkpoint of another network in the folder is refused, with both named.
func TestResumeRefusesAnotherArchitecture(t *testing.T) {
	narrow, wide := filepath.Join(t.TempDir(), "narrow"), filepath.Join(t.TempDir(), "wide")
	for _, args := range [][]string{small(narrow), small(wide, "-width", "wide", "-steps", "160")} {
		if _, err := train(t, args...); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"latest.safetensors", "latest.state"} {
		if err := os.Rename(filepath.Join(wide, name), filepath.Join(narrow, name)); err != nil {
			t.Fatal(err)
		}
	}
	_, err := train(t, "-out", narrow, "-resume")
	if !errors.Is(err, nn.ErrArchitecture) || !strings.Contains(err.Error(), "fc 128") || !strings.Contains(err.Error(), "fc 16") {
		t.Errorf("got %v", err)
	}
}

func isUsage(err error) bool {
	var usage *cli.UsageError
	return errors.As(err, &usage)
}

func TestUsage(t *testing.T) {
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"no folder", nil, "-out"},
		{"zero workers", []string{"-workers", "0"}, "workers is 0, want 1 to"},
		{"no rate", []string{"-learning-rate", "0"}, "learning-rate"},
		{"a rate that is no number", []string{"-learning-rate", "NaN"}, "learning-rate"},
		{"unknown network", []string{"-net", "transformer"}, "allowed are recurrent, feedforward"},
		{"unknown domain", []string{"-domain", "moon"}, "neither a preset"},
		{"no episodes", []string{"-episodes", "0"}, "-episodes"},
		{"unknown flag", []string{"-learnig-rate", "1"}, "did you mean -learning-rate?"},
		{"contradiction", []string{"-deterministic", "-max-time", "1m"}, "exclude each other"},
	} {
		t.Run(c.name, func(t *testing.T) {
			args := c.args
			if c.args != nil {
				args = append(args, "-out", filepath.Join(t.TempDir(), "run"))
			}
			_, err := train(t, args...)
			if !isUsage(err) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want a usage error with %q", err, c.want)
			}
		})
	}
}

func TestResumeWithoutRun(t *testing.T) {
	if _, err := train(t, "-out", filepath.Join(t.TempDir(), "absent"), "-resume"); err == nil || !strings.Contains(err.Error(), "absent") {
		t.Errorf("got %v", err)
	}
}

// A run that diverges stops at once, names worker and layer, and keeps its last
// good checkpoint.
func TestDivergence(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	_, err := train(t, small(out, "-learning-rate", "1e38", "-clip-norm", "0")...)
	if !errors.Is(err, a3c.ErrNotFinite) || !strings.Contains(err.Error(), "worker 0 at step") || !strings.Contains(err.Error(), "column1.") {
		t.Fatalf("got %v", err)
	}
	var stderr bytes.Buffer
	if cli.Exit("train", err, &stderr) != 1 || !strings.Contains(stderr.String(), "hint: the last good checkpoint, of step 0, is kept") {
		t.Errorf("stderr:\n%s", &stderr)
	}
	digest(t, training.CheckpointPath(out)) // loads, so its parameters are finite
}

func TestGolden(t *testing.T) { cmdtest.Golden(t, run) }
