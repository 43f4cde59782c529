package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// suite is a package's benchmarks in both trees.
type suite struct {
	importPath string
	sides      [2]side // old, new
}

// side is one tree's half of a suite.
type side struct {
	dir    string   // of the package's source, where its benchmarks run
	binary string   // "" if this tree lacks the package or has no benchmarks in it
	names  []string // of the benchmark functions
}

// build checks the old commit out below temporary, builds both trees' test
// binaries and returns the suites worth measuring. remove undoes the checkout
// and may be called after an error.
func build(ctx context.Context, o *options, temporary string, stderr io.Writer) (suites []suite, remove func(),
	err error) {
	remove = func() {}
	dir, err := filepath.Abs(o.dir)
	if err != nil {
		return nil, remove, err
	}
	oldTree := filepath.Join(temporary, "old")
	if _, err := output(ctx, dir, "git", "worktree", "add", "--detach", oldTree, o.old); err != nil {
		return nil, remove, err
	}
	remove = func() {
		// Not under ctx: it has to happen after an interrupt, too.
		if _, err := output(context.Background(), dir, "git", "worktree", "remove", "--force", oldTree); err != nil {
			fmt.Fprintln(stderr, "compare:", err)
		}
	}
	packages := map[string]*suite{}
	var order []string
	for i, tree := range []string{oldTree, dir} {
		list, err := output(ctx, tree, "go", append([]string{"list", "-f", "{{.ImportPath}}\t{{.Dir}}"},
			o.packages...)...)
		if err != nil {
			return nil, remove, err
		}
		for line := range strings.Lines(list) {
			importPath, source, _ := strings.Cut(strings.TrimSpace(line), "\t")
			s := packages[importPath]
			if s == nil {
				s = &suite{importPath: importPath}
				packages[importPath] = s
				order = append(order, importPath)
			}
			binary := filepath.Join(temporary, fmt.Sprintf("%d-%s.test", i, strings.ReplaceAll(importPath, "/", "-")))
			if s.sides[i], err = buildSide(ctx, source, binary, importPath); err != nil {
				return nil, remove, err
			}
		}
	}
	for _, importPath := range order {
		s := packages[importPath]
		if len(s.sides[0].names)+len(s.sides[1].names) == 0 {
			continue
		}
		same, err := sameFile(s.sides[0].binary, s.sides[1].binary)
		if err != nil {
			return nil, remove, err
		}
		if same && !o.all {
			fmt.Fprintf(stderr, "compare: %s: the same binary\n", importPath)
			continue
		}
		suites = append(suites, *s)
	}
	return suites, remove, nil
}

// buildSide builds a package's test binary, without paths in it, so that equal
// source gives equal bytes.
func buildSide(ctx context.Context, source, binary, importPath string) (side, error) {
	if found, err := hasBenchmarks(source); err != nil || !found {
		return side{dir: source}, err
	}
	if _, err := output(ctx, source, "go", "test", "-c", "-trimpath", "-o", binary, importPath); err != nil {
		return side{}, err
	}
	list, err := output(ctx, source, binary, "-test.list", "^Benchmark")
	if err != nil {
		return side{}, err
	}
	return side{dir: source, binary: binary, names: strings.Fields(list)}, nil
}

// hasBenchmarks spares the build of the packages that have none.
func hasBenchmarks(source string) (bool, error) {
	files, err := filepath.Glob(filepath.Join(source, "*_test.go"))
	if err != nil {
		return false, err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return false, err
		}
		if bytes.Contains(text, []byte("\nfunc Benchmark")) {
			return true, nil
		}
	}
	return false, nil
}

func sameFile(a, b string) (bool, error) {
	if a == "" || b == "" {
		return a == b, nil
	}
	x, err := os.ReadFile(a)
	if err != nil {
		return false, err
	}
	y, err := os.ReadFile(b)
	return bytes.Equal(x, y), err
}

// output runs a command and returns what it printed; its complaints become the
// error.
func output(ctx context.Context, dir, name string, args ...string) (string, error) {
	command := exec.CommandContext(ctx, name, args...)
	command.Dir = dir
	var out, complaints bytes.Buffer
	command.Stdout, command.Stderr = &out, &complaints
	if err := command.Run(); err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s%s", filepath.Base(name), strings.Join(args, " "), err, complaints.String(),
			out.String())
	}
	return out.String(), nil
}
