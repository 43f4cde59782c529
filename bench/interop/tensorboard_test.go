package interop

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image/png"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"colonnade/a3c"
	"colonnade/a3c/training"
)

// value is a number or a picture of an event file.
type value struct {
	Step   int64   `json:"step"`
	Tag    string  `json:"tag"`
	Value  float64 `json:"value"`
	Image  string  `json:"image"` // base64
	Width  int     `json:"width"`
	Height int     `json:"height"`
}

// TestTensorBoard: a run that was killed after its last checkpoint and resumed
// shows each step once in its event files, with the numbers of metrics.jsonl.
func TestTensorBoard(t *testing.T) {
	need(t)
	train := filepath.Join(t.TempDir(), "train")
	other(t, "go", "build", "-o", train, "colonnade/a3c/cmd/train")
	out := filepath.Join(t.TempDir(), "run")
	killed := exec.Command(train, "-out", out, "-width", "narrow", "-workers", "1", "-envs", "4", "-steps", "1000000",
		"-metrics-every", "400", "-checkpoint-every", "1600", "-episodes", "1")
	if err := killed.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(10 * time.Millisecond) {
		if rows, _ := training.ReadMetrics[a3c.Metrics](filepath.Join(out, training.MetricsFile)); len(rows) >= 6 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the run does not get on")
		}
	}
	if err := killed.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	killed.Wait()
	rows, err := training.ReadMetrics[a3c.Metrics](filepath.Join(out, training.MetricsFile))
	if err != nil {
		t.Fatal(err)
	}
	last := rows[len(rows)-1].Steps
	other(t, train, "-out", out, "-resume", "-steps", strconv.FormatInt(last+2000, 10))

	files, err := filepath.Glob(filepath.Join(out, training.EventFiles))
	if err != nil || len(files) != 2 {
		t.Fatalf("event files %v, %v; want two", files, err)
	}
	var read struct {
		Orphans int     `json:"orphans"`
		Values  []value `json:"values"`
	}
	if err := json.Unmarshal(other(t, "node", append([]string{"testdata/events.mjs", *packages}, files...)...),
		&read); err != nil {
		t.Fatal(err)
	}
	if rows, err = training.ReadMetrics[a3c.Metrics](filepath.Join(out, training.MetricsFile)); err != nil {
		t.Fatal(err)
	}
	scalars, pictures := map[string]map[int64]float64{}, 0
	for _, v := range read.Values {
		if v.Image != "" {
			checkPicture(t, v)
			pictures++
			continue
		}
		if scalars[v.Tag] == nil {
			scalars[v.Tag] = map[int64]float64{}
		}
		if _, twice := scalars[v.Tag][v.Step]; twice {
			t.Errorf("%s of step %d twice", v.Tag, v.Step)
		}
		scalars[v.Tag][v.Step] = v.Value
	}
	for tag, want := range map[string]func(a3c.Metrics) float64{
		"loss/value_loss":        func(m a3c.Metrics) float64 { return m.ValueLoss },
		"entropy/factor9":        func(m a3c.Metrics) float64 { return m.Entropy[8] },
		"update/learning_rate":   func(m a3c.Metrics) float64 { return m.LearningRate },
		"speed/steps_per_second": func(m a3c.Metrics) float64 { return m.StepsPerSecond },
	} {
		if len(scalars[tag]) != len(rows) {
			t.Errorf("%d values of %s, metrics.jsonl has %d", len(scalars[tag]), tag, len(rows))
		}
		for _, row := range rows {
			if got := scalars[tag][row.Steps]; got != float64(float32(want(row))) {
				t.Errorf("%s of step %d is %v, want %v", tag, row.Steps, got, want(row))
			}
		}
	}
	if pictures == 0 {
		t.Error("no pictures")
	}
	t.Logf("%d rows, %d tags, %d pictures; %d values of steps that were trained anew were dropped", len(rows),
		len(scalars), pictures, read.Orphans)
}

func checkPicture(t *testing.T, v value) {
	t.Helper()
	data, err := base64.StdEncoding.DecodeString(v.Image)
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil || m.Width != v.Width || m.Height != v.Height || m.Height != 64 {
		t.Errorf("a picture of %dx%d at step %d, said to be %dx%d: %v", m.Width, m.Height, v.Step, v.Width, v.Height,
			err)
	}
}
