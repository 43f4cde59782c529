package bench

import (
	"context"
	"testing"

	"colonnade/a3c"
	"colonnade/a3c/lab/world"
	"colonnade/nn"
	"colonnade/sim/reach"
)

// The recorded column still plays as its card says, in a world that is still
// the one it was trained in. Fewer episodes than the card's make it quick; the
// bound is the card's score less five standard errors of so few.
func TestPretrainedReach(t *testing.T) {
	c, _, err := nn.LoadCheckpoint("pretrained/reach-feedforward-wide.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	makeEnv := func(int, int) (a3c.Env, error) { return reach.New(reach.Options{}) }
	env, err := makeEnv(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	fingerprint, err := world.Fingerprint(env)
	if err != nil {
		t.Fatal(err)
	}
	if trained := c.Metadata[world.FingerprintKey]; trained != fingerprint {
		t.Errorf("the world has changed: the column was trained in %s, this is %s; train it again and record the new score", trained, fingerprint)
	}
	result, err := a3c.Evaluate(context.Background(), c.Network, c.Theta, makeEnv, a3c.EvalConfig{Episodes: 64, Seed: 11, Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	const card, deviation = 38.18, 6.67
	if least := card - 5*deviation/8; result.Mean < least {
		t.Errorf("score %.2f over 64 episodes, want at least %.2f", result.Mean, least)
	}
}
