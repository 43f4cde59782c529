package clock

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var background = context.Background()

// trace runs participants that sleep, raise and wait at random and returns what happened, in order.
func trace(t *testing.T, seed uint64) []string {
	t.Helper()
	v := NewVirtual()
	var log []string // guarded by the floor
	s := v.NewSignal()
	v.Enter()
	defer v.Leave()
	done := v.NewSignal()
	const participants, rounds = 8, 50
	left := participants
	for i := range participants {
		v.Go(func() {
			rng := rand.New(rand.NewPCG(seed, uint64(i)))
			for round := range rounds {
				var err error
				switch rng.IntN(3) {
				case 0:
					err = Sleep(background, v, time.Duration(rng.IntN(4))*time.Millisecond)
				case 1:
					s.Raise()
				case 2:
					err = v.Wait(background, s, s.Count(), v.Now().Add(time.Duration(rng.IntN(5))*time.Millisecond))
				}
				log = append(log, fmt.Sprint(i, round, v.Now().Sub(Epoch), err))
			}
			left--
			done.Raise()
		})
	}
	for left > 0 {
		if err := v.Wait(background, done, done.Count(), time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	return log
}

func TestVirtualIsDeterministic(t *testing.T) {
	want := trace(t, 1)
	if len(want) != 8*50 {
		t.Fatalf("%d events, want 400", len(want))
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, procs := range []int{1, 2, 4} {
		runtime.GOMAXPROCS(procs)
		for range 5 {
			if got := trace(t, 1); !slices.Equal(got, want) {
				t.Fatalf("with %d processors the run differs", procs)
			}
		}
	}
	if slices.Equal(trace(t, 2), want) {
		t.Error("another seed gives the same run")
	}
}

// Time moves to the next moment that anybody waits for, and only when all wait.
func TestVirtualTime(t *testing.T) {
	v := NewVirtual()
	var order []int
	v.Enter()
	defer v.Leave()
	for i, d := range []time.Duration{30, 10, 20, 10} {
		v.Go(func() {
			if err := Sleep(background, v, d*time.Second); err != nil {
				t.Error(err)
			}
			if got := v.Now().Sub(Epoch); got != d*time.Second {
				t.Errorf("woke at %v, want %v s", got, d)
			}
			order = append(order, i)
		})
	}
	if err := Sleep(background, v, time.Hour); err != nil {
		t.Fatal(err)
	}
	if got := v.Now().Sub(Epoch); got != time.Hour {
		t.Errorf("an hour's sleep took %v", got)
	}
	if want := []int{1, 3, 2, 0}; !slices.Equal(order, want) {
		t.Errorf("woke in the order %v, want %v", order, want)
	}
}

// Without anybody between Enter and Leave the world is frozen.
func TestVirtualFreezes(t *testing.T) {
	v := NewVirtual()
	var ticks atomic.Int64
	v.Go(func() {
		for {
			if Sleep(background, v, time.Millisecond) != nil {
				return
			}
			ticks.Add(1)
		}
	})
	time.Sleep(2 * time.Millisecond)
	if n := ticks.Load(); n != 0 {
		t.Fatalf("%d ticks before Enter", n)
	}
	v.Enter()
	if err := Sleep(background, v, 10*time.Millisecond+time.Microsecond); err != nil {
		t.Fatal(err)
	}
	v.Leave()
	at := v.Now()
	time.Sleep(2 * time.Millisecond)
	if n := ticks.Load(); n != 10 || v.Now() != at {
		t.Errorf("%d ticks in 10 ms, time went on by %v after Leave", n, v.Now().Sub(at))
	}
}

// Two participants that pass a token must never miss it.
func testNoLostWakeups(t *testing.T, c Clock, rounds int) {
	c.Enter()
	defer c.Leave()
	var mu sync.Mutex
	turn := 0
	changed := c.NewSignal()
	pass := func(me, players int) {
		for range rounds {
			for {
				seen := changed.Count()
				mu.Lock()
				mine := turn%players == me
				if mine {
					turn++
				}
				mu.Unlock()
				if mine {
					changed.Raise()
					break
				}
				if err := c.Wait(background, changed, seen, c.Now().Add(time.Minute)); err != nil {
					t.Errorf("player %d: %v at turn %d", me, err, turn)
					return
				}
			}
		}
	}
	const players = 4
	var finished atomic.Int32
	end := c.NewSignal()
	for i := 1; i < players; i++ {
		c.Go(func() {
			pass(i, players)
			finished.Add(1)
			end.Raise()
		})
	}
	pass(0, players)
	for seen := end.Count(); finished.Load() < players-1; seen = end.Count() {
		if err := c.Wait(background, end, seen, c.Now().Add(time.Minute)); err != nil && finished.Load() < players-1 {
			t.Fatal(err)
		}
	}
	if turn != players*rounds {
		t.Errorf("%d turns, want %d", turn, players*rounds)
	}
}

func TestNoLostWakeups(t *testing.T) {
	t.Run("clock=virtual", func(t *testing.T) { testNoLostWakeups(t, NewVirtual(), 2000) })
	t.Run("clock=real", func(t *testing.T) { testNoLostWakeups(t, Real(), 2000) })
}

// Signals and cancellation from goroutines that are no participants reach those who wait.
func TestVirtualFromOutside(t *testing.T) {
	v := NewVirtual()
	s := v.NewSignal()
	v.Enter()
	defer v.Leave()
	go func() {
		time.Sleep(time.Millisecond)
		s.Raise()
	}()
	if err := v.Wait(background, s, 0, time.Time{}); err != nil {
		t.Errorf("a signal from outside: %v", err)
	}
	ctx, cancel := context.WithCancel(background)
	go func() {
		time.Sleep(time.Millisecond)
		cancel()
	}()
	if err := v.Wait(ctx, s, s.Count(), time.Time{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled context gave %v", err)
	}
	if v.Now() != Epoch {
		t.Errorf("time moved by %v", v.Now().Sub(Epoch))
	}
}

// A participant that cancels wakes the other before time moves.
func TestVirtualCancelIsPrompt(t *testing.T) {
	v := NewVirtual()
	ctx, cancel := context.WithCancel(background)
	var woke time.Time
	v.Enter()
	defer v.Leave()
	v.Go(func() {
		if err := Sleep(ctx, v, time.Hour); !errors.Is(err, context.Canceled) {
			t.Errorf("sleep ended with %v", err)
		}
		woke = v.Now()
	})
	if err := Sleep(background, v, time.Second); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := Sleep(background, v, time.Second); err != nil {
		t.Fatal(err)
	}
	if got := woke.Sub(Epoch); got != time.Second {
		t.Errorf("woke at %v, want 1s", got)
	}
}

func TestDeadlines(t *testing.T) {
	for name, c := range map[string]Clock{"virtual": NewVirtual(), "real": Real()} {
		t.Run("clock="+name, func(t *testing.T) {
			c.Enter()
			defer c.Leave()
			var outer, inner Deadline
			start := c.Now()
			outer.Set(background, start.Add(2*time.Millisecond))
			inner.Set(&outer, start.Add(time.Hour))
			wrapped, cancel := context.WithCancel(&inner)
			defer cancel()
			if err := c.Wait(wrapped, nil, 0, time.Time{}); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("wait ended with %v", err)
			}
			if d := c.Now().Sub(start); d < 2*time.Millisecond || d > time.Minute {
				t.Errorf("the deadline of 2 ms passed after %v", d)
			}
			if err := c.SleepUntil(wrapped, start.Add(30*time.Minute)); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("a sleep beyond the deadline ended with %v", err)
			}
			if err := c.SleepUntil(background, start); err != nil {
				t.Errorf("a sleep until the past: %v", err)
			}
			if at, ok := inner.Deadline(); !ok || at != start.Add(2*time.Millisecond) {
				t.Errorf("inner deadline is %v after the start", at.Sub(start))
			}
			if err := c.Wait(background, c.NewSignal(), 0, c.Now().Add(time.Millisecond)); err != context.DeadlineExceeded {
				t.Errorf("a signal that never comes: %v", err)
			}
		})
	}
}

// A deadline of package context is real time: virtual time does not jump to it.
func TestVirtualIgnoresRealDeadlines(t *testing.T) {
	v := NewVirtual()
	v.Enter()
	defer v.Leave()
	ctx, cancel := context.WithTimeout(background, 2*time.Millisecond)
	defer cancel()
	if err := v.Wait(ctx, nil, 0, time.Time{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("wait ended with %v", err)
	}
	if v.Now() != Epoch {
		t.Errorf("time moved by %v", v.Now().Sub(Epoch))
	}
}

func TestOutsidersPanic(t *testing.T) {
	for name, misuse := range map[string]func(v *Virtual){
		"wait":  func(v *Virtual) { v.Wait(background, nil, 0, Epoch) },
		"leave": func(v *Virtual) { v.Leave() },
	} {
		func() {
			v := NewVirtual()
			defer func() {
				if recover() == nil {
					t.Errorf("%s by an outsider does not panic", name)
				}
				v.Now() // the mutex is free again
			}()
			misuse(v)
		}()
	}
}

func TestNoAllocations(t *testing.T) {
	v := NewVirtual()
	v.Enter()
	defer v.Leave()
	ctx, cancel := context.WithCancel(background)
	defer cancel()
	var d Deadline
	s := v.NewSignal()
	v.Go(func() {
		for v.SleepUntil(ctx, v.Now().Add(time.Millisecond)) == nil {
			s.Raise()
		}
	})
	if n := testing.AllocsPerRun(200, func() {
		d.Set(ctx, v.Now().Add(time.Second))
		if err := v.Wait(&d, s, s.Count(), time.Time{}); err != nil {
			t.Fatal(err)
		}
	}); n > 0 {
		t.Errorf("a wait allocates %g times", n)
	}
}

func BenchmarkVirtual(b *testing.B) {
	for _, participants := range []int{1, 2, 8} {
		b.Run(fmt.Sprintf("participants=%d", participants), func(b *testing.B) {
			b.ReportAllocs()
			v := NewVirtual()
			v.Enter()
			defer v.Leave()
			ctx, cancel := context.WithCancel(background)
			defer cancel()
			for range participants - 1 {
				v.Go(func() {
					for Sleep(ctx, v, time.Millisecond) == nil {
					}
				})
			}
			for b.Loop() {
				Sleep(ctx, v, time.Millisecond)
			}
		})
	}
}

// What was raised between looking and waiting is not waited for.
func TestRaisedBefore(t *testing.T) {
	for name, c := range map[string]Clock{"virtual": NewVirtual(), "real": Real()} {
		c.Enter()
		s := c.NewSignal()
		seen := s.Count()
		s.Raise()
		if err := c.Wait(background, s, seen, c.Now().Add(time.Second)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		c.Leave()
	}
}
