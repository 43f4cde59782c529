package world

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"colonnade/a3c"
	"colonnade/a3c/cli"
	"colonnade/a3c/live"
	"colonnade/jaco/cmd/workcell"
	"colonnade/jaco/safety"
)

// hardware is the real workcell. Training and evaluation of a run use it one after the other, and
// so share what is open.
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
		cell, log, err := w.workcell.Connect(context.Background(),
			workcell.Wants{Camera: true, Plane: true, Move: true},
			w.stderr)
		if err != nil {
			return nil, err
		}
		if h.arm, err = w.use(cell, log, w.record); err != nil {
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

// guards are the safety layers of the arms that train or evaluate now, but for emulated ones that
// are new in every episode. They come and go. Any goroutine may call its methods.
type guards struct {
	mu  sync.Mutex // guards what follows
	all []*safety.Guard
}

func (g *guards) add(one *safety.Guard) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.all = append(g.all, one)
}

func (g *guards) remove(one *safety.Guard) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if i := slices.Index(g.all, one); i >= 0 {
		g.all = slices.Delete(g.all, i, i+1)
	}
}

func (g *guards) present() []*safety.Guard {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.all)
}

// watchedArms are the arms of a run as the live page sees them.
type watchedArms struct {
	*guards
	pause *workcell.Pause // nil: nobody is waited for
}

// Stop implements live.Arm: an emergency stop of all of them.
func (a watchedArms) Stop() error {
	all := a.present()
	if len(all) == 0 {
		return errors.New("no arm is in use at the moment")
	}
	for _, guard := range all {
		guard.EmergencyStop("the live page")
	}
	return nil
}

// Safety implements live.Arm.
func (a watchedArms) Safety() live.Safety {
	all := a.present()
	s := live.Safety{State: "obeys", Fine: true}
	if len(all) == 0 {
		s.State = "not in use"
		return s
	}
	trips, exchanges, failures := 0, 0, 0
	var took time.Duration
	for _, guard := range all {
		if err := guard.Err(); err != nil {
			s.State, s.Fine = err.Error(), false
			s.Stopped = s.Stopped || errors.Is(err, safety.ErrEmergency)
		}
		for _, n := range guard.Trips() {
			trips += n
		}
		stats := guard.Stats()
		exchanges, failures, took = exchanges+stats.Exchanges, failures+stats.Failures, took+stats.ExchangeTime
	}
	s.Details = []live.Detail{
		{Name: "arms", Value: fmt.Sprint(len(all))},
		{Name: "refused motions", Value: fmt.Sprint(trips)},
		{Name: "packets without answer", Value: fmt.Sprint(failures)},
	}
	if exchanges > 0 {
		mean := (took / time.Duration(exchanges)).Round(10 * time.Microsecond)
		s.Details = append(s.Details, live.Detail{Name: "an exchange takes", Value: mean.String()})
	}
	return s
}

// Asked implements live.Arm.
func (a watchedArms) Asked() live.Asked {
	if a.pause == nil {
		return live.Asked{}
	}
	return live.Asked(a.pause.Asked())
}

// Confirm implements live.Arm.
func (a watchedArms) Confirm(number int) bool { return a.pause != nil && a.pause.Confirm(number) }
