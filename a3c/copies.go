package a3c

import "sync"

// copies hands out copies of the shared parameters. Workers that pull between the same two updates share one: where
// gradients are gathered, some ten copies serve any number of workers, and a pull mostly moves nothing. It allocates only
// until there are as many copies as are ever in use at once.
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

// swap gives back a worker's copy, nil at first, and returns one that is up to date, and the number of pushes so far.
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
