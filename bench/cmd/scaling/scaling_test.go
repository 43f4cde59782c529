package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"colonnade/bench"
)

// A ratio is that of one round: a machine that is slow for a whole round does
// not count.
func TestTable(t *testing.T) {
	tab := &table{net: bench.Net{Recurrent: true, Wide: true}, rounds: 3, span: time.Second, samples: [][]sample{{{100, 50}, {50, 60}, {100, 40}}, {{190, 50}, {95, 50}, {150, 0}}}}
	rows := tab.rows()
	if r := rows[0]; r.Rate != 100 || r.Least != 50 || r.Most != 100 || r.Ratio != 1 || r.Cost != 1 || r.Work != 50 {
		t.Errorf("one worker: %+v", r)
	}
	if r := rows[1]; r.Rate != 150 || r.Ratio != 1.9 || r.Cost != 1.1 {
		t.Errorf("two workers: %+v", r)
	}
	var text bytes.Buffer
	tab.write(&text)
	if want := "| 2 | 150 | 95 - 190 | 1.90 | 95 % | 50 | 1.10 |"; !strings.Contains(text.String(), want) {
		t.Errorf("the table lacks %q:\n%s", want, text.String())
	}
}

func TestRun(t *testing.T) {
	out := t.TempDir()
	var stdout, stderr bytes.Buffer
	err := run(context.Background(), []string{"-width", "narrow", "-workers", "2", "-rounds", "1", "-span", "1ms", "-out", out}, &stdout, &stderr)
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	files, err := filepath.Glob(filepath.Join(out, "*", "recurrent-narrow.md"))
	if err != nil || len(files) != 1 {
		t.Fatalf("tables %v, %v", files, err)
	}
	written, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	last, ok := bytes.CutPrefix(stdout.Bytes(), written)
	var result struct{ Workers []row }
	if err := json.Unmarshal(last, &result); !ok || err != nil || len(result.Workers) != 2 || !strings.Contains(stdout.String(), "\n| 2 | ") {
		t.Errorf("printed:\n%s\nwritten:\n%s", stdout.String(), written)
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := measure(ctx, bench.Net{Recurrent: true}, 1, time.Hour); err == nil {
		t.Error("a measurement goes on after its context ended")
	}
}

func TestWrongFlags(t *testing.T) {
	for _, args := range [][]string{{"-workers", "0"}, {"-rounds", "0"}, {"-span", "0s"}, {"-net", "convolutional"}} {
		if err := run(context.Background(), args, &bytes.Buffer{}, &bytes.Buffer{}); err == nil {
			t.Errorf("%v is accepted", args)
		}
	}
}
