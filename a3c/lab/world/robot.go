package world

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"

	"colonnade/a3c"
	"colonnade/a3c/lab/cli"
	"colonnade/jaco/record"
	"colonnade/jaco/robot"
	"colonnade/jaco/tracker"
	"colonnade/jaco/transport"
	"colonnade/sim"
	"colonnade/sim/domain"
	"colonnade/sim/reach"
)

// The places of the arm.
const (
	simEnv  = "sim"
	jacoEnv = "jaco"
)

func (o *Options) onArm() bool { return *o.env == jacoEnv }

// faultsFlag is a list of faults, read as soon as it is named, so that a mistake is one of usage.
type faultsFlag struct {
	given string
	rules []transport.Rule
}

func (f *faultsFlag) String() string { return f.given }

func (f *faultsFlag) Set(s string) error {
	rules, err := transport.ParseRules(s)
	if err != nil {
		return err
	}
	f.given, f.rules = s, rules
	return nil
}

// calibration is the table of the emulated laboratory, calibrated once for all environments.
type calibration struct {
	once  sync.Once
	world domain.World
	plane *tracker.Plane
	err   error
}

// laboratory returns the world of the emulated arm. One of a domain with ranges is drawn once: a laboratory does not change
// from episode to episode.
func (o *Options) laboratory() (*domain.World, *tracker.Plane, error) {
	c := &o.calibration
	c.once.Do(func() {
		if *o.task != reach.Reach.String() {
			c.err = cli.Usagef("-task %s with -env %s: nobody there makes the target glide", *o.task, jacoEnv)
			return
		}
		o.domain.domain.Draw(rand.New(rand.NewPCG(1, 1)), &c.world)
		c.plane, c.err = robot.CalibrateEmulated(&c.world)
	})
	return &c.world, c.plane, c.err
}

// newRobot makes an emulated arm that is used as a real one is: between episodes it moves to its next start.
func (o *Options) newRobot(worker, index int) (a3c.Env, error) {
	world, plane, err := o.laboratory()
	if err != nil {
		return nil, err
	}
	lab, err := robot.Emulate(robot.Emulation{
		World: world, Plane: plane, Seed: uint64(worker)<<32 | uint64(index), Faults: o.faults.rules,
	})
	if err != nil {
		return nil, err
	}
	opt := robot.Options{Lab: lab.Lab, TargetEvery: int(o.targetEvery)}
	if *o.record == "" {
		return robot.New(opt)
	}
	path := *o.record
	if worker != 0 || index != 0 {
		path = fmt.Sprintf("%s-%d-%d", path, worker, index)
	}
	w, err := record.Append(path)
	if err != nil {
		return nil, err
	}
	opt.Record = w.Write
	env, err := robot.New(opt)
	return &recorded{env, w}, err
}

// recorded is an arm whose steps are kept in a file.
type recorded struct {
	*robot.Env
	file *record.Writer
}

// Close closes arm and file.
func (r *recorded) Close() error { return errors.Join(r.Env.Close(), r.file.Close()) }

// newFreshRobot makes an emulated arm whose episodes follow from their seeds alone.
func (o *Options) newFreshRobot() (*robot.Env, error) {
	world, plane, err := o.laboratory()
	if err != nil {
		return nil, err
	}
	return robot.New(robot.Options{Fresh: func(seed uint64, start *[sim.NumJoints]float64) (*robot.Lab, error) {
		lab, err := robot.Emulate(robot.Emulation{World: world, Plane: plane, Seed: seed, Start: start})
		if err != nil {
			return nil, err
		}
		return lab.Lab, nil
	}})
}
