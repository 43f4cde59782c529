package study

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"colonnade/a3c/training"
)

// shared is work on four pieces, of which the third starts from the fourth and the second is held
// by somebody else at first.
type shared struct {
	order []int
	done  [4]bool
	held  int // looks during which the second is held
	fails map[int]error
}

func (s *shared) pieces() Pieces {
	return Pieces{
		Number: len(s.done),
		Done:   func(i int) (bool, error) { return s.done[i], nil },
		Do: func(_ context.Context, i int) (bool, error) {
			switch {
			case s.fails[i] != nil:
				return false, s.fails[i]
			case i == 1 && s.held > 0:
				s.held--
				return false, fmt.Errorf("piece 1: %w", training.ErrBusy)
			case i == 2 && !s.done[3]:
				return false, ErrNotYet
			}
			s.order = append(s.order, i)
			s.done[i] = true
			return true, nil
		},
	}
}

// TestPieces: what is held or not ready yet is waited for, and nothing is done twice.
func TestPieces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, waited := shared{held: 3}, 0
		p := s.pieces()
		p.Waiting = func(busy int) { waited += busy }
		done, err := p.Work(t.Context())
		if want := []int{0, 3, 2, 1}; !done || err != nil || !slices.Equal(s.order, want) || waited != 1 {
			t.Errorf("done %v, %v: did %v, want %v; waited for %d", done, err, s.order, want, waited)
		}
	})
}

// TestPieceFails: a piece that cannot go on ends the work, or is told of while the others go on;
// what starts from it stays undone.
func TestPieceFails(t *testing.T) {
	broken := errors.New("broken")
	synctest.Test(t, func(t *testing.T) {
		s := shared{fails: map[int]error{0: broken}}
		if done, err := s.pieces().Work(t.Context()); done || err != broken || len(s.order) != 0 {
			t.Errorf("done %v, %v: did %v", done, err, s.order)
		}
		s, told := shared{fails: map[int]error{3: broken}}, 0
		p := s.pieces()
		p.Failed = func(piece int, err error) { told = piece }
		if done, err := p.Work(t.Context()); done || !errors.Is(err, broken) || told != 3 ||
			!slices.Equal(s.order, []int{0, 1}) {
			t.Errorf("done %v, %v: did %v, was told of %d", done, err, s.order, told)
		}
	})
}

// TestPiecesInterrupted: after the end of its context, work on what is not done ends without an
// error.
func TestPiecesInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := shared{done: [4]bool{true, true, true, true}}
	if done, err := s.pieces().Work(ctx); !done || err != nil {
		t.Errorf("all is done: %v, %v", done, err)
	}
	s.done[2] = false
	if done, err := s.pieces().Work(ctx); done || err != nil || len(s.order) != 0 {
		t.Errorf("done %v, %v: did %v", done, err, s.order)
	}
}
