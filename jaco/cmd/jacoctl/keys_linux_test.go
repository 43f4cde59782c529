package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"colonnade/jaco/safety"
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

// Keys jog an emulated arm, in real time; space stops it and r takes that back; the terminal is as
// it was in the end.
func TestJogByKeys(t *testing.T) {
	person, program := terminal(t)
	before, err := unix.IoctlGetTermios(int(program.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	l := newCell(t, nil)
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

// The space key acts at once, however many keys were pressed before it, while the program is busy
// with something else.
func TestSpaceKeyIsNeverLate(t *testing.T) {
	person, program := terminal(t)
	pulled := make(chan string)
	o := newOrders(stopKey, func(why string) { pulled <- why })
	end, ok := openKeys(program, func(key byte) { o.give(string(rune(key))) }, func() {})
	if !ok {
		t.Fatal("no keys")
	}
	defer end()
	if _, err := person.WriteString(strings.Repeat("+", 200) + "r "); err != nil {
		t.Fatal(err)
	}
	select {
	case <-pulled:
	case <-time.After(time.Minute):
		t.Fatal("the space key waits for keys that nobody has obeyed")
	}
	if x, err := o.take(context.Background()); err != nil || x.text != " " {
		t.Errorf("after the stop %q is obeyed, %v", x.text, err)
	}
}

// A terminal that goes stops the arm: nobody could by a key any more.
func TestTerminalGoes(t *testing.T) {
	for line, begun := range map[string]string{
		"record -out x -episodes 100 -real-time": "any key is an emergency stop", "jog": "joint_1 at",
		"jog -joint 1 -for 1m -real-time": "any key is",
	} {
		person, program := terminal(t)
		l := newCell(t, nil)
		t.Chdir(t.TempDir())
		stderr, done := new(said), make(chan error)
		go func() { done <- l.run(context.Background(), strings.Fields(line), program, io.Discard, stderr) }()
		stderr.await(t, begun)
		if err := person.Close(); err != nil {
			t.Fatal(err)
		}
		if err := <-done; !errors.Is(err, safety.ErrEmergency) || !strings.Contains(err.Error(), terminalGone) {
			t.Errorf("%s: ended with %v", line, err)
		}
	}
}

// Keys that would suspend the program, kill it or hold it up are keys like all others.
func TestControlKeysAreKeys(t *testing.T) {
	person, program := terminal(t)
	pressed := make(chan byte)
	end, ok := openKeys(program, func(key byte) { pressed <- key }, func() {})
	if !ok {
		t.Fatal("no keys")
	}
	defer end()
	for _, key := range []byte("x\x1a\x1c\x13\x11y") {
		if _, err := person.Write([]byte{key}); err != nil {
			t.Fatal(err)
		}
		select {
		case got := <-pressed:
			if got != key {
				t.Errorf("%#x came as %#x", key, got)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("%#x never came", key)
		}
	}
}

// Any key stops what is no jog.
func TestAnyKeyStops(t *testing.T) {
	person, program := terminal(t)
	l := newCell(t, nil)
	t.Chdir(t.TempDir())
	var stdout bytes.Buffer
	stderr, done := new(said), make(chan error)
	go func() {
		done <- l.run(context.Background(), []string{"record", "-out", "x", "-episodes", "100", "-real-time"}, program,
			&stdout, stderr)
	}()
	stderr.await(t, "any key is an emergency stop")
	if _, err := person.WriteString("x"); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err == nil || !strings.Contains(err.Error(), "emergency stop: a key") {
		t.Errorf("ended with %v", err)
	}
}

// An Enter that was asked for confirms, once; all other keys stop, and so does an Enter that nobody
// asked for.
func TestEnterConfirms(t *testing.T) {
	var k enterKey
	k.live.Store(true)
	if k.press('\r') {
		t.Error("an Enter that nobody asked for does not stop")
	}
	answer := k.confirm()
	if k.press('x') || k.press(' ') || len(answer) != 0 {
		t.Error("another key confirms")
	}
	if !k.press('\r') || <-answer != nil {
		t.Error("Enter does not confirm")
	}
	if k.press('\n') {
		t.Error("a second Enter does not stop")
	}
}
