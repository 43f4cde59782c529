package reach_test

import (
	"bytes"
	"runtime"
	"strings"
	"sync"
	"testing"

	"colonnade/sim/reach"
)

// TestSharedRenderers: environments that share renderers, from several goroutines, show what those
// with their own show.
func TestSharedRenderers(t *testing.T) {
	for _, name := range []string{"sim", "robot", "random"} {
		opt := reach.Options{Domain: load(t, name)}
		shared, err := opt.Share()
		if err != nil {
			t.Fatal(err)
		}
		var group sync.WaitGroup
		for worker := range 3 {
			group.Go(func() {
				var own, lent [4]*player
				for k := range own {
					seed := uint64(100*worker + 10*k)
					own[k], lent[k] = newPlayer(t, opt, true, seed), newPlayer(t, shared, true, seed)
				}
				for n, action := range randomActions(40) {
					for k := range own {
						own[k].step(t, action)
						lent[k].step(t, action)
						if !bytes.Equal(own[k].pixels, lent[k].pixels) {
							t.Errorf("%s: step %d of environment %d shows something else with a shared renderer", name,
								n, k)
							return
						}
					}
				}
			})
		}
		group.Wait()
	}
}

func TestShareRefuses(t *testing.T) {
	opt, err := reach.Options{}.Share()
	if err != nil {
		t.Fatal(err)
	}
	opt.TargetEvery = 3
	if _, err := reach.New(opt); err != nil {
		t.Errorf("another target-every: %v", err)
	}
	opt.Pixels = 32
	if _, err := reach.New(opt); err == nil || !strings.Contains(err.Error(), "since Share") {
		t.Errorf("other pixels: error %v", err)
	}
	if _, err := (reach.Options{Pixels: -1}).Share(); err == nil {
		t.Error("options that make no environment were shared")
	}
}

// TestSharedMemory: what an environment has of its own is little.
func TestSharedMemory(t *testing.T) {
	opt, err := reach.Options{Domain: load(t, "robot")}.Share()
	if err != nil {
		t.Fatal(err)
	}
	each := memory(t, opt)
	t.Logf("%d KiB an environment", each>>10)
	if each > 32<<10 {
		t.Errorf("an environment that shares its renderer takes %d bytes", each)
	}
}

// memory returns the bytes that one more environment takes.
func memory(t *testing.T, opt reach.Options) int64 {
	pixels := make([]uint8, 64*64*3)
	warm := newEnv(t, opt) // what all environments share
	if err := warm.Reset(1, pixels, nil); err != nil {
		t.Fatal(err)
	}
	envs := make([]*reach.Env, 16)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for k := range envs {
		envs[k] = newEnv(t, opt)
		if err := envs[k].Reset(uint64(k), pixels, nil); err != nil {
			t.Fatal(err)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(envs)
	return int64(after.HeapAlloc-before.HeapAlloc) / int64(len(envs))
}
