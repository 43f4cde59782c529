package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strconv"

	"colonnade/a3c/lab/chart"
	"colonnade/a3c/lab/cli"
	"colonnade/nn/safetensors"
)

// summary is one loop's result: means over seeds, the spread being their standard deviation.
type summary struct {
	Loop        string  `json:"loop"`
	Seeds       int     `json:"seeds"`
	Score       float64 `json:"score"` // of the training episodes of the last tenth of the steps
	ScoreSpread float64 `json:"score_spread"`
	Area        float64 `json:"area"` // mean score over all steps
	AreaSpread  float64 `json:"area_spread"`
}

// report draws the curves and prints both loops' summaries.
func (o *options) report(stdout, stderr io.Writer) error {
	const buckets = 100
	var bands []chart.Band
	var summaries []summary
	for _, loop := range loops {
		var curves [][]float64
		var last, area []float64
		for _, seed := range o.allSeeds() {
			points, err := readCurve(o.curvePath(loop, seed))
			if err != nil {
				return err
			}
			curves = append(curves, binned(points, o.config.Steps, buckets))
			last = append(last, meanScore(points, o.config.Steps*9/10))
			area = append(area, meanScore(points, 0))
		}
		band := chart.Band{Name: fmt.Sprintf("%s loop, %d seeds", loop, o.seeds)}
		for b := range buckets {
			column := make([]float64, len(curves))
			for i := range curves {
				column[i] = curves[i][b]
			}
			mean, spread := meanSpread(column)
			band.X = append(band.X, float64(o.config.Steps)*(float64(b)+0.5)/buckets)
			band.Mean, band.Low, band.High = append(band.Mean, mean), append(band.Low, mean-spread), append(band.High, mean+spread)
		}
		bands = append(bands, band)
		s := summary{Loop: loop, Seeds: o.seeds}
		s.Score, s.ScoreSpread = meanSpread(last)
		s.Area, s.AreaSpread = meanSpread(area)
		summaries = append(summaries, s)
		fmt.Fprintf(stderr, "efficiency: %-5s loop: score of the last tenth %.2f +- %.2f, of the whole run %.2f +- %.2f (standard deviation over %d seeds)\n",
			loop, s.Score, s.ScoreSpread, s.Area, s.AreaSpread, o.seeds)
	}
	if err := o.writeTable(bands); err != nil {
		return err
	}
	axes := chart.Axes{Title: fmt.Sprintf("%s, %s: fast and plain loop at equal steps", o.world, o.net), X: "environment steps", Y: "score of an episode"}
	for name, format := range map[string]chart.Format{"curves.svg": chart.SVG, "curves.png": chart.PNG} {
		var b bytes.Buffer
		if err := chart.WriteBands(&b, format, axes, bands); err != nil {
			return err
		}
		if err := write(filepath.Join(o.out, name), b.Bytes()); err != nil {
			return err
		}
	}
	return cli.Result(stdout, map[string]any{"loops": summaries})
}

// writeTable writes the bands as they are drawn.
func (o *options) writeTable(bands []chart.Band) error {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write([]string{"loop", "steps", "mean", "low", "high"})
	number := func(v float64) string { return strconv.FormatFloat(v, 'f', 4, 64) }
	for i, band := range bands {
		for j, x := range band.X {
			w.Write([]string{loops[i], strconv.FormatFloat(x, 'f', 0, 64), number(band.Mean[j]), number(band.Low[j]), number(band.High[j])})
		}
	}
	w.Flush()
	return write(filepath.Join(o.out, "curves.csv"), b.Bytes())
}

// binned returns the mean score of the episodes that ended in each of some equal parts of the steps; not a number where
// none did.
func binned(points []point, steps int64, parts int) []float64 {
	sum, count := make([]float64, parts), make([]float64, parts)
	for _, p := range points {
		b := min(int((p.Steps-1)*int64(parts)/steps), parts-1)
		sum[b] += p.Score * float64(p.Episodes)
		count[b] += float64(p.Episodes)
	}
	for b := range sum {
		sum[b] /= count[b]
	}
	return sum
}

// meanScore returns the mean score of the episodes that ended after some steps.
func meanScore(points []point, after int64) float64 {
	sum, count := 0.0, 0.0
	for _, p := range points {
		if p.Steps > after {
			sum += p.Score * float64(p.Episodes)
			count += float64(p.Episodes)
		}
	}
	return sum / count
}

// meanSpread returns mean and standard deviation; the latter is 0 for a single value.
func meanSpread(values []float64) (mean, spread float64) {
	n := float64(len(values))
	for _, v := range values {
		mean += v / n
	}
	if n < 2 {
		return mean, 0
	}
	for _, v := range values {
		spread += (v - mean) * (v - mean) / (n - 1)
	}
	return mean, math.Sqrt(spread)
}

func write(path string, data []byte) error {
	return safetensors.WriteAtomic(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}
