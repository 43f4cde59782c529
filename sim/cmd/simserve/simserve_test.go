package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"colonnade/a3c/cli"
	_ "colonnade/sim/internal/simtest"
)

// TestUsage: a command line that does not fit ends with exit code 2 and says what to give.
func TestUsage(t *testing.T) {
	for args, want := range map[string]string{
		"":                                "either -socket or -socket-fd",
		"-socket a -socket-fd 3":          "either -socket or -socket-fd",
		"-socket a -envs 0":               "envs is 0, want 1 to 4096",
		"-socket a -envs 4 -threads 5":    "threads is 5, want 1 to 4",
		"-socket a -threads -1":           "threads is -1",
		"-socket a -buffers 1":            "buffers is 1, want 2",
		"-socket a -picture 7":            "picture is 7",
		"-socket a -pixels 7":             "pixels is 7, want 8 to 1024",
		"-socket a -pixels 0":             "pixels is 0",
		"-socket a -target-every 0":       "-target-every is 0",
		"-socket a -patience -1s":         "patience is -1s",
		"-socket a -domain nowhere":       "neither a preset",
		"-socket a -task juggle":          "allowed are reach, conveyor",
		"-socket a -autoreset never":      "allowed are next-step, same-step, disabled",
		"-socket a -socket-df 3":          "did you mean -socket-fd?",
		"-socket a -envs 999999999999999": "envs is 999999999999999",
	} {
		var stderr bytes.Buffer
		err := run(t.Context(), strings.Fields(args), io.Discard, &stderr)
		if code := cli.Exit("simserve", err, &stderr); code != 2 || !strings.Contains(stderr.String(), want) {
			t.Errorf("%s: exit code %d and %q, want 2 and %q", args, code, &stderr, want)
		}
	}
	for args, want := range map[string]string{
		"-socket /nowhere/at/all": "listen in /nowhere/at",
		"-socket-fd 987654":       "is no stream socket",
	} {
		if err := run(t.Context(), strings.Fields(args), io.Discard, io.Discard); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", args, err, want)
		}
	}
}

// start runs the command at a socket and connects to it.
func start(t *testing.T, ctx context.Context, stdout io.Writer) (net.Conn, chan error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "control")
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, []string{"-socket", path, "-envs", "3", "-patience", "1m", "-picture", "8"}, stdout,
			io.Discard)
	}()
	for range 1000 {
		if conn, err := net.Dial("unix", path); err == nil {
			t.Cleanup(func() { conn.Close() })
			return conn, ended
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("nobody listens")
	return nil, nil
}

// ask sends a request and returns the reply's status.
func ask(t *testing.T, conn net.Conn, op uint32, a, b uint64) uint32 {
	t.Helper()
	m := binary.LittleEndian.AppendUint32(nil, op)
	m = binary.LittleEndian.AppendUint32(m, 1)
	for _, x := range []uint64{a, b, 0} {
		m = binary.LittleEndian.AppendUint64(m, x)
	}
	reply := make([]byte, 256)
	if _, err := conn.Write(m); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(conn, reply); err != nil {
		t.Fatal(err)
	}
	return binary.LittleEndian.Uint32(reply)
}

// TestEnds: the server ends with its client, and with its context while a client is connected.
func TestEnds(t *testing.T) {
	const hello = 0x4d49534e4f4c4f43 // COLONSIM
	var stdout bytes.Buffer
	conn, ended := start(t, t.Context(), &stdout)
	for _, status := range []uint32{ask(t, conn, 1, hello, 1), ask(t, conn, 5, 0, 0)} {
		if status != 0 {
			t.Errorf("status %d", status)
		}
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if got, want := stdout.String(), "{\"steps\":0,\"episodes\":0}\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	ctx, cancel := context.WithCancel(t.Context())
	conn, ended = start(t, ctx, io.Discard)
	ask(t, conn, 1, hello, 1)
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
