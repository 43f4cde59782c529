package training

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"io"
	"io/fs"
	"maps"
	"math"
	"strconv"
	"time"

	"colonnade/a3c"
	"colonnade/a3c/cli"
	"colonnade/a3c/view"
	"colonnade/kernels"
	"colonnade/nn"
)

// Plan says what a run trains, on what, and how.
type Plan struct {
	Command string     // whose run it is, such as "train": the first word of what it says
	Title   string     // of the curve
	Config  a3c.Config // its callbacks are the run's own
	World   World
	// Column returns network and parameters to begin with.
	Column func() (*nn.Network, []float32, error)
	// Matches returns an error if a network that was read from the folder is not the plan's.
	Matches func(*nn.Network) error
	// Metadata is kept with every checkpoint.
	Metadata map[string]string

	Episodes       int    // of the final evaluation
	MilestoneEvery int64  // steps between checkpoints that are kept; 0: none
	File           []byte // the run's config.toml, all settings resolved
	// Bare: write only metrics and what resuming needs; no curve, no TensorBoard events, no best
	// checkpoint. For one of hundreds of short runs.
	Bare bool

	Watcher Watcher // is told of the run while it goes on; nil: nobody

	lesson *lesson // how it learns from a teacher; nil: there is none
}

// Run is one invocation's work on a run folder. It belongs to one goroutine.
type Run struct {
	plan      Plan
	dir       *Folder
	stderr    io.Writer
	net       *nn.Network
	trainer   trainer
	world     string // fingerprint
	resumedAt time.Duration
	first     int64 // steps of the run before this invocation

	history  History     // of the whole run
	recent   recentScore // the same
	spent    a3c.Stages  // by this invocation, up to the latest window
	last     int64       // steps at the end of the latest window; of none: at the beginning
	lastRate float64     // learning rate at the end of the latest window

	events   *eventWriter // nil in a bare run
	pictures png.Encoder  // for the events
	progress *cli.Progress
	best     float64 // training score that best.safetensors had
	saved    int64   // steps of the latest checkpoint
	closed   int64   // steps at the end of the latest window that ended before it
}

// Open builds environments, network and trainer: new ones, or with resume those that the folder
// holds. Close the run in the end.
func Open(plan Plan, dir *Folder, resume bool, stderr io.Writer) (*Run, error) {
	plan.Config = plan.Config.Resolved()
	r := &Run{plan: plan, dir: dir, stderr: stderr, pictures: png.Encoder{BufferPool: &pngBuffer{}}}
	if plan.Watcher == nil {
		r.plan.Watcher = nobody{}
	}
	var err error
	if r.world, err = plan.World.Fingerprint(); err != nil {
		return nil, err
	}
	r.plan.Config.OnMetrics = r.onMetrics
	r.plan.Config.OnCheckpoint = r.onCheckpoint
	r.plan.Config.OnReplace = func(e *a3c.WorkerError) {
		fmt.Fprintf(stderr, "%s: note: a worker was replaced, the run goes on; please report this: %v\n", plan.Command,
			e)
	}
	if resume {
		err = r.resume()
	} else {
		err = r.begin()
	}
	if err != nil {
		if r.trainer != nil { // its environments may be arms that are enabled
			err = errors.Join(err, r.trainer.Close())
		}
		return nil, err
	}
	if !plan.Bare {
		r.events = newEventWriter(dir.Path(), r.first+1)
	}
	return r, nil
}

// Close closes the environments and the event file.
func (r *Run) Close() error {
	r.plan.Watcher.End()
	err := r.trainer.Close()
	if r.events != nil {
		err = errors.Join(err, r.events.Close())
	}
	return err
}

// newTrainer returns a trainer in environments of the plan's world.
func (r *Run) newTrainer(theta []float32, resume bool) (trainer, error) {
	if r.plan.lesson != nil {
		return r.newStudent(theta, resume)
	}
	t, err := a3c.NewTrainer(r.plan.Config, r.net, theta, r.plan.Watcher.Envs(r.plan.World.Make))
	if err != nil {
		return nil, err // and no trainer: not one that is nil
	}
	return t, nil
}

func (r *Run) begin() error {
	net, theta, err := r.plan.Column()
	if err != nil {
		return err
	}
	r.net = net
	if r.trainer, err = r.newTrainer(theta, false); err != nil {
		return err
	}
	if err := r.dir.WriteInfo(NewInfo(r.plan.Config.Seed, r.world)); err != nil {
		return err
	}
	if err := r.save(); err != nil {
		return err
	}
	if err := r.plan.World.KeepDomain(r.dir.WriteFile); err != nil {
		return err
	}
	// Last: from here on the folder holds a run, one that can be resumed.
	return r.dir.WriteFile(ConfigFile, r.plan.File)
}

