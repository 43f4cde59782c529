package world

import (
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"colonnade/a3c"
	"colonnade/a3c/lab/cli"
	"colonnade/a3c/lab/rig"
	"colonnade/sim"
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

// Options names a world.
type Options struct {
	flags       *cli.Flags
	env, task   *string
	domain      *rig.Domain
	targetEvery countFlag
	faults      *rig.Faults
	record      *string
	rig         *rig.Options

	hardware    hardware
	guards      guards
	calibration calibration // of the emulated arm's table
	once        sync.Once   // fills in shared and err
	shared      reach.Options
	err         error
}

// Register defines the flags -env, -task, -domain, -target-every, -faults and -record, and those of package rig.
func Register(f *cli.Flags) *Options {
	o := &Options{flags: f, targetEvery: 1}
	o.env = f.Choice("env", simEnv, "`place` of the arm: the simulator, or a Jaco, emulated unless -arm says otherwise, through cable, driver, safety layer, camera and tracker", simEnv, jacoEnv)
	o.task = f.Choice("task", "reach", "`task` of the arm", reach.Tasks()...)
	o.domain = rig.RegisterDomain(f, "sim", "how the world looks and moves")
	f.Var(&o.targetEvery, "target-every", "`episodes` between two new places of the target")
	o.faults = rig.RegisterFaults(f, "the cable of -env jaco")
	o.record = f.String("record", "", "keep all training steps of -env jaco, pictures included, in this `file` (and others beside it, if there are several environments)")
	f.NotInFile("record")
	o.rig = rig.Register(f)
	return o
}

// countFlag is a number of at least 1.
type countFlag int

func (c *countFlag) String() string { return strconv.Itoa(int(*c)) }
func (c *countFlag) Get() any       { return int(*c) }

func (c *countFlag) Set(s string) error {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return fmt.Errorf("want a whole number of 1 or more")
	}
	*c = countFlag(n)
	return nil
}

// Task and Domain return the names that were chosen; for a domain from a file it is the one in the file.
func (o *Options) Task() string { return *o.task }
func (o *Options) Domain() string {
	switch {
	case o.OneArm():
		return jacoEnv + ":hardware"
	case o.OnArm():
		return jacoEnv + ":" + o.domain.Loaded().Name()
	}
	return o.domain.Loaded().Name()
}

// String names the world in a few words.
func (o *Options) String() string { return o.Task() + " in " + o.Domain() }

// NewReach makes one environment of the simulator, with its pictures for people.
func (o *Options) NewReach() (*reach.Env, error) {
	if o.OnArm() {
		return nil, cli.Usagef("-env %s has no pictures for people: film in -env %s", jacoEnv, simEnv)
	}
	return o.newReach(int(o.targetEvery))
}

// newReach makes environments that share renderers.
func (o *Options) newReach(targetEvery int) (*reach.Env, error) {
	o.once.Do(func() {
		var task reach.Task
		if task, o.err = reach.ParseTask(*o.task); o.err == nil {
			o.shared, o.err = reach.Options{Task: task, Domain: o.domain.Loaded()}.Share()
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
func (o *Options) Make(worker, index int) (a3c.Env, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if o.OnArm() {
		return o.newRobot(worker, index)
	}
	env, err := o.NewReach()
	if err != nil {
		return nil, err
	}
	return env, nil
}

// Fingerprint returns the fingerprint of the world that the flags name: task, looks, motion. How often the target gets a
// new place is not part of it.
func (o *Options) Fingerprint() (string, error) {
	if err := o.check(); err != nil {
		return "", err
	}
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
func (o *Options) Difference(metadata map[string]string) (string, error) {
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
