package world

import (
	"errors"
	"fmt"
	"sync"

	"colonnade/a3c"
	"colonnade/a3c/cli"
	"colonnade/jaco/record"
	"colonnade/jaco/robot"
	"colonnade/jaco/safety"
	"colonnade/jaco/tracker"
	"colonnade/sim"
	"colonnade/sim/domain"
	"colonnade/sim/reach"
)

// The places of the arm.
const (
	simEnv  = "sim"
	jacoEnv = "jaco"
)

// OnArm tells whether the arm is one that is driven, emulated or real, rather than the simulator's.
func (o *World) OnArm() bool { return o.settings.Env == jacoEnv }

// check returns a usage error for settings that do not go together.
func (o *World) check() error {
	s, usual := &o.settings, DefaultSettings()
	if s.TargetEvery < 1 {
		return cli.Usagef("-target-every is %d, want 1 or more", s.TargetEvery)
	}
	if o.rig.Real() && !o.OnArm() {
		return cli.Usagef("-arm %s needs -env %s", o.rig.Name(), jacoEnv)
	}
	if o.rig.Real() && o.conveyor() {
		return cli.Usagef("-task %s with -arm %s: nobody there makes the target glide", s.Task, o.rig.Name())
	}
	for _, of := range []struct {
		flag    string
		changed bool
	}{
		{"faults", s.Faults.String() != ""}, {"record", s.Record != ""},
		{"safety-log", s.Arm.SafetyLog != usual.Arm.SafetyLog}, {"stop-file", s.Arm.StopFile != usual.Arm.StopFile},
	} {
		if of.changed && !o.OnArm() {
			return cli.Usagef("-%s needs -env %s", of.flag, jacoEnv)
		}
	}
	if o.rig.Real() && s.Faults.String() != "" {
		return cli.Usagef("-faults with -arm %s: they are for the emulated cable", o.rig.Name())
	}
	return o.rig.Validate()
}

func (o *World) conveyor() bool { return o.settings.Task == reach.Conveyor.String() }

// calibration is the table of the emulated laboratory, calibrated once for all environments.
type calibration struct {
	once  sync.Once
	world *domain.World
	plane *tracker.Plane
	err   error
}

// laboratory returns the world of the emulated arm. One of a domain with ranges is drawn once: a laboratory does not change
// from episode to episode.
func (o *World) laboratory() (*domain.World, *tracker.Plane, error) {
	c := &o.calibration
	c.once.Do(func() {
		c.world = o.settings.Domain.Laboratory()
		c.plane, c.err = robot.CalibrateEmulated(c.world)
	})
	return c.world, c.plane, c.err
}

// guards are those of the arms in use, for whoever watches over them.
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
	for i, other := range g.all {
		if other == one {
			g.all = append(g.all[:i:i], g.all[i+1:]...)
			return
		}
	}
}

// Guards returns the safety layers of all arms that train or evaluate now, but for emulated ones that are new in every
// episode. Any goroutine may call it.
func (o *World) Guards() []*safety.Guard {
	o.guards.mu.Lock()
	defer o.guards.mu.Unlock()
	return append([]*safety.Guard(nil), o.guards.all...)
}

// used is an arm that is used from episode to episode, and what is closed with it.
type used struct {
	*robot.Env
	guard *safety.Guard
	of    *guards
	log   *safety.Log    // nil: none
	file  *record.Writer // of its steps; nil: none
}

// Close closes all of it.
func (u *used) Close() error {
	u.of.remove(u.guard)
	err := errors.Join(u.Env.Close(), u.log.Close())
	if u.file != nil {
		err = errors.Join(err, u.file.Close())
	}
	return err
}

// use makes an environment of a laboratory, whose steps are kept in a file unless path is empty.
func (o *World) use(lab *robot.Lab, log *safety.Log, path string) (*used, error) {
	u := &used{guard: lab.Guard, of: &o.guards, log: log}
	opt := robot.Options{Lab: lab, TargetEvery: o.settings.TargetEvery, Moving: o.conveyor()}
	if path != "" {
		var err error
		if u.file, err = record.Append(path); err != nil {
			return nil, errors.Join(err, lab.Shut(), log.Close())
		}
		if n := u.file.Cut(); n > 0 {
			fmt.Fprintf(o.stderr, "%s: %d bytes behind the last whole record were cut off: the program or the machine died before it was kept\n", path, n)
		}
		opt.Record = u.file.Write
	}
	var err error
	if u.Env, err = robot.New(opt); err != nil {
		return nil, errors.Join(err, lab.Shut(), log.Close())
	}
	o.guards.add(lab.Guard)
	return u, nil
}

// newRobot makes an arm that is used from episode to episode: between them it moves to its next start.
func (o *World) newRobot(worker, index int) (a3c.Env, error) {
	if o.rig.Real() {
		return o.hardware.share(o, worker, index)
	}
	world, plane, err := o.laboratory()
	if err != nil {
		return nil, err
	}
	log, err := o.rig.Log()
	if err != nil {
		return nil, err
	}
	lab, err := robot.Emulate(robot.Emulation{
		World: world, Plane: plane, Seed: uint64(worker)<<32 | uint64(index), Faults: o.settings.Faults.Rules(), Conveyor: o.conveyor(),
		StopFile: o.rig.StopFile(), Log: log,
	})
	if err != nil {
		return nil, errors.Join(err, log.Close())
	}
	path := o.settings.Record
	if path != "" && (worker != 0 || index != 0) {
		path = fmt.Sprintf("%s-%d-%d", path, worker, index)
	}
	return o.use(lab.Lab, log, path)
}

// fresh is an emulated arm whose episodes follow from their seeds alone: each has an arm of its own.
type fresh struct {
	*robot.Env
	lab *robot.Emulated // of this episode
	log *safety.Log     // nil: none
}

// Close closes arm and log.
func (f *fresh) Close() error { return errors.Join(f.Env.Close(), f.log.Close()) }

// newWatchedRobot is newFreshRobot with the stop file and the safety log that the settings name.
func (o *World) newWatchedRobot() (*fresh, error) {
	log, err := o.rig.Log()
	if err != nil {
		return nil, err
	}
	f, err := o.newFreshRobot(o.rig.StopFile(), log)
	if err != nil {
		return nil, errors.Join(err, log.Close())
	}
	return f, nil
}

func (o *World) newFreshRobot(stopFile string, log *safety.Log) (*fresh, error) {
	world, plane, err := o.laboratory()
	if err != nil {
		return nil, err
	}
	f := &fresh{log: log}
	f.Env, err = robot.New(robot.Options{Moving: o.conveyor(), Fresh: func(seed uint64, start *[sim.NumJoints]float64) (*robot.Lab, error) {
		lab, err := robot.Emulate(robot.Emulation{
			World: world, Plane: plane, Seed: seed, Start: start, Conveyor: o.conveyor(), StopFile: stopFile, Log: log,
		})
		if err != nil {
			return nil, err
		}
		f.lab = lab
		return lab.Lab, nil
	}})
	return f, err
}
