// Package cmdtest has what tests of commands share.
package cmdtest

import (
	"math/rand/v2"
	"path/filepath"
	"testing"

	"colonnade/a3c/training"
	"colonnade/nn"
)

// Column writes the checkpoint of an untrained column into a folder of the test's and returns its path. The seed decides its
// parameters. Without metadata it says what the learner wants to know, a reward scale.
func Column(t testing.TB, arch nn.Arch, seed uint64, metadata map[string]string) string {
	t.Helper()
	if metadata == nil {
		metadata = map[string]string{training.RewardScaleKey: "0.1"}
	}
	scaling := nn.InputScaling{}
	for range arch.Pixels[2] {
		scaling.Mean, scaling.Scale = append(scaling.Mean, 150), append(scaling.Scale, 40)
	}
	net, err := nn.New(arch, scaling)
	if err != nil {
		t.Fatal(err)
	}
	theta := make([]float32, net.Parameters())
	net.Init(theta, rand.New(rand.NewPCG(seed, 2)), nn.DefaultInit())
	path := filepath.Join(t.TempDir(), "column1.safetensors")
	if _, err := nn.SaveCheckpoint(path, &nn.Checkpoint{Network: net, Theta: theta, Metadata: metadata}); err != nil {
		t.Fatal(err)
	}
	return path
}
