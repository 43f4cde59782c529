package experiment

import (
	"fmt"
	"slices"

	"colonnade/a3c/view"
	"colonnade/bench/figure"
)

// Groups of the runs that only measure.
const (
	zeroShot       = "column 1 zero-shot"
	randomZeroShot = "random column 1 zero-shot" // trained with domain randomisation
	planned        = "planner"
)

// nameZeroShot is the run of zeroShot. It keeps its old name, which work folders and results have.
const nameZeroShot = "untouched"

// seedOfMeasurements decides the episodes in which policies are measured that do not learn.
const seedOfMeasurements = 7

// figure5 is transfer to the robot's world.
var figure5 = kind{
	name:  "figure-5",
	title: "transfer to the robot's world: every method, several seeds",
	summary: "experiment figure-5 is the paper's figure 5: all methods of transfer, each with the settings of its " +
		"own search, learn in the\n" +
		"robot's world. Beside them: column 1 zero-shot, a column 1 trained with domain randomisation zero-shot, and " +
		"the planner.",
	example: "experiment figure-5 -seeds 5",
	curves:  true,
	flags:   []string{"methods", "domain", "env", "seeds", "settings", "random"},
	usual:   Settings{Methods: paperMethods(), Domain: "robot", Env: "sim", Seeds: 5},
	runs:    func(o *Options) ([]Run, error) { return o.figure5Runs() },
	report:  reportFigure5,
}

func (o *Options) figure5Runs() ([]Run, error) {
	all, err := o.methodsOf()
	if err != nil {
		return nil, err
	}
	runs := []Run{
		o.reference(nameZeroShot, zeroShot, "reach", o.From),
		o.reference("planner", planned, "reach", ""),
	}
	if o.Random != "" {
		runs = append(runs, o.reference("random-"+nameZeroShot, randomZeroShot, "reach", o.Random))
	}
	for i := range o.count() {
		seed := o.Seed + uint64(i)
		for _, m := range all {
			r, err := o.searched(fmt.Sprintf("%s/%d", m.Name, seed), m, o.Domain, "reach", seed)
			if err != nil {
				return nil, err
			}
			runs = append(runs, r)
		}
	}
	return runs, nil
}

// reference returns a run that measures a policy zero-shot; without a policy, the planner.
func (o *Options) reference(name, group, task, policy string) Run {
	record := figure.Record{Run: name, Group: group, Domain: o.Domain, Task: task, Seed: seedOfMeasurements}
	return Run{Record: record, env: o.Env, policy: policy, times: referenceTimes}
}

// referenceTimes is how many more episodes a policy is measured in that does not learn: as many as
// five seeds have.
const referenceTimes = 5

func reportFigure5(r *report) error {
	trained, fixed := r.split()
	r.inMethodOrder(trained)
	if err := r.drawCurves(r.o.name, "transfer to "+r.o.worldName(), trained, fixed); err != nil {
		return err
	}
	r.say("Recurrent columns, %d steps each with one arm on %s, seeds %d to %d; each method with the learning rate "+
		"and entropy cost that a\n"+
		"search of the same size found for it in another domain. Beside them: column 1 zero-shot; a column 1 that\n"+
		"was trained with domain randomisation, zero-shot, if there is one; and the planner, which knows the state.\n\n",
		r.o.Steps, r.o.where(), r.o.Seed, r.o.Seed+uint64(r.o.count())-1)
	r.say("![training scores](%s.svg)\n\nThe curves are scores of training episodes, as the paper draws them; the "+
		"table is of final evaluations, %d episodes a\n"+
		"seed with the stochastic policy of the final parameters.\n\n", r.o.name, r.o.Episodes)
	r.evaluations(trained, fixed)
	r.compare(trained, "progressive-narrow", "finetune")
	return nil
}

// split returns the groups of runs that train, and those of runs that only measure.
func (r *report) split() (trained, fixed []figure.RecordGroup) {
	for _, g := range r.groups(func(v *figure.Record) string { return v.Group }) {
		if g.Records[0].Steps == 0 && g.Records[0].Diverged == "" {
			fixed = append(fixed, g)
		} else {
			trained = append(trained, g)
		}
	}
	return trained, fixed
}

// inMethodOrder sorts groups that are named after methods.
func (r *report) inMethodOrder(groups []figure.RecordGroup) {
	names := MethodNames()
	place := func(g figure.RecordGroup) int { // other names come last
		if i := slices.Index(names, g.Name); i >= 0 {
			return i
		}
		return len(names)
	}
	slices.SortStableFunc(groups, func(a, b figure.RecordGroup) int { return place(a) - place(b) })
}

// drawCurves draws training scores as the paper does, over what only measures, to NAME.svg, .png
// and .csv.
func (r *report) drawCurves(name, title string, trained, fixed []figure.RecordGroup) error {
	axes := view.Axes{Title: title + ": median of 41 training episodes, mean and sd over seeds", X: "environment steps",
		Y: "score of an episode", Legend: view.LegendBeside}
	return figure.Write(r.dir, name, axes,
		append(figure.MedianBands(figure.Runs(trained)), levels(fixed, r.o.Steps)...))
}

// levels returns lines to compare curves with.
func levels(groups []figure.RecordGroup, steps int64) []view.Band {
	var bands []view.Band
	for _, g := range groups {
		score := over(g.Records).mean
		bands = append(bands, view.Band{Name: g.Name, X: []float64{0, float64(steps)}, Mean: []float64{score, score},
			Level: true})
	}
	return bands
}
