//go:build unix

package atomicfile

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestMain lets the test binary be the process that TestKilledWhileWriting kills.
func TestMain(m *testing.M) {
	if path := os.Getenv("ATOMICFILE_TEST_HANG"); path != "" {
		Write(path, func(w io.Writer) error {
			io.WriteString(w, "half of the new")
			os.Stdout.WriteString("writing\n")
			time.Sleep(time.Hour)
			return nil
		})
	}
	os.Exit(m.Run())
}

// TestKilledWhileWriting kills a process in the middle of a write: the old file stays, and the next
// write works.
func TestKilledWhileWriting(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	if err := Write(path, writeText("old")); err != nil {
		t.Fatal(err)
	}
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "ATOMICFILE_TEST_HANG="+path)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(out, make([]byte, len("writing\n"))); err != nil {
		t.Error(err)
	}
	child.Process.Kill()
	child.Wait()
	all := names(t, dir)
	if content(t, path) != "old" || len(all) != 2 || !strings.HasPrefix(all[0], ".f.tmp-") {
		t.Errorf("the file holds %q, there are %v", content(t, path), all)
	}
	if err := Write(path, writeText("new")); err != nil || content(t, path) != "new" {
		t.Errorf("error %v, the file holds %q", err, content(t, path))
	}
}
