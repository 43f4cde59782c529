package figure

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"

	"colonnade/a3c/stats"
	"colonnade/a3c/view"
	"colonnade/nn/atomicfile"
)

// parts of the steps in which a curve takes means.
const parts = 200

// Group is the runs that one curve is the mean of.
type Group struct {
	Name string
	Runs []Run
}

// GroupBy puts runs into groups by a name, in the order in which the names come first.
func GroupBy(runs []Run, name func(*Run) string) []Group {
	var groups []Group
	names, members := groupBy(runs, name)
	for _, n := range names {
		groups = append(groups, Group{Name: n, Runs: members[n]})
	}
	return groups
}

// groupBy returns the names that items have, in the order in which they come first, and the items
// of each.
func groupBy[T any](items []T, name func(*T) string) (names []string, members map[string][]T) {
	members = map[string][]T{}
	for i := range items {
		n := name(&items[i])
		if _, known := members[n]; !known {
			names = append(names, n)
		}
		members[n] = append(members[n], items[i])
	}
	return names, members
}

// Bands returns each group's curve: mean and standard deviation over its runs of the training
// score, over the steps that at least one of its runs has done.
func Bands(groups []Group) []view.Band {
	steps := int64(0)
	for _, g := range groups {
		for i := range g.Runs {
			steps = max(steps, g.Runs[i].Done())
		}
	}
	var bands []view.Band
	for _, g := range groups {
		curves := make([][]float64, len(g.Runs))
		for i := range g.Runs {
			curves[i] = Binned(g.Runs[i].Windows, steps, parts)
		}
		plural := "s"
		if len(g.Runs) == 1 {
			plural = ""
		}
		band := view.Band{Name: fmt.Sprintf("%s, %d run%s", g.Name, len(g.Runs), plural)}
		for b := range parts {
			column := make([]float64, len(curves))
			for i := range curves {
				column[i] = curves[i][b]
			}
			mean, spread := MeanSpread(column)
			band.X = append(band.X, float64(steps)*(float64(b)+0.5)/parts)
			band.Mean = append(band.Mean, mean)
			band.Low, band.High = append(band.Low, mean-spread), append(band.High, mean+spread)
		}
		bands = append(bands, band)
	}
	return bands
}

// Write draws bands to NAME.svg and NAME.png in a folder, with the numbers in NAME.csv.
func Write(dir, name string, axes view.Axes, bands []view.Band) error {
	err := writePictures(dir, name, func(b *bytes.Buffer, format view.Format) error {
		return view.WriteBands(b, format, axes, bands)
	})
	if err != nil {
		return err
	}
	return WriteTable(dir, name, bands)
}

// WriteTable writes the numbers of bands to NAME.csv in a folder.
func WriteTable(dir, name string, bands []view.Band) error {
	return atomicfile.WriteFile(filepath.Join(dir, name+".csv"), table(bands))
}

func table(bands []view.Band) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write([]string{"curve", "x", "mean", "low", "high"}) // into memory: it cannot fail
	number := func(v float64) string { return strconv.FormatFloat(v, 'f', 4, 64) }
	for _, band := range bands {
		for i, x := range band.X {
			row := []string{band.Name, strconv.FormatFloat(x, 'f', -1, 64), number(band.Mean[i]), "", ""}
			if band.Low != nil {
				row[3], row[4] = number(band.Low[i]), number(band.High[i])
			}
			w.Write(row)
		}
	}
	w.Flush()
	return b.Bytes()
}

// Binned returns the mean score of the episodes that ended in each of some equal parts of the
// steps; not a number where none did.
func Binned(points []Point, steps int64, parts int) []float64 {
	sum, count := make([]float64, parts), make([]float64, parts)
	for _, p := range points {
		if p.Steps > steps {
			continue
		}
		b := min(int((p.Steps-1)*int64(parts)/steps), parts-1)
		sum[b] += p.Score * float64(p.Episodes)
		count[b] += float64(p.Episodes)
	}
	for b := range sum {
		sum[b] /= count[b]
	}
	return sum
}

// MeanScore returns the mean score of the episodes that ended after some steps.
func MeanScore(points []Point, after int64) float64 {
	sum, count := 0.0, 0.0
	for _, p := range points {
		if p.Steps > after {
			sum += p.Score * float64(p.Episodes)
			count += float64(p.Episodes)
		}
	}
	return sum / count
}

// MeanSpread returns mean and standard deviation of the values that are numbers: not a number where
// none is, and no deviation for a single one.
func MeanSpread(values []float64) (mean, spread float64) {
	numbers := slices.DeleteFunc(slices.Clone(values), math.IsNaN)
	if len(numbers) == 0 {
		return math.NaN(), 0
	}
	s := stats.Summarize(numbers)
	return s.Mean, s.Deviation
}

// medianEpisodes is how many episodes the median filter looks at, an odd number.
const medianEpisodes = 41

// MedianBands returns each group's curve as the paper draws transfer: the raw scores of all
// training episodes, median filtered, then mean and standard deviation over runs. Runs that did not
// keep their episodes' scores have no curve.
func MedianBands(groups []Group) []view.Band {
	filtered := make([]Group, len(groups))
	for g := range groups {
		filtered[g].Name = groups[g].Name
		for i := range groups[g].Runs {
			run := groups[g].Runs[i]
			run.Windows = medianFilter(run.Windows)
			filtered[g].Runs = append(filtered[g].Runs, run)
		}
	}
	return Bands(filtered)
}

// medianFilter returns a point for each episode, its score being the median of the episodes around
// it. An episode counts as ended at the end of its window.
func medianFilter(windows []Point) []Point {
	var episodes []Point
	for _, w := range windows {
		for _, score := range w.Scores {
			episodes = append(episodes, Point{Steps: w.Steps, Episodes: 1, Score: float64(score)})
		}
	}
	filtered := slices.Clone(episodes)
	around := make([]float64, 0, medianEpisodes)
	for i := range episodes {
		around = around[:0]
		for j := max(i-medianEpisodes/2, 0); j <= min(i+medianEpisodes/2, len(episodes)-1); j++ {
			around = append(around, episodes[j].Score)
		}
		filtered[i].Score = stats.Median(around)
	}
	return filtered
}