func (r *Run) resume() error {
	info, err := r.dir.ReadInfo()
	if err != nil {
		return err
	}
	if r.plan.Config.Deterministic && !a3c.SameBits(info.Kernels, kernels.Implementation()) {
		return cli.Hint(fmt.Errorf("the run was started with the %s kernels, these are %s: its bits would change",
			info.Kernels, kernels.Implementation()),
			"set KERNELS=%s if this machine has them", info.Kernels)
	}
	if info.World != r.world {
		return fmt.Errorf("the run was trained in another world (%s) than this program has (%s)", info.World, r.world)
	}
	checkpoint, snapshot, warning, err := r.dir.LoadUnit()
	if err != nil {
		return err
	}
	if err := r.plan.Matches(checkpoint.Network); err != nil {
		return fmt.Errorf("the checkpoint in %s is not the run's: %w", r.dir.Path(), err)
	}
	if warning != nil {
		fmt.Fprintf(r.stderr, "%s: note: going on from the previous checkpoint: %v\n", r.plan.Command, warning)
	}
	r.net = checkpoint.Network
	if r.trainer, err = r.newTrainer(checkpoint.Theta, true); err != nil {
		return err
	}
	if err := r.trainer.Restore(snapshot); err != nil {
		return err
	}
	r.resumedAt, r.first, r.saved = r.trainer.Elapsed(), r.trainer.Steps(), r.trainer.Steps()
	damage, err := r.dir.CutMetrics(r.trainer.Steps())
	if err != nil {
		return err
	}
	r.noteFrames()
	if damage != nil {
		fmt.Fprintf(r.stderr, "%s: note: %v\n", r.plan.Command, damage)
	}
	if err := r.remember(); err != nil {
		return err
	}
	r.closed = r.last
	// In a run that is not extended the rate only falls once the warm-up is over. Rounding counts
	// as nothing.
	if rate := r.trainer.LearningRate(); r.history.Windows() > 0 && r.last >= r.plan.Config.Warmup &&
		rate > r.lastRate*(1+1e-9) {
		fmt.Fprintf(r.stderr, "%s: note: the run now ends later, so its learning rate rises from %.3g to %.3g, and "+
			"falls to 0 at the new end\n",
			r.plan.Command, r.lastRate, rate)
	}
	if best, _, err := nn.LoadCheckpoint(r.dir.Path(BestFile)); err == nil {
		r.best, _ = strconv.ParseFloat(best.Metadata[scoreKey], 64)
	}
	if err := r.plan.World.KeepDomain(r.dir.WriteFile); err != nil {
		return err
	}
	return r.dir.WriteFile(ConfigFile, r.plan.File)
}

// remember reads the windows of a run that is resumed.
func (r *Run) remember() error {
	for m, err := range Metrics[a3c.Metrics](r.dir.Path(MetricsFile)) {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		r.note(m)
	}
	return nil
}

// note takes in a window, of now or of before.
func (r *Run) note(m a3c.Metrics) {
	r.history.Add(m)
	r.recent.add(m)
	r.last, r.lastRate = m.Steps, m.LearningRate
}

// Train runs the trainer and leaves the folder up to date, however it ends. A run that failed keeps
// its last good checkpoint. It returns nil too when ctx ends: Done tells which.
func (r *Run) Train(ctx context.Context) error { return r.TrainUntil(ctx, r.plan.Config.Steps) }

// TrainUntil is Train with a pause at a step: see [a3c.Trainer.RunUntil].
func (r *Run) TrainUntil(ctx context.Context, steps int64) error {
	fmt.Fprintf(r.stderr, "%s: %s, %d parameters, %d workers of %d environments, updates of %d gradients, warm-up of "+
		"%d steps, %s -> %s\n",
		r.plan.Command, r.net.Arch(), r.net.Parameters(), r.plan.Config.Workers, r.plan.Config.Envs,
		r.plan.Config.Gather, r.plan.Config.Warmup,
		r.plan.World, r.dir.Path())
	r.progress = cli.NewProgress(cli.Work{
		Name: r.plan.Command, Unit: "steps", Done: r.trainer.Steps(),
		Total: min(steps, r.plan.Config.Steps), Limit: max(r.plan.Config.MaxTime-r.resumedAt, 0),
	}, r.stderr)
	r.plan.Watcher.Begin(Watched{
		Folder: r.dir.Path(), Title: r.plan.Title, Config: r.plan.Config, Until: min(steps, r.plan.Config.Steps),
		Network: r.net.Arch().String(), Factors: Factors(), Parameters: r.net.Parameters(), Workers: r.trainer.Workers,
		History: r.history.Clone(),
	})
	err := r.trainer.RunUntil(ctx, steps)
	r.progress.Finish()
	if err != nil {
		err = cli.Hint(err, "the last good checkpoint, of step %d, is kept in %s", r.saved, r.dir.Path())
	} else if r.trainer.Steps() != r.saved || r.last != r.closed { // the last window ends with the run
		err = r.save()
	}
	return errors.Join(err, r.drawCurve())
}

