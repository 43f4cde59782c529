// Package experiment does the paper's experiments on transfer, each as a list of runs that any
// number of processes work through together, and reports what they found.
//
//	story             the project in minutes: three ways of transfer side by side (make run)
//	transfer-search   each method's learning rate and entropy cost, by a search of the same size for all
//	figure-5          transfer to the robot's world: every method, several seeds
//	figure-6          random seeds, learning rates and entropy costs in four worlds
//	figure-7          a third column: from a resting target to a moving one
//	twin              transfer under a teacher: column 1 on the pictures of the arm's twin
//
// # Two folders
//
// The results folder (-out) is small and committed:
//
//	config.toml    the flags
//	inputs.json    what the results depend on besides: digests of checkpoints, fingerprints of worlds, searched settings
//	runs.csv       a line for each run that is over: settings, final evaluation
//	training.csv   where curves are drawn: the scores of its training episodes
//	README.md, *.svg, *.png, *.csv   the report, which follows from the files above alone
//
// The work folder (-work) has a folder for each run, which is a run folder as transfer leaves it
// while the run goes on, and afterwards little more than the record. Who works on a run holds its
// folder's lock, so processes need not speak with each other: each takes the first run that is
// neither done nor held. A killed run goes on from its last checkpoint. A clone has the results
// without the work folder: it does what is missing in runs.csv, and nothing else.
//
// An experiment whose inputs have changed, such as a world, is refused: old results and new ones do
// not mix.
//
// Start reading at Session.Work; the experiments are in search.go and figure5.go to figure7.go, and
// twin.go.
package experiment

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"colonnade/a3c"
	"colonnade/a3c/cli"
	"colonnade/a3c/cmd/world"
	"colonnade/a3c/stats"
	"colonnade/a3c/training"
	"colonnade/bench/figure"
	"colonnade/nn"
	"colonnade/sim"
	"colonnade/sim/reach"
)

// Run is one piece of an experiment: a transfer and its final evaluation, or an evaluation alone.
type Run struct {
	// What is known of its record beforehand: name, group, domain, task, seed.
	figure.Record
	env string // environment; empty: the simulator
	see string // what the policy sees; empty: the camera's pictures

	zeros training.Zeros // that its twin is drawn without

	settings string    // what a search found, for people; empty: its own
	train    *settings // but for what it starts from; nil: nothing is trained
	words    []string  // the same as flags, for people and for the run's recipe
	// the checkpoint that is evaluated, if nothing is trained; empty, and needs too: the
	// planner
	policy string
	times  int      // factor on the number of evaluation episodes of runs that do not train; 0 counts as 1
	from   []string // checkpoints to start from
	needs  string   // name of the run whose column it starts from, or evaluates
	keep   bool     // its last checkpoint stays, for others to start from

	parameters int // that the trained column must have; 0: any number
}

// settings are those of a transfer.
type settings struct {
	training.Config
	Robot world.Robot
}

// steps returns the environment steps that the run trains for.
func (r *Run) steps() int64 {
	if !r.trains() {
		return 0
	}
	return r.train.Learner.Steps
}

// trains tells runs that learn from those that only measure.
func (r *Run) trains() bool { return r.train != nil }

// Method is a way to transfer, with the width of its new column.
type Method struct {
	Name   string
	method string // of package training
	width  string // empty: decided by the method
	from   bool   // starts from a column
	// inherit is for students alone: a new column begins with LSTM and output of its teacher.
	inherit bool
}

// methods in the order in which they are told of.
var methods = []Method{
	{"progressive-narrow", training.Progressive, training.Narrow, true, false},
	{"progressive-wide", training.Progressive, training.Wide, true, false},
	{"wide-no-laterals", training.ScratchWide, "", false, true},
	{"finetune", training.Finetune, "", true, false},
	{"finetune-last", training.FinetuneLast, "", true, false},
	{"scratch", training.Scratch, "", false, false},
	{"scratch-wide", training.ScratchWide, "", false, false},
}

// MethodNames returns the names of all methods.
func MethodNames() []string { return namesOf(methods) }

// paperMethods returns the names of the paper's methods, which need no teacher.
func paperMethods() []string {
	return namesOf(slices.DeleteFunc(slices.Clone(methods), func(m Method) bool { return m.inherit }))
}

func namesOf(methods []Method) (names []string) {
	for _, m := range methods {
		names = append(names, m.Name)
	}
	return names
}

// methodNamed returns a method by its name.
func methodNamed(name string) (Method, error) {
	for _, m := range methods {
		if m.Name == name {
			return m, nil
		}
	}
	return Method{}, fmt.Errorf("there is no method %q: want some of %s", name, strings.Join(MethodNames(), ", "))
}

