package bench

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"strings"
	"testing"
)

const module = "colonnade/"

// mayImport is the import table of the project: for each top-level folder what
// its packages may import besides the standard library and themselves.
// Commands and bench may import anything; the rooms of a3c have rules of their
// own (TestRooms, TestOnlyCommandsKnowTheArm). Relaxing it is a change of its
// own, with a reason.
var mayImport = map[string][]string{
	"internal": {},
	"kernels":  {"github.com/klauspost/cpuid/v2"},
	"nn":       {module + "kernels", "github.com/minio/highwayhash", "google.golang.org/protobuf/encoding/protowire"},
	"a3c":      {module + "nn", module + "kernels", module + "internal", "github.com/minio/highwayhash"},
	"sim":      {module + "internal"},
	"jaco":     {module + "sim", "golang.org/x/sys"},
}

// mayImportInTests lists what only test files may import in addition.
var mayImportInTests = map[string][]string{
	"kernels": {"pgregory.net/rapid", "golang.org/x/sys"},
	"nn":      {"pgregory.net/rapid"},
	"a3c":     {"pgregory.net/rapid"},
	"sim":     {"github.com/minio/highwayhash", "pgregory.net/rapid"},
	"jaco":    {"pgregory.net/rapid"},
}

type goPackage struct {
	ImportPath   string
	Imports      []string
	Deps         []string
	TestImports  []string
	XTestImports []string
}

func packages(t *testing.T) []goPackage {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,Deps,TestImports,XTestImports",
		module+"...").Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go list: %v\n%s", err, exit.Stderr)
		}
		t.Fatal(err)
	}
	var all []goPackage
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < 10 {
		t.Fatalf("go list found %d packages only", len(all))
	}
	return all
}

// rooms are the parts of a3c that serve commands: they may import libraries and every folder but
// jaco.
var rooms = []string{module + "a3c/cli", module + "a3c/view", module + "a3c/training", module + "a3c/study",
	module + "a3c/live"}

// isLeaf tells the packages that only commands, bench and each other may import.
func isLeaf(importPath string) bool {
	return strings.Contains(importPath, "/cmd/") || folder(importPath) == "bench" || allowed(importPath, rooms)
}

func folder(importPath string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(importPath, module), "/")
	return name
}

func within(importPath, root string) bool {
	return importPath == root || strings.HasPrefix(importPath, root+"/")
}

func isStandard(importPath string) bool {
	first, _, _ := strings.Cut(importPath, "/")
	return !strings.Contains(first, ".") && first+"/" != module
}

func allowed(importPath string, roots []string) bool {
	for _, root := range roots {
		if within(importPath, root) {
			return true
		}
	}
	return false
}

func TestImportTable(t *testing.T) {
	for _, p := range packages(t) {
		if isLeaf(p.ImportPath) {
			continue
		}
		own := folder(p.ImportPath)
		roots, known := mayImport[own]
		if !known {
			t.Errorf("%s: %s is not one of the project's folders", p.ImportPath, own)
			continue
		}
		check := func(imports, roots []string, what string) {
			for _, imported := range imports {
				if isStandard(imported) || folder(imported) == own && strings.HasPrefix(imported, module) &&
					!isLeaf(imported) {
					continue
				}
				if !allowed(imported, roots) {
					t.Errorf("%s (%s) imports %s, which the table does not allow", p.ImportPath, what, imported)
				}
			}
		}
		check(p.Imports, roots, "code")
		testRoots := append(append([]string{}, roots...), mayImportInTests[own]...)
		check(append(p.TestImports, p.XTestImports...), testRoots, "tests")
	}
}

// The rooms of a3c know no commands: what they need of an environment is handed to them.
func TestRooms(t *testing.T) {
	for _, p := range packages(t) {
		if !allowed(p.ImportPath, rooms) {
			continue
		}
		for _, imported := range p.Imports {
			if strings.HasPrefix(imported, module) && isLeaf(imported) && !allowed(imported, rooms) {
				t.Errorf("%s imports %s", p.ImportPath, imported)
			}
		}
	}
}

// Of a3c, only its commands know the arm, directly or by what they import.
func TestOnlyCommandsKnowTheArm(t *testing.T) {
	for _, p := range packages(t) {
		if folder(p.ImportPath) != "a3c" || strings.Contains(p.ImportPath, "/cmd/") {
			continue
		}
		for _, needed := range p.Deps {
			if within(needed, module+"jaco") {
				t.Errorf("%s needs %s", p.ImportPath, needed)
			}
		}
	}
}

// What serves commands is known to commands, to bench and to each other alone.
func TestRoomsAreLeaves(t *testing.T) {
	for _, p := range packages(t) {
		if isLeaf(p.ImportPath) {
			continue
		}
		for _, imported := range append(append(p.Imports, p.TestImports...), p.XTestImports...) {
			if strings.HasPrefix(imported, module) && isLeaf(imported) {
				t.Errorf("%s imports %s", p.ImportPath, imported)
			}
		}
	}
}

// Velocities reach an arm through the safety layer alone: nobody else may import the driver, but
// its own tests.
func TestOnlySafetyDrives(t *testing.T) {
	const driver, guard = module + "jaco/arm", module + "jaco/safety"
	for _, p := range packages(t) {
		for _, imported := range p.Imports {
			if imported == driver && p.ImportPath != guard {
				t.Errorf("%s imports %s; it must go through %s", p.ImportPath, driver, guard)
			}
		}
	}
}

func TestEveryPackageTeaches(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", "{{.ImportPath}}\t{{.Name}}\t{{.Doc}}", module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.SplitN(strings.TrimRight(line, "\n"), "\t", 3)
		if strings.Contains(path.Clean(fields[0]), "/internal/") {
			continue
		}
		if len(fields) < 3 || fields[2] == "" {
			t.Errorf("%s has no package documentation", fields[0])
		}
	}
}
