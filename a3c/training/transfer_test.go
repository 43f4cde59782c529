package training

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestFiles: names with commas and backslashes come back from what a configuration file says, and a
// file that exists is taken as it is typed.
func TestFiles(t *testing.T) {
	for _, want := range []Files{{"a"}, {"a", "b"}, {"runs/lr=3e-4,ent=5e-3", "b"}, {`a\`, "b"}, {`a\,`, `\\b,`}} {
		var got Files
		if err := got.Set(want.String()); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %q, %v", want, got, err)
		}
	}
	path := filepath.Join(t.TempDir(), "lr=3e-4,ent=5e-3")
	if err := os.Mkdir(path, 0o777); err != nil {
		t.Fatal(err)
	}
	var got Files
	for _, text := range []string{path, "x,y"} {
		if err := got.Set(text); err != nil {
			t.Fatal(err)
		}
	}
	if want := (Files{path, "x", "y"}); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
