package a3c

import "sync/atomic"

// store holds the shared parameters and RMSProp's shared statistics.
//
// RACE: theta and ms are read and written by all workers without locks (Hogwild).
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
// Under the race detector (store_race.go) every access is atomic instead, element by element, with the same losses.
type store struct {
	theta, ms []float32    // one element for each parameter
	updates   atomic.Int64 // pushes so far
}

func newStore(theta []float32) *store {
	s := &store{theta: make([]float32, len(theta)), ms: make([]float32, len(theta))}
	copy(s.theta, theta)
	return s
}

// pull copies the shared parameters to local ones and returns the number of pushes before.
func (s *store) pull(local []float32) int64 {
	n := s.updates.Load()
	loadAll(local, s.theta)
	return n
}

// push applies a gradient by RMSProp with shared statistics and returns the number of pushes before it.
//
//	ms = decay*ms + (1-decay)*grad²        theta -= lr*grad / (sqrt(ms) + epsilon)
func (s *store) push(grad []float32, lr, decay, epsilon float32) int64 {
	update(s.theta, s.ms, grad, lr, decay, epsilon)
	return s.updates.Add(1) - 1
}
