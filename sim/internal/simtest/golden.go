// Package simtest is what the tests of several packages under sim share: the flag -golden, states to
// draw, and files of hashes that say what came of it.
//
// The test flag -golden DIR is the folder of golden data to check instead of sim/testdata/golden.
// "go test ./sim/... -args -golden DIR" hands the flag to the test binary of every package under
// sim, and a binary that does not know it fails. So every package with tests here imports this one
// from a test file, with
//
//	import _ "colonnade/sim/internal/simtest"
//
// where it uses nothing else of it; a test in package sim sees to it.
package simtest

import (
	"flag"
	"os"
	"path/filepath"
)

var dir = flag.String("golden", "", "check the golden data in `DIR` (relative to the package or to the module)")

// GoldenDir returns the folder given by -golden, or fallback where none was. A relative folder that does
// not exist seen from the package under test is taken as seen from the root of the module.
func GoldenDir(fallback string) string {
	if *dir == "" {
		return fallback
	}
	if _, err := os.Stat(*dir); err == nil || filepath.IsAbs(*dir) {
		return *dir
	}
	root, err := os.Getwd()
	if err != nil {
		return *dir
	}
	for {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			return filepath.Join(root, *dir)
		}
		parent := filepath.Dir(root)
		if parent == root {
			return *dir
		}
		root = parent
	}
}
