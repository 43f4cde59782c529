package experiment

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReportWithoutTrainingScores: a folder whose training scores are not kept cannot be drawn
// again, and is left as it is.
func TestReportWithoutTrainingScores(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "results")
	if err := os.CopyFS(dir, os.DirFS("../results/figure-5/value-cost")); err != nil {
		t.Fatal(err)
	}
	read := func() string {
		t.Helper()
		text, err := os.ReadFile(filepath.Join(dir, readmeFile))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	before := read()
	if _, err := Report(dir); err == nil || !strings.Contains(err.Error(), "training.csv is missing") {
		t.Errorf("got %v", err)
	}
	if read() != before {
		t.Error("the page has changed")
	}
}
