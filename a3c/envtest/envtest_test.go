package envtest_test

import (
	"encoding/binary"
	"errors"
	"math"
	"strings"
	"testing"
	"unsafe"

	"colonnade/a3c"
	"colonnade/a3c/envtest"
)

// walk is an environment that keeps the contract: a random walk of 10 steps whose seed decides how
// far a step goes.
type walk struct {
	at, scale float32
	step      int
	live      bool
}

func (w *walk) Spec() ([3]int, int, []int) { return [3]int{2, 2, 1}, 1, []int{2, 3} }

func (w *walk) Reset(seed uint64, pixels []uint8, proprio []float32) error {
	*w = walk{scale: float32(seed%7) + 1, live: true}
	w.observe(pixels, proprio)
	return nil
}

func (w *walk) Step(action []int, pixels []uint8, proprio []float32) (float32, bool, bool, error) {
	if !w.live || len(action) != 2 || action[0] < 0 || action[0] > 1 || action[1] < 0 || action[1] > 2 {
		return 0, false, false, errors.New("no")
	}
	w.at += w.scale * float32(action[0]*3+action[1]-2)
	w.step++
	w.live = w.step < 10
	w.observe(pixels, proprio)
	return w.at, false, !w.live, nil
}

func (w *walk) observe(pixels []uint8, proprio []float32) {
	for i := range pixels {
		pixels[i] = uint8(int(w.at) + i)
	}
	for i := range proprio {
		proprio[i] = w.at
	}
}

func (w *walk) MarshalBinary() ([]byte, error) {
	b := binary.LittleEndian.AppendUint32(nil, math.Float32bits(w.at))
	b = binary.LittleEndian.AppendUint32(b, math.Float32bits(w.scale))
	b = append(b, byte(w.step), 0)
	if w.live {
		b[9] = 1
	}
	return b, nil
}

func (w *walk) UnmarshalBinary(b []byte) error {
	if len(b) != 10 {
		return errors.New("length")
	}
	w.at, w.scale = math.Float32frombits(binary.LittleEndian.Uint32(b)),
		math.Float32frombits(binary.LittleEndian.Uint32(b[4:]))
	w.step, w.live = int(b[8]), b[9] == 1
	return nil
}

func TestConformance(t *testing.T) {
	envtest.Conformance(t, func() a3c.Env { return &walk{} })
}

// broken changes one method of a walk that keeps the contract.
type broken struct {
	walk
	spec      func() ([3]int, int, []int)
	reset     func(w *walk, seed uint64, pixels []uint8, proprio []float32) error
	step      func(w *walk, action []int, pixels []uint8, proprio []float32) (float32, bool, bool, error)
	marshal   func(w *walk) ([]byte, error)
	unmarshal func(w *walk, b []byte) error
}

func (b *broken) Spec() ([3]int, int, []int) {
	if b.spec != nil {
		return b.spec()
	}
	return b.walk.Spec()
}

func (b *broken) Reset(seed uint64, pixels []uint8, proprio []float32) error {
	if b.reset != nil {
		return b.reset(&b.walk, seed, pixels, proprio)
	}
	return b.walk.Reset(seed, pixels, proprio)
}

func (b *broken) Step(action []int, pixels []uint8, proprio []float32) (float32, bool, bool, error) {
	if b.step != nil {
		return b.step(&b.walk, action, pixels, proprio)
	}
	return b.walk.Step(action, pixels, proprio)
}

func (b *broken) MarshalBinary() ([]byte, error) {
	if b.marshal != nil {
		return b.marshal(&b.walk)
	}
	return b.walk.MarshalBinary()
}

func (b *broken) UnmarshalBinary(data []byte) error {
	if b.unmarshal != nil {
		return b.unmarshal(&b.walk, data)
	}
	return b.walk.UnmarshalBinary(data)
}

