package world

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"colonnade/a3c"
	"colonnade/a3c/cli"
	"colonnade/jaco/cmd/workcell"
	"colonnade/sim"
	"colonnade/sim/domain"
	"colonnade/sim/reach"
)

// The task's clock: steps of an episode at most, and the time of each.
const (
	EpisodeSteps = reach.EpisodeSteps
	ControlStep  = time.Duration(sim.ControlStep * float64(time.Second))
)

// Factors returns the names of the action's factors: the joints.
func Factors() []string {
	model := sim.Canonical()
	names := make([]string, sim.NumJoints)
	for i := range names {
		names[i] = model.JointName(i)
	}
	return names
}

// Keys of a checkpoint's metadata that say where it was trained.
const (
	FingerprintKey = "world" // what Fingerprint returned
	TaskKey        = "task"
	DomainKey      = "domain"
)

// Settings name a world.
type Settings struct {
	// Env says where the arm is: "sim", the default, is the simulator; "jaco" an arm that is driven, which Arm names.
	Env string `flag:"env" choice:"sim|jaco" help:"*place* of the arm: the simulator, or a Jaco, emulated unless -arm says otherwise, through cable, driver, safety layer, camera and tracker"`
	// Task is one of reach.Tasks(). Default "reach".
	Task string `flag:"task" choice:"reach|conveyor" help:"*task* of the arm"`
	// Domain is how the world looks and moves. Default "sim", in which column 1 learns.
	Domain domain.Named `flag:"domain" help:"how the world looks and moves: the *name* of a domain, or a file"`
	// TargetEvery is the number of episodes between two new target positions, at least 1. Default 1.
	TargetEvery int `flag:"target-every" help:"*episodes* between two new places of the target"`
	// Faults are what goes wrong on the cable of an emulated arm. Default nothing.
	Faults workcell.Faults `flag:"faults" help:"what goes wrong on the cable of -env jaco: *rules* such as \"lose in every 900; unplug byte 400000 for 2s\""`
	// Record is the file that keeps all steps of training on an arm. Default none.
	Record string `flag:"record" file:"-" help:"keep all training steps of -env jaco, pictures included, in this *file* (and others beside it, if there are several environments)"`
	// Arm says which arm and which camera there are. For "sim" it stays as it is by default.
	Arm workcell.Settings
}

// DefaultSettings returns the defaults that the fields of Settings name.
func DefaultSettings() Settings {
	return Settings{Env: simEnv, Task: reach.Reach.String(), Domain: domain.ByName("sim"), TargetEvery: 1, Arm: workcell.DefaultSettings()}
}

// World makes the environments of a world.
type World struct {
	settings Settings
	rig      *workcell.Options
	stderr   io.Writer // for what people have to know or do

	hardware    hardware
	guards      guards
	calibration calibration // of the emulated arm's table
	once        sync.Once   // fills in shared and err
	shared      reach.Options
	err         error
}

// New returns the world that settings name, or a cli.UsageError if they do not go together.
func New(settings Settings) (*World, error) {
	o := &World{settings: settings, rig: workcell.New(settings.Arm), stderr: os.Stderr}
	return o, o.check()
}

// Task and Domain return the names that were chosen; for a domain from a file it is the one in the file.
func (o *World) Task() string { return o.settings.Task }
func (o *World) Domain() string {
	domain := o.settings.Domain.Name()
	switch {
	case o.OneArm():
		return jacoEnv + ":hardware"
	case o.OnArm():
		return jacoEnv + ":" + domain
	}
	return domain
}

// KeepDomain writes the domain into the folder of a run, if it came from a file: see [domain.Named.Keep].
func (o *World) KeepDomain(write func(name string, data []byte) error) error {
	return o.settings.Domain.Keep(write)
}

// String names the world in a few words.
func (o *World) String() string { return o.Task() + " in " + o.Domain() }

// NewReach makes one environment of the simulator, with its pictures for people.
func (o *World) NewReach() (*reach.Env, error) {
	if o.OnArm() {
		return nil, cli.Usagef("-env %s has no pictures for people: film in -env %s", jacoEnv, simEnv)
	}
	return o.newReach(o.settings.TargetEvery)
}

// newReach makes environments that share renderers.
func (o *World) newReach(targetEvery int) (*reach.Env, error) {
	o.once.Do(func() {
		var task reach.Task
		if task, o.err = reach.ParseTask(o.settings.Task); o.err == nil {
			o.shared, o.err = reach.Options{Task: task, Domain: o.settings.Domain.Domain}.Share()
		}
	})
	if o.err != nil {
		return nil, o.err
	}
	opt := o.shared
	opt.TargetEvery = targetEvery
	return reach.New(opt)
}

// Make makes one environment; it has the signature that a3c wants.
func (o *World) Make(worker, index int) (a3c.Env, error) {
	if o.OnArm() {
		return o.newRobot(worker, index)
	}
	env, err := o.NewReach()
	if err != nil {
		return nil, err
	}
	return env, nil
}

// Fingerprint returns the fingerprint of the world: task, looks, motion. How often the target gets a
// new place is not part of it.
func (o *World) Fingerprint() (string, error) {
	if o.OneArm() {
		return hardwarePrint, nil
	}
	if o.OnArm() {
		env, err := o.newFreshRobot("", nil)
		if err != nil {
			return "", err
		}
		print, err := Fingerprint(env)
		return print, errors.Join(err, env.Close())
	}
	env, err := o.newReach(1)
	if err != nil {
		return "", err
	}
	return Fingerprint(env)
}

// Difference says in a sentence how this world differs from the one that a checkpoint with the given metadata was trained
// in: by name, which is a transfer, or under the same name, which means that the program or the domain's
// file has changed. It is empty where the worlds are the same, or the metadata does not tell.
func (o *World) Difference(metadata map[string]string) (string, error) {
	trained := metadata[FingerprintKey]
	if trained == "" {
		return "", nil
	}
	here, err := o.Fingerprint()
	if err != nil || here == trained {
		return "", err
	}
	task, place := metadata[TaskKey], metadata[DomainKey]
	switch {
	case task == "" || place == "":
		return fmt.Sprintf("the checkpoint was trained in another world (%s) than this one (%s)", trained, here), nil
	case task != o.Task() || place != o.Domain():
		return fmt.Sprintf("the checkpoint was trained on %s in %s, this is %s", task, place, o), nil
	}
	return fmt.Sprintf("the checkpoint was trained in another world (%s) than %s is now (%s): the world has changed since", trained, o, here), nil
}

// Elsewhere returns the same task at the same place of the arm in another domain, a name or a file.
func (o *World) Elsewhere(domain string) (*World, error) {
	other := o.settings
	if err := other.Domain.Set(domain); err != nil {
		return nil, err
	}
	return New(other)
}
