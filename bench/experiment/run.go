package experiment

import (
	"fmt"
	"strings"

	"colonnade/bench/figure"
)

// Run is one piece of an experiment: a transfer and its final evaluation, or an evaluation alone.
type Run struct {
	// What is known of its record beforehand: name, group, domain, task, seed.
	figure.Record
	env string // place of the arm; empty: the simulator

	settings string   // what a search found, for people; empty: its own
	flags    []string // of transfer, but for -from; nil: nothing is trained
	policy   string   // the checkpoint that is evaluated as it is, if nothing is trained; empty, and needs too: the planner
	times    int      // as many times the usual number of episodes are for a run that does not train; 0: once
	from     []string // checkpoints to start from
	needs    string   // name of the run whose column it starts from, or evaluates
	keep     bool     // its last checkpoint stays, for others to start from

	parameters int // that the trained column must have; 0: any number
}

// trains tells runs that learn from those that only measure.
func (r *Run) trains() bool { return r.flags != nil }

// Method is a way to transfer, with the width of its new column.
type Method struct {
	Name  string
	flags []string
	from  bool // starts from a column
}

// methods in the order in which they are told of.
var methods = []Method{
	{"progressive-narrow", []string{"-method", "progressive", "-width", "narrow"}, true},
	{"progressive-wide", []string{"-method", "progressive", "-width", "wide"}, true},
	{"finetune", []string{"-method", "finetune"}, true},
	{"finetune-last", []string{"-method", "finetune-last"}, true},
	{"scratch", []string{"-method", "scratch"}, false},
	{"scratch-wide", []string{"-method", "scratch-wide"}, false},
}

// MethodNames returns the names of all methods.
func MethodNames() []string {
	var names []string
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

// transfer returns the run of a method in a domain. more are further flags, among them those of the searched settings.
func (o *Options) transfer(name string, m Method, domain, task string, seed uint64, more ...string) Run {
	r := Run{Record: figure.Record{Run: name, Group: m.Name, Domain: domain, Task: task, Seed: seed}}
	r.flags = append(r.flags, m.flags...)
	r.flags = append(r.flags, "-domain", domain, "-task", task, "-seed", fmt.Sprint(seed), "-steps", fmt.Sprint(o.steps),
		"-episodes", fmt.Sprint(o.episodes), "-checkpoint-every", fmt.Sprint(checkpointEvery))
	if r.env = o.env; r.env == "jaco" {
		r.flags = append(r.flags, "-env", r.env)
	}
	r.flags = append(r.flags, o.further...)
	r.flags = append(r.flags, more...)
	if m.from {
		r.from = []string{o.column1}
	}
	return r
}

// checkpointEvery is the steps that a killed run loses at most: some four seconds.
const checkpointEvery = 20_000
