package world

import (
	"errors"
	"fmt"
	"image"
	"sync"

	"colonnade/a3c"
	"colonnade/a3c/training"
	"colonnade/jaco/record"
	"colonnade/jaco/robot"
	"colonnade/jaco/safety"
	"colonnade/jaco/tracker"
	"colonnade/sim"
	"colonnade/sim/domain"
	"colonnade/sim/reach"
)

func (w *driven) conveyor() bool { return w.settings.Task == reach.Conveyor.String() }

// calibration is the table of the emulated workcell, calibrated once for all environments.
type calibration struct {
	once  sync.Once
	world *domain.World
	plane *tracker.Plane
	err   error
}

// fixedWorld returns the world of the emulated arm.
func (w *driven) fixedWorld() (*domain.World, *tracker.Plane, error) {
	c := &w.calibration
	c.once.Do(func() {
		c.world = w.settings.Domain.FixedWorld()
		if c.plane, c.err = robot.CalibrateEmulated(c.world); c.err == nil {
			c.plane.SetZeros(w.settings.Zeros)
		}
	})
	return c.world, c.plane, c.err
}

// persistent is an arm that is used from episode to episode, and what is closed with it.
type persistent struct {
	*robot.Env
	guard *safety.Guard
	of    *guards
	log   *safety.Log    // nil: none
	file  *record.Writer // of its steps; nil: none
}

// Close closes all of it.
func (p *persistent) Close() error {
	p.of.remove(p.guard)
	err := errors.Join(p.Env.Close(), p.log.Close())
	if p.file != nil {
		err = errors.Join(err, p.file.Close())
	}
	return err
}

// options are what all environments have in common.
func (w *driven) options() robot.Options {
	return robot.Options{Moving: w.conveyor(), Twin: w.twin, SeeTwin: w.settings.See == training.SeeTwin}
}

// use makes an environment of a workcell, whose steps are kept in a file unless path is empty.
func (w *driven) use(cell *robot.Workcell, log *safety.Log, path string) (*persistent, error) {
	p := &persistent{guard: cell.Guard, of: &w.guards, log: log}
	opt := w.options()
	opt.Workcell, opt.TargetEvery = cell, w.settings.TargetEvery
	if path != "" {
		var err error
		if p.file, err = record.Append(path); err != nil {
			return nil, errors.Join(err, cell.Shut(), log.Close())
		}
		if n := p.file.Cut(); n > 0 {
			fmt.Fprintf(w.stderr, "%s: %d bytes behind the last whole record were cut off: the program or the "+
				"machine died before it was kept\n", path, n)
		}
		opt.Record = p.file.Write
	}
	var err error
	if p.Env, err = robot.New(opt); err != nil {
		return nil, errors.Join(err, cell.Shut(), log.Close())
	}
	w.guards.add(cell.Guard)
	return p, nil
}

// newPersistent makes an emulated arm that is used from episode to episode.
func (w *driven) newPersistent(worker, index int) (a3c.Env, error) {
	world, plane, err := w.fixedWorld()
	if err != nil {
		return nil, err
	}
	log, err := w.workcell.Log()
	if err != nil {
		return nil, err
	}
	cell, err := robot.Emulate(robot.Emulation{
		World: world, Plane: plane, Seed: uint64(worker)<<32 | uint64(index), Faults: w.faults, Conveyor: w.conveyor(),
		StopFile: w.workcell.StopFile(), Log: log,
	})
	if err != nil {
		return nil, errors.Join(err, log.Close())
	}
	path := w.record
	if path != "" && (worker != 0 || index != 0) {
		path = fmt.Sprintf("%s-%d-%d", path, worker, index)
	}
	return w.use(cell.Workcell, log, path)
}

// perEpisode is an emulated arm whose episodes follow from their seeds alone: each has an arm of
// its own.
type perEpisode struct {
	*robot.Env
	cell *robot.Emulated // of this episode
	log  *safety.Log     // nil: none
}

// Close closes arm and log.
func (p *perEpisode) Close() error { return errors.Join(p.Env.Close(), p.log.Close()) }

// Picture draws the arm of this episode.
func (p *perEpisode) Picture(width, height int) (*image.RGBA, error) {
	return p.cell.Picture(width, height)
}

// newWatchedRobot is newPerEpisode with the stop file and the safety log that the settings name.
func (w *driven) newWatchedRobot() (*perEpisode, error) {
	log, err := w.workcell.Log()
	if err != nil {
		return nil, err
	}
	p, err := w.newPerEpisode(w.workcell.StopFile(), log)
	if err != nil {
		return nil, errors.Join(err, log.Close())
	}
	return p, nil
}

func (w *driven) newPerEpisode(stopFile string, log *safety.Log) (*perEpisode, error) {
	world, plane, err := w.fixedWorld()
	if err != nil {
		return nil, err
	}
	p := &perEpisode{log: log}
	opt := w.options()
	opt.Fresh = func(seed uint64, start *[sim.NumJoints]float64) (*robot.Workcell, error) {
		cell, err := robot.Emulate(robot.Emulation{
			World: world, Plane: plane, Seed: seed, Start: start, Conveyor: w.conveyor(), StopFile: stopFile, Log: log,
		})
		if err != nil {
			return nil, err
		}
		p.cell = cell
		return cell.Workcell, nil
	}
	p.Env, err = robot.New(opt)
	return p, err
}
