package workcell

import (
	"context"
	"sync"

	"colonnade/jaco/robot"
)

// Pause is what an arm waits for somebody for, who may answer elsewhere than at the terminal, too.
// The zero value asks nothing. Any goroutine may call its methods.
type Pause struct {
	mu     sync.Mutex // guards what follows
	asked  Asked
	answer chan error    // nil: none is wanted
	over   chan struct{} // closed when none is wanted any more
}

// Asked is what somebody is asked to do before the arm moves on.
type Asked struct {
	Number int    // of the question, from 1
	Text   string // what is to be done, and why the arm waits; empty: nothing is asked
	Wants  bool   // a confirmation
}

// confirmed is the text after a confirmation. The camera may still have something against it, and
// then there is a new question.
const confirmed = "confirmed: the arm moves on when the camera has seen nothing move for a second; keep clear"

// Asked returns what is asked now.
func (p *Pause) Asked() Asked {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked
}

// Confirm confirms that the arm may move on, and tells whether the question of this number was
// still open: an answer to another one confirms nothing.
func (p *Pause) Confirm(number int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.answer == nil || p.asked.Number != number {
		return false
	}
	p.answer <- nil
	p.drop()
	p.asked.Text = confirmed
	return true
}

// drop stops waiting for an answer. The caller holds mu.
func (p *Pause) drop() {
	if p.answer != nil {
		close(p.over)
	}
	p.answer, p.asked.Wants = nil, false
}

// ask notes a question, which may want no confirmation.
func (p *Pause) ask(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.drop()
	p.asked.Number++
	p.asked.Text = text
}

// end notes that nothing is asked any more.
func (p *Pause) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.drop()
	p.asked.Text = ""
}

// confirm begins to wait for Confirm, or for an answer of line, whose errors say only that nobody
// is at the terminal.
func (p *Pause) confirm(line func() <-chan error) <-chan error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.drop()
	p.answer, p.over, p.asked.Wants = make(chan error, 1), make(chan struct{}), true
	if line != nil {
		go p.listen(line(), p.asked.Number, p.over)
	}
	return p.answer
}

func (p *Pause) listen(line <-chan error, number int, over <-chan struct{}) {
	select {
	case err := <-line:
		if err == nil {
			p.Confirm(number)
		}
	case <-over:
	}
}

// Join lets the pause hear what hardware asks, and answer beside it.
func (p *Pause) Join(h *robot.Hardware) {
	ask, line := h.Ask, h.Confirm
	h.Ask = func(text string) {
		p.ask(text)
		if !h.AutoPlace {
			text += ", or the button of the live page"
		}
		ask(text)
	}
	h.Confirm = func() <-chan error { return p.confirm(line) }
}

// watch notes when a workcell's waits are over, however they end.
func (p *Pause) watch(l *robot.Workcell) {
	place, clear := l.MoveTarget, l.Clear
	l.MoveTarget = func(ctx context.Context, x, y float64) error {
		defer p.end()
		return place(ctx, x, y)
	}
	l.Clear = func(ctx context.Context, why string) error {
		defer p.end()
		return clear(ctx, why)
	}
}
