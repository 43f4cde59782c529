package domain_test

import (
	"os"
	"path/filepath"
	"testing"

	"colonnade/sim/domain"
)

// TestNamed: a domain from a file is kept with a run, which goes on with it wherever the file is by
// then; a named one needs no keeping.
func TestNamed(t *testing.T) {
	keep := func(dir string) func(string, []byte) error {
		return func(name string, data []byte) error { return os.WriteFile(filepath.Join(dir, name), data, 0o666) }
	}
	file, run, empty := filepath.Join(t.TempDir(), "bench.json"), t.TempDir(), t.TempDir()
	text := `{"name": "bench", "about": "for tests", "quantities":
		{"motion.payload": {"unit": "kg", "value": 0.2, "from": "test"}}}`
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	named := domain.ByName("robot")
	if err := named.Keep(keep(empty)); err != nil {
		t.Fatal(err)
	}
	if kept, _ := os.ReadDir(empty); len(kept) != 0 || named.Undecided("sim") || named.Undecided(file) {
		t.Errorf("robot leaves %v, or may be another domain", kept)
	}
	if err := named.Set(file); err != nil || named.Name() != "bench" || named.String() != file ||
		!named.Undecided("other.json") {
		t.Fatalf("%s: domain %s, %v", &named, named.Name(), err)
	}
	if err := named.Keep(keep(run)); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	again := domain.ByName("sim")
	if err := again.SetKept(run, file); err != nil || again.Name() != "bench" || again.String() != file {
		t.Errorf("kept: %s, domain %s, %v", &again, again.Name(), err)
	}
	if err := again.SetKept(empty, file); err == nil || again.Name() != "bench" {
		t.Errorf("neither kept nor there: domain %s, %v", again.Name(), err)
	}
	if err := again.SetKept(run, "sim"); err != nil || again.Name() != "sim" {
		t.Errorf("a name: domain %s, %v", again.Name(), err)
	}
}

// TestFixedWorld: the fixed world of a domain with ranges is always the same one.
func TestFixedWorld(t *testing.T) {
	random := domain.ByName("random")
	if random.Fixed() {
		t.Fatal("random has no ranges")
	}
	if a, b := random.FixedWorld(), random.FixedWorld(); *a != *b {
		t.Errorf("%v, then %v", a, b)
	}
}