// save writes a checkpoint of a trainer that stands still.
func (r *Run) save() error {
	snapshot, err := r.trainer.Snapshot()
	if err != nil {
		return err
	}
	return r.write(snapshot)
}

func (r *Run) onMetrics(m a3c.Metrics) error {
	steps := m.Steps - r.last
	r.note(m)
	r.spent.Add(m.Stages)
	r.plan.Watcher.Metrics(m)
	entropy := 0.0
	for _, e := range m.Entropy {
		entropy += e / float64(len(m.Entropy))
	}
	detail := fmt.Sprintf("score %.2f, reached %.0f %%, violations %.0f %%, entropy %.2f",
		m.Score, 100*m.Reached, 100*m.Violations, entropy)
	if t := m.Teacher; t != nil {
		detail += fmt.Sprintf(", agreement %.0f %%, teacher's share %.0f %%", 100*t.Agreement, 100*t.Share)
	}
	r.progress.Update(m.Steps, detail)
	line := row{m, ResidentBytes()}
	if err := r.dir.AppendMetrics(line); err != nil || r.events == nil {
		return err
	}
	return r.events.Write(m.Steps, line.scalars(steps))
}

func (r *Run) onCheckpoint(snapshot *a3c.Snapshot) error {
	if err := r.write(snapshot); err != nil || r.plan.Bare {
		return err
	}
	if err := r.writeFrames(snapshot); err != nil {
		return err
	}
	return r.drawCurve()
}

// Keys of the metadata that the run adds to its checkpoints.
const (
	scoreKey = "training_score"
	stepsKey = "steps"
)

// RewardScaleKey is where a checkpoint's metadata keeps the factor on rewards in which its values
// are expressed.
const RewardScaleKey = "reward_scale"

// RewardScale reads RewardScaleKey. Without it, as in a checkpoint made by other software, the
// scale is 0.
func RewardScale(metadata map[string]string) (float64, error) {
	text, said := metadata[RewardScaleKey]
	if !said {
		return 0, nil
	}
	scale, err := strconv.ParseFloat(text, 64)
	if err != nil || !(scale > 0) || math.IsInf(scale, 1) {
		return 0, fmt.Errorf("the metadata's %s is %.20q, want a number above 0", RewardScaleKey, text)
	}
	return scale, nil
}

// write saves the latest unit, the milestone that has been passed, and the best
// parameters so far.
func (r *Run) write(snapshot *a3c.Snapshot) error {
	score, scored := r.recent.mean()
	metadata := map[string]string{
		RewardScaleKey: strconv.FormatFloat(r.plan.Config.RewardScale, 'g', -1, 64),
		stepsKey:       strconv.FormatInt(snapshot.Steps, 10),
		FingerprintKey: r.world,
		TaskKey:        r.plan.World.Task(),
		DomainKey:      r.plan.World.Domain(),
		ContractKey:    Contract,
	}
	if scored {
		metadata[scoreKey] = strconv.FormatFloat(score, 'g', -1, 64)
	}
	maps.Copy(metadata, r.plan.Metadata)
	c := &nn.Checkpoint{Network: r.net, Theta: snapshot.Theta, Metadata: metadata}
	before := r.saved
	if err := r.dir.SaveUnit(c, snapshot); err != nil {
		return err
	}
	r.saved, r.closed = snapshot.Steps, r.last
	if every := r.plan.MilestoneEvery; every > 0 && snapshot.Steps/every > before/every {
		if _, err := nn.SaveCheckpoint(r.dir.Path(milestoneFile(snapshot.Steps)), c); err != nil {
			return err
		}
	}
	if scored && score > r.best && !r.plan.Bare {
		if _, err := nn.SaveCheckpoint(r.dir.Path(BestFile), c); err != nil {
			return err
		}
		r.best = score
	}
	return nil
}

func (r *Run) drawCurve() error {
	if r.plan.Bare {
		return nil
	}
	var b bytes.Buffer
	if err := view.WriteCurve(&b, view.SVG, r.plan.Title, r.history.Rows()); err != nil {
		return err
	}
	return r.dir.WriteFile(CurveFile, b.Bytes())
}
