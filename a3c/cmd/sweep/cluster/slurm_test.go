package cluster

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

var withSlurm = flag.Bool("slurm", false, "start a Slurm cluster on this machine and send a study through it")

// tiny is a study of four trials of some seconds each, whose results do not depend on who ran them.
var tiny = []string{
	"-net", "feedforward", "-width", "narrow", "-workers", "1", "-envs", "4", "-deterministic", "-trials",
	strconv.Itoa(trials), "-steps", "40000", "-metrics-every", "2000", "-checkpoint-every", "2000", "-episodes", "4",
	"-seed", "5",
}

const trials = 4

// A study goes through Slurm as an array of which three tasks are interrupted: one is killed, one
// sent back to the queue, one asked to stop. The second submission finishes what is left, and in
// the end there is what one process alone leaves: every trial ran exactly once to its end.
func TestSlurm(t *testing.T) {
	if !*withSlurm {
		t.Skip("needs -slurm: run make test-slurm")
	}
	sweep := build(t)
	c := startCluster(t)
	alone, array := study{filepath.Join(c.dir, "alone")}, study{filepath.Join(c.dir, "array")}
	output(t, exec.Command(sweep, append([]string{"-out", alone.dir}, tiny...)...))
	output(t, exec.Command(sweep, append([]string{"-out", array.dir, "-prepare"}, tiny...)...))

	const killed, requeued, stopped = 1, 2, 3
	first := c.submit(sweep, array)
	array.waitForMiddle(t, killed)
	kill(t, array, killed)
	array.waitForMiddle(t, requeued)
	output(t, c.command("scontrol", "requeue", task(first, requeued)))
	array.waitForMiddle(t, stopped)
	output(t, c.command("scancel", "--batch", "--signal=TERM", task(first, stopped)))
	c.drain()
	for trial, want := range []struct {
		state, code, restarts string
		scored                bool
	}{{"COMPLETED", "0:0", "0", true}, {"FAILED", "0:9", "0", false}, {"COMPLETED", "0:0", "1", true},
		{"FAILED", "1:0", "0", false}} {
		job := c.job(first, trial)
		if job["JobState"] != want.state || job["ExitCode"] != want.code || job["Restarts"] != want.restarts ||
			array.scored(trial) != want.scored {
			t.Errorf("trial %d: %s, exit code %s, %s restarts, scored: %t; want %+v", trial, job["JobState"],
				job["ExitCode"], job["Restarts"], array.scored(trial), want)
		}
	}

	before := array.score(t, 0) + array.score(t, requeued)
	second := c.submit(sweep, array)
	c.drain()
	for trial := range trials {
		if job := c.job(second, trial); job["JobState"] != "COMPLETED" || job["ExitCode"] != "0:0" ||
			!array.scored(trial) {
			t.Errorf("submitted again, trial %d: %s, exit code %s, scored: %t", trial, job["JobState"], job["ExitCode"],
				array.scored(trial))
		}
		idle := strings.Contains(c.log(second, trial), "nothing to do")
		if want := trial == 0 || trial == requeued; idle != want {
			t.Errorf("submitted again, trial %d had nothing to do: %t, want %t", trial, idle, want)
		}
		if a, b := alone.rows(t, trial), array.rows(t, trial); a != b {
			t.Errorf("trial %d: %d and %d rows of metrics", trial, a, b)
		}
	}
	if array.score(t, 0)+array.score(t, requeued) != before {
		t.Error("a finished trial was evaluated again")
	}
	if a, b := read(t, alone.dir, "trials.csv"), read(t, array.dir, "trials.csv"); a != b {
		t.Errorf("alone:\n%s\nthrough Slurm:\n%s", a, b)
	}
}

func task(job string, trial int) string { return job + "_" + strconv.Itoa(trial) }

// submit sends the script that users are given, and returns the number of the array.
func (c *cluster) submit(sweep string, s study) string {
	c.t.Helper()
	cmd := c.command("sbatch", "--parsable", "--array=0-"+strconv.Itoa(trials-1), "--cpus-per-task=1", "--time=10",
		"--output="+filepath.Join(c.dir, "task-%A_%a.log"), "sweep.sbatch", s.dir)
	cmd.Env = append(cmd.Env, "SWEEP="+sweep)
	return strings.TrimSpace(output(c.t, cmd))
}

func (c *cluster) log(job string, trial int) string {
	c.t.Helper()
	return read(c.t, c.dir, "task-"+task(job, trial)+".log")
}

// drain waits until nothing is queued or runs.
func (c *cluster) drain() {
	c.t.Helper()
	within(c.t, 3*time.Minute, "the queue to be empty", func() bool {
		return strings.TrimSpace(output(c.t, c.command("squeue", "--noheader"))) == ""
	})
}

// job returns what Slurm knows of a task.
func (c *cluster) job(job string, trial int) map[string]string {
	c.t.Helper()
	fields := map[string]string{}
	for _, field := range strings.Fields(output(c.t,
		c.command("scontrol", "--oneliner", "show", "job", task(job, trial)))) {
		if key, value, ok := strings.Cut(field, "="); ok {
			fields[key] = value
		}
	}
	return fields
}

// kill ends the process that works on a trial as the kernel does when memory is short.
func kill(t *testing.T, s study, trial int) {
	t.Helper()
	for _, p := range mentioning(t, s.dir) {
		if strings.Contains(p.command+" ", " -trial "+strconv.Itoa(trial)+" ") {
			if err := syscall.Kill(p.pid, syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			return
		}
	}
	t.Fatalf("nobody works on trial %d", trial)
}

// study is a study's folder.
type study struct{ dir string }

func (s study) trial(number int) string { return filepath.Join(s.dir, "trial-00"+strconv.Itoa(number)) }

func (s study) score(t *testing.T, trial int) string {
	t.Helper()
	return read(t, s.trial(trial), "rung-0.json")
}

func (s study) scored(trial int) bool {
	_, err := os.Stat(filepath.Join(s.trial(trial), "rung-0.json"))
	return err == nil
}

func (s study) rows(t *testing.T, trial int) int {
	t.Helper()
	return strings.Count(read(t, s.trial(trial), "metrics.jsonl"), "\n")
}

// waitForMiddle waits until a trial has trained a part of its steps.
func (s study) waitForMiddle(t *testing.T, trial int) {
	t.Helper()
	within(t, 2*time.Minute, "trial "+strconv.Itoa(trial)+" to begin", func() bool {
		info, err := os.Stat(filepath.Join(s.trial(trial), "metrics.jsonl"))
		return err == nil && info.Size() > 0
	})
	if s.scored(trial) {
		t.Fatalf("trial %d is done before it could be interrupted: make it longer", trial)
	}
}
