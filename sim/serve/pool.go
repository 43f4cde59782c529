package serve

import (
	"sync"
	"sync/atomic"
)

// pool calls a function for each of n numbers, on several threads: the caller's and others that
// sleep in between. Every thread begins with a part of its own, always the same, so that a core's
// cache keeps what belongs to it. Who is done early helps the others.
type pool struct {
	parts []part
	do    func(i int)
	wake  []chan struct{} // of the threads but the caller's
	busy  sync.WaitGroup
}

type part struct {
	next atomic.Int64
	end  int64
	_    [48]byte // a cache line each
}

func newPool(threads int) *pool {
	p := &pool{parts: make([]part, threads), wake: make([]chan struct{}, threads-1)}
	for t := range p.wake {
		p.wake[t] = make(chan struct{})
		go func() {
			for range p.wake[t] {
				p.work(t + 1)
				p.busy.Done()
			}
		}()
	}
	return p
}

// run calls do for 0 to n-1 and returns when all is done.
func (p *pool) run(n int, do func(i int)) {
	p.do = do
	threads := int64(len(p.parts))
	for t := range threads {
		p.parts[t].next.Store(int64(n) * t / threads)
		p.parts[t].end = int64(n) * (t + 1) / threads
	}
	p.busy.Add(len(p.wake))
	for _, wake := range p.wake {
		wake <- struct{}{}
	}
	p.work(0)
	p.busy.Wait()
}

// work does thread t's part and then what is left of the others'.
func (p *pool) work(t int) {
	for k := range p.parts {
		part := &p.parts[(t+k)%len(p.parts)]
		for i := part.next.Add(1) - 1; i < part.end; i = part.next.Add(1) - 1 {
			p.do(int(i))
		}
	}
}

// close ends the threads.
func (p *pool) close() {
	for _, wake := range p.wake {
		close(wake)
	}
}
