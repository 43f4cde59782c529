package a3c_test

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"colonnade/a3c"
	"colonnade/nn/safetensors"
)

// finished returns the snapshot of a short run.
func finished(t *testing.T, cfg a3c.Config) *a3c.Snapshot {
	t.Helper()
	trainer, _ := newTrainer(t, cfg, 4, memory)
	if err := trainer.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	s, err := trainer.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestRestoreErrors: a snapshot of another run, or a damaged one, is refused in words.
func TestRestoreErrors(t *testing.T) {
	base := finished(t, small(true))
	for _, test := range []struct {
		want  string
		run   func(*a3c.Config)
		spoil func(*a3c.Snapshot)
		env   func() a3c.Env
	}{
		{want: "3 workers of 2 environments and rollouts of 5 steps, the run wants 2 of 2 and 5",
			run: func(c *a3c.Config) { c.Workers = 2 }},
		{want: "the run wants 3 of 1 and 5", run: func(c *a3c.Config) { c.Envs = 1 }},
		{want: "the run wants 3 of 2 and 6", run: func(c *a3c.Config) { c.Rollout = 6 }},
		{want: "keeps its seed", run: func(c *a3c.Config) { c.Seed = 2 }},
		{want: "not deterministic", spoil: func(s *a3c.Snapshot) { s.Deterministic = false }},
		{want: "keeps its kernels", spoil: func(s *a3c.Snapshot) { s.Kernels = "abacus" }},
		{want: "parameters", spoil: func(s *a3c.Snapshot) { s.Theta = s.Theta[1:] }},
		{want: "mean squares", spoil: func(s *a3c.Snapshot) { s.MS = nil }},
		{want: "column1.encoder.weight", spoil: func(s *a3c.Snapshot) {
			s.MS = slices.Clone(s.MS)
			s.MS[0] = float32(math.Inf(1))
		}},
		{want: "mean squares are negative", spoil: func(s *a3c.Snapshot) {
			s.MS = slices.Clone(s.MS)
			s.MS[3] = -1e-9
		}},
		{want: "counters are negative", spoil: func(s *a3c.Snapshot) { s.Steps = -1 }},
		{want: "window of metrics is in part not a finite number", spoil: func(s *a3c.Snapshot) {
			s.Window.Sums = slices.Clone(s.Window.Sums)
			s.Window.Sums[0] = math.NaN()
		}},
		{want: "LSTM cells are in part not a finite number", spoil: func(s *a3c.Snapshot) {
			s.State[1].C = slices.Clone(s.State[1].C)
			s.State[1].C[0] = float32(math.Inf(-1))
		}},
		{want: "score of environment 1 is not a finite number",
			spoil: func(s *a3c.Snapshot) { s.State[1].Envs[1].Score = math.NaN() }},
		{want: "window of metrics", spoil: func(s *a3c.Snapshot) { s.Window.Entropy = nil }},
		{want: "2 workers' states, want 3", spoil: func(s *a3c.Snapshot) { s.State = s.State[:2] }},
		{want: "LSTM outputs", spoil: func(s *a3c.Snapshot) { s.State[1].H = nil }},
		{want: "LSTM cells", spoil: func(s *a3c.Snapshot) { s.State[1].C = nil }},
		{want: "proprioceptive values", spoil: func(s *a3c.Snapshot) { s.State[1].Proprioception = nil }},
		{want: "7 pixels, want 0", spoil: func(s *a3c.Snapshot) { s.State[1].Pixels = make([]uint8, 7) }},
		{want: "environments", spoil: func(s *a3c.Snapshot) { s.State[1].Envs = nil }},
		{want: "scale of advantages", spoil: func(s *a3c.Snapshot) { s.State[1].Square = math.NaN() }},
		{want: "random numbers", spoil: func(s *a3c.Snapshot) { s.State[1].Random = []byte("dice") }},
		{want: "environment 0: the state of a probe",
			spoil: func(s *a3c.Snapshot) { s.State[1].Envs[0].State = []byte{1} }},
		{want: "cannot restore any", env: func() a3c.Env { return unsaved{memory()} }},
	} {
		cfg := small(true)
		if test.run != nil {
			test.run(&cfg)
		}
		s := normal(base)
		if test.spoil != nil {
			test.spoil(s)
		}
		if test.env == nil {
			test.env = memory
		}
		trainer, _ := newTrainer(t, cfg, 4, test.env)
		if err := trainer.Restore(s); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want %q", err, test.want)
		}
	}
	trainer, _ := newTrainer(t, small(true), 4, memory)
	if err := trainer.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := trainer.Restore(base); err == nil || !strings.Contains(err.Error(), "has run already") {
		t.Errorf("restore after a run: %v", err)
	}
}

// TestDecodeErrors: a file that holds something else, or less than it should, is refused and does
// not panic.
func TestDecodeErrors(t *testing.T) {
	s := finished(t, small(true))
	for _, test := range []struct {
		want  string
		spoil func(*safetensors.File)
	}{
		{"something else", func(f *safetensors.File) { f.Metadata["format"] = "pt" }},
		{"version", func(f *safetensors.File) { f.Metadata["version"] = "9" }},
		{"out of range", func(f *safetensors.File) { set(f, "counters", 4, 1<<40) }},
		{"out of range", func(f *safetensors.File) { set(f, "counters", 5, 0) }},
		{"worker1.counters do not fit", func(f *safetensors.File) { set(f, "worker1.counters", 2, 1<<40) }},
		{"worker1.counters do not fit", func(f *safetensors.File) { set(f, "worker1.counters", 2, -1) }},
		{"worker1.counters do not fit", func(f *safetensors.File) { set(f, "worker1.counters", 0, -1) }},
		{"bytes too many", func(f *safetensors.File) { set(f, "worker1.counters", 5, 0) }},
	} {
		f := s.Encode()
		test.spoil(f)
		if _, err := a3c.DecodeSnapshot(f); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want %q", err, test.want)
		}
	}
	// Each tensor in turn: missing, of another type, of another length (which Decode or Restore
	// must notice).
	for i, tensor := range s.Encode().Tensors {
		for change, with := range map[string]func(*safetensors.File){
			"missing": func(f *safetensors.File) { f.Tensors = slices.Delete(f.Tensors, i, i+1) },
			"another type": func(f *safetensors.File) {
				if f.Tensors[i].Type = safetensors.F32; tensor.Type == safetensors.F32 {
					f.Tensors[i].Type = safetensors.U64
				}
			},
			"another length": func(f *safetensors.File) {
				f.Tensors[i].Data = append(slices.Clone(tensor.Data), make([]byte, 24)...)
			},
		} {
			f := s.Encode()
			with(f)
			back, err := a3c.DecodeSnapshot(f)
			if err == nil {
				trainer, _ := newTrainer(t, small(true), 4, memory)
				err = trainer.Restore(back)
			}
			if err == nil {
				t.Errorf("tensor %s %s: no error", tensor.Name, change)
			}
		}
	}
}

// set changes one number of an I64 tensor.
func set(f *safetensors.File, name string, i int, v int64) {
	for k, t := range f.Tensors {
		if t.Name != name {
			continue
		}
		numbers, err := t.Int64s()
		if err != nil {
			panic(err)
		}
		numbers[i] = v
		f.Tensors[k] = safetensors.Int64s(name, t.Shape, numbers)
	}
}
