package world

import (
	"context"
	"sync"

	"colonnade/a3c"
	"colonnade/a3c/cli"
	"colonnade/jaco/cmd/workcell"
)

// hardware is the real laboratory. Training and evaluation of a run use it one after the other, and so share what is open.
type hardware struct {
	mu    sync.Mutex  // guards what follows
	arm   *persistent // nil: not connected
	users int
}

// lease returns the environment of the real arm, connecting to it if nobody has.
func (h *hardware) lease(w *driven, worker, index int) (a3c.Env, error) {
	if worker != 0 || index != 0 {
		return nil, cli.Usagef("there is one arm: -workers 1 -envs 1")
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.arm == nil {
		lab, log, err := w.rig.Connect(context.Background(), workcell.Wants{Camera: true, Plane: true, Move: true}, w.stderr)
		if err != nil {
			return nil, err
		}
		if h.arm, err = w.use(lab, log, w.record); err != nil {
			return nil, err
		}
	}
	h.users++
	return &lease{persistent: h.arm, of: h}, nil
}

// lease is the real arm as one of its users has it.
type lease struct {
	*persistent
	of   *hardware
	once sync.Once
}

// Close lets the arm go. The last one who does closes it.
func (l *lease) Close() (err error) {
	l.once.Do(func() {
		l.of.mu.Lock()
		defer l.of.mu.Unlock()
		if l.of.users--; l.of.users == 0 {
			err = l.persistent.Close()
			l.of.arm = nil
		}
	})
	return err
}
