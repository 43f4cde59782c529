package training

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"colonnade/a3c"
	"colonnade/a3c/cli"
	"colonnade/a3c/stats"
)

// Result is what a command says of a run on the last line of stdout: Score and what follows are of
// the final evaluation.
type Result struct {
	Steps          int64   `json:"steps"`
	StepsPerSecond float64 `json:"steps_per_second"`
	Score          float64 `json:"score"`
	CI95           float64 `json:"ci95"`
	Episodes       int     `json:"episodes"`
	Reached        float64 `json:"reached"`
	Violations     float64 `json:"violations"`
}

// Stopped is the last line of stdout of a run that was interrupted: saved, not evaluated.
type Stopped struct {
	Steps          int64   `json:"steps"`
	StepsPerSecond float64 `json:"steps_per_second"`
	Interrupted    bool    `json:"interrupted"`
}

// evaluationSeed is added to the run's seed for the final evaluation: its episodes are none of the
// training's.
const evaluationSeed = 0xe7a1

// Done reports whether the run is complete.
func (r *Run) Done() bool { return r.trainer.Done() }

// Steps returns the environment steps of the run so far.
func (r *Run) Steps() int64 { return r.trainer.Steps() }

// Parameters returns the number of parameters that are trained.
func (r *Run) Parameters() int { return r.net.Parameters() }

// Measure trains up to a step and evaluates what has been learnt by then. diverged, if not empty,
// says how the settings led to numbers that are not finite; then there is no result. ok is false if
// ctx ended before.
func (r *Run) Measure(ctx context.Context, steps int64) (result Result, diverged string, ok bool, err error) {
	err = r.TrainUntil(ctx, steps)
	if err == nil && r.Steps() >= steps {
		result, ok, err = r.Evaluate(ctx)
	}
	if errors.Is(err, a3c.ErrNotFinite) { // what the settings lead to, and no fault of the machine's
		return Result{}, err.Error(), true, nil
	}
	return result, "", ok, err
}

// Stopped describes a run that was interrupted.
func (r *Run) Stopped() Stopped { return Stopped{r.trainer.Steps(), r.rate(), true} }

// rate returns the environment steps a second of this invocation.
func (r *Run) rate() float64 {
	if seconds := (r.trainer.Elapsed() - r.resumedAt).Seconds(); seconds > 0 {
		return float64(r.trainer.Steps()-r.first) / seconds
	}
	return 0
}

// Evaluate measures the present parameters with the stochastic policy. ok is false if ctx ended
// before.
func (r *Run) Evaluate(ctx context.Context) (result Result, ok bool, err error) {
	theta := make([]float32, r.net.Parameters())
	r.trainer.Parameters(theta)
	progress := cli.NewProgress(cli.Work{Name: r.plan.Command + ": evaluation", Unit: "episodes",
		Total: int64(r.plan.Episodes)}, r.stderr)
	r.plan.Watcher.Evaluating(0, r.plan.Episodes)
	envs := 0 // the usual number
	if r.plan.World.IsHardware() {
		envs = 1
	}
	e, err := a3c.Evaluate(ctx, r.net, theta, r.plan.Watcher.Envs(r.plan.World.MakeEvaluation), a3c.EvalConfig{
		Episodes: r.plan.Episodes, Seed: r.plan.Config.Seed + evaluationSeed,
		Workers: r.plan.Config.Workers, Envs: envs,
		OnEpisode: func(ended int) {
			progress.Update(int64(ended), "")
			r.plan.Watcher.Evaluating(ended, r.plan.Episodes)
		},
	})
	progress.Finish()
	if errors.Is(err, context.Canceled) {
		fmt.Fprintf(r.stderr, "%s: the run is complete and saved; its evaluation was interrupted\n", r.plan.Command)
		return Result{}, false, nil
	}
	if err != nil {
		return Result{}, false, err
	}
	steps, rate := r.trainer.Steps(), r.rate()
	speed := ""
	if rate > 0 {
		speed = fmt.Sprintf(" at %.0f steps/s", rate)
	}
	fmt.Fprintf(r.stderr, "%s: %d steps%s; score %s over %s\n", r.plan.Command, steps, speed,
		stats.Text(e.Mean, e.CI95, r.plan.Episodes), cli.Count(r.plan.Episodes, "episode"))
	return Result{steps, rate, e.Mean, e.CI95, r.plan.Episodes, e.Reached, e.Violations}, true, nil
}

// PrintStages says what the workers' time of this invocation went into, as a table of microseconds
// for an environment step and shares. What no stage accounts for is the workers' waiting: for a
// core, and for each other while a checkpoint is taken.
func (r *Run) PrintStages(w io.Writer) {
	steps := r.last - r.first
	if steps <= 0 {
		return
	}
	elapsed := r.trainer.Elapsed() - r.resumedAt
	whole := time.Duration(float64(elapsed) * float64(r.plan.Config.Workers) * float64(steps) /
		float64(r.trainer.Steps()-r.first))
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	defer table.Flush()
	fmt.Fprintln(table, "stage\tus a step\tshare\t")
	line := func(name string, d time.Duration) {
		fmt.Fprintf(table, "%s\t%.2f\t%.1f %%\t\n", name, float64(d.Nanoseconds())/1e3/float64(steps),
			100*float64(d)/float64(whole))
	}
	rest := whole
	for name, d := range r.spent.All() {
		line(name, d)
		rest -= d
	}
	line("waiting", rest)
	line("a worker's step", whole)
}

// Watcher shows a run to people while it goes on. Its methods are called one at a time by
// goroutines that train, which wait for them: they take notes and return. Nothing that a watcher
// does changes what is learnt.
type Watcher interface {
	// Begin says that a run begins, or goes on.
	Begin(Watched)
	// Envs returns a function that makes the same environments as the given one, and may look at
	// what they do.
	Envs(make func(worker, index int) (a3c.Env, error)) func(worker, index int) (a3c.Env, error)
	// Metrics gives the next window. It never changes.
	Metrics(m a3c.Metrics)
	// Evaluating says how many episodes of the final evaluation have ended.
	Evaluating(ended, total int)
	// End says that the run is closed.
	End()
}

// Watched is a run as a [Watcher] sees it.
type Watched struct {
	Folder  string
	Title   string // task, world, network, seed
	Config  a3c.Config
	Until   int64 // steps at which this invocation pauses or ends
	Network string
	Factors []string // names of the action's factors
	History History  // windows before this invocation, the watcher's own copy

	Parameters int // that are trained
	// Workers returns how the workers do. Any goroutine may call it.
	Workers func() []a3c.WorkerStatus
}

// nobody is a Watcher that looks away.
type nobody struct{}

func (nobody) Begin(Watched)       {}
func (nobody) Metrics(a3c.Metrics) {}
func (nobody) Evaluating(int, int) {}
func (nobody) End()                {}
func (nobody) Envs(make func(worker, index int) (a3c.Env, error)) func(worker, index int) (a3c.Env, error) {
	return make
}
