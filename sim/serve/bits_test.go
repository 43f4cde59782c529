package serve_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "colonnade/sim/internal/simtest"
	"colonnade/sim/reach"
	"colonnade/sim/serve"
)

const (
	goldenEnvs  = 16
	goldenSteps = 625 // of each environment: 10,000 in all
)

// twin is an environment in this process beside the served one.
type twin struct {
	env      *reach.Env
	pixels   []uint8
	proprio  []float32
	action   []int
	episodes int
	ended    bool
}

func newTwins(tb testing.TB, opt reach.Options, n int) []*twin {
	tb.Helper()
	twins := make([]*twin, n)
	for i := range twins {
		env, err := reach.New(opt)
		if err != nil {
			tb.Fatal(err)
		}
		twins[i] = &twin{env: env, pixels: make([]uint8, 64*64*3), proprio: make([]float32, 18), action: make([]int, 9)}
	}
	return twins
}

func (w *twin) reset(tb testing.TB, i int) {
	tb.Helper()
	if err := w.env.Reset(seed(i, w.episodes), w.pixels, w.proprio); err != nil {
		tb.Fatal(err)
	}
	w.episodes++
}

func (w *twin) step(tb testing.TB, actions []int64) (reward float32, terminated, truncated bool) {
	tb.Helper()
	for j := range w.action {
		w.action[j] = int(actions[j])
	}
	reward, terminated, truncated, err := w.env.Step(w.action, w.pixels, w.proprio)
	if err != nil {
		tb.Fatal(err)
	}
	w.ended = terminated || truncated
	return reward, terminated, truncated
}

func bit(x bool) uint8 {
	if x {
		return 1
	}
	return 0
}

// same compares environment i's observation with a twin's.
func same(t *testing.T, pixels []uint8, proprio []float32, i int, w *twin, what string) {
	t.Helper()
	size := len(w.pixels)
	if !bytes.Equal(pixels[i*size:][:size], w.pixels) || !slices.Equal(proprio[i*18:][:18], w.proprio) {
		t.Fatalf("environment %d shows something else %s", i, what)
	}
}

// TestSameBits: what is served is what reach.Env gives in this process, to the bit, in every way to
// go on after an episode and with any number of threads.
func TestSameBits(t *testing.T) {
	for mode, name := range serve.Autoresets {
		t.Run(name, func(t *testing.T) {
			mode := serve.Autoreset(mode)
			opt := options(t, reach.Conveyor, "robot", 3)
			const n = 13
			k := connect(t, serve.Config{Options: opt, Envs: n, Threads: 3, Buffers: 3, Autoreset: mode})
			twins := newTwins(t, opt, n)
			k.maskAll()
			for i, w := range twins {
				w.reset(t, i)
				k.seeds()[i] = seed(i, 0)
			}
			o := k.must(3, 0)
			g := lcg(1)
			for step := range 100 {
				for i, w := range twins {
					same(t, o.pixels, o.proprio, i, w, fmt.Sprint("after ", step, " steps"))
					k.seeds()[i] = seed(i, w.episodes)
				}
				g.fill(k.actions())
				actions := slices.Clone(k.actions())
				o = k.must(2, 0)
				clear(k.mask())
				for i, w := range twins {
					var reward float32
					var terminated, truncated bool
					if mode == serve.NextStep && w.ended {
						w.reset(t, i)
						w.ended = false
					} else {
						reward, terminated, truncated = w.step(t, actions[9*i:])
					}
					if o.reward[i] != float64(reward) || o.terminated[i] != bit(terminated) ||
						o.truncated[i] != bit(truncated) {
						t.Fatalf("step %d, environment %d: reward %g, ended %d %d; want %g, %v %v", step, i,
							o.reward[i], o.terminated[i], o.truncated[i], reward, terminated, truncated)
					}
					if want := w.env.Violation().Cause; terminated && o.violation[i] != uint8(want) || !terminated &&
						o.violation[i] != 0 {
						t.Fatalf("step %d, environment %d: violation %d, want %v", step, i, o.violation[i], want)
					}
					if w.ended && mode != serve.NextStep {
						k.mask()[i] = 1
						if mode == serve.SameStep {
							same(t, o.final, o.finalProprio, i, w, "at the end")
						}
						w.reset(t, i)
					}
				}
				if mode == serve.Disabled && slices.Contains(k.mask(), 1) {
					o = k.must(3, 0)
				}
			}
		})
	}
}

// TestGoldenFrames pins 10,000 steps for clients in other languages, which compute the same digest.
func TestGoldenFrames(t *testing.T) {
	file := filepath.Join("testdata", "frames.txt")
	golden, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		task  reach.Task
		world string
		every int
	}{{reach.Reach, "sim", 1}, {reach.Conveyor, "robot", 1}, {reach.Reach, "random", 1}} {
		line := fmt.Sprintf("%v %s %d %s\n", c.task, c.world, c.every, frames(t, options(t, c.task, c.world, c.every)))
		if !strings.Contains(string(golden), line) {
			t.Errorf("%s has no line %q", file, line)
		}
	}
}

// frames plays in this process and returns the digest of all that is seen: the observations after
// the first resets; then, for each step, those after it, rewards and ends, and if any episode has
// ended the observations after the resets of those.
func frames(t *testing.T, opt reach.Options) string {
	twins := newTwins(t, opt, goldenEnvs)
	h := sha256.New()
	for i, w := range twins {
		w.reset(t, i)
	}
	observe(h, twins)
	g, actions := lcg(1), make([]int64, 9*goldenEnvs)
	for range goldenSteps {
		g.fill(actions)
		rewards, ends := make([]byte, 0, 8*goldenEnvs), make([]byte, 2*goldenEnvs)
		any := false
		for i, w := range twins {
			reward, terminated, truncated := w.step(t, actions[9*i:])
			rewards, _ = binary.Append(rewards, binary.LittleEndian, float64(reward))
			ends[i], ends[goldenEnvs+i] = bit(terminated), bit(truncated)
			any = any || w.ended
		}
		observe(h, twins)
		h.Write(rewards)
		h.Write(ends)
		if !any {
			continue
		}
		for i, w := range twins {
			if w.ended {
				w.reset(t, i)
			}
		}
		observe(h, twins)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func observe(h hash.Hash, twins []*twin) {
	for _, w := range twins {
		h.Write(w.pixels)
	}
	for _, w := range twins {
		binary.Write(h, binary.LittleEndian, w.proprio)
	}
}
