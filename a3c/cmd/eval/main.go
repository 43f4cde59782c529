// Command eval measures a trained policy: many episodes, their mean score with
// a 95 % interval, how many reached the target and how many ended in a
// violation, with intervals of their own (Wilson), and by which causes.
//
//	eval -checkpoint runs/column1 -episodes 200 -seed 7
//	eval -checkpoint runs/column1 -episodes 200 -seeds 5 -map map.svg -table episodes.csv
//	eval -checkpoint runs/progressive -against runs/finetune -domain robot -episodes 200
//	eval -checkpoint runs/column1 -against-domain robot -episodes 200
//	eval -checkpoint runs/column1 -animation episodes.gif
//
// -map draws the scores over the places of the target, -table writes a line
// for every episode, -animation films some.
//
// -against lets another policy play the same episodes and tests whether the
// difference is due to luck: episode by episode, by turning signs, where both
// play in the same world, else as two independent samples. Package stats says
// why these tests. One training run of each method is one sample of the method,
// however many episodes it plays: the test speaks of these two policies.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"colonnade/a3c/cli"
	"colonnade/a3c/stats"
)

func main() { cli.Main("eval", run) }

// compared is the last line of stdout of a comparison: the policy of -checkpoint, the other one,
// and the difference.
type compared struct {
	result
	Against    result           `json:"against"`
	Comparison stats.Comparison `json:"comparison"`
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stdout, stderr)
	if err != nil {
		return err
	}
	sides, err := o.sides(stderr)
	if err != nil {
		return err
	}
	stop, err := cli.StartProfile(*o.profile, ".")
	if err != nil {
		return err
	}
	defer stop()
	for _, s := range sides {
		err := s.play(ctx, o, stderr)
		if errors.Is(err, context.Canceled) {
			fmt.Fprintln(stderr, "eval: interrupted; there is no result")
			return nil
		}
		if err != nil {
			return err
		}
		describe(stderr, s)
	}
	written := o.write(ctx, sides, stderr) // what was played has its result, whatever becomes of the files
	first := sides[0]
	if len(sides) == 1 {
		return errors.Join(written, cli.Result(stdout, first.result()))
	}
	comparison, err := compare(first, sides[1])
	if err != nil {
		return err
	}
	verdict := "not significant at 5 %"
	if comparison.Significant() {
		verdict = "significant at 5 %"
	}
	fmt.Fprintf(stderr, "difference %+.2f +- %.2f (95 %%), p = %.2g, %s (%s)\n", comparison.Difference, comparison.CI95,
		comparison.P, verdict, comparison.Test)
	return errors.Join(written, cli.Result(stdout, compared{first.result(), sides[1].result(), comparison}))
}

// sides returns the policies to play, each in its world.
func (o *options) sides(stderr io.Writer) ([]*side, error) {
	first, err := load(*o.checkpoint, o.world, stderr)
	if err != nil || !o.compares() {
		return []*side{first}, err
	}
	path, w, err := o.other()
	if err != nil {
		return nil, err
	}
	second, err := load(path, w, stderr)
	return []*side{first, second}, err
}

// compare compares two sides: episode by episode if they played in the same world, else as samples
// that have nothing to do with each other, since there only start and target of an episode are the
// same, not what else the world draws.
func compare(a, b *side) (stats.Comparison, error) {
	worldA, err := a.world.Fingerprint()
	if err != nil {
		return stats.Comparison{}, err
	}
	worldB, err := b.world.Fingerprint()
	if err != nil {
		return stats.Comparison{}, err
	}
	if worldA == worldB {
		return stats.Paired(a.Scores, b.Scores), nil
	}
	return stats.Unpaired(a.Scores, b.Scores), nil
}

// write writes the files that the flags ask for.
func (o *options) write(ctx context.Context, sides []*side, stderr io.Writer) error {
	if *o.record != "" {
		if err := o.writeRecord(sides...); err != nil {
			return err
		}
		fmt.Fprintf(stderr, "eval: %s: a line for each episode\n", *o.record)
	}
	if *o.picture != "" {
		if err := o.writeMap(sides[0]); err != nil {
			return err
		}
		fmt.Fprintf(stderr, "eval: %s: the map of %s\n", *o.picture, sides[0].path)
	}
	if *o.animation != "" {
		return o.film(ctx, sides[0].checkpoint, stderr)
	}
	return nil
}

// describe puts what a side did into words.
func describe(w io.Writer, s *side) {
	r := s.result()
	fmt.Fprintf(w, "%s on %s: score %s over %s of %.1f steps; %s reached the target, %s ended in a violation",
		s.path, s.world, stats.Text(r.Mean, r.CI95, r.Episodes), cli.Count(r.Episodes, "episode"), r.Length,
		rate(r.Reached, r.ReachedCI95), rate(r.Violations, r.ViolationsCI95))
	var causes []string
	for _, cause := range slices.Sorted(maps.Keys(r.Causes)) {
		causes = append(causes, fmt.Sprintf("%s %.1f %%", cause, 100*r.Causes[cause]))
	}
	if len(causes) > 0 {
		fmt.Fprintf(w, ": %s", strings.Join(causes, ", "))
	}
	fmt.Fprintln(w)
	if len(r.BySeed) > 1 {
		between := stats.Summarize(r.BySeed)
		fmt.Fprintf(w, "between %d seeds the score differs by %.2f (standard deviation)\n", len(r.BySeed),
			between.Deviation)
	}
}

// rate writes a fraction with its interval in percent.
func rate(fraction float64, interval stats.Interval) string {
	return fmt.Sprintf("%.1f %% (%.1f to %.1f)", 100*fraction, 100*interval[0], 100*interval[1])
}
