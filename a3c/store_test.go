package a3c

import (
	"math"
	"sync"
	"testing"
)

// TestPush compares with RMSProp's definition in float64, and the version under the race detector
// with it as well.
func TestPush(t *testing.T) {
	const n, lr, decay, epsilon = 1000, 7e-4, 0.99, 1e-5
	s := newStore(make([]float32, n), 1)
	theta, ms, grad := make([]float64, n), make([]float64, n), make([]float32, n)
	for step := range 5 {
		for i := range grad {
			grad[i] = float32(math.Sin(float64(i*7+step)) * math.Pow(10, float64(i%7-5)))
			g := float64(grad[i])
			ms[i] = float64(float32(decay))*ms[i] + (1-float64(float32(decay)))*g*g
			theta[i] -= lr * g / (math.Sqrt(ms[i]) + epsilon)
		}
		if before := s.push(grad, lr, decay, epsilon); before != int64(step) {
			t.Errorf("%d pushes before push %d", before, step)
		}
	}
	local := make([]float32, n)
	if after := s.pull(local); after != 5 {
		t.Errorf("%d pushes, want 5", after)
	}
	for i := range local {
		// Each step moves an element by at most lr/sqrt(1-decay) and is rounded a few times.
		if math.Abs(float64(local[i])-theta[i]) > 5*8*0x1p-24*lr/math.Sqrt(1-decay) {
			t.Fatalf("parameter %d is %g, want %g", i, local[i], theta[i])
		}
	}
}

// TestHogwildLoss pushes from several goroutines at once, with settings that make each push add
// exactly 1 to each element: decay 1 keeps the mean squares at 0 and epsilon is 1. Every element
// must end as a whole number, at least 1 and at most the number of pushes (nothing torn or
// invented), and most updates must survive, although nothing but pushing happens here; training
// pushes for a few percent of its time.
func TestHogwildLoss(t *testing.T) {
	const workers = 4
	n, pushes := 100_000, 200
	if RaceDetector { // whose atomic accesses take a thousand times longer
		n, pushes = 5_000, 40
	}
	s := newStore(make([]float32, n), 1)
	grad := make([]float32, n)
	for i := range grad {
		grad[i] = -1
	}
	var group sync.WaitGroup
	for range workers {
		group.Add(1)
		go func() {
			defer group.Done()
			local := make([]float32, n)
			for range pushes {
				s.pull(local)
				s.push(grad, 1, 1, 1)
			}
		}()
	}
	group.Wait()
	if got := s.updates.Load(); got != int64(workers*pushes) {
		t.Errorf("%d pushes counted, want %d", got, workers*pushes)
	}
	var sum float64
	for i, v := range s.theta {
		if v != float32(math.Trunc(float64(v))) || v < 1 || v > float32(workers*pushes) {
			t.Fatalf("element %d is %g after %d pushes of 1", i, v, workers*pushes)
		}
		if s.ms[i] != 0 {
			t.Fatalf("mean square %d is %g, want 0", i, s.ms[i])
		}
		sum += float64(v)
	}
	lost := 1 - sum/float64(n*workers*pushes)
	t.Logf("%.4f %% of updates lost", 100*lost)
	if lost > 0.5 {
		t.Errorf("%.1f %% of updates lost, want at most 50 %%", 100*lost)
	}
}

// TestGather: updates are means of gradients, whoever pushes them, and none is lost. With decay 0
// and an epsilon that is next to nothing, an update moves each element by the rate, in the
// direction of the mean. Copies stay as they are meanwhile.
func TestGather(t *testing.T) {
	const n, workers, gather = 3*pieceLen/2 + 1, 6, 3
	s := newStore(make([]float32, n), gather)
	var group sync.WaitGroup
	for id := range workers {
		group.Go(func() {
			grad := make([]float32, n)
			for i := range grad {
				grad[i] = float32(id%gather - 3) // -3, -2, -1: whichever three meet, the mean is negative
			}
			var p *parameters
			for range 10 {
				p, _ = s.swap(p)
				first := p.theta[n-1]
				s.push(grad, 1, 0, 1e-30)
				if p.theta[n-1] != first {
					t.Errorf("a copy in use changed from %g to %g", first, p.theta[n-1])
				}
			}
		})
	}
	group.Wait()
	if got := s.updates.Load(); got != 10*workers {
		t.Errorf("%d pushes counted, want %d", got, 10*workers)
	}
	for i, v := range s.theta {
		if v != 10*workers/gather {
			t.Fatalf("element %d moved by %g, want one for each %d of %d pushes", i, v, gather, 10*workers)
		}
	}

	grad := make([]float32, n)
	for _, g := range []float32{-1, -3} { // one gradient short of an update
		for i := range grad {
			grad[i] = g
		}
		s.push(grad, 1, 0, 1e-30)
	}
	before := s.theta[n-1]
	s.flush(1, 0, 1e-30)
	s.flush(1, 0, 1e-30) // nothing is left
	if s.theta[n-1] != before+1 || s.ms[n-1] != 4 || s.sum[n-1] != 0 {
		t.Errorf("what was left moved an element by %g with mean square %g, want 1 and 4", s.theta[n-1]-before,
			s.ms[n-1])
	}
}

// TestSwap: workers share a copy until the parameters change, keep theirs unchanged meanwhile, and
// one that nobody has any more is used again.
func TestSwap(t *testing.T) {
	s := newStore(make([]float32, 2*pieceLen), 2)
	grad := make([]float32, len(s.theta))
	grad[5] = -1
	push := func() { s.push(grad, 1, 0, 1e-30) }
	a, n := s.swap(nil)
	push()
	b, m := s.swap(nil)
	if a != b || n != 0 || m != 1 {
		t.Errorf("before the update: the same copy %t, after %d and %d pushes", a == b, n, m)
	}
	push()
	c, _ := s.swap(nil)
	if c == a || c.theta[5] != 1 || a.theta[5] != 0 {
		t.Errorf("after the update: the same copy %t, elements %g and %g, want 1 and 0", c == a, c.theta[5], a.theta[5])
	}
	if a, _ = s.swap(a); a != c {
		t.Error("the first worker did not get the new copy")
	}
	push()
	s.flush(1, 0, 1e-30)
	if b, _ = s.swap(b); b == c || b.theta[5] != 2 {
		t.Errorf("after the flush: the same copy %t, element %g, want 2", b == c, b.theta[5])
	}
	if made := testing.AllocsPerRun(20, func() {
		push()
		push()
		a, _ = s.swap(a)
		b, _ = s.swap(b)
		c, _ = s.swap(c)
	}); made != 0 {
		t.Errorf("%g allocations an update", made)
	}
	if a != b || b != c || a.theta[5] != 2+21 {
		t.Errorf("in the end: element %g, want 23", a.theta[5])
	}
}
