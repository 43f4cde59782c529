package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// terminal opens both ends of a terminal that is none.
func terminal(t *testing.T) (person, program *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { person.Close() })
	if err := unix.IoctlSetPointerInt(int(person.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Skip(err)
	}
	n, err := unix.IoctlGetInt(int(person.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Skip(err)
	}
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { program.Close() })
	return person, program
}

// said is standard error, for two goroutines.
type said struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.Write(p)
}

func (s *said) await(t *testing.T, words string) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(time.Millisecond) {
		s.mu.Lock()
		found := strings.Contains(s.buf.String(), words)
		s.mu.Unlock()
		if found {
			return
		}
	}
	t.Errorf("no %q in:\n%s", words, s.buf.String())
}

// Keys jog an emulated arm, in real time; space stops it and r takes that back; the terminal is as it was in the end.
func TestJogByKeys(t *testing.T) {
	person, program := terminal(t)
	before, err := unix.IoctlGetTermios(int(program.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	l := newLaboratory(t, nil)
	t.Chdir(t.TempDir())
	var stdout bytes.Buffer
	stderr, done := new(said), make(chan error)
	go func() {
		done <- l.run(context.Background(), []string{"jog", "-speed", "0.5"}, program, &stdout, stderr)
	}()
	press := func(keys string) {
		if _, err := person.WriteString(keys); err != nil {
			t.Error(err)
		}
	}
	stderr.await(t, "joint_1 at 0.50")
	press("6f")
	stderr.await(t, "joint_6 at 0.75")
	press("+")
	press(" ") // ends the motion, too
	press("s")
	stderr.await(t, "joint_6 at 0.50")
	press("+")
	stderr.await(t, "refused: safety: emergency stop")
	press("r")
	stderr.await(t, "is taken back")
	press("-q")
	if err := <-done; err != nil {
		t.Error(err)
	}
	after, err := unix.IoctlGetTermios(int(program.Fd()), unix.TCGETS)
	if err != nil || *after != *before {
		t.Errorf("the terminal is not as it was: %+v, %v", after, err)
	}
}

// Any key stops what is no jog.
func TestAnyKeyStops(t *testing.T) {
	person, program := terminal(t)
	l := newLaboratory(t, nil)
	t.Chdir(t.TempDir())
	var stdout bytes.Buffer
	stderr, done := new(said), make(chan error)
	go func() {
		done <- l.run(context.Background(), []string{"record", "-out", "x", "-episodes", "100", "-real-time"}, program, &stdout, stderr)
	}()
	stderr.await(t, "any key is an emergency stop")
	if _, err := person.WriteString("x"); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err == nil || !strings.Contains(err.Error(), "emergency stop: a key") {
		t.Errorf("ended with %v", err)
	}
}