// transfer returns the run of a method in a domain, with the settings of transfer but for those
// that the user gave.
func (o *Options) transfer(name string, m Method, domain, task string, seed uint64) (Run, error) {
	r := Run{Record: figure.Record{Run: name, Group: m.Name, Domain: domain, Task: task, Seed: seed}, env: o.Env}
	t := settings{training.DefaultTransfer(), world.DefaultRobot()}
	t.Method, t.Network.Width, t.Episodes, t.Inherit = m.method, m.width, o.Episodes, m.inherit
	t.Learner.Seed, t.Learner.Steps, t.Learner.CheckpointEvery = seed, o.Steps, checkpointEvery
	var err error
	if t.World, err = worldOf(&r); err != nil {
		return Run{}, err
	}
	t.World.TargetEvery = training.DefaultTransfer().World.TargetEvery
	further := strings.Fields(o.With)
	if err := cli.Apply(&t, further); err != nil {
		return Run{}, fmt.Errorf("-with: %w", err)
	}
	r.train = &t
	r.words = []string{"-method", m.method}
	if m.width != "" {
		r.words = append(r.words, "-width", m.width)
	}
	if m.inherit {
		r.words = append(r.words, "-inherit")
	}
	r.words = append(r.words, "-domain", domain, "-task", task, "-seed", fmt.Sprint(seed), "-steps",
		fmt.Sprint(o.Steps),
		"-episodes", fmt.Sprint(o.Episodes), "-checkpoint-every", fmt.Sprint(checkpointEvery))
	if r.env == "jaco" {
		r.words = append(r.words, "-env", r.env)
	}
	if m.method == training.Finetune {
		r.words = append(r.words, "-epsilon", fmt.Sprint(t.Learner.Epsilon)) // the paper's, not transfer's
	}
	r.words = append(r.words, further...)
	if m.from {
		r.from = []string{o.From}
	}
	return r, nil
}

// senses gives the run's new column other inputs.
func (r *Run) senses(inputs string) {
	r.train.Network.Inputs = inputs
	r.words = append(r.words, "-inputs", inputs)
}

// checkpointEvery is the steps that a killed run loses at most: some four seconds.
const checkpointEvery = 20_000

// worldOf returns the settings of the world that a run is in.
func worldOf(r *Run) (training.WorldSettings, error) {
	s := training.DefaultWorld()
	s.Task, s.Zeros = r.Task, r.zeros
	s.Env, s.See = cmp.Or(r.env, s.Env), cmp.Or(r.see, s.See)
	if err := s.Domain.Set(r.Domain); err != nil {
		return s, cli.Usagef("-domain %s: %v", r.Domain, err)
	}
	return s, nil
}

// openWorld returns the world that a run is in.
func openWorld(r *Run) (world.World, error) {
	s, err := worldOf(r)
	if err != nil {
		return nil, err
	}
	return world.Open(s, world.DefaultRobot())
}

// measure evaluates a policy without training, or the planner.
func (s *Session) measure(ctx context.Context, r *Run) (figure.Record, error) {
	record, episodes, policy := r.Record, s.o.Episodes*max(r.times, 1), r.policy
	if r.needs != "" {
		policy = s.checkpoint(r.needs)
	}
	w, err := openWorld(r)
	if err != nil {
		return record, err
	}
	if policy == "" {
		return record, plan(ctx, w, &record, episodes)
	}
	c, _, err := nn.LoadCheckpoint(policy)
	if err != nil {
		return record, err
	}
	e, err := a3c.Evaluate(ctx, c.Network, c.Theta, w.MakeEvaluation, a3c.EvalConfig{Episodes: episodes, Seed: r.Seed})
	if err != nil {
		return record, err
	}
	record.Parameters = c.Network.Parameters()
	record.Score, record.CI95, record.Episodes, record.Reached, record.Violations = e.Mean, e.CI95, episodes, e.Reached,
		e.Violations
	return record, nil
}

// plan lets the planner play, which knows the state and does not look.
func plan(ctx context.Context, w training.World, record *figure.Record, episodes int) (err error) {
	made, err := w.MakeEvaluation(0, 0)
	if err != nil {
		return err
	}
	if closer, ok := made.(io.Closer); ok {
		defer func() { err = errors.Join(err, closer.Close()) }()
	}
	env, ok := made.(interface {
		a3c.Env
		Joints() (q, v [sim.NumJoints]float64)
		Target() sim.Vec3
	})
	if !ok {
		return fmt.Errorf("the planner does not know the state of a %T", made)
	}
	p, action, scores := reach.NewPlanner(sim.Canonical()), make([]int, sim.NumJoints), make([]float64, episodes)
	for i := range scores {
		if err := ctx.Err(); err != nil {
			return err
		}
		seed, _ := a3c.EpisodeSeeds(record.Seed, i)
		if err := env.Reset(seed, nil, nil); err != nil {
			return err
		}
		for over := false; !over; {
			q, _ := env.Joints()
			p.Plan(action, &q, env.Target())
			reward, terminated, truncated, err := env.Step(action, nil, nil)
			if err != nil {
				return err
			}
			scores[i] += float64(reward)
			over = terminated || truncated
			if terminated {
				record.Violations += 1 / float64(episodes)
			}
		}
		if scores[i] > 0 {
			record.Reached += 1 / float64(episodes)
		}
	}
	s := stats.Summarize(scores)
	record.Score, record.CI95, record.Episodes = s.Mean, s.CI95, episodes
	return nil
}
