// Command check trains small known problems and a short reacher on this machine
// and says pass or fail, in under five minutes on two free cores: whether a
// build, with the kernels that this processor gets, learns.
//
//	check
//
// The problems are probe environments, each of which needs one part of the
// learner (package probe), and the reach task from pixels with starts near the
// target, at a length at which learning shows but is far from over. Each must
// score within a band, which follows from what several seeds scored where it was
// measured; bands.json holds these scores, the machine, and the command:
//
//	check -measure 4 > a3c/cmd/check/bands.json
//
// A change that moves a score out of its band has changed how well the program
// learns. Measure anew only when you know why.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"colonnade/a3c/cli"
	"colonnade/kernels"
)

func main() { cli.Main("check", run) }

// result is the last line of stdout.
type result struct {
	Pass     bool      `json:"pass"`
	Seconds  float64   `json:"seconds"`
	Kernels  string    `json:"kernels"`
	Problems []checked `json:"problems"`
}

// checked is one problem, solved or not.
type checked struct {
	Name           string  `json:"name"`
	Pass           bool    `json:"pass"`
	Done           bool    `json:"done"` // all its steps, in time
	Score          float64 `json:"score"`
	CI95           float64 `json:"ci95"`
	Low            float64 `json:"low"`
	High           float64 `json:"high"`
	Chance         float64 `json:"chance"`
	StepsPerSecond float64 `json:"steps_per_second"`
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := cli.NewFlags("check", "check trains small known problems and a short reacher on this machine, and says "+
		"whether they come out as they should.",
		"check", stdout, stderr)
	seed := f.Uint64("seed", 1, "`seed` of everything random")
	limit := f.Duration("max-time", 5*time.Minute, "fail if it takes longer than this `time`")
	measure := f.Int("measure", 0, "train with this `number` of seeds, without limit, and print bands.json instead")
	profile := f.ProfileFlag("the current folder")
	if err := f.Parse(args); err != nil {
		return err
	}
	stop, err := cli.StartProfile(*profile, ".")
	if err != nil {
		return err
	}
	defer stop()
	switch {
	case *limit <= 0:
		return cli.Usagef("-max-time is %v, want more than 0", *limit)
	case *measure < 0:
		return cli.Usagef("-measure is %d, want at least 0", *measure)
	case *measure > 0:
		return measureBands(ctx, problems(), *measure, stdout, stderr)
	}
	known, err := storedBands()
	if err != nil {
		return err
	}
	return check(ctx, problems(), known, *seed, *limit, stdout, stderr)
}

// check solves all problems within a time and compares them with the bands.
func check(ctx context.Context, all []problem, known bands, seed uint64, limit time.Duration, stdout,
	stderr io.Writer) error {
	inTime, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	began := time.Now()
	r := result{Pass: true, Kernels: kernels.Implementation()}
	failed := 0
	for _, p := range all {
		b, err := known.of(p.name)
		if err != nil {
			return err
		}
		fmt.Fprintf(stderr, "check: %s: %s\n", p.name, p.about)
		o, err := p.watched(inTime, seed, stderr)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		if ctx.Err() != nil {
			fmt.Fprintln(stderr, "check: interrupted; there is no result")
			return nil
		}
		c := checked{p.name, o.done && b.holds(o.score), o.done, o.score, o.ci95, b.Low, b.High, b.Chance,
			o.stepsPerSecond}
		r.Problems = append(r.Problems, c)
		fmt.Fprintf(stderr, "check: %s\n", c.words(limit))
		if !c.Pass {
			r.Pass = false
			failed++
		}
	}
	r.Seconds = time.Since(began).Seconds()
	if err := cli.Result(stdout, r); err != nil {
		return err
	}
	if !r.Pass {
		return cli.Hint(fmt.Errorf("%d of %d problems did not come out as they should", failed, len(all)),
			"KERNELS=base check -max-time 1h tries the portable kernels: if that passes, the assembly is at fault on "+
				"this machine")
	}
	fmt.Fprintf(stderr, "check: passed in %.0f s with the %s kernels\n", r.Seconds, r.Kernels)
	return nil
}

// words says how a problem came out.
func (c *checked) words(limit time.Duration) string {
	verdict := "pass"
	switch {
	case !c.Done:
		return fmt.Sprintf("%s: FAIL, not finished within %v: the machine is too slow or too busy", c.Name, limit)
	case !c.Pass:
		verdict = "FAIL"
	}
	return fmt.Sprintf("%s: %s, score %.3f, want %.3f to %.3f (random actions: %.3f), %.0f steps/s", c.Name, verdict,
		c.Score, c.Low, c.High, c.Chance, c.StepsPerSecond)
}

// watched solves a problem and shows its progress.
func (p *problem) watched(ctx context.Context, seed uint64, stderr io.Writer) (outcome, error) {
	progress := cli.NewProgress(cli.Work{Name: "check: " + p.name, Unit: "steps", Total: p.config.Steps}, stderr)
	defer progress.Finish()
	return p.solve(ctx, seed, func(steps int64) { progress.Update(steps, "") })
}

// measureBands solves all problems with several seeds and prints bands.json.
func measureBands(ctx context.Context, all []problem, seeds int, stdout, stderr io.Writer) error {
	b := newBands(seeds)
	for _, p := range all {
		var scores []float64
		for seed := range seeds {
			o, err := p.watched(ctx, uint64(seed+1), stderr)
			if err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
			if !o.done {
				fmt.Fprintln(stderr, "check: interrupted; there is no result")
				return nil
			}
			fmt.Fprintf(stderr, "check: %s, seed %d: score %.3f, %.0f steps/s\n", p.name, seed+1, o.score,
				o.stepsPerSecond)
			scores = append(scores, o.score)
		}
		b.Problems = append(b.Problems, p.newBand(scores))
	}
	data, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the bands: %w", err)
	}
	if _, err := fmt.Fprintf(stdout, "%s\n", data); err != nil {
		return fmt.Errorf("write the bands: %w", err)
	}
	return nil
}
