package kernels

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestAssemblyHabits holds what vet does not look for: on amd64 every return
// clears the upper halves of the vector registers, no instruction is spelled in
// bytes outside of neon_arm64.h, and every file says what it requires and names
// its Go twin.
func TestAssemblyHabits(t *testing.T) {
	files, err := filepath.Glob("*.s")
	if err != nil || len(files) == 0 {
		t.Fatalf("no assembly to look at: %v", err)
	}
	forbidden := regexp.MustCompile(`^(BYTE|WORD|LONG|QUAD|LOOP)\b`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		arm64 := strings.HasSuffix(file, "_arm64.s")
		requires := "// Requires: AVX"
		if arm64 {
			requires = "// Requires: NEON"
		}
		for _, words := range []string{requires, "Go twin", "//go:build !purego\n"} {
			if !strings.Contains(string(text), words) {
				t.Errorf("%s does not have %q", file, words)
			}
		}
		var before string
		for i, line := range strings.Split(string(text), "\n") {
			line, _, _ = strings.Cut(line, "//")
			line = strings.TrimSpace(line)
			if !arm64 && line == "RET" && before != "VZEROUPPER" {
				t.Errorf("%s:%d: RET without VZEROUPPER", file, i+1)
			}
			if forbidden.MatchString(line) {
				t.Errorf("%s:%d: %s", file, i+1, line)
			}
			if line != "" {
				before = line
			}
		}
	}
}
