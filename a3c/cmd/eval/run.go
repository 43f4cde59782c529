package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"colonnade/a3c"
	"colonnade/a3c/lab/cli"
	"colonnade/a3c/lab/film"
	"colonnade/a3c/lab/rundir"
	"colonnade/a3c/lab/world"
	"colonnade/nn"
)

// result is the last line of stdout.
type result struct {
	Episodes   int     `json:"episodes"`
	Mean       float64 `json:"mean"`
	CI95       float64 `json:"ci95"` // half width
	Deviation  float64 `json:"deviation"`
	Reached    float64 `json:"reached"`
	Violations float64 `json:"violations"`
	Length     float64 `json:"length"`
}

// options is the command line of eval.
type options struct {
	world         *world.Options
	checkpoint    *string
	config        a3c.EvalConfig
	animation     *string
	filmed        *int
	width, height *int
	profile       *string
}

func parse(args []string, stdout, stderr io.Writer) (*options, error) {
	f := cli.NewFlags("eval", "eval measures a trained policy, and films it.",
		"eval -checkpoint runs/column1 -episodes 200 -seed 7 -animation episodes.gif", stdout, stderr)
	o := &options{}
	o.checkpoint = f.String("checkpoint", "", "checkpoint `file`, or a run folder (its latest parameters)")
	o.world = world.Register(f)
	f.IntVar(&o.config.Episodes, "episodes", 100, "`number` of episodes")
	f.Uint64Var(&o.config.Seed, "seed", 7, "`seed` of the episodes and of the actions drawn in them")
	f.BoolVar(&o.config.Greedy, "greedy", false, "take the most probable actions instead of drawing from the policy")
	f.IntVar(&o.config.Workers, "workers", runtime.GOMAXPROCS(0), "`number` of episodes' groups played at once; the result does not depend on it")
	o.animation = f.String("animation", "", "film some episodes into this `file`: .gif, or .png for full colour")
	o.filmed = f.Int("animation-episodes", 4, "`number` of episodes to film")
	o.width = f.Int("animation-width", 480, "`width` of the filmed picture")
	o.height = f.Int("animation-height", 360, "`height` of the filmed picture")
	o.profile = f.ProfileFlag()
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	return o, o.validate()
}

func (o *options) validate() error {
	switch {
	case *o.checkpoint == "":
		return cli.Usagef("-checkpoint is needed: a file, or the folder of a run")
	case o.config.Episodes < 1:
		return cli.Usagef("-episodes is %d, want at least 1", o.config.Episodes)
	case o.config.Workers < 1:
		return cli.Usagef("-workers is %d, want at least 1", o.config.Workers)
	case *o.animation == "":
		return nil
	case animationFormat(*o.animation) == nil:
		return cli.Usagef("-animation %s: the name must end in .gif or .png", *o.animation)
	case *o.filmed < 1:
		return cli.Usagef("-animation-episodes is %d, want at least 1", *o.filmed)
	case *o.width < 160 || *o.width > 4096 || *o.height < 120 || *o.height > 4096:
		return cli.Usagef("the picture is %dx%d, want 160x120 to 4096x4096", *o.width, *o.height)
	}
	return nil
}

func animationFormat(path string) func(io.Writer, []*image.RGBA, time.Duration) error {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".gif":
		return film.WriteGIF
	case ".png":
		return film.WritePNG
	}
	return nil
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stdout, stderr)
	if err != nil {
		return err
	}
	c, _, err := nn.LoadCheckpoint(rundir.Checkpoint(*o.checkpoint))
	if err != nil {
		return err
	}
	if err := warnOfOtherWorld(o, c, stderr); err != nil {
		return err
	}
	stop, err := cli.StartProfile(*o.profile, ".")
	if err != nil {
		return err
	}
	defer stop()

	progress := cli.NewProgress(cli.Work{Name: "eval", Unit: "episodes", Total: int64(o.config.Episodes)}, stderr)
	o.config.OnEpisode = func(ended int) { progress.Update(int64(ended), "") }
	r, err := a3c.Evaluate(ctx, c.Network, c.Theta, o.world.Make, o.config)
	progress.Finish()
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(stderr, "eval: interrupted; there is no result")
		return nil
	}
	if err != nil {
		return err
	}
	if *o.animation != "" {
		if err := o.film(ctx, c, stderr); err != nil {
			return err
		}
	}
	fmt.Fprintf(stderr, "score %.2f +- %.2f (95 %%) over %d episodes; %.0f %% reached the target, %.0f %% ended in a violation\n",
		r.Mean, r.CI95, o.config.Episodes, 100*r.Reached, 100*r.Violations)
	return cli.Result(stdout, result{o.config.Episodes, r.Mean, r.CI95, r.Deviation, r.Reached, r.Violations, r.Length})
}

// warnOfOtherWorld says so if the checkpoint was trained in another world.
func warnOfOtherWorld(o *options, c *nn.Checkpoint, stderr io.Writer) error {
	difference, err := o.world.Difference(c.Metadata)
	if err == nil && difference != "" {
		fmt.Fprintf(stderr, "eval: note: %s\n", difference)
	}
	return err
}

// film writes the animation.
func (o *options) film(ctx context.Context, c *nn.Checkpoint, stderr io.Writer) error {
	stage, err := o.world.NewReach()
	if err != nil {
		return err
	}
	actor := a3c.NewActor(c.Network, c.Theta, 1, o.config.Greedy)
	frames, err := film.Record(ctx, actor, stage, film.Options{
		Episodes: *o.filmed, Seed: o.config.Seed, Width: *o.width, Height: *o.height, Steps: world.EpisodeSteps,
	})
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := animationFormat(*o.animation)(&b, frames, world.ControlStep); err != nil {
		return err
	}
	if err := os.WriteFile(*o.animation, b.Bytes(), 0o666); err != nil {
		return fmt.Errorf("write the animation: %w", err)
	}
	fmt.Fprintf(stderr, "eval: %s: %d episodes, %d frames\n", *o.animation, *o.filmed, len(frames))
	return nil
}
