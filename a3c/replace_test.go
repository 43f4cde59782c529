package a3c_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"colonnade/a3c"
)

// fragile is an environment that panics at one of its resets or steps, and again when it is closed.
type fragile struct {
	a3c.Env
	house *house
}

// house is where fragile environments live.
type house struct {
	mu     sync.Mutex
	calls  int
	fatal  map[int]bool // at which steps of all environments together one panics
	reset  int          // at which reset of all together one panics; 0: none
	resets int
	seeds  map[uint64]int
	made   int
	closed int
	before func() // each panic; nil: nothing
}

func (f *fragile) Reset(seed uint64, pixels []uint8, proprio []float32) error {
	f.house.mu.Lock()
	f.house.seeds[seed]++
	f.house.resets++
	fatal := f.house.resets == f.house.reset
	f.house.mu.Unlock()
	if fatal {
		panic("the arm is not where it was left")
	}
	return f.Env.Reset(seed, pixels, proprio)
}

func (f *fragile) Step(action []int, pixels []uint8, proprio []float32) (float32, bool, bool, error) {
	f.house.mu.Lock()
	f.house.calls++
	fatal := f.house.fatal[f.house.calls]
	f.house.mu.Unlock()
	if fatal {
		if f.house.before != nil {
			f.house.before()
		}
		panic("the gripper fell off")
	}
	return f.Env.Step(action, pixels, proprio)
}

func (f *fragile) Close() error {
	f.house.mu.Lock()
	f.house.closed++
	f.house.mu.Unlock()
	panic("and the arm as well")
}

func newHouse(fatal ...int) *house {
	h := &house{fatal: map[int]bool{}, seeds: map[uint64]int{}}
	for _, n := range fatal {
		h.fatal[n] = true
	}
	return h
}

func (h *house) trainer(t *testing.T, cfg a3c.Config) *a3c.Trainer {
	t.Helper()
	net, theta := makeNet(t, memory(), 8, 8, cfg.Seed)
	trainer, err := a3c.NewTrainer(cfg, net, theta, func(int, int) (a3c.Env, error) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.made++
		return &fragile{memory(), h}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return trainer
}

// TestReplacement: workers that panic are replaced and named, the run reaches its steps, a snapshot
// is whole, and no episode is played twice.
func TestReplacement(t *testing.T) {
	cfg := small(false)
	cfg.Replacements = 3
	var told []*a3c.WorkerError
	cfg.OnReplace = func(e *a3c.WorkerError) { told = append(told, e) }
	h := newHouse(100, 230, 231)
	trainer := h.trainer(t, cfg)
	if err := trainer.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if !trainer.Done() || trainer.Steps() != cfg.Steps {
		t.Errorf("done %t after %d steps, want %d", trainer.Done(), trainer.Steps(), cfg.Steps)
	}
	if len(told) != 3 {
		t.Fatalf("told of %d replacements, want 3", len(told))
	}
	for _, e := range told {
		if !strings.Contains(e.Error(), "panic: the gripper fell off") ||
			!strings.Contains(e.Error(), "replace_test.go") {
			t.Errorf("cause and place are missing: %v", e)
		}
	}
	if want := (cfg.Workers + 3) * cfg.Envs; h.made != want || h.closed != 3*cfg.Envs {
		t.Errorf("%d environments made and %d closed, want %d and %d", h.made, h.closed, want, 3*cfg.Envs)
	}
	for seed, n := range h.seeds {
		if n > 1 {
			t.Errorf("the episode of seed %d was played %d times", seed, n)
		}
	}
	if s, err := trainer.Snapshot(); err != nil || len(s.State) != cfg.Workers {
		t.Errorf("snapshot: %v", err)
	}
}

// TestReplacementAtReset: an episode in whose beginning an environment panics is not begun again by
// the successor.
func TestReplacementAtReset(t *testing.T) {
	cfg := small(false)
	cfg.Replacements = 1
	h := newHouse()
	h.reset = cfg.Workers*cfg.Envs + 5 // in the middle of the run
	trainer := h.trainer(t, cfg)
	if err := trainer.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if !trainer.Done() || h.made != (cfg.Workers+1)*cfg.Envs {
		t.Errorf("done %t with %d environments made", trainer.Done(), h.made)
	}
	for seed, n := range h.seeds {
		if n > 1 {
			t.Errorf("the episode of seed %d was begun %d times", seed, n)
		}
	}
}

// TestReplacementAtTheEnd: the last rollout is lost after all other workers have found nothing more
// to do; its worker's successor takes it again.
func TestReplacementAtTheEnd(t *testing.T) {
	cfg := small(false)
	var trainer *a3c.Trainer
	h := newHouse(300)
	h.before = func() {
		for trainer.Steps() < cfg.Steps-int64(cfg.Rollout*cfg.Envs) {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(5 * time.Millisecond) // in which the others ask for more
	}
	trainer = h.trainer(t, cfg)
	if err := trainer.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if !trainer.Done() || trainer.Steps() != cfg.Steps {
		t.Errorf("done %t after %d steps, want %d", trainer.Done(), trainer.Steps(), cfg.Steps)
	}
}

// TestReplacementLimit: one panic too many stops the run and says so; so does the first one in
// deterministic mode.
func TestReplacementLimit(t *testing.T) {
	for _, test := range []struct {
		name   string
		adapt  func(*a3c.Config)
		want   string
		unwant string
	}{
		{"limit", func(c *a3c.Config) { c.Replacements = 2 }, "after 2 replaced workers, as many as allowed", "-"},
		{"none", func(c *a3c.Config) { c.Replacements = 0 }, "the gripper fell off", "replaced"},
		{"deterministic", func(c *a3c.Config) { c.Deterministic = true }, "the gripper fell off", "replaced"},
	} {
		cfg := small(false)
		test.adapt(&cfg)
		err := newHouse(100, 200, 300).trainer(t, cfg).Run(context.Background())
		var failure *a3c.WorkerError
		if !errors.As(err, &failure) || !strings.Contains(err.Error(), test.want) ||
			strings.Contains(err.Error(), test.unwant) {
			t.Errorf("%s: got %v", test.name, err)
		}
	}
}

// TestReplacementFails: where no new environment can be had, both causes are told.
func TestReplacementFails(t *testing.T) {
	h := newHouse(100)
	cfg := small(false)
	net, theta := makeNet(t, memory(), 8, 8, cfg.Seed)
	trainer, err := a3c.NewTrainer(cfg, net, theta, func(int, int) (a3c.Env, error) {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.made++; h.made > cfg.Workers*cfg.Envs {
			return nil, errors.New("no spare arm")
		}
		return &fragile{memory(), h}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = trainer.Run(context.Background())
	if err == nil || !strings.Contains(err.Error(), "the gripper fell off") ||
		!strings.Contains(err.Error(), "no spare arm") {
		t.Errorf("got %v", err)
	}
}
