// Package sensitivity measures what the trained column of a progressive network uses from the
// columns before it. It plays the same episodes many times, disturbs one input of the column at a
// time, and compares the scores. This is the perturbation analysis of Rusu et al. 2016, Progressive
// Neural Networks, section 3.
//
// # What is disturbed
//
//	a lateral     one earlier layer on its way into one layer of the trained column (nn.Lateral)
//	a column      all laterals from one earlier column at once
//	all laterals  only the trained column remains; omitted where there is one earlier column
//	own           the trained column's last hidden layer on its way to the output: only cut
//
// # How
//
// There are two disturbances. Noise is normal, with a deviation that is a multiple of the
// undisturbed signal's root mean square. Cutting replaces the signal by zeros. If the score does
// not change, the policy does not use that lateral. Half is the noise that halves the score: the
// smaller it is, the more the policy depends on the lateral. Rusu et al. call 1/noise² at that
// point the precision. Share is a lateral's part of the sum of all precisions. (Theirs is taken
// among the columns of one layer and includes the trained column, which has no lateral here.)
//
// All evaluations play the same episodes with the same seeds for actions, so each is compared with
// the undisturbed one episode by episode (stats.Paired). Noise comes from its own random streams,
// one for each source, strength and group of episodes: the same seed gives the same report with any
// number of workers.
//
// Start reading at Analyze.
package sensitivity

import (
	"context"
	"fmt"
	"slices"

	"colonnade/a3c"
	"colonnade/a3c/stats"
	"colonnade/nn"
)

// Config says how to analyse.
type Config struct {
	// Evaluation is the evaluation that is repeated. Its Perturb is not used.
	Evaluation a3c.EvalConfig
	// Noise has the deviations of the noise, rising, in units of the root mean square of what is
	// disturbed. nil: a quarter to 4.
	Noise []float64
	// OnEvaluation, if not nil, is called after each evaluation with the number of those done and
	// of all.
	OnEvaluation func(done, all int)
}

// DefaultNoise doubles from where hardly anything happens to where little of the signal is left.
func DefaultNoise() []float64 { return []float64{0.25, 0.5, 1, 2, 4} }

// Outcome is what an evaluation under a disturbance found.
type Outcome struct {
	Mean       float64 `json:"mean"`
	CI95       float64 `json:"ci95"`
	Reached    float64 `json:"reached"`
	Violations float64 `json:"violations"`
	// Change compares it with the undisturbed evaluation, episode by episode; nil for that one
	// itself.
	Change *stats.Comparison `json:"change,omitempty"`
}

// Source is something that enters the trained column, and what disturbing it does.
type Source struct {
	// Name is "column1.lstm -> output" for a lateral, else "column 1", "all laterals" or "column 2,
	// own".
	Name    string      `json:"name"`
	Lateral *nn.Lateral `json:"lateral,omitempty"` // nil unless it is one
	RMS     float64     `json:"rms,omitempty"`     // of a lateral's undisturbed input
	Noise   []Outcome   `json:"noise,omitempty"`   // for each deviation of Report.Noise; nil for "own"
	Cut     Outcome     `json:"cut"`
	// Half is the noise that leaves half of the score, interpolated; 0: none of the deviations did.
	Half float64 `json:"half,omitempty"`
	// Share is a lateral's part of the sum of 1/Half² over all laterals.
	Share float64 `json:"share,omitempty"`
}

// Report is the whole analysis.
type Report struct {
	Episodes    int       `json:"episodes"`
	Seed        uint64    `json:"seed"`
	Noise       []float64 `json:"noise"` // in root mean squares
	Undisturbed Outcome   `json:"undisturbed"`
	Sources     []Source  `json:"sources"` // laterals from the input to the output, then columns, all laterals, own
}

// Analyze repeats an evaluation under all disturbances. It takes as long as
//
//	1 + (laterals + earlier columns + 1) * (deviations + 1) + 1
//
// evaluations, without the third term in the brackets if there is one earlier column. It fails if
// the network has a single column, and as a3c.Evaluate does.
func Analyze(ctx context.Context, net *nn.Network, theta []float32, makeEnv func(worker, index int) (a3c.Env, error),
	cfg Config) (*Report, error) {
	if cfg.Noise == nil {
		cfg.Noise = DefaultNoise()
	}
	if !slices.IsSorted(cfg.Noise) || slices.ContainsFunc(cfg.Noise, func(v float64) bool { return !(v > 0) }) {
		return nil, fmt.Errorf("sensitivity: the deviations of the noise are %v, want them above 0 and rising",
			cfg.Noise)
	}
	if len(net.Columns()) < 2 {
		return nil, fmt.Errorf("sensitivity: the network has one column: nothing enters it from others")
	}
	a := &analysis{net: net, theta: theta, makeEnv: makeEnv, cfg: cfg}
	report, err := a.run(ctx)
	if err != nil {
		return nil, fmt.Errorf("sensitivity: %w", err)
	}
	return report, nil
}

