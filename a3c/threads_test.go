package a3c

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
)

// TestCheckThreads: a limit that is too small is named, with what to do, and one that does not hold
// is not.
func TestCheckThreads(t *testing.T) {
	spare := runtime.GOMAXPROCS(0) + spareThreads
	status := func(user, threads int, capabilities string) string {
		return fmt.Sprintf("Name:\ttrain\nUid:\t%d\t%d\t0\t0\nThreads:\t%d\nCapEff:\t%s\n", user, user, threads,
			capabilities)
	}
	limits := func(most int) string {
		return fmt.Sprintf("Limit   Soft Limit   Hard Limit   Units\nMax processes             %d    90000    "+
			"processes\n", most)
	}
	const none, all = "0000000000000000", "000001ffffffffff"
	for _, test := range []struct {
		name  string
		files map[string]string
		want  string // in the error; empty: none
	}{
		{name: "another system"},
		{name: "room", files: map[string]string{
			"proc/self/status": status(7, 5, none), "proc/5/status": status(7, 5, none),
			"proc/self/limits": limits(64 + spare),
		}},
		{name: "user's limit", want: "64 workers want a thread each, the user's limit of threads leaves room for 63: " +
			"raise it (ulimit -u), or set workers to at most 63",
			files: map[string]string{
				"proc/self/status": status(7, 5, none), "proc/5/status": status(7, 5, none),
				"proc/self/limits": limits(63 + spare),
			}},
		{name: "other processes", want: "leaves room for 54", files: map[string]string{
			"proc/self/status": status(7, 5, none), "proc/5/status": status(7, 5, none),
			"proc/6/status": status(7, 10, none), "proc/8/status": status(8, 900, none),
			"proc/self/limits": limits(64 + spare),
		}},
		{name: "none at all", want: "leaves no thread for a worker: raise it", files: map[string]string{
			"proc/self/status": status(7, 5, none), "proc/5/status": status(7, 5, none),
			"proc/self/limits": limits(spare),
		}},
		{name: "capable", files: map[string]string{
			"proc/self/status": status(7, 5, all), "proc/5/status": status(7, 5, all), "proc/self/limits": limits(10),
		}},
		{name: "unlimited", files: map[string]string{
			"proc/self/status": status(7, 5, none),
			"proc/self/limits": "Max processes   unlimited   unlimited   processes\n",
		}},
		{name: "group of version 2", want: "the control group's limit of threads leaves room for 60",
			files: map[string]string{
				"proc/self/status": status(0, 5, all), "proc/self/cgroup": "0::/box/inner\n",
				"sys/fs/cgroup/box/inner/pids.max": "max\n", "sys/fs/cgroup/box/inner/pids.current": "5\n",
				"sys/fs/cgroup/box/pids.max": fmt.Sprintln(60 + spare), "sys/fs/cgroup/box/pids.current": "5\n",
			}},
		{name: "group of version 1", want: "leaves room for 60", files: map[string]string{
			"proc/self/status": status(0, 5, all), "proc/self/cgroup": "8:pids:/box\n1:cpu:/\n",
			"sys/fs/cgroup/pids/box/pids.max": fmt.Sprintln(60 + spare), "sys/fs/cgroup/pids/box/pids.current": "5\n",
		}},
	} {
		files := fstest.MapFS{}
		for name, text := range test.files {
			files[name] = &fstest.MapFile{Data: []byte(text)}
		}
		err := checkThreads(files, 64)
		if test.want == "" && err != nil || test.want != "" &&
			(err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: error %v, want %q", test.name, err, test.want)
		}
	}
}

// TestThreadsHere: the limits of the machine that runs the tests leave room for a worker.
func TestThreadsHere(t *testing.T) {
	if err := checkThreads(system(), 1); err != nil {
		t.Error(err)
	}
}
