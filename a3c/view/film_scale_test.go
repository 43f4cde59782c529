package view_test

import (
	"bytes"
	"context"
	"testing"

	"colonnade/a3c"
	"colonnade/a3c/training"
	"colonnade/a3c/view"
	"colonnade/nn"
	"colonnade/sim/reach"
)

// TestRewardScale: values are shown in rewards as they are, like the return beside them.
func TestRewardScale(t *testing.T) {
	env, err := reach.New(reach.Options{})
	if err != nil {
		t.Fatal(err)
	}
	net, theta, err := training.NewColumn(nn.ReachArch(false, false), env, 1)
	if err != nil {
		t.Fatal(err)
	}
	first := func(scale float64) []byte {
		frames, err := view.Film(context.Background(), a3c.NewActor(net, theta, 1, true), env,
			view.FilmOptions{Episodes: 1, Seed: 1, Width: 160, Height: 120, RewardScale: scale})
		if err != nil {
			t.Fatal(err)
		}
		return frames[0].Pix
	}
	if !bytes.Equal(first(0), first(1)) || bytes.Equal(first(1), first(0.001)) {
		t.Error("the value that is shown must be the network's divided by the scale of rewards")
	}
}
