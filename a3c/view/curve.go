package view

import (
	"fmt"
	"image/color"
	"io"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"colonnade/a3c"
)

// height of a curve's three panels.
const height = 18 * vg.Centimeter

var (
	blue   = color.NRGBA{0x1f, 0x5f, 0xa8, 0xff}
	pale   = color.NRGBA{0x1f, 0x5f, 0xa8, 0x50}
	green  = color.NRGBA{0x2e, 0x8b, 0x57, 0xff}
	red    = color.NRGBA{0xc0, 0x39, 0x2b, 0xff}
	orange = color.NRGBA{0xd9, 0x82, 0x1b, 0xff}
)

// WriteCurve draws the panels of [Curve] under each other.
func WriteCurve(w io.Writer, format Format, title string, rows []a3c.Metrics) error {
	panels, err := Curve(title, rows)
	if err != nil {
		return err
	}
	return write(w, format, height, panels...)
}

// Curve returns the panels: the score of training episodes (each window and
// their moving mean), the fractions of episodes that reached the target and
// that ended in a violation, and the entropy of the policy's most and least
// certain factor.
func Curve(title string, rows []a3c.Metrics) ([]*plot.Plot, error) {
	windows := make(plotter.XYs, 0, len(rows))
	reached := make(plotter.XYs, 0, len(rows))
	violations := make(plotter.XYs, 0, len(rows))
	highest := make(plotter.XYs, 0, len(rows))
	lowest := make(plotter.XYs, 0, len(rows))
	for _, row := range rows {
		x := float64(row.Steps)
		if row.WindowEpisodes > 0 { // a window without an episode has no score
			windows = append(windows, plotter.XY{X: x, Y: row.Score})
			reached = append(reached, plotter.XY{X: x, Y: row.Reached})
			violations = append(violations, plotter.XY{X: x, Y: row.Violations})
		}
		if len(row.Entropy) > 0 {
			low, high := row.Entropy[0], row.Entropy[0]
			for _, e := range row.Entropy {
				low, high = min(low, e), max(high, e)
			}
			highest = append(highest, plotter.XY{X: x, Y: high})
			lowest = append(lowest, plotter.XY{X: x, Y: low})
		}
	}
	score, err := panel(title, "score of an episode",
		series{"", windows, pale}, series{"mean over 5 % of the run", movingMean(windows, len(windows)/20), blue})
	if err != nil {
		return nil, err
	}
	outcomes, err := panel("", "fraction of episodes",
		series{"target reached", movingMean(reached, len(reached)/20), green},
		series{"ended in a violation", movingMean(violations, len(violations)/20), red})
	if err != nil {
		return nil, err
	}
	entropy, err := panel("", "entropy of a factor (nats)",
		series{"highest", highest, orange}, series{"lowest", lowest, blue})
	if err != nil {
		return nil, err
	}
	// Where the lines of a run that learns leave room: it starts low, reaches
	// nearly always, and grows certain.
	score.Legend.Left = true
	outcomes.Legend.YOffs = -1.2 * vg.Centimeter
	entropy.X.Label.Text = "environment steps"
	return []*plot.Plot{score, outcomes, entropy}, nil
}

type series struct {
	name   string
	points plotter.XYs
	color  color.Color
}

func panel(title, label string, all ...series) (*plot.Plot, error) {
	p := plot.New()
	p.Title.Text = title
	p.Y.Label.Text = label
	p.Y.Min = 0
	p.Legend.Top = true
	p.X.Tick.Marker = roundTicks{}
	p.Add(plotter.NewGrid())
	for _, s := range all {
		if len(s.points) == 0 {
			continue
		}
		line, err := plotter.NewLine(s.points)
		if err != nil {
			return nil, fmt.Errorf("draw the curve: %w", err)
		}
		line.Color, line.Width = s.color, vg.Points(1.2)
		p.Add(line)
		if s.name != "" {
			p.Legend.Add(s.name, line)
		}
	}
	return p, nil
}

// movingMean averages each point with up to n points before it.
func movingMean(points plotter.XYs, n int) plotter.XYs {
	n = max(n, 1)
	out := make(plotter.XYs, len(points))
	sum := 0.0
	for i, p := range points {
		sum += p.Y
		if i >= n {
			sum -= points[i-n].Y
		}
		out[i] = plotter.XY{X: p.X, Y: sum / float64(min(i+1, n))}
	}
	return out
}
