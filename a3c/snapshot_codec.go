package a3c

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"colonnade/nn/safetensors"
)

// Texts of a training state's metadata.
const (
	keyFormat       = "format"
	keyVersion      = "version"
	keyKernels      = "kernels"
	keyEnvironments = "environments"

	snapshotFormat  = "colonnade-training-state"
	snapshotVersion = "2"

	extraPrefix = "extra." // of the names of Snapshot.Extra

	environmentsSaved = "saved"
	environmentsBegin = "some begin a new episode when the run resumes"
)

// Encode returns the snapshot as the content of a safetensors file. The caller may add metadata of
// its own and writes it with safetensors.Write. Float64 numbers are kept as their bits in U64
// tensors.
//
//	theta, mean_square        F32 (parameters)       in the network's internal layout
//	counters                  I64 (8)                steps, updates, episodes, ns in Run, workers,
//	                                                 envs, rollout, deterministic
//	seed                      U64 (1)
//	window.began              I64 (1)
//	window.counts, .sums, .entropy, .scores          I64, U64, U64, F32
//	worker0.random            U8                     marshalled rand.PCG
//	worker0.advantage_scale   U64 (2)                square, weight
//	worker0.h, .c             F32 (columns,envs,n)   as flat lists, like all below
//	worker0.pixels            U8  (envs,H,W,C)
//	worker0.proprioception    F32 (envs,P)
//	worker0.flags             U8  (envs,3)           saved, first, started
//	worker0.counters          I64 (envs,3)           episodes, length, bytes of state
//	worker0.score             U64 (envs)
//	worker0.state             U8                     all environments' states, one after the other
//	extra.*                                          Snapshot.Extra
func (s *Snapshot) Encode() *safetensors.File {
	f := &safetensors.File{Metadata: map[string]string{
		keyFormat: snapshotFormat, keyVersion: snapshotVersion,
		keyKernels: s.Kernels, keyEnvironments: environmentsSaved,
	}}
	if !s.Exact() {
		f.Metadata[keyEnvironments] = environmentsBegin
	}
	f32 := func(name string, v []float32) {
		f.Tensors = append(f.Tensors, safetensors.Float32s(name, []int{len(v)}, v))
	}
	f64 := func(name string, v []float64) {
		bits := make([]uint64, len(v))
		for i, x := range v {
			bits[i] = math.Float64bits(x)
		}
		f.Tensors = append(f.Tensors, safetensors.Uint64s(name, []int{len(v)}, bits))
	}
	i64 := func(name string, v ...int64) {
		f.Tensors = append(f.Tensors, safetensors.Int64s(name, []int{len(v)}, v))
	}
	u8 := func(name string, v []uint8) {
		f.Tensors = append(f.Tensors, safetensors.Uint8s(name, []int{len(v)}, v))
	}
	f32("theta", s.Theta)
	f32("mean_square", s.MS)
	i64("counters", s.Steps, s.Updates, s.Episodes, int64(s.Time), int64(s.Workers), int64(s.Envs), int64(s.Rollout),
		int64(flag(s.Deterministic)))
	f.Tensors = append(f.Tensors, safetensors.Uint64s("seed", []int{1}, []uint64{s.Seed}))
	i64("window.began", int64(s.Window.Began))
	i64("window.counts", s.Window.Counts...)
	f64("window.sums", s.Window.Sums)
	f64("window.entropy", s.Window.Entropy)
	f32("window.scores", s.Window.Scores)
	for i := range s.State {
		w, name := &s.State[i], fmt.Sprintf("worker%d.", i)
		var flags, states []uint8
		var counters []int64
		var scores []float64
		for _, e := range w.Envs {
			flags = append(flags, flag(e.Saved), flag(e.First), flag(e.Started))
			counters = append(counters, e.Episodes, e.Length, int64(len(e.State)))
			scores = append(scores, e.Score)
			states = append(states, e.State...)
		}
		u8(name+"random", w.Random)
		f64(name+"advantage_scale", []float64{w.Square, w.Weight})
		f32(name+"h", w.H)
		f32(name+"c", w.C)
		u8(name+"pixels", w.Pixels)
		f32(name+"proprioception", w.Proprioception)
		u8(name+"flags", flags)
		i64(name+"counters", counters...)
		f64(name+"score", scores)
		u8(name+"state", states)
	}
	for _, t := range s.Extra {
		t.Name = extraPrefix + t.Name
		f.Tensors = append(f.Tensors, t)
	}
	return f
}

func flag(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}

