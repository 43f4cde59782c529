package training

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

type testRow struct {
	Steps int64   `json:"steps"`
	Score float64 `json:"score"`
}

func create(t *testing.T) *Folder {
	t.Helper()
	d, err := CreateFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if d.lock != nil {
			d.Close()
		}
	})
	return d
}

func TestUsedFolderIsRefused(t *testing.T) {
	d := create(t)
	if _, err := CreateFolder(d.path); !errors.Is(err, ErrBusy) {
		t.Errorf("while in use: got %v, want ErrBusy", err)
	}
	if _, err := OpenFolder(d.path); !errors.Is(err, ErrNoRun) {
		t.Errorf("before the run began: got %v, want ErrNoRun", err)
	}
	if err := d.WriteFile(ConfigFile, []byte("steps = 1\n")); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenFolder(d.path); !errors.Is(err, ErrBusy) {
		t.Errorf("while in use: got %v, want ErrBusy", err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := CreateFolder(d.path); !errors.Is(err, ErrUsed) {
		t.Errorf("afterwards: got %v, want ErrUsed", err)
	}
	again, err := OpenFolder(d.path)
	if err != nil {
		t.Fatalf("resume: %v", err)
	}
	again.Close()
}

func TestMetricsAreCutBack(t *testing.T) {
	d := create(t)
	for i := int64(1); i <= 5; i++ {
		if err := d.AppendMetrics(testRow{100 * i, float64(i)}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.CutMetrics(300); err == nil {
		t.Error("cutting a log that is being written must be refused")
	}
	d.metrics.WriteString(`{"steps":600,"sc`) // a crash in the middle of a line
	d.metrics.Close()
	d.metrics = nil
	if rows, err := ReadMetrics[testRow](d.Path(MetricsFile)); err != nil || len(rows) != 5 {
		t.Errorf("read %d rows, %v; want the 5 whole ones", len(rows), err)
	}
	if warning, err := d.CutMetrics(300); err != nil || warning != nil {
		t.Fatal(warning, err)
	}
	if err := d.AppendMetrics(testRow{400, 9}); err != nil {
		t.Fatal(err)
	}
	rows, err := ReadMetrics[testRow](d.Path(MetricsFile))
	if err != nil || len(rows) != 4 || rows[2] != (testRow{300, 3}) || rows[3] != (testRow{400, 9}) {
		t.Errorf("got %v, %v", rows, err)
	}
}

// TestDamagedMetricsAreKept: lines that power failures damaged cost no others, and the log as it
// was is kept, each time.
func TestDamagedMetricsAreKept(t *testing.T) {
	d := create(t)
	for i, damage := range []string{"\x00\x00\x00", "{\"steps\":20", "{\"score\":1}", "null"} {
		text := `{"steps":100,"score":1}` + "\n" + damage + "\n" + "\x00\x00" + `{"steps":300,"score":3}` + "\n" +
			`{"steps":400,"score":4}` + "\n" + `{"steps":500,"score":5}` + "\n" + `{"steps":6`
		if err := d.WriteFile(MetricsFile, []byte(text)); err != nil {
			t.Fatal(err)
		}
		warning, err := d.CutMetrics(400)
		kept := d.Path(fmt.Sprintf("metrics.jsonl.damaged-%d", i+1))
		if err != nil || warning == nil ||
			!strings.Contains(warning.Error(), "1 damaged lines, the first is line 2; the file as it was is "+kept) {
			t.Errorf("%q: warning %v, error %v", damage, warning, err)
		}
		rows, err := ReadMetrics[testRow](d.Path(MetricsFile))
		if err != nil || !slices.Equal(rows, []testRow{{100, 1}, {300, 3}, {400, 4}}) {
			t.Errorf("%q: %v, %v", damage, rows, err)
		}
		if old, err := os.ReadFile(kept); err != nil || string(old) != text {
			t.Errorf("%q: kept %q, %v", damage, old, err)
		}
		if warning, err := d.CutMetrics(400); warning != nil || err != nil {
			t.Errorf("%q: again: warning %v, error %v", damage, warning, err)
		}
	}
}

func TestDamagedMetricsNameTheLine(t *testing.T) {
	d := create(t)
	if err := d.WriteFile(MetricsFile, []byte("{\"steps\":1}\nnonsense\n")); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadMetrics[testRow](d.Path(MetricsFile)); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("got %v, want an error naming line 2", err)
	}
	if err := d.AppendMetrics(func() {}); err == nil {
		t.Error("a testRow JSON cannot hold must be an error")
	}
}

func TestInfo(t *testing.T) {
	d := create(t)
	if _, err := d.ReadInfo(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want not exist", err)
	}
	want := NewInfo(7, "w")
	if err := d.WriteInfo(want); err != nil {
		t.Fatal(err)
	}
	got, err := d.ReadInfo()
	if err != nil || got.Seed != 7 || got.World != "w" || got.Kernels != want.Kernels || got.Go == "" ||
		got.Revision == "" {
		t.Errorf("got %+v, %v", got, err)
	}
	if err := d.WriteFile(InfoFile, []byte("{")); err != nil {
		t.Fatal(err)
	}
	if _, err := d.ReadInfo(); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("got %v, want damaged", err)
	}
}

func TestWriteFileLeavesNoTemporaryFile(t *testing.T) {
	d := create(t)
	if err := os.Mkdir(d.Path("taken"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := d.WriteFile("taken", []byte("x")); err == nil {
		t.Error("a folder in the way must be an error")
	}
	entries, err := os.ReadDir(d.path)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), ".taken") {
			t.Errorf("left %s behind", entry.Name())
		}
	}
}

// TestLock: one process at a time, in a folder that holds no run.
func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "folder")
	lock, err := LockFolder(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := LockFolder(path); !errors.Is(err, ErrBusy) {
		t.Errorf("while it is held: %v", err)
	}
	if err := lock.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := LockFolder(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
	if _, err := OpenFolder(path); !errors.Is(err, ErrNoRun) {
		t.Errorf("locking made a run of it: %v", err)
	}
}
