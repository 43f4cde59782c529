package live

import (
	"net"
	"net/http"
	"sync"
	"time"
)

// limit returns a listener that accepts a connection beyond the limit when another one has ended.
func limit(l net.Listener, most int) net.Listener {
	return &limited{Listener: l, free: make(chan struct{}, most), closed: make(chan struct{})}
}

// limited is a listener whose connections are counted.
type limited struct {
	net.Listener
	free   chan struct{} // one element for each open connection
	once   sync.Once
	closed chan struct{}
}

func (l *limited) Accept() (net.Conn, error) {
	select {
	case l.free <- struct{}{}:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	conn, err := l.Listener.Accept()
	if err != nil {
		<-l.free
		return nil, err
	}
	return &counted{Conn: conn, free: l.free}, nil
}

func (l *limited) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

type counted struct {
	net.Conn
	once sync.Once
	free chan struct{}
}

func (c *counted) Close() error {
	err := c.Conn.Close()
	c.once.Do(func() { <-c.free })
	return err
}

// pace lets through so many requests a second, after a first burst, and refuses the others: what it
// costs to answer is then a small share of a core, whoever asks.
type pace struct {
	every time.Duration // between two requests in the long run
	burst int           // that may come at once

	mu   sync.Mutex // guards free
	free time.Time  // when all of the burst is there again
}

// pass tells whether a request may go through at this time.
func (p *pace) pass(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.free.Before(now) {
		p.free = now
	}
	if p.free.Sub(now) > time.Duration(p.burst-1)*p.every {
		return false
	}
	p.free = p.free.Add(p.every)
	return true
}

// limit answers requests beyond the pace in place of next.
func (p *pace) limit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !p.pass(time.Now()) {
			w.Header().Set("Retry-After", "1")
			http.Error(w, "too many requests: the training comes first", http.StatusTooManyRequests)
			return
		}
		next.ServeHTTP(w, r)
	})
}
