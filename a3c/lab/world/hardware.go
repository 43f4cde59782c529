package world

import (
	"context"
	"errors"
	"sync"

	"colonnade/a3c"
	"colonnade/a3c/cli"
	"colonnade/jaco/cmd/workcell"
)

// hardwarePrint stands for the fingerprint of a real laboratory: nobody can play the same steps twice there.
const hardwarePrint = "hardware/1"

// OneArm tells whether there is a single arm, a real one: one environment at a time, in real time.
func (o *World) OneArm() bool { return o.OnArm() && o.rig.Real() }

// Pause returns where somebody who is not at the terminal sees what the real arm waits for, and confirms that it may move on. It is to
// be called before the first environment is made; nil if there is no real arm.
func (o *World) Pause() *workcell.Pause {
	if o.OneArm() && o.rig.Pause == nil {
		o.rig.Pause = new(workcell.Pause)
	}
	return o.rig.Pause
}

// hardware is the real laboratory. Training and evaluation of a run use it one after the other, and so share what is open.
type hardware struct {
	mu    sync.Mutex // guards what follows
	arm   *used      // nil: not connected
	users int
}

// errOneArm is returned to whoever wants more arms than there are.
var errOneArm = errors.New("there is one arm: -workers 1 -envs 1")

// share returns the environment of the real arm, connecting to it if nobody has.
func (h *hardware) share(o *World, worker, index int) (a3c.Env, error) {
	if worker != 0 || index != 0 {
		return nil, cli.Usagef("%v", errOneArm)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.arm == nil {
		lab, log, err := o.rig.Connect(context.Background(), workcell.Wants{Camera: true, Plane: true, Move: true}, o.stderr)
		if err != nil {
			return nil, err
		}
		if h.arm, err = o.use(lab, log, o.settings.Record); err != nil {
			return nil, err
		}
	}
	h.users++
	return &shared{used: h.arm, of: h}, nil
}

// shared is the real arm as one of its users has it.
type shared struct {
	*used
	of   *hardware
	once sync.Once
}

// Close lets the arm go. The last one who does closes it.
func (s *shared) Close() (err error) {
	s.once.Do(func() {
		s.of.mu.Lock()
		defer s.of.mu.Unlock()
		if s.of.users--; s.of.users == 0 {
			err = s.used.Close()
			s.of.arm = nil
		}
	})
	return err
}
