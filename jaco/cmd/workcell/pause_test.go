package workcell

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"colonnade/jaco/robot"
)

// joined returns hardware whose questions go to a pause, what is asked at the terminal, and the
// terminal's answers.
func joined(autoPlace bool) (p *Pause, h *robot.Hardware, asked *string, line chan error) {
	p, asked, line = new(Pause), new(string), make(chan error, 1)
	h = &robot.Hardware{AutoPlace: autoPlace, Ask: func(text string) { *asked = text },
		Confirm: func() <-chan error { return line }}
	p.Join(h)
	return p, h, asked, line
}

// soon is what a goroutine may take.
const soon = 50 * time.Millisecond

// answered tells whether there is an answer, within a time.
func answered(answer <-chan error, within time.Duration) bool {
	select {
	case err := <-answer:
		return err == nil
	case <-time.After(within):
		return false
	}
}

// A confirmation counts for the question that it answers, once.
func TestConfirmElsewhere(t *testing.T) {
	p, h, asked, _ := joined(false)
	if a := p.Asked(); a != (Asked{}) || p.Confirm(0) {
		t.Errorf("nothing is asked: %+v", a)
	}
	h.Ask("put the target there; press Enter")
	if !strings.Contains(*asked, "press Enter, or the button") || p.Confirm(1) {
		t.Errorf("before an answer is wanted: %q", *asked)
	}
	first := h.Confirm()
	if a := p.Asked(); a != (Asked{1, "put the target there; press Enter", true}) {
		t.Errorf("%+v", a)
	}
	h.Ask("the arm stands: the plug was pulled")
	second := h.Confirm()
	if p.Confirm(1) || answered(first, soon) || answered(second, soon) {
		t.Error("an answer to the question before counts")
	}
	if !p.Confirm(2) || !answered(second, soon) || p.Confirm(2) {
		t.Error("an answer does not count once")
	}
	if a := p.Asked(); a.Wants || a.Text != confirmed {
		t.Errorf("confirmed: %+v", a)
	}
}

// The terminal answers, too, and one that is gone leaves it to the others.
func TestConfirmAtTheTerminal(t *testing.T) {
	p, h, _, line := joined(false)
	h.Ask("wait")
	answer := h.Confirm()
	line <- io.EOF
	if answered(answer, soon) || !p.Asked().Wants || !p.Confirm(1) || !answered(answer, soon) {
		t.Error("without a terminal nobody can confirm")
	}
	h.Ask("wait")
	answer = h.Confirm()
	line <- nil
	if !answered(answer, 10*time.Second) || p.Asked().Wants {
		t.Error("Enter does not count")
	}
}

// With -auto-place there is no button, and none is spoken of.
func TestAutoPlaceAsksForNoConfirmation(t *testing.T) {
	p, h, asked, _ := joined(true)
	h.Ask("keep clear")
	if a := p.Asked(); a.Wants || a.Text != "keep clear" || *asked != "keep clear" || p.Confirm(1) {
		t.Errorf("%+v, %q", a, *asked)
	}
}

// However a wait ends, nothing is asked after it, and no answer counts.
func TestPauseEnds(t *testing.T) {
	p, h, _, _ := joined(false)
	failed := errors.New("stopped")
	wait := func() error {
		h.Ask("wait")
		h.Confirm()
		return failed
	}
	l := &robot.Workcell{
		MoveTarget: func(context.Context, float64, float64) error { return wait() },
		Clear:      func(context.Context, string) error { return wait() },
	}
	p.watch(l)
	for i, err := range []error{l.MoveTarget(t.Context(), 0, 0), l.Clear(t.Context(), "")} {
		if a := p.Asked(); !errors.Is(err, failed) || a.Text != "" || a.Wants || p.Confirm(i+1) {
			t.Errorf("%v: %+v", err, a)
		}
	}
}
