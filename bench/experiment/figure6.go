package experiment

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"colonnade/a3c/stats"
	"colonnade/a3c/view"
	"colonnade/bench/figure"
)

// figure6 is how much transfer depends on settings and luck.
var figure6 = kind{
	name:  "figure-6",
	title: "how transfer depends on settings and luck: random seeds, learning rates and entropy costs in four worlds",
	summary: "experiment figure-6 is the paper's figure 6: progressive columns and fine-tuning with seeds, learning " +
		"rates and entropy costs\n" +
		"drawn at random, the same draws for both, in four worlds that differ from the training world in colours or " +
		"in the camera's\n" +
		"view, a little or a lot. More -runs later go on where fewer ended.",
	example: "experiment figure-6 -runs 300",
	flags:   []string{"methods", "domains", "runs", "learning-rate", "entropy-cost"},
	usual: Settings{
		Methods: methodList{"progressive-narrow", "finetune"},
		Domains: list{"color-small", "color-large", "view-small", "view-large"}, Runs: 60,
	},
	runs: func(o *Options) ([]Run, error) {
		runs, err := o.drawn(o.Domains, true)
		for _, domain := range o.Domains {
			r := o.reference(domain+"/"+nameZeroShot, zeroShot, "reach", o.From)
			r.Domain = domain
			runs = append(runs, r)
		}
		return runs, err
	},
	report: reportFigure6,
}

func reportFigure6(r *report) error {
	r.say("%d draws of seed, learning rate (%s) and entropy cost (%s), log-uniform, the same for every method and "+
		"domain; %d steps\n"+
		"each, score of the final parameters over %d episodes.\n\n", r.o.count(), r.o.LearningRate.String(),
		r.o.EntropyCost.String(), r.o.Steps, r.o.Episodes)
	r.say("![sorted scores](%s.svg)\n\n", r.o.name)
	r.say("| domain | method | runs | mean | sd | quartiles | best | zero-shot |\n|---|---|---|---|---|---|---|---|\n")
	trained, fixed := r.split()
	var panels []view.Panel
	var numbers []view.Band
	var verdicts strings.Builder
	for _, domain := range r.o.Domains {
		here := inDomain(trained, domain)
		r.inMethodOrder(here)
		axes := view.Axes{Title: domain, X: "runs, best first", Y: "score of the final evaluation",
			Legend: view.LegendLow}
		bands, before := figure.Sorted(here), "-"
		for i, g := range here {
			named := bands[i]
			named.Name = domain + ", " + g.Name
			numbers = append(numbers, named)
		}
		if levelled := inDomain(fixed, domain); len(levelled) > 0 {
			before = fmt.Sprintf("%.2f", over(levelled[0].Records).mean)
			bands = append(bands, levels(levelled, int64(r.o.count()))...)
		}
		panels = append(panels, view.Panel{Axes: axes, Bands: bands})
		for _, g := range here {
			s, scores := over(g.Records), scoresOf(g.Records)
			slices.Sort(scores)
			r.say("| %s | %s | %d | **%.2f** | %.2f | %.2f, %.2f, %.2f | %.2f | %s |\n", domain, g.Name, s.runs, s.mean,
				s.deviation,
				quantile(scores, 0.25), quantile(scores, 0.5), quantile(scores, 0.75), scores[len(scores)-1], before)
		}
		if len(here) == 2 {
			verdicts.WriteString(verdict(domain, here[0], here[1]))
		}
	}
	r.say("\n%s", verdicts.String())
	if err := figure.WriteTable(r.dir, r.o.name, numbers); err != nil {
		return err
	}
	return figure.WritePanels(r.dir, r.o.name, panels)
}

// inDomain returns of each group the records of one domain.
func inDomain(groups []figure.RecordGroup, domain string) []figure.RecordGroup {
	var all []figure.RecordGroup
	for _, g := range groups {
		part := figure.RecordGroup{Name: g.Name}
		for i := range g.Records {
			if g.Records[i].Domain == domain {
				part.Records = append(part.Records, g.Records[i])
			}
		}
		if len(part.Records) > 0 {
			all = append(all, part)
		}
	}
	return all
}

// verdict compares two methods on the draws that both have tried.
func verdict(domain string, a, b figure.RecordGroup) string {
	scores := map[string]float64{}
	for i := range b.Records {
		scores[draw(&b.Records[i])] = b.Records[i].Score
	}
	var x, y []float64
	better := 0
	for i := range a.Records {
		other, ok := scores[draw(&a.Records[i])]
		if !ok {
			continue
		}
		x, y = append(x, a.Records[i].Score), append(y, other)
		if a.Records[i].Score > other {
			better++
		}
	}
	if len(x) == 0 {
		return ""
	}
	c := stats.Paired(x, y)
	return fmt.Sprintf("- %s: %s is %+.2f +- %.2f above %s in the mean of %d common draws (p = %.2g, permutation of "+
		"signs), better in %d of them.\n",
		domain, a.Name, c.Difference, c.CI95, b.Name, len(x), c.P, better)
}

// draw names the settings of a record.
func draw(v *figure.Record) string { return strconv.FormatUint(v.Seed, 10) }

// quantile returns a quantile of sorted values, between neighbours where it lies there.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	i := min(int(at), len(sorted)-1)
	j := min(i+1, len(sorted)-1)
	return sorted[i] + (at-float64(i))*(sorted[j]-sorted[i])
}
