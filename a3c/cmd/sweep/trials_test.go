package main

import (
	"io"
	"path/filepath"
	"strings"
	"testing"

	"colonnade/a3c/study"
)

// The live page's table has every score there is, those that came farthest first, and of these the
// best.
func TestTrialsTable(t *testing.T) {
	out := filepath.Join(t.TempDir(), "study")
	r, stderr, err := sweep(t, small(out, "-http", "127.0.0.1:0")...)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(stderr, "sweep: live page: http://127.0.0.1:") {
		t.Errorf("stderr does not say where the page is:\n%s", stderr)
	}
	o, err := parse([]string{"-resume", "-out", out}, io.Discard, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	s, err := study.New(o.study, out, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	table, err := trials(s)
	if err != nil {
		t.Fatal(err)
	}
	if len(table.Rows) != r.Scores || r.Scores != 6 {
		t.Fatalf("%d rows of %d scores, want 6", len(table.Rows), r.Scores)
	}
	for i, row := range table.Rows {
		if want := map[bool]string{true: "1", false: "0"}[i < 2]; len(row) != len(table.Head) || row[1] != want {
			t.Errorf("row %d: %q", i, row)
		}
	}
	if !strings.Contains(table.Note, "6 scores of 4 trials in 2 rungs") {
		t.Errorf("note %q", table.Note)
	}
}
