package simtest

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
)

func TestGoldenDir(t *testing.T) {
	given := *dir
	defer func() { *dir = given }()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Dir(filepath.Dir(filepath.Dir(here)))
	for _, c := range []struct{ given, want string }{
		{"", "fallback"},
		{here, here},
		{".", "."},
		{filepath.Join("sim", "testdata"), filepath.Join(root, "sim", "testdata")},
		{filepath.Join(here, "none"), filepath.Join(here, "none")},
	} {
		if err := flag.Set("golden", c.given); err != nil {
			t.Fatal(err)
		}
		if got := GoldenDir("fallback"); got != c.want {
			t.Errorf("with -golden %q the folder is %q, want %q", c.given, got, c.want)
		}
	}
}
