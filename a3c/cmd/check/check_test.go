package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"colonnade/a3c"
	"colonnade/a3c/cli"
)

// shortened returns a problem with fewer steps.
func shortened(t *testing.T, name string, steps int64) problem {
	t.Helper()
	for _, p := range problems() {
		if p.name == name {
			p.config.Steps = steps
			return p
		}
	}
	t.Fatalf("no problem %s", name)
	return problem{}
}

func checkOne(p problem, known bands, limit time.Duration) (result, string, error) {
	var stdout, stderr bytes.Buffer
	err := check(context.Background(), []problem{p}, known, 1, limit, &stdout, &stderr)
	var r result
	if stdout.Len() > 0 {
		if err := json.Unmarshal(stdout.Bytes(), &r); err != nil {
			return r, "", err
		}
	}
	return r, stderr.String(), err
}

// TestStoredBands: there is one for each problem, above chance, from several seeds, and it follows
// from their scores.
func TestStoredBands(t *testing.T) {
	known, err := storedBands()
	if err != nil {
		t.Fatal(err)
	}
	if known.Command == "" || known.Revision == "" || known.CPU == "" || known.Kernels == "" {
		t.Errorf("where the bands are from is missing: %+v", known)
	}
	for _, p := range problems() {
		b, err := known.of(p.name)
		if err != nil {
			t.Error(err)
			continue
		}
		if len(b.Scores) < 3 || b.Low <= 2*p.chance && b.Low < p.chance+0.3*(p.optimum-p.chance) || b.holds(p.chance) {
			t.Errorf("%s: %+v", p.name, b)
		}
		if want := p.newBand(b.Scores); want.Low != b.Low || want.High != b.High || want.Chance != b.Chance {
			t.Errorf("%s: %+v, its scores give %+v", p.name, b, want)
		}
	}
	if len(known.Problems) != len(problems()) {
		t.Errorf("%d bands, %d problems", len(known.Problems), len(problems()))
	}
}

// TestPassAndFail: what learns passes; what does not learn, or has no time to, does not.
func TestPassAndFail(t *testing.T) {
	known, err := storedBands()
	if err != nil {
		t.Fatal(err)
	}
	p := shortened(t, "contextual", 30_000)
	r, told, err := checkOne(p, known, time.Hour)
	if err != nil || !r.Pass || !r.Problems[0].Pass || r.Problems[0].StepsPerSecond <= 0 ||
		!strings.Contains(told, "passed in") {
		t.Fatalf("it learns: %v, %+v; %s", err, r, told)
	}
	mute := p
	mute.config.LearningRate = 1e-12
	if r, told, err := checkOne(mute, known, time.Hour); err == nil || len(r.Problems) != 1 || r.Pass ||
		!r.Problems[0].Done || !strings.Contains(told, "contextual: FAIL, score") ||
		!strings.Contains(err.Error(), "1 of 1") {
		t.Errorf("it does not learn: %v, %+v; %s", err, r, told)
	}
	if r, told, err := checkOne(p, known, time.Millisecond); err == nil || len(r.Problems) != 1 || r.Pass ||
		r.Problems[0].Done || !strings.Contains(told, "not finished within 1ms") {
		t.Errorf("no time: %v, %+v; %s", err, r, told)
	}
	if _, _, err := checkOne(p, bands{}, time.Hour); err == nil ||
		!strings.Contains(err.Error(), "no band for contextual") {
		t.Errorf("no band: %v", err)
	}
	broken := p
	broken.makeEnv = func(int, int) (a3c.Env, error) { return nil, errors.New("no arm") }
	if _, _, err := checkOne(broken, known, time.Hour); err == nil ||
		!strings.Contains(err.Error(), "contextual: no arm") {
		t.Errorf("broken: %v", err)
	}
}

// TestChance: an untrained policy scores what the table says of chance.
func TestChance(t *testing.T) {
	for _, p := range problems() {
		p.config.Steps = 1 // one rollout
		p.config.LearningRate = 1e-12
		o, err := p.solve(context.Background(), 1, func(int64) {})
		if err != nil {
			t.Fatal(err)
		}
		if !o.done || math.Abs(o.score-p.chance) > 2*o.ci95+0.1*p.chance {
			t.Errorf("%s: %.3f +- %.3f, chance is %.3f", p.name, o.score, o.ci95, p.chance)
		}
	}
}

// TestNear: episodes start near the target, each seed with its own.
func TestNear(t *testing.T) {
	env, err := newNear(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	e := env.(near)
	pixels := make([]uint8, 64*64*3)
	seen := map[float64]bool{}
	for seed := range uint64(20) {
		if err := e.Reset(seed, pixels, nil); err != nil {
			t.Fatal(err)
		}
		if d := e.Palm().Distance(e.Target()); d > nearRadius || e.Steps() != 0 {
			t.Errorf("seed %d: %g m from the target after %d steps", seed, d, e.Steps())
		}
		seen[e.Target()[0]] = true
	}
	if len(seen) != 20 || bytes.Equal(pixels, make([]uint8, len(pixels))) {
		t.Errorf("%d targets of 20 seeds", len(seen))
	}
}

func TestMeasure(t *testing.T) {
	var stdout bytes.Buffer
	p := shortened(t, "contextual", 320)
	if err := measureBands(context.Background(), []problem{p}, 3, &stdout, io.Discard); err != nil {
		t.Fatal(err)
	}
	var b bands
	if err := json.Unmarshal(stdout.Bytes(), &b); err != nil {
		t.Fatal(err)
	}
	if b.Command != "check -measure 3" || len(b.Problems) != 1 || len(b.Problems[0].Scores) != 3 ||
		b.Problems[0].Scores[0] == b.Problems[0].Scores[1] {
		t.Errorf("%+v", b)
	}
	if got := (&problem{optimum: 50, chance: 0.3, slack: 0.5}).newBand([]float64{4.3, 2.3, 3}); got.Low != 1.3 ||
		got.High != 6.3 {
		t.Errorf("%+v", got)
	}
	if got := (&problem{optimum: 1, chance: 0.5, slack: 0.1}).newBand([]float64{0.99, 1}); got.Low != 0.941 ||
		got.High != 1 {
		t.Errorf("%+v", got)
	}
}

func TestUsageAndInterrupt(t *testing.T) {
	for _, args := range []string{"-max-time=0s", "-measure=-1", "-seed=x", "more"} {
		var usage *cli.UsageError
		if err := run(context.Background(), []string{args}, io.Discard, io.Discard); !errors.As(err, &usage) {
			t.Errorf("%s: %v", args, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, args := range [][]string{nil, {"-measure", "1"}} {
		var stdout bytes.Buffer
		if err := run(ctx, args, &stdout, io.Discard); err != nil || stdout.Len() > 0 {
			t.Errorf("%v interrupted: %v, stdout %q", args, err, &stdout)
		}
	}
}
