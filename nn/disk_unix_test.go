//go:build unix

package nn

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain lets the test binary be the process that meets a full disk or is killed.
func TestMain(m *testing.M) {
	path := os.Getenv("NN_TEST_PATH")
	switch os.Getenv("NN_TEST_CHILD") {
	case "":
		os.Exit(m.Run())
	case "full":
		os.Exit(childFullDisk(path))
	case "save":
		os.Exit(childSaves(path))
	}
}

// filled returns a checkpoint of 1.2 MB whose parameters all have one value.
func filled(value float32) *Checkpoint {
	a := ReachArch(true, true)
	n, err := New(a, testScaling(a))
	if err != nil {
		panic(err)
	}
	return &Checkpoint{Network: n, Theta: slices.Repeat([]float32{value}, n.Parameters())}
}

func child(mode, path string) *exec.Cmd {
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), "NN_TEST_CHILD="+mode, "NN_TEST_PATH="+path)
	return c
}

// childFullDisk saves with files limited to NN_TEST_LIMIT bytes, as a disk would be that has no
// more room.
func childFullDisk(path string) int {
	limit, err := strconv.Atoi(os.Getenv("NN_TEST_LIMIT"))
	if err != nil {
		panic(err)
	}
	signal.Ignore(syscall.SIGXFSZ) // the write then fails with EFBIG
	var r syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &r); err != nil {
		panic(err)
	}
	r.Cur = uint64(limit)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &r); err != nil {
		panic(err)
	}
	_, err = SaveCheckpoint(path, filled(2))
	fmt.Println(err)
	if errors.Is(err, syscall.EFBIG) {
		return 3
	}
	return 0
}

// TestFullDisk: a checkpoint that does not fit on the disk is an error that names the file, and the
// old one stays alone.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "latest.safetensors")
	if _, err := SaveCheckpoint(path, filled(1)); err != nil {
		t.Fatal(err)
	}
	for _, limit := range []string{"0", "1000", "65536", "1000000"} {
		c := child("full", path)
		c.Env = append(c.Env, "NN_TEST_LIMIT="+limit)
		out, err := c.CombinedOutput()
		if c.ProcessState.ExitCode() != 3 || !strings.Contains(string(out), "save checkpoint "+path) {
			t.Errorf("limit %s: %v, output %s", limit, err, out)
		}
		got, _, err := LoadCheckpoint(path)
		if err != nil || got.Theta[0] != 1 {
			t.Errorf("limit %s: the old checkpoint: %v", limit, err)
		}
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
			t.Errorf("limit %s: the folder holds %v, %v", limit, entries, err)
		}
	}
}

// childSaves saves checkpoints one after the other until it is killed.
func childSaves(path string) int {
	for value := float32(2); ; value++ {
		if _, err := SaveCheckpoint(path, filled(value)); err != nil {
			fmt.Println(err)
			return 1
		}
		fmt.Println("saved")
	}
}

// TestKilledWhileSaving kills a process that does nothing but save, at many moments: there is
// always a whole checkpoint.
func TestKilledWhileSaving(t *testing.T) {
	path := filepath.Join(t.TempDir(), "latest.safetensors")
	if _, err := SaveCheckpoint(path, filled(1)); err != nil {
		t.Fatal(err)
	}
	for round := range 8 {
		c := child("save", path)
		out, err := c.StdoutPipe()
		if err == nil {
			err = c.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		if line, err := bufio.NewReader(out).ReadString('\n'); line != "saved\n" {
			t.Errorf("the process said %q, %v", line, err)
		}
		time.Sleep(time.Duration(round) * 3 * time.Millisecond)
		c.Process.Kill()
		c.Wait()
		got, _, err := LoadCheckpoint(path)
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		for _, v := range got.Theta {
			if v < 2 || v != got.Theta[0] {
				t.Fatalf("round %d: parameters %v and %v in one checkpoint", round, got.Theta[0], v)
			}
		}
	}
}
