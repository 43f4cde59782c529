// Package study is a search for settings: a folder of trials that any number of processes, on any
// number of machines that share the folder, work through together.
//
//	STUDY/config.toml          what is searched, and how
//	STUDY/trial-007/           a run folder, as train leaves it
//	STUDY/trial-007/rung-0.json   the score of the trial at the end of rung 0
//	STUDY/trials.csv, scores.svg, scores.png   the table of all trials, and their sorted scores
//
// What a trial's settings are follows from the study's seed and the trial's number alone, and who
// works on a trial holds its folder's lock, so processes need not speak with each other: each takes
// the first trial that is neither done nor held. The lock goes with the process, however that ends;
// the trial goes on where its last checkpoint stands. Package colonnade/a3c/cmd/sweep/cluster has
// that for Slurm and Kubernetes.
//
// # Successive halving
//
// With more than one rung (Jamieson and Talwalkar 2016) all trials run to the end of the first
// rung, a small part of the steps; the best third of them goes on to the second, three times as
// far; and so on, until the last rung is the whole run. Each trial's learning rate falls towards
// the end of the whole run from the beginning. A rung begins when the one before is complete, so
// who is promoted does not depend on how fast anybody was.
//
// Start reading at Study.Work.
package study

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"time"

	"colonnade/a3c/training"
	"colonnade/nn/atomicfile"
)

// Settings say what is searched.
type Settings struct {
	Trials          int
	Seed            uint64
	LearningRate    Range
	EntropyCost     Range
	Steps           int64 // of a whole run
	Rungs           int   // 1: random search
	ReductionFactor int   // one in so many trials goes on to the next rung, which is so many times as long

	// Plan returns what a trial trains.
	Plan func(Trial) (training.Plan, error)
}

// Validate says what is wrong with the settings.
func (s *Settings) Validate() error {
	switch {
	case s.Trials < 1 || s.Trials > 100_000:
		return fmt.Errorf("%d trials, want 1 to 100000", s.Trials)
	case s.Rungs < 1 || s.Rungs > 20:
		return fmt.Errorf("%d rungs, want 1 (random search) to 20", s.Rungs)
	case s.ReductionFactor < 2 || s.ReductionFactor > 1000:
		return fmt.Errorf("one trial in %d is kept, want 2 to 1000", s.ReductionFactor)
	case s.Steps < 1:
		return fmt.Errorf("%d steps, want at least 1", s.Steps)
	case s.rungSteps(0) < 1:
		return fmt.Errorf("%d steps are too few for %d rungs of which each is %d times the one before", s.Steps,
			s.Rungs, s.ReductionFactor)
	}
	return nil
}

// rungSteps returns the steps of a run at the end of a rung.
func (s *Settings) rungSteps(rung int) int64 {
	steps := s.Steps
	for range s.Rungs - 1 - rung {
		steps /= int64(s.ReductionFactor)
	}
	return steps
}

// Budget returns the steps of the whole study.
func (s *Settings) Budget() int64 {
	total, before, trials := int64(0), int64(0), s.Trials
	for rung := range s.Rungs {
		total += int64(trials) * (s.rungSteps(rung) - before)
		before = s.rungSteps(rung)
		trials = s.promoted(trials)
	}
	return total
}

// promoted returns how many of some trials go on to the next rung.
func (s *Settings) promoted(trials int) int {
	return (trials + s.ReductionFactor - 1) / s.ReductionFactor
}

// ErrUsed is returned by Create for a folder that holds a study.
var ErrUsed = errors.New("the folder already holds a study")

// creationTime bounds how long Create waits for another process that holds the folder.
const creationTime = 10 * time.Second

// Create makes a study's folder with its configuration. Of several processes that create it at
// once, one writes the configuration; the others succeed if theirs is the same, and get ErrUsed,
// wrapped, if not. A lock decides, as file systems without hard links have no other way to make a
// whole file only where there is none.
func Create(path string, config []byte) (err error) {
	lock, err := training.LockFolder(path)
	for deadline := time.Now().Add(creationTime); errors.Is(err, training.ErrBusy) && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond)
		lock, err = training.LockFolder(path)
	}
	if err != nil {
		return fmt.Errorf("create the study: %w", err)
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	present, err := os.ReadFile(training.ConfigPath(path))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = atomicfile.WriteFile(training.ConfigPath(path), config)
	case err == nil && !bytes.Equal(present, config):
		return fmt.Errorf("%s: %w", path, ErrUsed)
	}
	if err != nil {
		return fmt.Errorf("create the study: %w", err)
	}
	return nil
}

// Range is an interval from which values are drawn log-uniformly.
type Range struct{ Low, High float64 }

// ParseRange reads "5e-5..5e-3".
func ParseRange(text string) (Range, error) {
	low, high, ok := strings.Cut(text, "..")
	var r Range
	var lowErr, highErr error
	r.Low, lowErr = strconv.ParseFloat(low, 64)
	r.High, highErr = strconv.ParseFloat(high, 64)
	if !ok || lowErr != nil || highErr != nil {
		return Range{}, fmt.Errorf("%q is no range: want LOW..HIGH, such as 5e-5..5e-3", text)
	}
	if !(r.Low > 0 && r.High >= r.Low && r.High <= math.MaxFloat64) {
		return Range{}, fmt.Errorf("%q: want 0 < LOW <= HIGH", text)
	}
	return r, nil
}

func (r Range) String() string { return fmt.Sprintf("%g..%g", r.Low, r.High) }

// Set implements flag.Value.
func (r *Range) Set(text string) error {
	parsed, err := ParseRange(text)
	if err == nil {
		*r = parsed
	}
	return err
}

// draw returns the value at u, which is uniform in [0, 1), to four digits where that stays in the
// range.
func (r Range) draw(u float64) float64 {
	v := fourDigits(math.Exp(math.Log(r.Low) + u*(math.Log(r.High)-math.Log(r.Low))))
	return min(max(v, r.Low), r.High)
}

// Trial is one draw of settings.
type Trial struct {
	Number       int
	Seed         uint64 // of the run
	LearningRate float64
	EntropyCost  float64
}

// Name is the trial's folder.
func (t Trial) Name() string { return fmt.Sprintf("trial-%03d", t.Number) }

// Draw returns a trial, which depends on the study's seed and the number alone. The rates are
// rounded to four digits, so that they can be typed again.
func (s *Settings) Draw(number int) Trial {
	rng := rand.New(rand.NewPCG(s.Seed, uint64(number)))
	return Trial{
		Number: number, Seed: s.Seed + uint64(number),
		LearningRate: s.LearningRate.draw(rng.Float64()),
		EntropyCost:  s.EntropyCost.draw(rng.Float64()),
	}
}

func fourDigits(v float64) float64 {
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 4, 64), 64) // what FormatFloat writes is a number
	return rounded
}
