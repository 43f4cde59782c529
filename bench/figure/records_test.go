package figure

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func sampleRecords() []Record {
	return []Record{
		{Run: "a/1", Group: "a", Domain: "robot", Task: "reach", Seed: 1 << 63, LearningRate: 3e-4,
			EntropyCost: 0.00512, Steps: 60000, Parameters: 36940,
			Score: 34.25, CI95: 1.5, Episodes: 100, Reached: 0.98, Violations: 0.02, StepsPerSecond: 5432,
			CPU: "a, \"b\"", Kernels: "avx2", Revision: "abc",
			Windows: []Point{{Steps: 500, Episodes: 2, Score: 3, Scores: []float32{2, 4}}, {Steps: 1000}}},
		{Run: "a/2", Group: "a", Windows: []Point{{Steps: 500}, {Steps: 1000}, {Steps: 1500, Episodes: 1, Score: 0.5,
			Scores: []float32{0.5}},
			{Steps: 1508, Episodes: 1, Score: 8, Scores: []float32{8}}}},
		{Run: "b/1", Group: "b", Diverged: "NaN,\nof tensor x"},
	}
}

// TestRecords: what is written is read again, and written again with the same bytes.
func TestRecords(t *testing.T) {
	dir := t.TempDir()
	if none, err := ReadRecords(dir); err != nil || none != nil {
		t.Errorf("an empty folder: %v, %v", none, err)
	}
	want := sampleRecords()
	if err := WriteRecords(dir, want); err != nil {
		t.Fatal(err)
	}
	got, err := ReadRecords(dir)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\ngot  %+v\nwant %+v", err, got, want)
	}
	before, err := os.ReadFile(filepath.Join(dir, RecordsFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := WriteRecords(dir, got); err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(filepath.Join(dir, RecordsFile)); err != nil || string(after) != string(before) {
		t.Errorf("%v: written again:\n%s\n%s", err, before, after)
	}
	// Curves of a run whose record was never written are left out.
	if err := WriteRecords(dir, want[2:]); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadRecords(dir); err != nil || len(got) != 1 || got[0].Windows != nil {
		t.Errorf("%v: %+v", err, got)
	}
}

// TestOldTraining: a table with one window in a line, as it was written once, says the same.
func TestOldTraining(t *testing.T) {
	dir := t.TempDir()
	if err := WriteRecords(dir, sampleRecords()); err != nil {
		t.Fatal(err)
	}
	const old = "run,steps,scores\na/1,500,2 4\na/1,1000,\na/2,500,\na/2,1000,\na/2,1500,0.5\na/2,1508,8\n"
	if err := os.WriteFile(filepath.Join(dir, TrainingFile), []byte(old), 0o666); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadRecords(dir); err != nil || !reflect.DeepEqual(got, sampleRecords()) {
		t.Errorf("%v\ngot  %+v\nwant %+v", err, got, sampleRecords())
	}
}

// TestOldGroup: a group under the name that it had in older files is the one of today.
func TestOldGroup(t *testing.T) {
	dir := t.TempDir()
	if err := WriteRecords(dir, []Record{{Run: "untouched", Group: "random column 1 untouched"}}); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadRecords(dir); err != nil || len(got) != 1 || got[0].Group != "random column 1 zero-shot" {
		t.Errorf("%v: %+v", err, got)
	}
}

// TestDamagedRecords: what is no table of records is an error that names file and line.
func TestDamagedRecords(t *testing.T) {
	for name, damage := range map[string]struct {
		file     string
		old, new string
		want     string
	}{
		"another table":      {RecordsFile, "run,group", "run,grape", "its first line is not"},
		"an empty file":      {RecordsFile, "", "", "its first line is not"},
		"a score in words":   {RecordsFile, "34.25", "many", "line 2: score"},
		"a seed below 0":     {RecordsFile, "9223372036854775808", "-3", "line 2: seed"},
		"a field too few":    {RecordsFile, "robot,", "", "wrong number of fields"},
		"windows in words":   {TrainingFile, "500", "five", "line 2: steps"},
		"windows missing":    {TrainingFile, "500:500:1000", "500:500:1500", "does not fit the 2 windows"},
		"no length":          {TrainingFile, "500:500:1000", "500", "does not fit the 2 windows"},
		"a window's scores":  {TrainingFile, "2 4", "2 x", "line 2: scores"},
		"quotes left open":   {RecordsFile, "a/1", "\"a/1", RecordsFile},
		"another first line": {TrainingFile, "steps", "step", "its first line is not"},
	} {
		dir := t.TempDir()
		if err := WriteRecords(dir, sampleRecords()); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, damage.file)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Replace(string(data), damage.old, damage.new, 1)
		if damage.old == "" {
			text = ""
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadRecords(dir); err == nil || !strings.Contains(err.Error(), damage.want) ||
			!strings.Contains(err.Error(), damage.file) {
			t.Errorf("%s: got %v, want %q", name, err, damage.want)
		}
	}
}

func TestSorted(t *testing.T) {
	records := []Record{{Group: "a", Score: 3}, {Group: "b", Score: 1}, {Group: "a", Score: 7}, {Group: ""}}
	groups := GroupRecords(records, func(r *Record) string { return r.Group })
	bands := Sorted(groups)
	if len(bands) != 2 || bands[0].Name != "a" || !reflect.DeepEqual(bands[0].Mean, []float64{7, 3}) ||
		!reflect.DeepEqual(bands[0].X, []float64{1, 2}) {
		t.Errorf("%+v", bands)
	}
}
