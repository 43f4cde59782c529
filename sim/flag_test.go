package sim_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// TestEveryPackageKnowsGolden: see package simtest.
func TestEveryPackageKnowsGolden(t *testing.T) {
	tests, knows := make(map[string]bool), make(map[string]bool)
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		if file.Name.Name == "simtest" {
			return nil // defines it
		}
		tests[filepath.Dir(path)] = true
		for _, i := range file.Imports {
			if i.Path.Value == `"colonnade/sim/internal/simtest"` {
				knows[filepath.Dir(path)] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(tests) < 2 {
		t.Errorf("found tests in %d folders only", len(tests))
	}
	for dir := range tests {
		if !knows[dir] {
			t.Errorf("no test file in sim/%s imports colonnade/sim/internal/simtest, so go test ./sim/... -args -golden DIR fails there", dir)
		}
	}
}
