package figure

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"colonnade/a3c/view"
)

func TestMeans(t *testing.T) {
	points := []Point{{Steps: 10, Episodes: 1, Score: 4}, {Steps: 20, Episodes: 3, Score: 8},
		{Steps: 40, Episodes: 2, Score: 1}}
	if got := MeanScore(points, 10); got != (3*8+2*1)/5.0 {
		t.Errorf("mean after 10 steps: %g", got)
	}
	if got := Binned(points, 40, 4); got[0] != 4 || got[1] != 8 || !math.IsNaN(got[2]) || got[3] != 1 {
		t.Errorf("binned: %v", got)
	}
	if got := Binned(points, 20, 2); got[0] != 4 || got[1] != 8 {
		t.Errorf("binned, cut off: %v", got)
	}
	if mean, spread := MeanSpread([]float64{1, math.NaN(), 3}); mean != 2 || math.Abs(spread-math.Sqrt2) > 1e-12 {
		t.Errorf("mean %g, spread %g", mean, spread)
	}
	if mean, spread := MeanSpread([]float64{5}); mean != 5 || spread != 0 {
		t.Errorf("mean %g, spread %g", mean, spread)
	}
}

// folder writes a run folder whose score grows to a height.
func folder(t *testing.T, dir, net string, seed int, height float64) {
	t.Helper()
	path := filepath.Join(dir, fmt.Sprintf("%s-%d", net, seed))
	if err := os.MkdirAll(path, 0o777); err != nil {
		t.Fatal(err)
	}
	config := fmt.Sprintf("net = %q\nwidth = \"wide\"\nseed = %d\nsteps = 1000\n", net, seed)
	var metrics bytes.Buffer
	for i := range 10 {
		fmt.Fprintf(&metrics, "{\"steps\":%d,\"window_episodes\":2,\"score\":%g}\n", 100*(i+1), height*float64(i)/9)
	}
	for name, data := range map[string][]byte{"config.toml": []byte(config), "metrics.jsonl": metrics.Bytes()} {
		if err := os.WriteFile(filepath.Join(path, name), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// TestCurves: from run folders to pictures and numbers, twice the same bytes.
func TestCurves(t *testing.T) {
	dir := t.TempDir()
	folder(t, filepath.Join(dir, "a"), "recurrent", 1, 30)
	folder(t, filepath.Join(dir, "a"), "recurrent", 2, 34)
	folder(t, dir, "feedforward", 1, 20)
	runs, err := Find(dir)
	if err != nil {
		t.Fatal(err)
	}
	groups := GroupBy(runs, func(r *Run) string { return r.Net + " " + r.Width })
	if len(groups) != 2 || groups[0].Name != "recurrent wide" || len(groups[0].Runs) != 2 ||
		groups[0].Runs[1].Seed != 2 {
		t.Fatalf("%+v", groups)
	}
	bands := Bands(groups)
	if b := bands[0]; b.Name != "recurrent wide, 2 runs" || b.Mean[parts-1] != 32 ||
		math.Abs(b.High[parts-1]-32-2*math.Sqrt2) > 1e-9 {
		t.Errorf("%s: %g, %g", b.Name, b.Mean[parts-1], b.High[parts-1])
	}
	var first map[string]string
	for range 2 {
		out := t.TempDir()
		if err := Write(out, "figure", view.Axes{Title: "t", X: "x", Y: "y"}, bands); err != nil {
			t.Fatal(err)
		}
		files := map[string]string{}
		for _, suffix := range []string{".svg", ".png", ".csv"} {
			data, err := os.ReadFile(filepath.Join(out, "figure"+suffix))
			if err != nil {
				t.Fatal(err)
			}
			files[suffix] = string(data)
		}
		if first == nil {
			first = files
		}
		for suffix := range files {
			if files[suffix] != first[suffix] {
				t.Errorf("%s differs the second time", suffix)
			}
		}
	}
	if !strings.Contains(first[".csv"], "\"feedforward wide, 1 run\",997.5,20.0000,20.0000,20.0000") {
		t.Errorf("table:\n%s", first[".csv"][len(first[".csv"])-200:])
	}
}

func TestFindErrors(t *testing.T) {
	if _, err := Find(t.TempDir()); err == nil || !strings.Contains(err.Error(), "no run folder") {
		t.Errorf("an empty folder: %v", err)
	}
	if _, err := Find(filepath.Join(t.TempDir(), "absent")); err == nil {
		t.Error("a folder that is not there: no error")
	}
	dir := t.TempDir()
	folder(t, dir, "recurrent", 1, 1)
	if err := os.WriteFile(filepath.Join(dir, "recurrent-1", "config.toml"), []byte("net = [1"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Find(dir); err == nil || !strings.Contains(err.Error(), "recurrent-1") {
		t.Errorf("a damaged configuration: %v", err)
	}
}

func TestMedianFilter(t *testing.T) {
	var windows []Point
	for i := range 30 { // 60 episodes: 0 and 10 by turns, then 20
		scores := []float32{0, 10}
		if i >= 15 {
			scores = []float32{20, 20}
		}
		windows = append(windows, Point{Steps: int64(100 * (i + 1)), Scores: scores})
	}
	points := medianFilter(windows)
	if len(points) != 60 || points[0].Steps != 100 || points[59].Steps != 3000 {
		t.Fatalf("%d points, %+v", len(points), points[0])
	}
	for i, want := range map[int]float64{0: 0, 1: 5, 59: 20, 45: 20} { // the filter is shorter at the ends
		if points[i].Score != want {
			t.Errorf("episode %d: %g, want %g", i, points[i].Score, want)
		}
	}
	if bands := MedianBands([]Group{{Name: "a", Runs: []Run{{Windows: windows}}}}); bands[0].Mean[parts-1] != 20 {
		t.Errorf("the curve ends at %g", bands[0].Mean[parts-1])
	}
}
