// Package world opens the world that a command's settings name: the simulator, or a Jaco, emulated
// or real, behind cable, driver, safety layer, camera and tracker. What learns and looks sees a
// [training.World] in either case; only commands and the experiments know of arms.
//
// Start reading at Open.
package world

import (
	"errors"
	"io"
	"os"

	"colonnade/a3c"
	"colonnade/a3c/cli"
	"colonnade/a3c/live"
	"colonnade/a3c/training"
	"colonnade/a3c/view"
	"colonnade/jaco/cmd/workcell"
	"colonnade/jaco/transport"
	"colonnade/sim/domain"
)

// World is a world whose episodes can be filmed.
type World interface {
	training.World
	// NewStage makes an environment whose episodes are those of evaluation, with its pictures for
	// people.
	NewStage() (view.Stage, error)
}

// Robot is what one invocation says of the arm of a driven world. No configuration file keeps it.
type Robot struct {
	// Record is the file that keeps all steps of training on an arm. Default none.
	Record string `flag:"record" file:"-" help:"keep all training steps of -env jaco, pictures included, in this *file* (and others beside it, if there are several environments)"`
	// Arm says which arm and which camera there are.
	Arm workcell.Settings
}

// DefaultRobot returns the emulated arm.
func DefaultRobot() Robot { return Robot{Arm: workcell.DefaultSettings()} }

// Open returns the world that settings name, or a cli.UsageError if they do not go together.
func Open(s training.WorldSettings, robot Robot) (World, error) {
	if s.Env == training.EnvSim {
		if err := robot.unused(s); err != nil {
			return nil, err
		}
		return training.NewSimulator(s)
	}
	return newDriven(s, robot)
}

// unused returns a usage error for settings of an arm that the simulator has not got.
func (r *Robot) unused(s training.WorldSettings) error {
	usual := workcell.DefaultSettings()
	if r.Arm.Real() {
		return cli.Usagef("-arm %s needs -env %s", r.Arm.Arm, training.EnvJaco)
	}
	for _, of := range []struct {
		flag    string
		changed bool
	}{
		{"faults", s.Faults != ""}, {"record", r.Record != ""},
		{"safety-log", r.Arm.SafetyLog != usual.SafetyLog}, {"stop-file", r.Arm.StopFile != usual.StopFile},
	} {
		if of.changed {
			return cli.Usagef("-%s needs -env %s", of.flag, training.EnvJaco)
		}
	}
	if s.Zeros != (training.Zeros{}) && s.See != training.SeeTwin && !s.DrawTwin {
		return cli.Usagef("-zeros: nothing draws a twin: it is for -see twin, and for transfer -teacher twin")
	}
	return r.Arm.Validate()
}

// driven is the world of an arm that is driven.
type driven struct {
	settings training.WorldSettings
	twin     *domain.Domain // in whose appearance twins are drawn; nil: none are
	record   string
	faults   []transport.Rule
	workcell *workcell.Options
	stderr   io.Writer // for what people have to know or do

	hardware    hardware
	guards      guards
	calibration calibration // of the emulated arm's table
}

func newDriven(s training.WorldSettings, robot Robot) (*driven, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	w := &driven{settings: s, record: robot.Record, workcell: workcell.New(robot.Arm), stderr: os.Stderr}
	if w.IsHardware() && w.conveyor() {
		return nil, cli.Usagef("-task %s with -arm %s: nobody there makes the target glide", s.Task, w.workcell.Name())
	}
	if w.IsHardware() && s.Faults != "" {
		return nil, cli.Usagef("-faults with -arm %s: they are for the emulated cable", w.workcell.Name())
	}
	if w.IsHardware() && s.Zeros != (training.Zeros{}) {
		return nil, cli.Usagef("-zeros with -arm %s: they are for the emulated arm; -calibration has the real one's",
			w.workcell.Name())
	}
	var err error
	if w.faults, err = transport.ParseRules(s.Faults); err != nil {
		return nil, cli.Usagef("-faults %s: %v", s.Faults, err)
	}
	if w.twin, err = s.TwinDomain(); err != nil {
		return nil, err
	}
	return w, w.workcell.Validate()
}

func (w *driven) Task() string     { return w.settings.Task }
func (w *driven) String() string   { return w.Task() + " in " + w.Domain() + w.settings.Seen() }
func (w *driven) IsHardware() bool { return w.workcell.Real() }

// Domain implements training.World.
func (w *driven) Domain() string {
	if w.IsHardware() {
		return training.EnvJaco + ":hardware"
	}
	return training.EnvJaco + ":" + w.settings.Domain.Name()
}

// KeepDomain implements training.World.
func (w *driven) KeepDomain(write func(name string, data []byte) error) error {
	return w.settings.Domain.Keep(write)
}

// Make makes an arm that is used from episode to episode: between them it moves to its next start.
func (w *driven) Make(worker, index int) (a3c.Env, error) {
	if w.IsHardware() {
		return w.hardware.lease(w, worker, index)
	}
	return w.newPersistent(worker, index)
}

// MakeEvaluation makes an environment for evaluation. On the emulated arm each episode has an arm
// of its own that is switched on at the start, on a cable without faults. A real arm is the one
// that is there: -target-every holds, as a person moves the target.
func (w *driven) MakeEvaluation(worker, index int) (a3c.Env, error) {
	if w.IsHardware() {
		return w.hardware.lease(w, worker, index)
	}
	return w.newWatchedRobot()
}

// NewStage implements World.
func (w *driven) NewStage() (view.Stage, error) {
	if w.IsHardware() {
		return nil, cli.Usagef("-arm %s: nothing draws a real arm for people", w.workcell.Name())
	}
	return w.newWatchedRobot()
}

// hardwarePrint stands for the fingerprint of a real workcell: nobody can play the same steps
// twice there.
const hardwarePrint = "hardware/1"

// Fingerprint implements training.World.
func (w *driven) Fingerprint() (string, error) {
	if w.IsHardware() {
		return hardwarePrint, nil
	}
	env, err := w.newPerEpisode("", nil)
	if err != nil {
		return "", err
	}
	print, err := training.Fingerprint(env)
	return print, errors.Join(err, env.Close())
}

// Arm returns the arms for the live page to watch. Once it was called, a real arm's waits can be
// confirmed there; it is to be called before the first environment is made.
func (w *driven) Arm() live.Arm {
	if w.IsHardware() && w.workcell.Pause == nil {
		w.workcell.Pause = new(workcell.Pause)
	}
	return watchedArms{&w.guards, w.workcell.Pause}
}
