package distill

import (
	"context"
	"runtime"
	"sync/atomic"
)

// Room between the goroutines of a run whose learner works beside the arm. None of them waits for
// another one before a disk or a learner has been stuck for minutes.
const (
	reportRoom = 1024 // rollouts
	frameRoom  = 64   // frames that wait for the disk without another one being allocated
)

// rollout is what the player says of a rollout that it has played.
type rollout struct {
	sums  sums
	state playerState
}

// runBeside is the way of an arm. Three goroutines work: one plays, in real time; one writes frames
// down; the one that called learns, and tells of it. The newest parameters are published as a whole
// and never change afterwards, until the player has taken newer ones.
func (t *Trainer) runBeside(ctx context.Context) error {
	var stop atomic.Bool
	reports := make(chan rollout, reportRoom)
	played, written := make(chan error, 1), make(chan error, 1)
	full, empty := make(chan *frame, reportRoom), make(chan *frame, frameRoom)
	defer func(keep func(*frame) (*frame, error)) { t.player.keep, t.player.newest = keep, nil }(t.player.keep)
	t.player.keep = func(f *frame) (*frame, error) {
		full <- f
		select {
		case f = <-empty:
			return f, nil
		default:
			return t.frames.shape.newFrame(), nil
		}
	}
	t.player.newest = new(atomic.Pointer[[]float32])
	t.publish()
	go func() { written <- t.write(full, empty, &stop) }()
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := t.playOn(ctx, &stop, reports)
		close(full)
		close(reports)
		played <- err
	}()
	var err error
	for r := range reports {
		if err != nil {
			continue // until the player has noticed
		}
		if err = t.learn(&r.sums); err == nil {
			t.publish()
			t.played = r.state
			err = t.tell()
		}
		if err != nil {
			stop.Store(true)
		}
	}
	for _, other := range []error{<-played, <-written} {
		if err == nil {
			err = other
		}
	}
	t.player.student.theta = t.learner.theta
	return err
}

// publish hands a copy of the parameters to the player.
func (t *Trainer) publish() {
	theta := append([]float32(nil), t.learner.theta...)
	t.player.newest.Store(&theta)
}

// playOn plays rollouts until the call's steps are taken, or something stops it.
func (t *Trainer) playOn(ctx context.Context, stop *atomic.Bool, reports chan<- rollout) error {
	for ctx.Err() == nil && !stop.Load() && t.player.steps < t.pause {
		if err := t.player.play(); err != nil {
			return err
		}
		state, err := t.player.state()
		if err != nil {
			return err
		}
		r := rollout{sums: newSums(len(t.player.choices)), state: state}
		r.sums.add(&t.player.sums)
		reports <- r
	}
	return nil
}

// write keeps frames as they come. After an error it stops the run and lets the others finish.
func (t *Trainer) write(full <-chan *frame, empty chan<- *frame, stop *atomic.Bool) (err error) {
	for f := range full {
		if err == nil {
			if err = t.frames.append(f); err != nil {
				stop.Store(true)
			}
		}
		select {
		case empty <- f:
		default:
		}
	}
	return err
}
