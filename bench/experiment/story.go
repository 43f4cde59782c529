package experiment

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io/fs"
	"path/filepath"

	"colonnade/a3c"
	"colonnade/a3c/cmd/world"
	"colonnade/a3c/training"
	"colonnade/a3c/view"
	"colonnade/bench/figure"
	"colonnade/nn"
	"colonnade/nn/atomicfile"
)

// story is the project in minutes.
var story = kind{
	name:  "story",
	title: "the project in minutes: from the simulator to the robot, the paper's ways and a teacher's side by side",
	summary: "experiment story takes a column that learnt in the simulator to the emulated robot: as a progressive " +
		"network, by\n" +
		"fine-tuning, from scratch, and by fine-tuning under a teacher, one seed each. It leaves a table, curve.svg, " +
		"and an animation of before and " +
		"after.",
	example: "experiment story -out runs/first -work runs/first/runs",
	curves:  true,
	flags:   []string{"methods", "domain", "env", "settings"},
	usual: Settings{
		Out: "runs/story", Work: "runs/story/runs", Methods: methodList{"progressive-narrow", "finetune", "scratch"},
		Domain: "robot", Env: "jaco",
	},
	runs:   func(o *Options) ([]Run, error) { return o.storyRuns() },
	report: reportStory,
	finish: finishStory,
	whyLow: map[string]string{
		"finetune": "its first updates destroyed the policy, as they do for some seeds with the paper's RMSProp epsilon of " +
			"1e-5 (figure-5 has five seeds).\n" +
			"transfer -method finetune uses 0.1, which keeps most (bench/results/finetune). Under the twin no seed was lost (bench/results/twin).",
		"scratch": "random actions hardly ever reach the target, so it gets almost no reward to learn from. A column " +
			"from scratch needs millions of steps.",
	},
}

// nameBefore is the run that measures column 1 zero-shot.
const nameBefore = "before"

func (o *Options) storyRuns() ([]Run, error) {
	all, err := o.methodsOf()
	if err != nil {
		return nil, err
	}
	before := o.reference(nameBefore, zeroShot, "reach", o.From)
	before.times = 1
	var runs []Run
	for _, m := range all {
		r, err := o.searched(m.Name, m, o.Domain, "reach", o.Seed)
		if errors.Is(err, fs.ErrNotExist) && (o.Searched == searchFolder || exists(o.Searched)) {
			// Nothing was searched yet: as transfer does without being told.
			r, err = o.transfer(m.Name, m, o.Domain, "reach", o.Seed)
		}
		if err != nil {
			return nil, err
		}
		r.keep = true
		runs = append(runs, r)
	}
	taught, err := o.taughtInStory()
	if err != nil {
		return nil, err
	}
	return append(runs, taught, before), nil
}

// The run of the story that has a teacher.
const (
	taughtGroup = "finetune, taught by the twin"
	taughtSteps = 10_000 // 17 minutes of an arm's time
)

// taughtInStory returns the run that fine-tunes column 1 under a teacher: itself on the twin's
// pictures.
func (o *Options) taughtInStory() (Run, error) {
	m, err := methodNamed("finetune")
	if err != nil {
		return Run{}, err
	}
	r, err := o.transfer("finetune-twin", m, o.Domain, "reach", o.Seed)
	if err != nil {
		return Run{}, err
	}
	r.Group = taughtGroup
	r.teach(min(taughtSteps, o.Steps), o.From, o.Zeros)
	return r, nil
}

func reportStory(r *report) error {
	trained, fixed := r.split()
	r.inMethodOrder(trained)
	if err := r.drawCurves("curve", "transfer to "+r.o.worldName(), trained, fixed); err != nil {
		return err
	}
	r.say("Recurrent columns, %d steps each with one arm on %s, seed %d. The one taught by the twin learns for %d "+
		"steps: "+
		"column 1 looks at the\npresent state, drawn as its own world shows it, and says what it would do.\n\n"+
		"![training scores](curve.svg)\n\n", r.o.Steps, r.o.where(), r.o.Seed, min(taughtSteps, r.o.Steps))
	r.evaluations(trained, fixed)
	r.say("Zero-shot is column 1 as it was trained in the simulator, without training on the arm.\n")
	for _, line := range explainLow(r.o.whyLow, trained) {
		r.say("\n%s\n", line)
	}
	r.say("\n")
	if exists(filepath.Join(r.dir, animationFile)) {
		r.say("![before and after](%s)\n", animationFile)
	}
	return nil
}

// where says in words where the arm is.
func (o *Options) where() string {
	if o.Env == "jaco" {
		return "the emulated robot (world " + o.Domain + ")"
	}
	return "the simulator's world " + o.Domain
}

// animationFile shows column 1 before and after training.
const animationFile = "before-after.gif"

// finishStory makes the animation.
func finishStory(ctx context.Context, s *Session) error {
	path := filepath.Join(s.o.Out, animationFile)
	if exists(path) {
		return nil
	}
	fmt.Fprintf(s.stderr, "experiment: filming before and after in the simulator, which has pictures for people\n")
	return s.film(ctx, path, s.runs[0].Run) // progressive, unless other methods were asked for
}

// filmedEpisodes is how many episodes are shown.
const filmedEpisodes = 3

// film shows column 1 beside what a run made of it, in the simulator, which has pictures for
// people.
func (s *Session) film(ctx context.Context, path, run string) error {
	stage := Run{Record: figure.Record{Domain: s.o.Domain, Task: "reach"}}
	w, err := openWorld(&stage)
	if err != nil {
		return err
	}
	var all []*image.RGBA
	for episode := range filmedEpisodes {
		before, err := record(ctx, w, s.o.From, uint64(episode))
		if err != nil {
			return err
		}
		after, err := record(ctx, w, s.checkpoint(run), uint64(episode))
		if err != nil {
			return err
		}
		all = append(all, view.Beside("column 1 zero-shot", before, fmt.Sprintf("%s after %d steps", run, s.o.Steps),
			after)...)
	}
	var b bytes.Buffer
	if err := view.WriteGIF(&b, all, training.ControlStep); err != nil {
		return err
	}
	return atomicfile.WriteFile(path, b.Bytes())
}

// record films one episode.
func record(ctx context.Context, w world.World, checkpoint string, seed uint64) ([]*image.RGBA, error) {
	c, _, err := nn.LoadCheckpoint(checkpoint)
	if err != nil {
		return nil, err
	}
	scale, err := training.RewardScale(c.Metadata)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", checkpoint, err)
	}
	stage, err := w.NewStage()
	if err != nil {
		return nil, err
	}
	return view.Film(ctx, a3c.NewActor(c.Network, c.Theta, 1, false), stage,
		view.FilmOptions{Episodes: 1, Seed: seedOfMeasurements + seed, Width: 320, Height: 240,
			Steps: training.EpisodeSteps, RewardScale: scale})
}
