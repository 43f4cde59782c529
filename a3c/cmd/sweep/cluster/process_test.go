package cluster

import (
	"encoding/hex"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// build returns the program sweep, linked as make does it: static.
func build(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sweep")
	cmd := exec.Command("go", "build", "-trimpath", "-o", path, "colonnade/a3c/cmd/sweep")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	output(t, cmd)
	return path
}

// output runs a command to its end and returns what it prints.
func output(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", strings.Join(cmd.Args, " "), err, out, &stderr)
	}
	return string(out)
}

func read(t *testing.T, path ...string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// within waits until what is true.
func within(t *testing.T, limit time.Duration, what string, true func() bool) {
	t.Helper()
	for deadline := time.Now().Add(limit); !true(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited %v for %s", limit, what)
		}
	}
}

type process struct {
	pid     int
	command string
}

// mentioning returns the processes whose command line mentions a text, but for this one.
func mentioning(t *testing.T, text string) []process {
	t.Helper()
	lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	var found []process
	for _, path := range lines {
		data, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		command := strings.TrimSpace(strings.ReplaceAll(string(data), "\x00", " "))
		if err == nil && pid != os.Getpid() && strings.Contains(command, text) {
			found = append(found, process{pid, command})
		}
	}
	return found
}

// listening returns the addresses on which a TCP port is open.
func listening(t *testing.T, port int) (addresses []net.IP) {
	t.Helper()
	const listen = "0A"
	for _, file := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		data, err := os.ReadFile(file)
		if os.IsNotExist(err) {
			continue // no IPv6
		}
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(data)) {
			fields := strings.Fields(line)
			if len(fields) < 4 || fields[3] != listen {
				continue
			}
			address, number, _ := strings.Cut(fields[1], ":")
			if got, err := strconv.ParseUint(number, 16, 16); err != nil || int(got) != port {
				continue
			}
			// Words of four bytes, each in the machine's byte order: little-endian.
			ip, err := hex.DecodeString(address)
			if err != nil {
				t.Fatal(err)
			}
			for word := range slices.Chunk(ip, 4) {
				slices.Reverse(word)
			}
			addresses = append(addresses, ip)
		}
	}
	return addresses
}
