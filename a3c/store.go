package a3c

import (
	"sync"
	"sync/atomic"

	"colonnade/kernels"
)

// store holds the shared parameters and RMSProp's shared statistics.
//
// RACE: theta and ms are read and written by all workers without locks (Hogwild), unless gradients
// are gathered.
//
//	Who:     pull (loads theta) and push (load, compute, store both), any number of goroutines. Nobody else while they
//	         run: snapshots are taken behind the trainer's gate.
//	Lost:    concurrent pushes to one element may lose one of the updates, in theta, ms, or both.
//	Never:   torn or invented values; every load is some stored 32-bit word. pull is runtime assembly (memmove) and push
//	         kernel assembly where there is one, so the Go memory model does not speak of them. What holds is the
//	         hardware: elements are aligned to 4 bytes, and on amd64 neither a plain nor a vector access is ever split
//	         inside a naturally aligned quadword (AMD64 manual vol. 2, 7.3.2 "Access Atomicity"; Intel SDM vol. 3A,
//	         "Guaranteed Atomic Operations"), on arm64 vector elements are single-copy atomic each (Arm ARM, B2.2.1).
//	         In portable Go it is the memory model, "Implementation Restrictions for Programs Containing Data Races".
//	Why ok:  Niu, Recht, Ré, Wright 2011; Mnih et al. 2016, section 4. TestHogwildLoss bounds it.
//
// Under the race detector (store_race.go) every access is atomic instead, element by element, with
// the same losses.
//
// Gathered gradients add up in sum, piece by piece, each piece behind a lock of its own: one that
// was lost here would be lost for several workers. theta is read without locks all the same.
type store struct {
	theta, ms []float32    // one element for each parameter
	updates   atomic.Int64 // pushes so far

	gather int           // gradients that make an update
	sum    []float32     // of gradients gathered; nil where gather is 1
	pieces []piece       // of sum
	next   atomic.Uint32 // pushes begun

	copies copies
}

// piece is some of the parameters in a row: pieceLen, or what is left for the last.
type piece struct {
	mu       sync.Mutex
	gathered int // gradients in its sum
}

const pieceLen = 1 << 13 // 32 KiB of sum: short enough to be busy rarely, long enough to make locks cheap

// newStore returns a store whose updates are the means of that many gradients.
func newStore(theta []float32, gather int) *store {
	s := &store{theta: make([]float32, len(theta)), ms: make([]float32, len(theta)), gather: gather}
	copy(s.theta, theta)
	if gather > 1 {
		s.sum = make([]float32, len(theta))
		s.pieces = make([]piece, (len(theta)+pieceLen-1)/pieceLen)
	}
	return s
}

// pull copies the shared parameters to local ones and returns the number of pushes before.
func (s *store) pull(local []float32) int64 {
	n := s.updates.Load()
	loadAll(local, s.theta)
	return n
}

// push applies a gradient by RMSProp with shared statistics and returns the number of pushes before
// it.
//
//	ms = decay*ms + (1-decay)*grad²        theta -= lr*grad / (sqrt(ms) + epsilon)
//
// Where gradients are gathered, it adds this one, and the last of them applies their mean.
func (s *store) push(grad []float32, lr, decay, epsilon float32) int64 {
	if s.gather > 1 {
		s.add(grad, lr, decay, epsilon)
	} else {
		update(s.theta, s.ms, grad, lr, decay, epsilon)
	}
	return s.updates.Add(1) - 1
}

// add adds a gradient to the sum, and applies each piece that has enough.
func (s *store) add(grad []float32, lr, decay, epsilon float32) {
	start := int(s.next.Add(1)) * 7 // workers that push at once begin at different pieces
	for k := range s.pieces {
		i := (start + k) % len(s.pieces)
		p, lo, hi := &s.pieces[i], i*pieceLen, min((i+1)*pieceLen, len(s.sum))
		p.mu.Lock()
		kernels.ScaleAdd(s.sum[lo:hi], 1, grad[lo:hi])
		p.gathered++
		if p.gathered == s.gather {
			s.apply(p, lo, hi, lr, decay, epsilon)
		}
		p.mu.Unlock()
	}
}

// apply updates parameters lo to hi by the mean of a piece's gradients, which are at least one. The
// caller holds its lock.
func (s *store) apply(p *piece, lo, hi int, lr, decay, epsilon float32) {
	kernels.Scale(s.sum[lo:hi], 1/float32(p.gathered))
	update(s.theta[lo:hi], s.ms[lo:hi], s.sum[lo:hi], lr, decay, epsilon)
	clear(s.sum[lo:hi])
	p.gathered = 0
}

// flush applies gradients that wait for others. Nobody pushes meanwhile.
func (s *store) flush(lr, decay, epsilon float32) {
	for i := range s.pieces {
		p := &s.pieces[i]
		if p.gathered > 0 {
			s.apply(p, i*pieceLen, min((i+1)*pieceLen, len(s.sum)), lr, decay, epsilon)
		}
	}
	s.retire()
}

// copies hands out copies of the shared parameters. Workers that pull between the same two updates
// share one: where gradients are gathered, some ten copies serve any number of workers, and a pull
// mostly moves nothing. It allocates only until there are as many copies as are ever in use at
// once.
type copies struct {
	mu      sync.Mutex
	current *parameters   // made last; nil: none that is up to date
	free    []*parameters // in use by nobody
}

// parameters is a copy that nobody changes while it is in use.
type parameters struct {
	theta []float32
	made  sync.WaitGroup

	pushes int64 // before it was made; like users guarded by copies.mu
	users  int   // workers that have it
}

// swap gives back a worker's copy, nil at first, and returns one that is up to date, and the number
// of pushes so far.
func (s *store) swap(old *parameters) (*parameters, int64) {
	c := &s.copies
	c.mu.Lock()
	if old != nil {
		if old.users--; old.users == 0 && old != c.current {
			c.free = append(c.free, old)
		}
	}
	pushes := s.updates.Load()
	if p := c.current; p != nil && p.pushes/int64(s.gather) == pushes/int64(s.gather) {
		p.users++
		c.mu.Unlock()
		p.made.Wait()
		return p, pushes
	}
	s.retire()
	var p *parameters
	if n := len(c.free); n > 0 {
		p, c.free = c.free[n-1], c.free[:n-1]
	} else {
		p = &parameters{theta: make([]float32, len(s.theta))}
	}
	p.pushes, p.users = pushes, 1
	p.made.Add(1)
	c.current = p
	c.mu.Unlock()
	loadAll(p.theta, s.theta)
	p.made.Done()
	return p, pushes
}

// retire lets the next swap make a new copy. The caller holds the lock, or is alone.
func (s *store) retire() {
	c := &s.copies
	if p := c.current; p != nil && p.users == 0 {
		c.free = append(c.free, p)
	}
	c.current = nil
}
