package experiment

import (
	"fmt"
	"io"
	"math"
	"text/tabwriter"

	"colonnade/a3c/stats"
	"colonnade/bench/figure"
)

// groupSummary is what the final evaluations of a group say together.
type groupSummary struct {
	runs      int
	mean      float64 // of the runs' scores
	deviation float64 // of the runs' scores
	// half width of the mean's 95 % interval for other seeds as well (Student's t over runs); 0:
	// one run, unknown
	seeds               float64
	episodes            float64 // half width for other episodes of the same runs
	worst, best         float64 // of the runs' scores
	reached, violations float64
}

// over sums up records.
func over(records []figure.Record) groupSummary {
	s := stats.Summarize(scoresOf(records))
	g := groupSummary{runs: len(records), mean: s.Mean, deviation: s.Deviation, seeds: s.CI95, worst: math.Inf(1),
		best: math.Inf(-1)}
	variance := 0.0 // of the mean, from the spread of episodes alone
	for i := range records {
		v := &records[i]
		if v.Episodes > 1 {
			deviation := v.CI95 / stats.StudentT975(float64(v.Episodes-1)) // of the run's mean
			variance += deviation * deviation / float64(g.runs*g.runs)
		}
		g.worst, g.best = min(g.worst, v.Score), max(g.best, v.Score)
		g.reached += v.Reached / float64(g.runs)
		g.violations += v.Violations / float64(g.runs)
	}
	g.episodes = 1.96 * math.Sqrt(variance)
	return g
}

// interval says what a score's 95 % interval is: over seeds where there are several.
func (g *groupSummary) interval() (low, high float64) {
	half := g.seeds
	if g.runs < 2 {
		half = g.episodes
	}
	return g.mean - half, g.mean + half
}

// evaluations tells of final evaluations in a table.
func (r *report) evaluations(trained, fixed []figure.RecordGroup) {
	r.say("| | parameters | seeds | score | 95 %% over seeds | worst to best seed | 95 %% over episodes | reached | " +
		"violations | training score, last twentieth | learning rate, entropy cost " +
		"|\n|---|---|---|---|---|---|---|---|---|---|---|\n")
	for _, g := range trained {
		s, first := over(g.Records), &g.Records[0]
		rates := fmt.Sprintf("%g, %g", first.LearningRate, first.EntropyCost)
		last := make([]float64, 0, len(g.Records))
		for i := range g.Records {
			last = append(last, figure.MeanScore(g.Records[i].Windows, r.o.Steps*19/20))
		}
		mean, spread := figure.MeanSpread(last)
		ending := "-"
		if !math.IsNaN(mean) {
			ending = fmt.Sprintf("%.2f (sd %.2f)", mean, spread)
		}
		r.say("| %s | %d | %d | **%.2f** | %s | %.1f to %.1f | +- %.2f | %.0f %% | %.0f %% | %s | %s |\n", g.Name,
			first.Parameters, s.runs, s.mean,
			halfWidth(s), s.worst, s.best, s.episodes, 100*s.reached, 100*s.violations, ending, rates)
	}
	for _, g := range fixed {
		s, parameters := over(g.Records), "-"
		if n := g.Records[0].Parameters; n > 0 {
			parameters = fmt.Sprint(n)
		}
		r.say("| %s | %s | | %.2f | %s | | +- %.2f | %.0f %% | %.0f %% | | |\n", g.Name, parameters, s.mean,
			halfWidth(s), s.episodes, 100*s.reached, 100*s.violations)
	}
	r.say("\n")
}

func halfWidth(s groupSummary) string {
	if s.runs < 2 {
		return "-"
	}
	return fmt.Sprintf("+- %.2f", s.seeds)
}

// compare tells how one group stands against another.
func (r *report) compare(groups []figure.RecordGroup, a, b string) {
	find := func(name string) *figure.RecordGroup {
		for i := range groups {
			if groups[i].Name == name {
				return &groups[i]
			}
		}
		return nil
	}
	first, second := find(a), find(b)
	if first == nil || second == nil {
		return
	}
	x, y := over(first.Records), over(second.Records)
	xLow, xHigh := x.interval()
	yLow, yHigh := y.interval()
	overlap := "overlap"
	if xLow > yHigh || yLow > xHigh {
		overlap = "do not overlap"
	}
	r.say("%s %.2f [%.2f, %.2f], %s %.2f [%.2f, %.2f]: the intervals over seeds %s.\n", a, x.mean, xLow, xHigh, b,
		y.mean, yLow, yHigh, overlap)
}

// PrintTable tells people what there is, a line for each group of runs in each world.
func (s *Session) PrintTable(w io.Writer) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	groups := figure.GroupRecords(s.inOrder(), func(v *figure.Record) string {
		if len(s.o.Domains) > 1 {
			return v.Domain + ", " + v.Group
		}
		return v.Group
	})
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "runs\tscore\t95 %%\treached\tviolations\t\t\n")
	for _, g := range groups {
		v := over(g.Records)
		low, high := v.interval()
		fmt.Fprintf(t, "%d\t%.2f\t+- %.2f\t%.0f %%\t%.0f %%\t\t%s\n", v.runs, v.mean, (high-low)/2, 100*v.reached,
			100*v.violations, g.Name)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, line := range explainLow(s.o.whyLow, groups) {
		fmt.Fprintln(w, line)
	}
	return nil
}

// explainLow returns a line for each group with a score near 0 that has an explanation.
func explainLow(why map[string]string, groups []figure.RecordGroup) []string {
	var lines []string
	for _, g := range groups {
		if text, ok := why[g.Name]; ok && over(g.Records).mean < nearZero {
			lines = append(lines, fmt.Sprintf("%s scores about 0: %s", g.Name, text))
		}
	}
	return lines
}

// nearZero is a score that a policy gets which reaches the target by accident only.
const nearZero = 1
