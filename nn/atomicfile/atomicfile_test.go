package atomicfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// content returns what a file holds.
func content(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// names returns the names of all files in dir.
func names(t *testing.T, dir string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

func writeText(text string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	}
}

// TestWrite: a new file, a replaced one, and one whose writing fails half-way.
func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	for _, text := range []string{"old", "newer"} {
		if err := Write(path, writeText(text)); err != nil || content(t, path) != text {
			t.Fatalf("%q: error %v, the file holds %q", text, err, content(t, path))
		}
	}
	broken := errors.New("broken")
	if err := Write(path, func(w io.Writer) error {
		io.WriteString(w, "half")
		if got := content(t, path); got != "newer" {
			t.Errorf("while writing the file holds %q", got)
		}
		return broken
	}); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	if got := names(t, dir); len(got) != 1 || content(t, path) != "newer" {
		t.Errorf("after an error there are %v and the file holds %q", got, content(t, path))
	}
	// The place is taken by a folder: found out when renaming.
	folder := filepath.Join(dir, "folder", "sub")
	if err := os.MkdirAll(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := Write(filepath.Dir(folder), writeText("x")); err == nil {
		t.Error("a folder was replaced")
	}
	if got := names(t, dir); len(got) != 2 {
		t.Errorf("after a failed rename there are %v", got)
	}
	if err := Write(filepath.Join(dir, "none", "f"), writeText("x")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no folder: error %v", err)
	}
}

// TestWriteHere: a name without a folder means the current one.
func TestWriteHere(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := Write("f", writeText("here")); err != nil || content(t, "f") != "here" {
		t.Errorf("error %v", err)
	}
}

// TestWriteThroughLinks: a link stays a link, and what is no file is not replaced by one.
func TestWriteThroughLinks(t *testing.T) {
	dir := t.TempDir()
	file, link, pipe := filepath.Join(dir, "f"), filepath.Join(dir, "link"), filepath.Join(dir, "pipe")
	if err := errors.Join(os.WriteFile(file, []byte("old"), 0o666), os.Symlink("f", link),
		syscall.Mkfifo(pipe, 0o666)); err != nil {
		t.Fatal(err)
	}
	if err := Write(link, writeText("new")); err != nil || content(t, file) != "new" {
		t.Errorf("through a link: %q, %v", content(t, file), err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is now %v, %v", info.Mode(), err)
	}
	read := make(chan string)
	go func() {
		data, _ := os.ReadFile(pipe)
		read <- string(data)
	}()
	if err := Write(pipe, writeText("through")); err != nil || <-read != "through" {
		t.Errorf("into a pipe: %v", err)
	}
	if info, err := os.Lstat(pipe); err != nil || info.Mode()&os.ModeNamedPipe == 0 {
		t.Errorf("the pipe is now %v, %v", info.Mode(), err)
	}
	if err := Write("/dev/full", writeText("much")); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("into a full device: %v", err)
	}
	if err := Write(dir, writeText("x")); !errors.Is(err, syscall.EISDIR) {
		t.Errorf("over a folder: %v", err)
	}
}

// TestLeftovers: old temporary files of the same name go; young ones, which another process may be
// writing, and those of other names stay.
func TestLeftovers(t *testing.T) {
	dir := t.TempDir()
	old := time.Now().Add(-2 * leftoverAge)
	for name, when := range map[string]time.Time{".f.tmp-0": old, ".f.tmp-1": time.Now(), ".g.tmp-2": old,
		"f.tmp-3": old} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.WriteFile(path, nil, 0o666), os.Chtimes(path, when, when)); err != nil {
			t.Fatal(err)
		}
	}
	if err := Write(filepath.Join(dir, "f"), writeText("x")); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(names(t, dir), " "); got != ".f.tmp-1 .g.tmp-2 f f.tmp-3" {
		t.Errorf("there are %s", got)
	}
}