// DecodeSnapshot is the inverse of Encode. It believes nothing that it can check; whether the sizes
// fit a run is for Trainer.Restore to say.
func DecodeSnapshot(f *safetensors.File) (*Snapshot, error) {
	if f.Metadata[keyFormat] != snapshotFormat {
		return nil, errors.New("training state: this safetensors file holds something else")
	}
	if v := f.Metadata[keyVersion]; v != snapshotVersion {
		return nil, fmt.Errorf("training state: version %.20q, this program reads %s: use the program that wrote it", v,
			snapshotVersion)
	}
	d := decoder{tensors: map[string]safetensors.Tensor{}}
	for _, t := range f.Tensors {
		d.tensors[t.Name] = t
	}
	s := &Snapshot{Theta: d.f32("theta"), MS: d.f32("mean_square"), Kernels: f.Metadata[keyKernels]}
	c := d.i64("counters", 8)
	began, seed := d.i64("window.began", 1), d.u64("seed", 1)
	s.Window = WindowState{Counts: d.i64("window.counts", -1), Sums: d.f64("window.sums", -1),
		Entropy: d.f64("window.entropy", -1), Scores: d.f32("window.scores")}
	if d.err != nil {
		return nil, fmt.Errorf("training state: %w", d.err)
	}
	s.Window.Began, s.Seed = time.Duration(began[0]), seed[0]
	s.Steps, s.Updates, s.Episodes, s.Time, s.Deterministic = c[0], c[1], c[2], time.Duration(c[3]), c[7] != 0
	if c[4] < 1 || c[4] > maxWorkers || c[5] < 1 || c[5] > maxEnvs || c[6] < 1 || c[6] > maxRollout {
		return nil, fmt.Errorf("training state: %d workers of %d environments and rollouts of %d steps: out of range",
			c[4], c[5], c[6])
	}
	s.Workers, s.Envs, s.Rollout = int(c[4]), int(c[5]), int(c[6])
	for i := range s.Workers {
		w := d.worker(fmt.Sprintf("worker%d.", i), s.Envs)
		if d.err != nil {
			return nil, fmt.Errorf("training state: %w", d.err)
		}
		s.State = append(s.State, w)
	}
	for _, t := range f.Tensors {
		if name, extra := strings.CutPrefix(t.Name, extraPrefix); extra {
			t.Name = name
			s.Extra = append(s.Extra, t)
		}
	}
	return s, nil
}

// worker reads one worker's state.
func (d *decoder) worker(name string, envs int) WorkerState {
	w := WorkerState{
		Random: d.u8(name+"random", -1), H: d.f32(name + "h"), C: d.f32(name + "c"),
		Pixels: d.u8(name+"pixels", -1), Proprioception: d.f32(name + "proprioception"),
	}
	if scale := d.f64(name+"advantage_scale", 2); d.err == nil {
		w.Square, w.Weight = scale[0], scale[1]
	}
	flags, counters, scores := d.u8(name+"flags", 3*envs), d.i64(name+"counters", 3*envs), d.f64(name+"score", envs)
	state := d.u8(name+"state", -1)
	if d.err != nil {
		return w
	}
	for e := range envs {
		n := counters[3*e+2]
		if n < 0 || n > int64(len(state)) || counters[3*e] < 0 || counters[3*e+1] < 0 {
			d.err = fmt.Errorf("%scounters do not fit %sstate", name, name)
			return w
		}
		w.Envs = append(w.Envs, EnvState{
			Saved: flags[3*e] != 0, First: flags[3*e+1] != 0, Started: flags[3*e+2] != 0, State: state[:n:n],
			Episodes: counters[3*e], Length: counters[3*e+1], Score: scores[e],
		})
		state = state[n:]
	}
	if len(state) != 0 {
		d.err = fmt.Errorf("%sstate holds %d bytes too many", name, len(state))
	}
	return w
}

// decoder reads tensors by name and keeps the first error. A length of -1 accepts any.
type decoder struct {
	tensors map[string]safetensors.Tensor
	err     error
}

func (d *decoder) f32(name string) []float32 {
	return get(d, name, -1, safetensors.Tensor.Float32s)
}

func (d *decoder) i64(name string, length int) []int64 {
	return get(d, name, length, safetensors.Tensor.Int64s)
}

func (d *decoder) u64(name string, length int) []uint64 {
	return get(d, name, length, safetensors.Tensor.Uint64s)
}

func (d *decoder) u8(name string, length int) []uint8 {
	return get(d, name, length, safetensors.Tensor.Uint8s)
}

func (d *decoder) f64(name string, length int) []float64 {
	bits := d.u64(name, length)
	v := make([]float64, len(bits))
	for i, b := range bits {
		v[i] = math.Float64frombits(b)
	}
	return v
}

func get[T any](d *decoder, name string, length int, elements func(safetensors.Tensor) ([]T, error)) []T {
	if d.err != nil {
		return nil
	}
	t, ok := d.tensors[name]
	if !ok {
		d.err = fmt.Errorf("there is no tensor %s", name)
		return nil
	}
	v, err := elements(t)
	if err == nil && length >= 0 && len(v) != length {
		err = fmt.Errorf("tensor %s holds %d elements, want %d", name, len(v), length)
	}
	d.err = err
	return v
}