// analysis is the state of one Analyze.
type analysis struct {
	net       *nn.Network
	theta     []float32
	makeEnv   func(worker, index int) (a3c.Env, error)
	cfg       Config
	rms       map[nn.Lateral]float64
	baseline  []float64 // scores of the undisturbed episodes
	done, all int       // evaluations
}

func (a *analysis) run(ctx context.Context) (*Report, error) {
	meter := newMeter()
	undisturbed, err := a.evaluate(ctx, a.theta, meter.perturb)
	if err != nil {
		return nil, err
	}
	a.baseline = undisturbed.Scores
	laterals, rms := meter.read()
	a.rms = rms
	sources, own := a.sources(laterals)
	a.all = 1 + len(sources)*(len(a.cfg.Noise)+1) + 1
	a.tick()
	r := &Report{
		Episodes: a.cfg.Evaluation.Episodes, Seed: a.cfg.Evaluation.Seed, Noise: a.cfg.Noise,
		Undisturbed: Outcome{Mean: undisturbed.Mean, CI95: undisturbed.CI95, Reached: undisturbed.Reached,
			Violations: undisturbed.Violations},
	}
	for i, s := range sources {
		for level, deviation := range a.cfg.Noise {
			o, err := a.outcome(ctx, a.theta, a.noise(s.laterals, deviation, i, level))
			if err != nil {
				return nil, err
			}
			s.Noise = append(s.Noise, o)
		}
		if s.Cut, err = a.outcome(ctx, a.theta, cut(s.laterals)); err != nil {
			return nil, err
		}
		s.Half = half(r.Undisturbed.Mean, a.cfg.Noise, s.Noise)
		r.Sources = append(r.Sources, s.Source)
	}
	if own.Cut, err = a.outcome(ctx, a.withoutOwn(), nil); err != nil {
		return nil, err
	}
	r.Sources = append(r.Sources, own)
	share(r.Sources)
	return r, nil
}

// outcome evaluates under a disturbance.
func (a *analysis) outcome(ctx context.Context, theta []float32, perturb perturbation) (Outcome, error) {
	r, err := a.evaluate(ctx, theta, perturb)
	if err != nil {
		return Outcome{}, err
	}
	a.tick()
	change := stats.Paired(r.Scores, a.baseline)
	return Outcome{r.Mean, r.CI95, r.Reached, r.Violations, &change}, nil
}

func (a *analysis) evaluate(ctx context.Context, theta []float32, perturb perturbation) (a3c.Result, error) {
	cfg := a.cfg.Evaluation
	cfg.Perturb = perturb
	return a3c.Evaluate(ctx, a.net, theta, a.makeEnv, cfg)
}

func (a *analysis) tick() {
	a.done++
	if a.cfg.OnEvaluation != nil {
		a.cfg.OnEvaluation(a.done, a.all)
	}
}

// half returns the deviation that leaves half of the undisturbed score, on a straight line between
// two deviations; 0 if none leaves so little, or there was no score to lose.
func half(undisturbed float64, noise []float64, outcomes []Outcome) float64 {
	if undisturbed <= 0 {
		return 0
	}
	before, score := 0.0, undisturbed
	for i, o := range outcomes {
		if o.Mean <= undisturbed/2 {
			return before + (noise[i]-before)*(score-undisturbed/2)/(score-o.Mean)
		}
		before, score = noise[i], o.Mean
	}
	return 0
}

// share fills in the laterals' shares.
func share(sources []Source) {
	sum := 0.0
	for _, s := range sources {
		if s.Lateral != nil && s.Half > 0 {
			sum += 1 / (s.Half * s.Half)
		}
	}
	for i := range sources {
		if s := &sources[i]; s.Lateral != nil && s.Half > 0 {
			s.Share = 1 / (s.Half * s.Half) / sum
		}
	}
}
