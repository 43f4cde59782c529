package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"colonnade/bench/internal/machine"
)

func TestRecord(t *testing.T) {
	out := t.TempDir()
	var stdout, stderr bytes.Buffer
	err := run(context.Background(), []string{
		"-count", "2", "-benchtime", "1x", "-bench", "LogSoftmax3/impl=base/groups=9$", "-packages", "colonnade/kernels", "-out", out,
	}, &stdout, &stderr)
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	here := machine.Here(".")
	written, err := os.ReadFile(filepath.Join(out, here.Folder(), here.Commit+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(written, stdout.Bytes()) {
		t.Error("what was written is not what was printed")
	}
	text := string(written)
	for _, want := range []string{"commit: " + here.Commit + "\n", "processor: " + here.CPU + "\n", "\nUnit GFLOP/s better=higher\n", "\npkg: colonnade/kernels\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("the file lacks %q:\n%s", want, text)
		}
	}
	if got := strings.Count(text, "\nBenchmarkLogSoftmax3/"); got != 2 {
		t.Errorf("%d results, want 2", got)
	}
}

func TestFailures(t *testing.T) {
	for _, args := range [][]string{{"-count", "0"}, {"-packages", " "}, {"-packages", "./missing"}} {
		if err := run(context.Background(), args, &bytes.Buffer{}, &bytes.Buffer{}); err == nil {
			t.Errorf("%v is accepted", args)
		}
	}
}
