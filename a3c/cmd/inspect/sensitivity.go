package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"colonnade/a3c/cli"
	"colonnade/a3c/cmd/world"
	"colonnade/a3c/sensitivity"
	"colonnade/a3c/stats"
	"colonnade/a3c/training"
	"colonnade/a3c/view"
	"colonnade/nn"
	"colonnade/nn/atomicfile"
)

// reportSensitivity analyses a checkpoint's policy: a table or JSON on stdout, and the chart.
func (o *options) reportSensitivity(ctx context.Context, c *nn.Checkpoint, stdout, stderr io.Writer) error {
	w, err := world.Open(o.world, o.robot)
	if err != nil {
		return err
	}
	difference, err := training.Difference(w, c.Metadata)
	if err != nil {
		return err
	}
	if difference != "" {
		fmt.Fprintf(stderr, "inspect: note: %s\n", difference)
	}
	var progress *cli.Progress
	r, err := sensitivity.Analyze(ctx, c.Network, c.Theta, w.MakeEvaluation, sensitivity.Config{
		Evaluation: o.config,
		OnEvaluation: func(done, all int) {
			if progress == nil {
				progress = cli.NewProgress(cli.Work{Name: "inspect", Unit: "evaluations", Done: 1, Total: int64(all)},
					stderr)
			}
			progress.Update(int64(done), "")
		},
	})
	if progress != nil {
		progress.Finish()
	}
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(stderr, "inspect: interrupted; there is no result")
		return nil
	}
	if err != nil {
		return err
	}
	if *o.chart != "" {
		if err := o.drawSensitivity(r, w); err != nil {
			return err
		}
	}
	if *o.json {
		return cli.Result(stdout, r)
	}
	return writeSensitivity(stdout, r, w.String())
}

func writeSensitivity(stdout io.Writer, r *sensitivity.Report, world string) error {
	fmt.Fprintf(stdout, "score undisturbed %s over %s of %s\n\n",
		stats.Text(r.Undisturbed.Mean, r.Undisturbed.CI95, r.Episodes), cli.Count(r.Episodes, "episode"), world)
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(table, "score with noise on\trms\t")
	for _, v := range r.Noise {
		fmt.Fprintf(table, "%g rms\t", v)
	}
	fmt.Fprint(table, "cut\thalf at\tshare\t\n")
	for _, s := range r.Sources {
		fmt.Fprintf(table, "%s\t%s\t", s.Name, unlessZero("%.3g", s.RMS))
		for i := range r.Noise {
			if i < len(s.Noise) {
				fmt.Fprint(table, score(s.Noise[i]))
			}
			fmt.Fprint(table, "\t")
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t\n", score(s.Cut), unlessZero("%.2f", s.Half),
			unlessZero("%.0f %%", 100*s.Share))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprint(stdout,
		"\n* differs from undisturbed, p < 0.05 for each by itself (episodes in pairs, signs permuted)\n"+
			"half at: noise, in rms, that leaves half of the score; share: of the sum of 1/half^2 over laterals\n")
	return nil
}

// score writes an outcome's mean, marked if it differs from the undisturbed one.
func score(o sensitivity.Outcome) string {
	if o.Change != nil && o.Change.Significant() {
		return fmt.Sprintf("%.2f*", o.Mean)
	}
	return fmt.Sprintf("%.2f ", o.Mean)
}

func unlessZero(format string, v float64) string {
	if v == 0 {
		return ""
	}
	return fmt.Sprintf(format, v)
}

// drawSensitivity draws the scores of all sources over the noise, and what is left when they are
// cut.
func (o *options) drawSensitivity(r *sensitivity.Report, w training.World) error {
	strengths := []string{"none"}
	for _, v := range r.Noise {
		strengths = append(strengths, fmt.Sprintf("%g", v))
	}
	strengths = append(strengths, "cut")
	var responses []view.Response
	for _, s := range r.Sources {
		if len(s.Noise) == 0 {
			continue
		}
		response := view.Response{Name: s.Name}
		for _, outcome := range append(s.Noise, s.Cut) {
			response.Values = append(response.Values, outcome.Mean)
		}
		responses = append(responses, response)
	}
	axes := view.Axes{
		Title: fmt.Sprintf("what the policy draws from, %s, %d episodes", w, r.Episodes),
		X:     "noise on the input of a lateral, in its root mean squares", Y: "score",
	}
	format, _ := view.FormatOf(*o.chart)
	var b bytes.Buffer
	if err := view.WriteResponses(&b, format, axes, strengths, r.Undisturbed.Mean, responses); err != nil {
		return err
	}
	return atomicfile.WriteFile(*o.chart, b.Bytes())
}
