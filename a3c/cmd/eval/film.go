package main

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"colonnade/a3c"
	"colonnade/a3c/cli"
	"colonnade/a3c/training"
	"colonnade/a3c/view"
	"colonnade/nn"
	"colonnade/nn/safetensors"
)

// film writes the animation.
func (o *options) film(ctx context.Context, c *nn.Checkpoint, stderr io.Writer) error {
	stage, err := o.world.NewStage()
	if err != nil {
		return err
	}
	scale, err := training.RewardScale(c.Metadata)
	if err != nil {
		return err
	}
	actor := a3c.NewActor(c.Network, c.Theta, 1, o.config.Greedy)
	progress := cli.NewProgress(cli.Work{Name: "eval: film", Unit: "frames", Total: int64(*o.filmed) * training.EpisodeSteps}, stderr)
	frames, err := view.Film(ctx, actor, stage, view.FilmOptions{
		Episodes: *o.filmed, Seed: o.config.Seed, Width: *o.width, Height: *o.height, Steps: training.EpisodeSteps, RewardScale: scale,
		OnFrame: func(frames int) { progress.Update(int64(frames), "") },
	})
	progress.Finish()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := animationFormat(*o.animation)(&b, frames, training.ControlStep); err != nil {
		return err
	}
	if err := safetensors.WriteFile(*o.animation, b.Bytes()); err != nil {
		return err
	}
	fmt.Fprintf(stderr, "eval: %s: %d episodes, %d frames\n", *o.animation, *o.filmed, len(frames))
	return nil
}
