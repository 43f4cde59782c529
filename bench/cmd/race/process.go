package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"colonnade/a3c/training"
)

// point is a window of training, a line of metrics.jsonl.
type point struct {
	Steps    int64   `json:"steps"` // at its end
	Seconds  float64 `json:"seconds"`
	Episodes int64   `json:"window_episodes"`
	Score    float64 `json:"score"`
}

// scoreSteps is how many steps the score of training episodes is the mean of.
const scoreSteps = 100_000

// recent returns the score of the last scoreSteps steps; 0 where no episode ended.
func recent(points []point) float64 {
	sum, episodes := 0.0, int64(0)
	for _, p := range points {
		if p.Steps > points[len(points)-1].Steps-scoreSteps {
			sum += p.Score * float64(p.Episodes)
			episodes += p.Episodes
		}
	}
	return sum / float64(max(1, episodes))
}

// until returns the window at whose end the score was reached first; nil: it was not.
func until(points []point, score float64) *point {
	for i, p := range points {
		if p.Steps >= scoreSteps && recent(points[:i+1]) >= score {
			return &points[i]
		}
	}
	return nil
}

// process is a contender that learns.
type process struct {
	contender
	*exec.Cmd
	folder string
	said   bytes.Buffer
}

// outcome is what a contender left.
type outcome struct {
	points   []point
	cpu      time.Duration // of all its processes
	resident int64         // bytes, of all its processes at the end
}

// start starts a contender in a new run folder.
func (o *options) start(c contender, seed int, every int64) (*process, error) {
	p := &process{contender: c, folder: filepath.Join(o.Work, fmt.Sprintf("%s-%d", c, seed))}
	if err := os.RemoveAll(p.folder); err != nil { // one that was stopped
		return nil, err
	}
	arguments := []string{"-net", c.net, "-seed", strconv.Itoa(seed), "-steps", strconv.FormatInt(o.Steps, 10),
		"-metrics-every", strconv.FormatInt(every, 10), "-out", p.folder}
	if c.learner == "train" {
		p.Cmd = exec.Command("bin/train", append(arguments, "-width", "wide", "-workers", strconv.Itoa(o.Workers),
			"-episodes", "1")...)
	} else {
		p.Cmd = exec.Command(o.Python, append([]string{"bench/race/learner.py", "-algorithm", c.learner, "-threads",
			strconv.Itoa(o.Threads)}, arguments...)...)
		p.Env = append(os.Environ(), "PYTHONPATH=sim/python")
	}
	p.Stderr = &p.said
	if err := p.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", c, err)
	}
	return p, nil
}

// watch waits until the process has ended, or what it learnt is enough, when it ends it.
func (p *process) watch(ctx context.Context, enough func([]point) bool) (outcome, error) {
	ended := make(chan error, 1)
	go func() { ended <- p.Wait() }()
	stop := func() error {
		p.Process.Signal(os.Interrupt) // it saves and ends
		select {
		case err := <-ended:
			return err
		case <-time.After(time.Minute):
			p.Process.Kill()
			return fmt.Errorf("it did not stop within a minute: %w", <-ended)
		}
	}
	var done outcome
	var err error
	for look := time.NewTicker(200 * time.Millisecond); ; {
		select {
		case <-ctx.Done():
			stop()
			return done, fmt.Errorf("stopped during %s; the same command goes on", p.contender)
		case err = <-ended:
		case <-look.C:
			points, _ := training.ReadMetrics[point](p.metrics()) // none at first; a torn line is whole next time
			if !enough(points) {
				continue
			}
			done.resident = resident(p.Process.Pid)
			err = stop()
		}
		look.Stop()
		break
	}
	if err == nil {
		done.points, err = training.ReadMetrics[point](p.metrics())
	}
	if err == nil && len(done.points) == 0 {
		err = fmt.Errorf("it left no metrics in %s", p.folder)
	}
	if err != nil {
		said := bytes.TrimSpace(p.said.Bytes())
		return done, fmt.Errorf("%s: %w: %s", p.contender, err, said[max(0, len(said)-2000):])
	}
	done.cpu = p.ProcessState.UserTime() + p.ProcessState.SystemTime() // with those that it waited for
	return done, nil
}

func (p *process) metrics() string { return filepath.Join(p.folder, training.MetricsFile) }

// resident returns the bytes in RAM of a process and all below it, what they share counted once; 0
// where the system does not tell (proc_pid_smaps_rollup(5)).
func resident(pid int) int64 {
	proc := filepath.Join("/proc", strconv.Itoa(pid))
	rollup, _ := os.ReadFile(filepath.Join(proc, "smaps_rollup"))
	sum := int64(0)
	for line := range strings.Lines(string(rollup)) {
		var kib int64
		if _, err := fmt.Sscanf(line, "Pss: %d kB", &kib); err == nil {
			sum = kib << 10
		}
	}
	threads, _ := filepath.Glob(filepath.Join(proc, "task", "*", "children"))
	for _, path := range threads {
		children, _ := os.ReadFile(path)
		for _, child := range strings.Fields(string(children)) {
			if number, err := strconv.Atoi(child); err == nil {
				sum += resident(number)
			}
		}
	}
	return sum
}
