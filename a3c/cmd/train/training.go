package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strconv"
	"time"

	"colonnade/a3c"
	"colonnade/a3c/lab/chart"
	"colonnade/a3c/lab/cli"
	"colonnade/a3c/lab/learner"
	"colonnade/a3c/lab/rundir"
	"colonnade/a3c/lab/world"
	"colonnade/kernels"
	"colonnade/nn"
)

// training is one invocation's work on a run folder. The goroutine that calls
// train owns it.
type training struct {
	o         *options
	dir       *rundir.Dir
	stderr    io.Writer
	net       *nn.Network
	trainer   *a3c.Trainer
	world     string // fingerprint
	resumedAt time.Duration

	rows     []a3c.Metrics // all of the run so far
	progress *cli.Progress
	best     float64 // training score that best.safetensors had
	saved    int64   // steps of the latest checkpoint
}

func configPath(out string) string { return filepath.Join(out, rundir.ConfigFile) }

// newTraining builds environments, network and trainer: new ones, or those that
// the folder holds.
func newTraining(o *options, dir *rundir.Dir, stderr io.Writer) (*training, error) {
	s := &training{o: o, dir: dir, stderr: stderr}
	var err error
	if s.world, err = o.world.Fingerprint(); err != nil {
		return nil, err
	}
	o.config.OnMetrics = s.onMetrics
	o.config.OnCheckpoint = s.onCheckpoint
	o.config.OnReplace = func(e *a3c.WorkerError) {
		fmt.Fprintf(stderr, "train: note: a worker was replaced, the run goes on; please report this: %v\n", e)
	}
	if *o.resume {
		err = s.resume()
	} else {
		err = s.begin()
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

func (s *training) begin() error {
	env, err := s.o.world.Make(0, 0)
	if err != nil {
		return err
	}
	net, theta, err := learner.NewColumn(s.o.net.Arch(), env, s.o.config.Seed)
	if err != nil {
		return err
	}
	s.net = net
	if s.trainer, err = a3c.NewTrainer(s.o.config, net, theta, s.o.world.Make); err != nil {
		return err
	}
	if err := s.dir.WriteInfo(rundir.NewInfo(s.o.config.Seed, s.world)); err != nil {
		return err
	}
	if err := s.save(); err != nil {
		return err
	}
	// Last: from here on the folder holds a run, one that can be resumed.
	return s.dir.WriteFile(rundir.ConfigFile, s.o.flags.TOML())
}

func (s *training) resume() error {
	info, err := s.dir.ReadInfo()
	if err != nil {
		return err
	}
	if info.Kernels != kernels.Implementation() {
		return cli.Hint(fmt.Errorf("the run was started with the %s kernels, these are %s: its bits would change", info.Kernels, kernels.Implementation()),
			"set KERNELS=%s if this machine has them", info.Kernels)
	}
	if info.World != s.world {
		return fmt.Errorf("the run was trained in another world (%s) than this program has (%s)", info.World, s.world)
	}
	checkpoint, snapshot, warning, err := s.dir.LoadUnit()
	if err != nil {
		return err
	}
	wanted, err := world.Untrained(s.o.net.Arch())
	if err != nil {
		return err
	}
	if err := checkpoint.Network.Matches(wanted); err != nil {
		return fmt.Errorf("the checkpoint in %s is not the run's: %w", s.dir.Path(), err)
	}
	if warning != nil {
		fmt.Fprintf(s.stderr, "train: note: going on from the previous checkpoint: %v\n", warning)
	}
	s.net = checkpoint.Network
	if s.trainer, err = a3c.NewTrainer(s.o.config, s.net, checkpoint.Theta, s.o.world.Make); err != nil {
		return err
	}
	if err := s.trainer.Restore(snapshot); err != nil {
		return err
	}
	s.resumedAt, s.saved = s.trainer.Elapsed(), s.trainer.Steps()
	if err := s.dir.CutMetrics(s.trainer.Steps()); err != nil {
		return err
	}
	if s.rows, err = rundir.ReadMetrics[a3c.Metrics](s.dir.Path(rundir.MetricsFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if best, _, err := nn.LoadCheckpoint(s.dir.Path(rundir.BestFile)); err == nil {
		s.best, _ = strconv.ParseFloat(best.Metadata[scoreKey], 64)
	}
	return s.dir.WriteFile(rundir.ConfigFile, s.o.flags.TOML())
}

// train runs the trainer and leaves the folder up to date, however it ends. A
// run that failed keeps its last good checkpoint.
func (s *training) train(ctx context.Context) error {
	fmt.Fprintf(s.stderr, "train: %s, %d parameters, %d workers of %d environments, %s -> %s\n",
		s.net.Arch(), s.net.Parameters(), s.o.config.Workers, s.o.config.Envs, s.o.world, s.dir.Path())
	s.progress = cli.NewProgress(cli.Work{
		Name: "train", Unit: "steps", Done: s.trainer.Steps(), Total: s.o.config.Steps, Limit: max(s.o.config.MaxTime-s.resumedAt, 0),
	}, s.stderr)
	err := s.trainer.Run(ctx)
	s.progress.Finish()
	if err != nil {
		err = cli.Hint(err, "the last good checkpoint, of step %d, is kept in %s", s.saved, s.dir.Path())
	} else if s.trainer.Steps() != s.saved {
		err = s.save()
	}
	return errors.Join(err, s.drawCurve())
}

// save writes a checkpoint of a trainer that stands still.
func (s *training) save() error {
	snapshot, err := s.trainer.Snapshot()
	if err != nil {
		return err
	}
	return s.write(snapshot)
}

func (s *training) onMetrics(m a3c.Metrics) error {
	s.rows = append(s.rows, m)
	entropy := 0.0
	for _, e := range m.Entropy {
		entropy += e / float64(len(m.Entropy))
	}
	s.progress.Update(m.Steps, fmt.Sprintf("score %.2f, reached %.0f %%, violations %.0f %%, entropy %.2f",
		m.Score, 100*m.Reached, 100*m.Violations, entropy))
	return s.dir.AppendMetrics(m)
}

func (s *training) onCheckpoint(snapshot *a3c.Snapshot) error {
	if err := s.write(snapshot); err != nil {
		return err
	}
	return s.drawCurve()
}

// Keys of the metadata that the run adds to its checkpoints.
const (
	scoreKey = "training_score"
	stepsKey = "steps"
)

// write saves the latest unit, the milestone that has been passed, and the best
// parameters so far.
func (s *training) write(snapshot *a3c.Snapshot) error {
	score, scored := s.recentScore()
	c := &nn.Checkpoint{Network: s.net, Theta: snapshot.Theta, Metadata: map[string]string{
		stepsKey:             strconv.FormatInt(snapshot.Steps, 10),
		scoreKey:             strconv.FormatFloat(score, 'g', -1, 64),
		world.FingerprintKey: s.world,
		"task":               s.o.world.Task(),
		"domain":             s.o.world.Domain(),
		"contract":           world.Contract,
	}}
	before := s.saved
	if err := s.dir.SaveUnit(c, snapshot); err != nil {
		return err
	}
	s.saved = snapshot.Steps
	if every := s.o.milestoneEvery; every > 0 && snapshot.Steps/every > before/every {
		if _, err := nn.SaveCheckpoint(s.dir.Path(rundir.Milestone(snapshot.Steps)), c); err != nil {
			return err
		}
	}
	if scored && score > s.best {
		if _, err := nn.SaveCheckpoint(s.dir.Path(rundir.BestFile), c); err != nil {
			return err
		}
		s.best = score
	}
	return nil
}

// scoreEpisodes is how many training episodes a score is taken over.
const scoreEpisodes = 1000

// recentScore returns the mean score of the latest training episodes, at least
// scoreEpisodes of them.
func (s *training) recentScore() (score float64, ok bool) {
	sum, episodes := 0.0, int64(0)
	for i := len(s.rows) - 1; i >= 0 && episodes < scoreEpisodes; i-- {
		sum += s.rows[i].Score * float64(s.rows[i].WindowEpisodes)
		episodes += s.rows[i].WindowEpisodes
	}
	if episodes < scoreEpisodes {
		return 0, false
	}
	return sum / float64(episodes), true
}

func (s *training) drawCurve() error {
	var b bytes.Buffer
	title := fmt.Sprintf("%s, %s, seed %d", s.o.world, s.o.net, s.o.config.Seed)
	if err := chart.WriteCurve(&b, chart.SVG, title, s.rows); err != nil {
		return err
	}
	return s.dir.WriteFile(rundir.CurveFile, b.Bytes())
}

// evaluate measures the final parameters and prints the result.
func (s *training) evaluate(ctx context.Context, stdout io.Writer, steps int64, rate float64) error {
	theta := make([]float32, s.net.Parameters())
	s.trainer.Parameters(theta)
	progress := cli.NewProgress(cli.Work{Name: "train: evaluation", Unit: "episodes", Total: int64(s.o.episodes)}, s.stderr)
	r, err := a3c.Evaluate(ctx, s.net, theta, s.o.world.Make, a3c.EvalConfig{
		Episodes: s.o.episodes, Seed: s.o.config.Seed + evaluationSeed, Workers: s.o.config.Workers,
		OnEpisode: func(ended int) { progress.Update(int64(ended), "") },
	})
	progress.Finish()
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(s.stderr, "train: the run is complete and saved; its evaluation was interrupted")
		return cli.Result(stdout, stopped{steps, rate, true})
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(s.stderr, "train: %d steps at %.0f steps/s; score %.2f +- %.2f (95 %%) over %d episodes\n", steps, rate, r.Mean, r.CI95, s.o.episodes)
	return cli.Result(stdout, result{steps, rate, r.Mean, r.CI95, s.o.episodes, r.Reached, r.Violations})
}