// TestCheckFinds breaks one thing at a time.
func TestCheckFinds(t *testing.T) {
	clock := 0 // stands for anything that is not part of the seed
	var kept []int
	for _, test := range []struct {
		name, want string
		env        broken
	}{
		{"half a picture", "spec", broken{spec: func() ([3]int, int, []int) {
			return [3]int{2, 2, 0}, 1, []int{2, 3}
		}}},
		{"no senses", "spec", broken{spec: func() ([3]int, int, []int) { return [3]int{}, 0, []int{2, 3} }}},
		{"no factors", "spec", broken{spec: func() ([3]int, int, []int) { return [3]int{2, 2, 1}, 1, nil }}},
		{"no choice", "spec", broken{spec: func() ([3]int, int, []int) { return [3]int{2, 2, 1}, 1, []int{2, 1} }}},
		{"changing spec", "spec", broken{spec: func() ([3]int, int, []int) {
			clock++
			return [3]int{2, 2, 1}, 1 + clock,
				[]int{2, 3}
		}}},
		{"reset fails", "reset", broken{reset: func(*walk, uint64, []uint8,
			[]float32) error {
			return errors.New("stuck")
		}}},
		{"panic", "panic", broken{reset: func(*walk, uint64, []uint8, []float32) error { panic("stuck") }}},
		{"unseeded start", "same seeds", broken{reset: func(w *walk, seed uint64, p []uint8, q []float32) error {
			clock++
			return w.Reset(seed+uint64(clock), p, q)
		}}},
		{"unseeded step", "same seeds", broken{step: func(w *walk, a []int, p []uint8, q []float32) (float32, bool,
			bool, error) {
			r, x, y, err := w.Step(a, p, q)
			clock++
			return r + float32(clock), x, y, err
		}}},
		{"leftovers of an episode", "after other episodes",
			broken{reset: func(w *walk, seed uint64, p []uint8, q []float32) error {
				before := w.at
				err := w.Reset(seed, p, q)
				w.at = before / 2
				return err
			}}},
		{"picture not whole", "buffers", broken{reset: func(w *walk, seed uint64, p []uint8, q []float32) error {
			return w.Reset(seed, p[:len(p)/2], q)
		}}},
		{"proprioception not written", "buffers", broken{step: func(w *walk, a []int, p []uint8, q []float32) (float32,
			bool, bool, error) {
			return w.Step(a, p, nil)
		}}},
		{"last observation missing", "buffers", broken{step: func(w *walk, a []int, p []uint8, q []float32) (float32,
			bool, bool, error) {
			if w.step == 9 {
				return w.Step(a, nil, nil)
			}
			return w.Step(a, p, q)
		}}},
		{"writes too far", "outside", broken{step: func(w *walk, a []int, p []uint8, q []float32) (float32, bool, bool,
			error) {
			r, x, y, err := w.Step(a, p, q)
			if len(q) > 0 {
				*(*float32)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(q)), 4*len(q))) = 7
			}
			return r, x, y, err
		}}},
		{"NaN observed", "NaN", broken{step: func(w *walk, a []int, p []uint8, q []float32) (float32, bool, bool,
			error) {
			r, x, y, err := w.Step(a, p, q)
			for i := range q {
				q[i] = float32(math.NaN())
			}
			return r, x, y, err
		}}},
		{"infinite reward", "reward", broken{step: func(w *walk, a []int, p []uint8, q []float32) (float32, bool, bool,
			error) {
			_, x, y, err := w.Step(a, p, q)
			return float32(math.Inf(1)), x, y, err
		}}},
		{"changes the action", "action", broken{step: func(w *walk, a []int, p []uint8, q []float32) (float32, bool,
			bool, error) {
			r, x, y, err := w.Step(a, p, q)
			if err == nil {
				a[0] = 1 - a[0]
			}
			return r, x, y, err
		}}},
		{"keeps the action", "call", broken{step: func(w *walk, a []int, p []uint8, q []float32) (float32, bool, bool,
			error) {
			r, x, y, err := w.Step(a, p, q)
			if err == nil {
				if kept != nil && kept[0] < 0 {
					clock++
				}
				kept = a
			}
			return r + float32(clock), x, y, err
		}}},
		{"rendering matters", "without buffers", broken{step: func(w *walk, a []int, p []uint8, q []float32) (float32,
			bool, bool, error) {
			if len(p) > 0 {
				w.at++
			}
			return w.Step(a, p, q)
		}}},
		{"steps before reset", "before the first Reset",
			broken{step: func(w *walk, a []int, p []uint8, q []float32) (float32, bool, bool, error) {
				w.live = true
				return w.Step(a, p, q)
			}}},
		{"wrong actions", "is no error", broken{step: func(w *walk, a []int, p []uint8, q []float32) (float32, bool,
			bool, error) {
			if w.live {
				a = []int{1, 1}
			}
			return w.Step(a, p, q)
		}}},
		{"steps after the end", "after the end", broken{step: func(w *walk, a []int, p []uint8, q []float32) (float32,
			bool, bool, error) {
			if w.step == 10 {
				return 0, false, true, nil
			}
			return w.Step(a, p, q)
		}}},
		{"state forgets", "saved and restored", broken{unmarshal: func(w *walk, b []byte) error {
			err := w.UnmarshalBinary(b)
			if w.step == 4 {
				w.at++
			}
			return err
		}, marshal: func(w *walk) ([]byte, error) {
			v := *w
			if v.step == 4 {
				v.at = 0
			}
			return v.MarshalBinary()
		}}},
		{"state accepts anything", "no error", broken{unmarshal: func(w *walk, b []byte) error {
			if len(b) != 10 {
				return nil
			}
			return w.UnmarshalBinary(b)
		}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			clock, kept = 0, nil
			err := envtest.Check(func() a3c.Env { env := test.env; return &env })
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}
