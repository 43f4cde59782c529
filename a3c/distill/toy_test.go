package distill

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"colonnade/a3c"
	"colonnade/a3c/probe"
	"colonnade/nn"
)

// twins is probe.Spot seen by a camera that turns its pictures into negatives. The twin shows them
// as they are.
type twins struct {
	*probe.Spot
	picture  []uint8
	negative bool
	unsure   int // every so many pictures the twin is not sure; 0: it always is
	drawn    int
}

func newTwins(negative bool) *twins {
	return &twins{Spot: probe.NewSpot(), picture: make([]uint8, 3*24*24), negative: negative}
}

// take writes the camera's picture.
func (e *twins) take(pixels []uint8) {
	for i, v := range e.picture {
		if i < len(pixels) {
			if e.negative {
				v = 255 - v
			}
			pixels[i] = v
		}
	}
}

func (e *twins) Reset(seed uint64, pixels []uint8, proprio []float32) error {
	err := e.Spot.Reset(seed, e.picture, proprio)
	e.take(pixels)
	return err
}

func (e *twins) Step(action []int, pixels []uint8, proprio []float32) (float32, bool, bool, error) {
	reward, terminated, truncated, err := e.Spot.Step(action, e.picture, proprio)
	e.take(pixels)
	return reward, terminated, truncated, err
}

func (e *twins) Twin(pixels []uint8) (bool, error) {
	copy(pixels, e.picture)
	e.drawn++
	return e.unsure == 0 || e.drawn%e.unsure != 0, nil
}

func (e *twins) MarshalBinary() ([]byte, error) {
	core, err := e.Spot.MarshalBinary()
	return append(core, e.picture...), err
}

func (e *twins) UnmarshalBinary(b []byte) error {
	n := len(b) - len(e.picture)
	copy(e.picture, b[n:])
	return e.Spot.UnmarshalBinary(b[:n])
}

// forgetful is a toy whose state cannot be saved, as an arm's.
type forgetful struct{ e *twins }

func (f forgetful) Spec() ([3]int, int, []int) { return f.e.Spec() }
func (f forgetful) Reset(seed uint64, pixels []uint8, proprio []float32) error {
	return f.e.Reset(seed, pixels, proprio)
}
func (f forgetful) Step(action []int, pixels []uint8, proprio []float32) (float32, bool, bool, error) {
	return f.e.Step(action, pixels, proprio)
}
func (f forgetful) Twin(pixels []uint8) (bool, error) { return f.e.Twin(pixels) }

// column returns a small recurrent column for the toy, whose first policy is far from uniform.
func column(t testing.TB, lstm int, seed uint64) *nn.Checkpoint {
	t.Helper()
	arch := nn.Arch{Pixels: [3]int{24, 24, 3}, Conv1: 8, Conv2: 8, FC: 16, LSTM: lstm, Choices: []int{3, 3}}
	scaling := nn.InputScaling{Mean: []float32{60, 60, 60}, Scale: []float32{50, 50, 50}}
	net, err := nn.New(arch, scaling)
	if err != nil {
		t.Fatal(err)
	}
	c := &nn.Checkpoint{Network: net, Theta: make([]float32, net.Parameters())}
	opt := nn.DefaultInit()
	opt.Output = 8
	net.Init(c.Theta, rand.New(rand.NewPCG(seed, 0)), opt)
	return c
}

// config returns settings for the toy.
func config(steps int64) (a3c.Config, Settings) {
	c, s := DefaultConfig(), DefaultSettings()
	c.Steps, c.Warmup, c.MetricsEvery, c.CheckpointEvery, c.KeepScores, c.Deterministic = steps, 20, 100, 0, true, true
	s.Window, s.Windows, s.ShareSteps = 6, 4, steps/4
	return c, s
}

// trainer returns one of a student in an environment, and closes it in the end.
func trainer(t testing.TB, cfg a3c.Config, set Settings, student, teacher *nn.Checkpoint, env a3c.Env, path string,
	resume bool) *Trainer {
	t.Helper()
	if path == "" {
		path = filepath.Join(t.TempDir(), "frames")
	}
	make := func(int, int) (a3c.Env, error) { return env, nil }
	tr, err := New(cfg, set, student.Network, student.Theta, Teacher{teacher.Network, teacher.Theta, "digest"}, make,
		path, resume)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tr.Close(); err != nil {
			t.Error(err)
		}
	})
	return tr
}

func run(t testing.TB, tr *Trainer) {
	t.Helper()
	if err := tr.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
}
