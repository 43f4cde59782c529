package training

import (
	"runtime"
	"testing"

	"colonnade/a3c"
)

// TestALongRunCostsNoMoreMemory: drawing the curve at a checkpoint, and keeping the windows, takes
// no more memory after twenty thousand windows than after as many as are drawn one by one. (Drawn
// one by one, 1,826 windows took 30 MB each time.)
func TestALongRunCostsNoMoreMemory(t *testing.T) {
	dir, err := CreateFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	r := &Run{dir: dir}
	window := func() {
		r.note(a3c.Metrics{
			Steps: r.last + 1000, Updates: r.last / 100, WindowEpisodes: 20, Score: float64(r.last % 37000 / 1000),
			Reached: float64(r.last%7000) / 7000, Entropy: []float64{float64(r.last%11000) / 11000, 0.5, 0.2},
			Scores: make([]float32, 20),
		})
	}
	// grow adds windows up to so many and returns the bytes that remain in use, and those that a
	// curve then takes.
	grow := func(windows int) (kept, drawn uint64) {
		for r.history.Windows() < windows {
			window()
		}
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		if err := r.drawCurve(); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		return before.HeapAlloc, after.TotalAlloc - before.TotalAlloc
	}
	kept, drawn := grow(400)
	for _, windows := range []int{1826, 20_000} {
		keptNow, drawnNow := grow(windows)
		t.Logf("after %d windows %d KiB are in use and a curve takes %d KiB; after 400 windows %d and %d", windows,
			keptNow>>10, drawnNow>>10, kept>>10, drawn>>10)
		if drawnNow > drawn+drawn/4 || keptNow > kept+1<<20 {
			t.Error("that is more")
		}
	}
}

// TestRecentScore holds the score to a plain sum over the windows' ends.
func TestRecentScore(t *testing.T) {
	var r recentScore
	var all []a3c.Metrics
	for i := range int64(3000) {
		m := a3c.Metrics{WindowEpisodes: i * i % 7, Score: float64(i*31%97) / 7}
		r.add(m)
		all = append(all, m)
		sum, episodes := 0.0, int64(0)
		for j := len(all) - 1; j >= 0 && episodes < scoreEpisodes; j-- {
			sum += all[j].Score * float64(all[j].WindowEpisodes)
			episodes += all[j].WindowEpisodes
		}
		score, ok := r.mean()
		if ok != (episodes >= scoreEpisodes) || ok && score != sum/float64(episodes) {
			t.Fatalf("after %d windows: %v, %t, want %v over %d episodes", i+1, score, ok, sum/float64(episodes),
				episodes)
		}
		if len(r.windows) > scoreEpisodes {
			t.Fatalf("%d windows are kept", len(r.windows))
		}
	}
}
