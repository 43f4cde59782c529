package main

import (
	"bufio"
	"context"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/term"
)

// terminalOf returns r if it is a terminal.
func terminalOf(r io.Reader) (*os.File, bool) {
	f, ok := r.(*os.File)
	return f, ok && term.IsTerminal(int(f.Fd()))
}

// openKeys hands each key of a terminal to press as it comes, in a goroutine of its own; ok is
// false if r is none. end gives the terminal back as it was, and no key is handed over then. gone
// is called if the terminal goes before that.
func openKeys(r io.Reader, press func(key byte), gone func()) (end func(), ok bool) {
	f, isTerminal := terminalOf(r)
	if !isTerminal {
		return func() {}, false
	}
	restore, err := singleKeys(int(f.Fd()))
	if err != nil {
		return func() {}, false
	}
	ended := make(chan struct{})
	go func() { // a read of a terminal cannot be ended: it ends with the next key, or the process
		var one [1]byte
		for {
			n, err := f.Read(one[:])
			select {
			case <-ended:
				return
			default:
			}
			if err != nil {
				gone()
				return
			}
			if n == 1 {
				press(one[0])
			}
		}
	}()
	return sync.OnceFunc(func() {
		close(ended)
		restore()
	}), true
}

// orders are the keys or lines of somebody. Who reads them does nothing else, so that a stop acts
// the moment that it is read, whatever the program is doing, and makes void what was ordered before
// it and is not done yet.
type orders struct {
	stop  func(text string) (why string) // tells a stop from all else, which has no reason
	pull  func(why string)               // stops the arm
	given chan order                     // closed when no more will come
	over  chan struct{}                  // closed when no more are wanted
	stops atomic.Int64
	err   error // why no more will come, if not by their end; to be read once given is closed
}

// order is a key or a line.
type order struct {
	text  string
	at    time.Time // when it was given
	stops int64     // there were then
	last  bool      // there is no order any more
}

// aheadOrders is how many orders are read before they are obeyed, more than anybody types: behind
// so many, a stop would wait.
const aheadOrders = 4096

func newOrders(stop func(text string) (why string), pull func(why string)) *orders {
	return &orders{stop: stop, pull: pull, given: make(chan order, aheadOrders), over: make(chan struct{})}
}

// readLines has the lines of r as orders. A read that nobody answers cannot be ended: it ends with
// the next line, or the process.
func readLines(r io.Reader, stop func(text string) (why string), pull func(why string)) *orders {
	o := newOrders(stop, pull)
	go func() {
		lines := bufio.NewScanner(r)
		for lines.Scan() && o.give(lines.Text()) {
		}
		if err := lines.Err(); err != nil {
			o.lost("standard input is gone", err)
			return
		}
		close(o.given)
	}()
	return o
}

// give gives an order; false: none is wanted any more.
func (o *orders) give(text string) bool {
	if why := o.stop(text); why != "" {
		o.halt(why)
	}
	select {
	case o.given <- order{text: text, at: time.Now(), stops: o.stops.Load()}:
		return true
	case <-o.over:
		return false
	}
}

// lost ends the orders of somebody who cannot be heard any more, and so could not stop the arm.
func (o *orders) lost(why string, err error) {
	o.err = err
	o.halt(why)
	close(o.given)
}

// halt stops the arm, if orders are still wanted.
func (o *orders) halt(why string) {
	select {
	case <-o.over:
	default:
		o.stops.Add(1) // first: whoever takes a stop back looks here afterwards
		o.pull(why)
	}
}

// end says that no more orders are wanted.
func (o *orders) end() { close(o.over) }

// void tells whether there was a stop after an order.
func (o *orders) void(x order) bool { return x.stops != o.stops.Load() }

// take waits for the next order that is not void.
func (o *orders) take(ctx context.Context) (order, error) {
	for ctx.Err() == nil {
		select {
		case x, more := <-o.given:
			if !more {
				return order{last: true}, o.err
			}
			if !o.void(x) {
				return x, nil
			}
		case <-ctx.Done():
		}
	}
	return order{}, ctx.Err()
}

// poll takes the next order that is not void, if there is one.
func (o *orders) poll() (x order, ok bool) {
	for {
		select {
		case x, more := <-o.given:
			if !more {
				return order{last: true}, true
			}
			if !o.void(x) {
				return x, true
			}
		default:
			return order{}, false
		}
	}
}
