package experiment

import (
	"fmt"

	"colonnade/a3c/training"
	"colonnade/bench/figure"
)

// Groups of figure 7.
const (
	secondReach    = "column 2 on reach"
	thirdConveyor  = "column 3 on conveyor"
	secondConveyor = "column 2 on conveyor, directly"
	secondAsIs     = "column 2 of reach on conveyor"
)

// Parameters of the columns, laterals included, that the design pins.
const (
	secondParameters = 38_268 // pixels and proprioception, above a wide column
	thirdParameters  = 26_380 // proprioception alone, above both
)

// figure7 is a third column for a moving target.
var figure7 = kind{
	name:  "figure-7",
	title: "a third column: from a resting target to a moving one",
	summary: "experiment figure-7 is the paper's figure 7: column 2, with proprioception, learns reach in the " +
		"robot's world; column 3, which\n" +
		"has proprioception alone and all else from columns 1 and 2, goes on to a target on a conveyor; beside it a " +
		"column 2 that\n" +
		"learns the conveyor directly. All with the settings that the search found for progressive-narrow.",
	example: "experiment figure-7 -seeds 3",
	curves:  true,
	flags:   []string{"domain", "seeds", "settings"},
	usual:   Settings{Domain: "robot", Seeds: 3},
	runs:    func(o *Options) ([]Run, error) { return o.figure7Runs() },
	report:  reportFigure7,
}

func (o *Options) figure7Runs() ([]Run, error) {
	m, err := methodNamed("progressive-narrow")
	if err != nil {
		return nil, err
	}
	runs := []Run{
		o.reference(nameZeroShot, zeroShot+" on conveyor", "conveyor", o.From),
		o.reference("planner", planned+" on conveyor", "conveyor", ""),
	}
	for i := range o.count() {
		seed := o.Seed + uint64(i)
		second, err := o.searched(fmt.Sprintf("column-2/%d", seed), m, o.Domain, "reach", seed)
		if err != nil {
			return nil, err
		}
		second.senses(training.PixelsAndJoints)
		second.Group, second.keep, second.parameters = secondReach, true, secondParameters
		direct, err := o.searched(fmt.Sprintf("direct/%d", seed), m, o.Domain, "conveyor", seed)
		if err != nil {
			return nil, err
		}
		direct.senses(training.PixelsAndJoints)
		direct.Group, direct.parameters = secondConveyor, secondParameters
		third, err := o.searched(fmt.Sprintf("column-3/%d", seed), m, o.Domain, "conveyor", seed)
		if err != nil {
			return nil, err
		}
		third.senses(training.Joints)
		third.Group, third.from, third.needs, third.parameters = thirdConveyor, nil, second.Run, thirdParameters
		asIs := o.reference(fmt.Sprintf("column-2-as-is/%d", seed), secondAsIs, "conveyor", "")
		asIs.needs, asIs.times = second.Run, 1
		runs = append(runs, second, direct, third, asIs)
	}
	return runs, nil
}

func reportFigure7(r *report) error {
	trained, fixed := r.split()
	if err := r.drawCurves(r.o.name, "columns in "+r.o.worldName(), trained, fixed); err != nil {
		return err
	}
	r.say("Recurrent narrow columns, %d steps each in domain `%s`, seeds %d to %d. Column 2 has pixels and "+
		"proprioception, column 3\n"+
		"proprioception alone. The target on the conveyor moves at 5 cm/s and turns at random. Beside them, on the "+
		"conveyor: column 1\n"+
		"zero-shot, column 2 after reach, which is where column 3 begins, and the planner, which knows the "+
		"state.\n\n", r.o.Steps, r.o.Domain, r.o.Seed, r.o.Seed+uint64(r.o.count())-1)
	r.say("![training scores](%s.svg)\n\n", r.o.name)
	r.evaluations(trained, fixed)
	r.say("Training score in the first tenth of the steps, mean over seeds:\n\n")
	for _, g := range trained {
		var first []float64
		for i := range g.Records {
			run := figure.Run{Windows: g.Records[i].Windows}
			first = append(first, figure.MeanScore(run.Until(r.o.Steps/10), 0))
		}
		mean, spread := figure.MeanSpread(first)
		r.say("- %s: %.2f (sd %.2f)\n", g.Name, mean, spread)
	}
	r.say("\n")
	r.compare(trained, thirdConveyor, secondConveyor)
	return nil
}
