package a3c

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"runtime"
	"strconv"
	"strings"
)

// spareThreads is how many threads Go's runtime may want beside those of the workers, on top of one
// for each CPU.
const spareThreads = 8

// checkThreads returns an error if the system will not allow each worker a thread of its own. A
// thread that it refuses would end the program with a crash of the runtime, which nothing can
// catch, so this asks before.
func checkThreads(system fs.FS, workers int) error {
	var self process
	if !self.read(system, "proc/self/status") {
		return nil // not Linux: nobody to ask
	}
	wanted := workers + runtime.GOMAXPROCS(0) + spareThreads - self.threads
	for _, l := range []struct {
		name, remedy string
		left         func(fs.FS, process) (int, bool)
	}{
		{"the user's limit of threads", "raise it (ulimit -u)", userThreadsLeft},
		{"the control group's limit of threads", "raise it (pids.max, or docker run --pids-limit)", groupThreadsLeft},
	} {
		if left, known := l.left(system, self); known && left < wanted {
			most := workers - (wanted - left)
			if most < 1 {
				return fmt.Errorf("%s leaves no thread for a worker: %s", l.name, l.remedy)
			}
			return fmt.Errorf("%d workers want a thread each, %s leaves room for %d: %s, or set workers to at most %d",
				workers, l.name, most, l.remedy, most)
		}
	}
	return nil
}

// process is what a file /proc/PID/status says.
type process struct {
	user         string // its real user's number
	threads      int
	capabilities uint64
}

// read reports whether the file is there; a process may end at any time.
func (p *process) read(system fs.FS, name string) bool {
	text, err := fs.ReadFile(system, name)
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(text)) {
		key, rest, _ := strings.Cut(line, ":")
		values := strings.Fields(rest)
		if len(values) == 0 {
			continue
		}
		switch key {
		case "Uid":
			p.user = values[0]
		case "Threads":
			p.threads, _ = strconv.Atoi(values[0])
		case "CapEff":
			p.capabilities, _ = strconv.ParseUint(values[0], 16, 64)
		}
	}
	return p.user != ""
}

// userThreadsLeft returns how many threads the limit RLIMIT_NPROC leaves, if it holds for this
// process.
func userThreadsLeft(system fs.FS, self process) (left int, known bool) {
	const admin, resource = 1 << 21, 1 << 24 // CAP_SYS_ADMIN and CAP_SYS_RESOURCE, which lift the limit
	if self.user == "0" || self.capabilities&(admin|resource) != 0 {
		return 0, false
	}
	limits, err := fs.ReadFile(system, "proc/self/limits")
	if err != nil {
		return 0, false
	}
	_, rest, _ := strings.Cut(string(limits), "Max processes")
	soft, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	limit, err := strconv.Atoi(soft)
	if err != nil { // unlimited
		return 0, false
	}
	processes, err := fs.Glob(system, "proc/[0-9]*/status")
	if err != nil {
		return 0, false
	}
	for _, name := range processes {
		var p process
		if p.read(system, name) && p.user == self.user {
			limit -= p.threads
		}
	}
	return limit, true
}

// groupThreadsLeft returns how many threads the control group and those above it leave, in either
// version of cgroups.
func groupThreadsLeft(system fs.FS, _ process) (left int, known bool) {
	groups, err := fs.ReadFile(system, "proc/self/cgroup")
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(groups)) { // number:controllers:path
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 || parts[1] != "" && parts[1] != "pids" {
			continue
		}
		mount := path.Join("sys/fs/cgroup", parts[1])
		for group := path.Join(mount, parts[2]); strings.HasPrefix(group, mount); group = path.Dir(group) {
			limit, err1 := readNumber(system, path.Join(group, "pids.max"))
			used, err2 := readNumber(system, path.Join(group, "pids.current"))
			if err1 == nil && err2 == nil && (!known || limit-used < left) {
				left, known = limit-used, true
			}
		}
	}
	return left, known
}

func readNumber(system fs.FS, name string) (int, error) {
	text, err := fs.ReadFile(system, name)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(text))) // "max" is no number: no limit
}

// system is the file system of the machine.
func system() fs.FS { return os.DirFS("/") }
