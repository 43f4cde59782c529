package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"colonnade/a3c"
	"colonnade/a3c/cli"
	"colonnade/a3c/stats"
	"colonnade/a3c/training"
	"colonnade/a3c/view"
	"colonnade/nn"
	"colonnade/nn/atomicfile"
	"colonnade/sim/reach"
)

// recordFormat returns what writes episodes in the format that a file's name asks for, nil if there
// is none.
func recordFormat(path string) func(io.Writer, []episode) error {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".csv":
		return writeCSV
	case ".jsonl":
		return writeLines
	}
	return nil
}

func writeLines(w io.Writer, episodes []episode) error {
	encoder := json.NewEncoder(w)
	for _, e := range episodes {
		if err := encoder.Encode(e); err != nil {
			return err
		}
	}
	return nil
}

func writeCSV(w io.Writer, episodes []episode) error {
	table := csv.NewWriter(w)
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	place := func(v *float64) string {
		if v == nil {
			return ""
		}
		return number(*v)
	}
	rows := [][]string{{"checkpoint", "domain", "seed", "episode", "score", "steps", "ended", "target_x", "target_y"}}
	for _, e := range episodes {
		rows = append(rows, []string{e.Checkpoint, e.Domain, strconv.FormatUint(e.Seed, 10), strconv.Itoa(e.Episode),
			number(e.Score), strconv.Itoa(e.Steps), e.Ended, place(e.TargetX), place(e.TargetY)})
	}
	return table.WriteAll(rows)
}

// writeRecord writes the episodes of all sides.
func (o *options) writeRecord(sides ...*side) error {
	var all []episode
	for _, s := range sides {
		all = append(all, s.episodes...)
	}
	var b bytes.Buffer
	if err := recordFormat(*o.record)(&b, all); err != nil {
		return fmt.Errorf("encode the record: %w", err)
	}
	return atomicfile.WriteFile(*o.record, b.Bytes())
}

// writeMap draws the scores over the locations of the target.
func (o *options) writeMap(s *side) error {
	var locations []view.Location
	for _, e := range s.episodes {
		if e.TargetX == nil || e.TargetY == nil {
			return fmt.Errorf("-map: the environment does not tell where the target is")
		}
		locations = append(locations, view.Location{X: *e.TargetX, Y: *e.TargetY, Score: e.Score,
			Violation: e.Ended != endedByTime})
	}
	area := view.Area{
		Title: fmt.Sprintf("score %s over %s of %s; x: violation", stats.Text(s.Mean, s.CI95, len(locations)),
			cli.Count(len(locations), "episode"), s.world),
		MinX: reach.TargetCentreX - reach.TargetSizeX/2, MaxX: reach.TargetCentreX + reach.TargetSizeX/2,
		MinY: reach.TargetCentreY - reach.TargetSizeY/2, MaxY: reach.TargetCentreY + reach.TargetSizeY/2,
		MaxScore: training.EpisodeSteps,
	}
	format, _ := view.FormatOf(*o.picture)
	var b bytes.Buffer
	if err := view.WriteMap(&b, format, area, locations); err != nil {
		return err
	}
	return atomicfile.WriteFile(*o.picture, b.Bytes())
}

// film writes the animation.
func (o *options) film(ctx context.Context, c *nn.Checkpoint, stderr io.Writer) error {
	stage, err := o.world.NewStage()
	if err != nil {
		return err
	}
	scale, err := training.RewardScale(c.Metadata)
	if err != nil {
		return err
	}
	actor := a3c.NewActor(c.Network, c.Theta, 1, o.config.Greedy)
	progress := cli.NewProgress(cli.Work{Name: "eval: film", Unit: "frames",
		Total: int64(*o.filmed) * training.EpisodeSteps}, stderr)
	frames, err := view.Film(ctx, actor, stage, view.FilmOptions{
		Episodes: *o.filmed, Seed: o.config.Seed, Width: *o.width, Height: *o.height,
		Steps: training.EpisodeSteps, RewardScale: scale,
		OnFrame: func(frames int) { progress.Update(int64(frames), "") },
	})
	progress.Finish()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := animationFormat(*o.animation)(&b, frames, training.ControlStep); err != nil {
		return err
	}
	if err := atomicfile.WriteFile(*o.animation, b.Bytes()); err != nil {
		return err
	}
	fmt.Fprintf(stderr, "eval: %s: %d episodes, %d frames\n", *o.animation, *o.filmed, len(frames))
	return nil
}
