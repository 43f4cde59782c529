package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// kernel is a package with a benchmark that does turns turns of work.
const kernel = `package kernel

func Work(n int) (s float64) {
	for i := range n {
		s = s*0.5 + float64(i)
	}
	return s
}

const turns = TURNS
`

const kernelTest = `package kernel

import "testing"

var sink float64

func BenchmarkWork(b *testing.B) {
	for b.Loop() {
		sink = Work(turns)
	}
}

func BenchmarkOther(b *testing.B) {
	b.Run("size=small", func(b *testing.B) {
		for b.Loop() {
			sink = Work(10)
		}
	})
}
`

// repository makes a repository with one commit and returns its folder.
func repository(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, "go.mod", "module tiny\n\ngo 1.26.0\n")
	write(t, dir, "kernel.go", strings.ReplaceAll(kernel, "TURNS", "2000"))
	write(t, dir, "kernel_test.go", kernelTest)
	write(t, dir, "plain/plain.go", "package plain\n")
	for _, args := range [][]string{{"init", "-q"}, {"add", "."}, {"-c", "user.name=t", "-c",
		"user.email=t@example.org", "commit", "-qm", "first"}} {
		if _, err := output(t.Context(), dir, "git", args...); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// compare runs the program and returns its exit code and what it printed.
func compare(t *testing.T, args ...string) (code int, printed string) {
	t.Helper()
	var out bytes.Buffer
	return exitCode(run(t.Context(), args, &out, &out), &out), out.String()
}

// A kernel made a thousand times slower is caught, on a machine that is busy
// with something else too, and nothing of the checkout stays.
func TestSlowedKernelIsCaught(t *testing.T) {
	dir := repository(t)
	write(t, dir, "kernel.go", strings.ReplaceAll(kernel, "TURNS", "2000000"))
	raw := filepath.Join(t.TempDir(), "raw")
	code, printed := compare(t, "-old", "HEAD", "-dir", dir, "-out", raw, "-count", "6", "-benchtime", "2ms", "-ratio",
		"20", "-bench", "Work")
	if code != 1 {
		t.Errorf("exit code %d, want 1:\n%s", code, printed)
	}
	if !regexp.MustCompile(`(?m)^! .* sec/op .* tiny Work`).MatchString(printed) {
		t.Errorf("the regression is not named:\n%s", printed)
	}
	for _, name := range []string{"old.txt", "new.txt"} {
		text, err := os.ReadFile(filepath.Join(raw, name))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(string(text), "\nBenchmarkWork"); got != 6 {
			t.Errorf("%s has %d results, want 6", name, got)
		}
		if strings.Contains(string(text), "BenchmarkOther") {
			t.Errorf("%s has a benchmark that -bench does not name", name)
		}
	}
	if list, err := output(t.Context(), dir, "git", "worktree", "list"); err != nil || strings.Count(list, "\n") != 1 {
		t.Errorf("worktrees left: %s %v", list, err)
	}
}

func TestUnchangedPasses(t *testing.T) {
	dir := repository(t)
	if code, printed := compare(t, "-old", "HEAD", "-dir", dir); code != 0 ||
		!strings.Contains(printed, "tiny: the same binary") {
		t.Errorf("exit code %d:\n%s", code, printed)
	}
	code, printed := compare(t, "-old", "HEAD", "-dir", dir, "-all", "-count", "4", "-benchtime", "2ms", "-ratio", "20",
		"-bench", "Other/size=small")
	if code != 0 || !strings.Contains(printed, "2 figures compared over 4 rounds") {
		t.Errorf("exit code %d:\n%s", code, printed)
	}
}

// A faster kernel passes, as do benchmarks and packages that only one tree has.
func TestFasterPasses(t *testing.T) {
	dir := repository(t)
	write(t, dir, "kernel.go", strings.ReplaceAll(kernel, "TURNS", "100"))
	write(t, dir, "added/added_test.go", "package added\n\nimport \"testing\"\n\nfunc BenchmarkWork(b *testing.B) "+
		"{\n\tfor b.Loop() {\n\t}\n}\n")
	code, printed := compare(t, "-old", "HEAD", "-dir", dir, "-count", "4", "-benchtime", "2ms", "-ratio", "20",
		"-bench", "Work")
	if code != 0 || !strings.Contains(printed, "only in the working tree: tiny/added Work") {
		t.Errorf("exit code %d:\n%s", code, printed)
	}
}

func TestTroubleIsNoVerdict(t *testing.T) {
	dir := repository(t)
	for what, args := range map[string][]string{
		"no commit":              {"-dir", dir},
		"an unknown commit":      {"-old", "nothing", "-dir", dir},
		"too few rounds":         {"-old", "HEAD", "-dir", dir, "-count", "3"},
		"a ratio below 1":        {"-old", "HEAD", "-dir", dir, "-ratio", "0.9"},
		"a ratio of NaN":         {"-old", "HEAD", "-dir", dir, "-ratio", "nan"},
		"a level of 0":           {"-old", "HEAD", "-dir", dir, "-alpha", "0"},
		"no packages":            {"-old", "HEAD", "-dir", dir, "-packages", ""},
		"a pattern that is none": {"-old", "HEAD", "-dir", dir, "-all", "-bench", "("},
		"no such benchmark":      {"-old", "HEAD", "-dir", dir, "-all", "-bench", "Nothing"},
		"an argument":            {"-old", "HEAD", "-dir", dir, "kernel"},
	} {
		if code, printed := compare(t, args...); code != 2 {
			t.Errorf("%s: exit code %d, want 2:\n%s", what, code, printed)
		}
	}
	write(t, dir, "kernel_test.go", strings.ReplaceAll(kernelTest, "sink = Work(turns)", `b.Fatal("no")`))
	if code, printed := compare(t, "-old", "HEAD", "-dir", dir, "-count", "4", "-benchtime", "1x", "-bench",
		"Work"); code != 2 {
		t.Errorf("a benchmark that fails: exit code %d, want 2:\n%s", code, printed)
	}
	write(t, dir, "kernel.go", "package kernel\n\nno Go\n")
	if code, printed := compare(t, "-old", "HEAD", "-dir", dir); code != 2 {
		t.Errorf("a tree that does not build: exit code %d, want 2:\n%s", code, printed)
	}
	if list, err := output(t.Context(), dir, "git", "worktree", "list"); err != nil || strings.Count(list, "\n") != 1 {
		t.Errorf("worktrees left: %s %v", list, err)
	}
}

func TestInterrupted(t *testing.T) {
	dir := repository(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out bytes.Buffer
	if code := exitCode(run(ctx, []string{"-old", "HEAD", "-dir", dir}, &out, &out), &out); code != 2 {
		t.Errorf("exit code %d, want 2:\n%s", code, out.String())
	}
}
