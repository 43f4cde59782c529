package bench

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"testing"
	"time"

	"colonnade/a3c"
	"colonnade/a3c/training"
	"colonnade/kernels"
	"colonnade/sim/reach"
)

// trainWindow is the number of environment steps that one iteration of
// BenchmarkTrain waits for: a third of a second and fifty updates.
const trainWindow = 8000

// nets are the four columns, the one that is quoted first.
var nets = []Net{{true, true}, {true, false}, {false, true}, {false, false}}

// BenchmarkTrain measures the whole training loop on the reach task:
// environment steps per second, what each stage takes of a worker's time, and
// the memory of the process.
func BenchmarkTrain(b *testing.B) {
	for _, net := range nets {
		for _, workers := range workerCounts() {
			b.Run(fmt.Sprintf("impl=%s/net=%s/width=%s/workers=%d", kernels.Implementation(), net.Kind(), net.Width(),
				workers), func(b *testing.B) {
				debug.FreeOSMemory() // what the benchmark before left
				l, err := StartLoop(net, workers, trainWindow)
				if err != nil {
					b.Fatal(err)
				}
				defer func() {
					if err := l.Close(); err != nil {
						b.Error(err)
					}
				}()
				next := func() a3c.Metrics {
					m, err := l.Next()
					if err != nil {
						b.Fatal(err)
					}
					return m
				}
				first := next() // with warm caches from here on
				last, stages := first, a3c.Stages{}
				b.ReportAllocs()
				for b.Loop() {
					last = next()
					stages.Add(last.Stages)
				}
				steps := float64(last.Steps - first.Steps)
				b.ReportMetric(steps/(last.Seconds-first.Seconds), "steps/s")
				reportStages(b, stages)
				b.ReportMetric(float64(training.ResidentBytes())/(1<<20), "resident-MiB")
			})
		}
	}
}

// workerCounts are one worker, two, and one for each CPU that Go may use.
func workerCounts() []int {
	cpus := runtime.GOMAXPROCS(0)
	counts := []int{1, min(2, cpus), cpus}
	return slices.Compact(counts)
}

// reportStages reports each stage's share of the workers' time.
func reportStages(b *testing.B, s a3c.Stages) {
	total := time.Duration(0)
	for _, d := range s.All() {
		total += d
	}
	for name, d := range s.All() {
		b.ReportMetric(100*float64(d)/float64(total), name+"-%")
	}
}

// BenchmarkAct measures what a robot waits for in every control step: one
// observation through the network to an action. Typical and late answers count
// more than the mean.
func BenchmarkAct(b *testing.B) {
	for _, n := range nets {
		b.Run(fmt.Sprintf("impl=%s/net=%s/width=%s", kernels.Implementation(), n.Kind(), n.Width()),
			func(b *testing.B) {
				net, theta, err := n.New()
				if err != nil {
					b.Fatal(err)
				}
				env, err := reach.New(reach.Options{})
				if err != nil {
					b.Fatal(err)
				}
				actor := a3c.NewActor(net, theta, 1, false)
				if err := env.Reset(1, actor.Pixels(0), nil); err != nil {
					b.Fatal(err)
				}
				took := make([]time.Duration, 1<<14) // the latest ones
				calls := 0
				b.ReportAllocs()
				for b.Loop() {
					start := time.Now()
					if err := actor.Act(1); err != nil {
						b.Fatal(err)
					}
					took[calls%len(took)] = time.Since(start)
					calls++
				}
				took = took[:min(calls, len(took))]
				slices.Sort(took)
				for _, q := range []struct {
					unit string
					at   float64
				}{{"p50-µs", 0.5}, {"p99-µs", 0.99}} {
					b.ReportMetric(float64(took[int(q.at*float64(len(took)-1))])/1e3, q.unit)
				}
			})
	}
}
