package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"colonnade/a3c/stats"
)

// records reads what -table wrote as JSON lines.
func records(t *testing.T, path string) (all []episode) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for decoder := json.NewDecoder(file); ; {
		var e episode
		if err := decoder.Decode(&e); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
}

// TestRecord: several seeds count together; every episode has its line, which agrees with the
// result, as CSV too.
func TestRecord(t *testing.T) {
	path, dir := checkpoint(t, false, nil), t.TempDir()
	lines, table := filepath.Join(dir, "e.jsonl"), filepath.Join(dir, "e.csv")
	r, told := eval(t, "-checkpoint", path, "-episodes", "30", "-seeds", "2", "-seed", "8", "-table", lines)
	all := records(t, lines)
	if r.Episodes != 60 || len(all) != 60 || len(r.BySeed) != 2 || !strings.Contains(told, "between 2 seeds") {
		t.Fatalf("%d episodes, %d lines, means %v; %s", r.Episodes, len(all), r.BySeed, told)
	}
	ended, sum := map[string]float64{}, 0.0
	for i, e := range all {
		if e.Seed != 8+uint64(i/30) || e.Episode != i%30 || e.Domain != "sim" || e.Checkpoint != path || e.Steps < 1 {
			t.Fatalf("line %d: %+v", i, e)
		}
		if e.TargetX == nil || math.Abs(*e.TargetX) > 0.2 || math.Abs(*e.TargetY+0.45) > 0.15 {
			t.Fatalf("line %d: the target is at %v, %v", i, e.TargetX, e.TargetY)
		}
		// a violation in the very last step aside, which these seeds lack
		if (e.Ended == endedByTime) != (e.Steps == 50) {
			t.Errorf("line %d: ended by %s after %d steps", i, e.Ended, e.Steps)
		}
		ended[e.Ended] += 1.0 / 60
		sum += e.Score
	}
	if *all[0].TargetX == *all[1].TargetX || *all[0].TargetX == *all[30].TargetX {
		t.Error("two episodes have the same target")
	}
	if math.Abs(sum/60-r.Mean) > 1e-12 || math.Abs((r.BySeed[0]+r.BySeed[1])/2-r.Mean) > 1e-12 {
		t.Errorf("mean %g, of the lines %g, by seed %v", r.Mean, sum/60, r.BySeed)
	}
	delete(ended, endedByTime)
	causes := 0.0
	for cause, share := range ended {
		if math.Abs(r.Causes[cause]-share) > 1e-9 || cause == endedByViolation {
			t.Errorf("%s: %g, of the lines %g", cause, r.Causes[cause], share)
		}
		causes += share
	}
	if r.Violations == 0 || math.Abs(causes-r.Violations) > 1e-9 || len(ended) != len(r.Causes) || len(ended) < 2 {
		t.Errorf("violations %g, causes %v", r.Violations, r.Causes)
	}
	if r.ViolationsCI95[0] >= r.Violations || r.ViolationsCI95[1] <= r.Violations {
		t.Errorf("violations %g in %v", r.Violations, r.ViolationsCI95)
	}
	second, _ := eval(t, "-checkpoint", path, "-episodes", "30", "-seed", "9", "-table", table)
	if second.Mean != r.BySeed[1] || second.BySeed != nil {
		t.Errorf("the second seed alone: %g, among two %g", second.Mean, r.BySeed[1])
	}
	data, err := os.ReadFile(table)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil || len(rows) != 31 || rows[0][6] != "ended" || rows[1][6] != all[30].Ended {
		t.Errorf("%d rows, %v, %v", len(rows), rows[:2], err)
	}
}

func TestMap(t *testing.T) {
	path := filepath.Join(t.TempDir(), "map.svg")
	eval(t, "-checkpoint", checkpoint(t, false, nil), "-episodes", "20", "-map", path)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := xml.Unmarshal(data, new(struct{})); err != nil ||
		!strings.Contains(string(data), "20 episodes of reach in sim") {
		t.Errorf("%v: %.200s", err, data)
	}
}

func versus(t *testing.T, args ...string) (compared, string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if err := run(context.Background(), args, &stdout, &stderr); err != nil {
		t.Fatalf("%v\n%s", err, &stderr)
	}
	var c compared
	if err := json.Unmarshal(stdout.Bytes(), &c); err != nil {
		t.Fatal(err)
	}
	return c, stderr.String()
}

// TestAgainst: the same episodes for both, paired in the same world and not in another; the record
// holds both.
func TestAgainst(t *testing.T) {
	a, b := checkpoint(t, false, nil), checkpoint(t, true, nil)
	lines := filepath.Join(t.TempDir(), "e.jsonl")
	self, told := versus(t, "-checkpoint", a, "-against", a, "-episodes", "10")
	if self.Comparison != (stats.Comparison{Test: stats.PairedTest, P: 1}) ||
		!reflect.DeepEqual(self.result, self.Against) || !strings.Contains(told, "not significant") {
		t.Errorf("against itself: %+v; %s", self, told)
	}
	c, _ := versus(t, "-checkpoint", a, "-against", b, "-episodes", "10", "-table", lines)
	alone, _ := eval(t, "-checkpoint", b, "-episodes", "10")
	if !reflect.DeepEqual(c.Against, alone) || c.Comparison.Test != stats.PairedTest ||
		c.Comparison.Difference != c.Mean-c.Against.Mean {
		t.Errorf("against another: %+v, alone it is %+v", c, alone)
	}
	all := records(t, lines)
	if len(all) != 20 || all[0].Checkpoint != a || all[10].Checkpoint != b || *all[3].TargetX != *all[13].TargetX {
		t.Errorf("%d lines: %+v", len(all), all)
	}
	c, told = versus(t, "-checkpoint", a, "-against-domain", "robot", "-episodes", "10")
	if c.Comparison.Test != stats.UnpairedTest || reflect.DeepEqual(c.result, c.Against) ||
		!strings.Contains(told, "reach in robot") {
		t.Errorf("in another world: %+v; %s", c, told)
	}
}
