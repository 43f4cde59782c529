package study

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"colonnade/a3c/training"
)

// Pieces is a list of work that any number of goroutines and processes do together. They need not
// speak with each other: each takes the first piece that is neither done nor held by another.
type Pieces struct {
	Number int

	// Done tells whether nothing is left to do for a piece.
	Done func(piece int) (bool, error)
	// Do brings a piece to its end. ok is false if ctx ended before. It returns [training.ErrBusy]
	// where another one works on the piece, and [ErrNotYet] where the piece needs others before;
	// either may be wrapped.
	Do func(ctx context.Context, piece int) (ok bool, err error)
	// Failed is told of a piece that cannot go on; the others do. If it is nil, the first error
	// ends the work.
	Failed func(piece int, err error)
	// Waiting is told once that nothing is free, and for how many pieces it waits; nil: nobody is.
	Waiting func(busy int)
}

// ErrNotYet is returned by [Pieces.Do] for a piece that starts from others which are not done.
var ErrNotYet = errors.New("what it starts from is not there yet")

// patience is the time between two looks at pieces that others hold.
const patience = 2 * time.Second

// Work works on pieces until all of them are done, or until ctx ends: then done is false. Pieces
// that others hold are waited for, unless one has failed and nothing else is left to do. It returns
// the errors of all pieces that failed.
func (p Pieces) Work(ctx context.Context) (done bool, err error) {
	waiting := false
	failed := map[int]error{}
	for {
		worked, busy := false, 0
		for piece := range p.Number {
			if failed[piece] != nil {
				continue
			}
			ok, err := p.Done(piece)
			if err == nil && !ok {
				if ctx.Err() != nil {
					return false, joined(failed)
				}
				ok, err = p.Do(ctx, piece)
				worked = worked || ok
			}
			switch {
			case errors.Is(err, training.ErrBusy) || errors.Is(err, ErrNotYet):
				busy++
			case err != nil && p.Failed == nil:
				return false, err
			case err != nil:
				failed[piece] = err
				p.Failed(piece, err)
			case !ok:
				return false, joined(failed)
			}
		}
		if err := joined(failed); busy == 0 || err != nil && !worked {
			return err == nil, err
		}
		if !waiting && !worked && p.Waiting != nil {
			p.Waiting(busy)
			waiting = true
		}
		select {
		case <-ctx.Done():
			return false, joined(failed)
		case <-time.After(patience):
		}
	}
}

// joined returns the errors of pieces that cannot go on, in their order.
func joined(failed map[int]error) error {
	var errs []error
	for _, piece := range slices.Sorted(maps.Keys(failed)) {
		errs = append(errs, failed[piece])
	}
	return errors.Join(errs...)
}
