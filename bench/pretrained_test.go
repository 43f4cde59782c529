package bench

import (
	"context"
	"math"
	"os"
	"os/exec"
	"strings"
	"testing"

	"colonnade/a3c"
	"colonnade/a3c/training"
	"colonnade/nn"
	"colonnade/sim/domain"
	"colonnade/sim/reach"
)

// The recorded columns still play as their cards say, in worlds that are still
// those they were trained in. Fewer episodes than the cards' make it quick;
// the bound is the card's score less five standard errors of so few.
func TestPretrained(t *testing.T) {
	for _, card := range []struct {
		name, domain     string
		score, deviation float64
	}{
		{"reach-feedforward-wide", "sim", 38.28, 4.83},
		{"reach-recurrent-wide", "sim", 38.11, 4.78},
		{"random-recurrent-wide", "random", 34.50, 7.70},
	} {
		t.Run(card.name, func(t *testing.T) {
			d, err := domain.Load(card.domain)
			if err != nil {
				t.Fatal(err)
			}
			makeEnv := func(int, int) (a3c.Env, error) { return reach.New(reach.Options{Domain: d}) }
			env, err := makeEnv(0, 0)
			if err != nil {
				t.Fatal(err)
			}
			fingerprint, err := training.Fingerprint(env)
			if err != nil {
				t.Fatal(err)
			}
			c, _, err := nn.LoadCheckpoint("pretrained/" + card.name + ".safetensors")
			if err != nil {
				t.Fatal(err)
			}
			if trained := c.Metadata[training.FingerprintKey]; trained != fingerprint {
				t.Errorf("the world has changed: the column was trained in %s, this is %s; train it again and record "+
					"the new score", trained, fingerprint)
			}
			const episodes = 64
			result, err := a3c.Evaluate(context.Background(), c.Network, c.Theta, makeEnv,
				a3c.EvalConfig{Episodes: episodes, Seed: 11, Workers: 2})
			if err != nil {
				t.Fatal(err)
			}
			if least := card.score - 5*card.deviation/math.Sqrt(episodes); result.Mean < least {
				t.Errorf("score %.2f over %d episodes, want at least %.2f", result.Mean, episodes, least)
			}
		})
	}
}

// The repository stays small: what is committed of results and columns has at most 7 MB.
func TestResultsAreSmall(t *testing.T) {
	out, err := exec.Command("git", "ls-files", "-z", "results", "pretrained").Output()
	if err != nil {
		t.Skip("no git checkout:", err)
	}
	total, files := int64(0), strings.FieldsFunc(string(out), func(r rune) bool { return r == 0 })
	for _, name := range files {
		if info, err := os.Stat(name); err == nil { // one that was just deleted counts nothing
			total += info.Size()
		}
	}
	if len(files) < 50 || total > 7_000_000 {
		t.Errorf("%d files of results and pretrained have %d bytes; thin what a command makes again", len(files), total)
	}
}
