package experiment

import (
	"bytes"
	"fmt"
	"slices"

	"colonnade/a3c/stats"
	"colonnade/a3c/study"
	"colonnade/a3c/view"
	"colonnade/bench/figure"
	"colonnade/nn/atomicfile"
)

// searchName is the search's name, and that of its folder.
const searchName = "transfer-search"

// search finds each method's learning rate and entropy cost.
var search = kind{
	name:  searchName,
	title: "learning rate and entropy cost of each method of transfer, by a search of the same size for all",
	summary: "experiment transfer-search transfers many times with learning rates and entropy costs drawn at random, " +
		"the same draws for\n" +
		"every method, to a domain kept apart from all others. The best final score of a method decides: -out gets " +
		"METHOD.toml, a\n" +
		"configuration file of transfer, which the other experiments read.",
	example: "experiment transfer-search -trials 30",
	flags:   []string{"methods", "domain", "trials", "learning-rate", "entropy-cost"},
	usual:   Settings{Methods: paperMethods(), Domain: "transfer-search", Trials: 30},
	runs:    func(o *Options) ([]Run, error) { return o.drawn([]string{o.Domain}, false) },
	report:  reportSearch,
}

// drawn returns the runs of all methods in all domains with settings drawn at random: draw n is the
// same for each of them.
func (o *Options) drawn(domains []string, inDomain bool) ([]Run, error) {
	all, err := o.methodsOf()
	if err != nil {
		return nil, err
	}
	var runs []Run
	draws := study.Settings{Seed: o.Seed, LearningRate: o.LearningRate, EntropyCost: o.EntropyCost}
	for n := range o.count() {
		t := draws.Draw(n)
		for _, domain := range domains {
			for _, m := range all {
				name := fmt.Sprintf("%s/%03d", m.Name, n)
				if inDomain {
					name = domain + "/" + name
				}
				r, err := o.transfer(name, m, domain, "reach", t.Seed)
				if err != nil {
					return nil, err
				}
				r.train.Learner.LearningRate, r.train.Learner.EntropyCost = t.LearningRate, t.EntropyCost
				r.words = append(r.words, fmt.Sprintf("-learning-rate=%g", t.LearningRate),
					fmt.Sprintf("-entropy-cost=%g", t.EntropyCost))
				runs = append(runs, r)
			}
		}
	}
	return runs, nil
}

// reportSearch writes the settings of the methods whose trials are all done, sorted scores, and
// scores over learning rates.
func reportSearch(r *report) error {
	groups := r.groups(func(v *figure.Record) string { return v.Group })
	axes := view.Axes{Title: fmt.Sprintf("%d steps in %s, settings drawn at random", r.o.Steps, r.o.worldName()),
		X: "trials, best first", Y: "score of the final evaluation", Legend: view.LegendBeside}
	if err := figure.Write(r.dir, "sorted", axes, figure.Sorted(groups)); err != nil {
		return err
	}
	axes.X = "learning rate"
	rate := func(v *figure.Record) float64 { return v.LearningRate }
	if err := figure.WriteScatter(r.dir, "rates", axes, groups, rate); err != nil {
		return err
	}
	r.say("The same %d draws of seed, learning rate (%s) and entropy cost (%s) for each method, %d steps each to "+
		"domain `%s`,\n"+
		"score of the final parameters over %d episodes. The best one is what the other experiments use: "+
		"`METHOD.toml`.\n\n",
		r.o.count(), r.o.LearningRate.String(), r.o.EntropyCost.String(), r.o.Steps, r.o.Domain, r.o.Episodes)
	r.say("| method | trials | best score (95 %%) | learning rate | entropy cost | mean | sd | median | trials " +
		"within 20 %% of the best |\n|---|---|---|---|---|---|---|---|---|\n")
	for _, g := range groups {
		best := bestOf(g.Records)
		scores := scoresOf(g.Records)
		s, near := stats.Summarize(scores), 0
		for _, v := range scores {
			if v >= 0.8*best.Score {
				near++
			}
		}
		r.say("| %s | %d | %.2f +- %.2f | %g | %g | %.2f | %.2f | %.2f | %d |\n", g.Name, len(scores), best.Score,
			best.CI95,
			best.LearningRate, best.EntropyCost, s.Mean, s.Deviation, stats.Median(scores), near)
		if len(g.Records) < r.o.count() {
			continue // it may find better ones yet
		}
		if err := r.writeSettings(g.Name, best, len(scores)); err != nil {
			return err
		}
	}
	r.say("\nThe best of many scores is high by luck too: figure 5 measures again, with other seeds and in another " +
		"world.\n\n")
	r.say("![sorted scores](sorted.svg)\n\n![scores over learning rates](rates.svg)\n")
	return nil
}

// writeSettings leaves the best trial's settings as a configuration file of transfer.
func (r *report) writeSettings(method string, best *figure.Record, trials int) error {
	m, err := methodNamed(method)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Best of %d trials in domain %s: %s, seed %d, score %.2f +- %.2f.\n", trials, best.Domain,
		best.Run, best.Seed, best.Score, best.CI95)
	fmt.Fprintf(&b, "method = %q\n", m.method)
	if m.width != "" {
		fmt.Fprintf(&b, "width = %q\n", m.width)
	}
	fmt.Fprintf(&b, "learning-rate = %g\nentropy-cost = %g\n", best.LearningRate, best.EntropyCost)
	return atomicfile.WriteFile(settingsFile(r.dir, method), b.Bytes())
}

// bestOf returns the record with the highest score, the first of equals.
func bestOf(records []figure.Record) *figure.Record {
	best := 0
	for i := range records {
		if records[i].Score > records[best].Score {
			best = i
		}
	}
	return &records[best]
}

func scoresOf(records []figure.Record) []float64 {
	scores := make([]float64, 0, len(records))
	for i := range records {
		scores = append(scores, records[i].Score)
	}
	return slices.Clip(scores)
}
