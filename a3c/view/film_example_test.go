package view_test

import (
	"bytes"
	"context"
	"fmt"
	"image/gif"

	"colonnade/a3c"
	"colonnade/a3c/training"
	"colonnade/a3c/view"
	"colonnade/nn"
	"colonnade/sim/reach"
)

// Film an episode of an untrained policy on the reach task.
func ExampleFilm() {
	env, err := reach.New(reach.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	net, theta, err := training.NewColumn(nn.ReachArch(true, false), env, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	actor := a3c.NewActor(net, theta, 1, false)
	frames, err := view.Film(context.Background(), actor, env,
		view.FilmOptions{Episodes: 1, Seed: 1, Width: 160, Height: 120, Steps: training.EpisodeSteps})
	if err != nil {
		fmt.Println(err)
		return
	}
	var animation bytes.Buffer
	if err := view.WriteGIF(&animation, frames, training.ControlStep); err != nil {
		fmt.Println(err)
		return
	}
	read, err := gif.DecodeAll(&animation)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(read.Image) == len(frames), read.Config.Width)
	// Output:
	// true 304
}
