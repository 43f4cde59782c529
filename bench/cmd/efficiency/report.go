package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"colonnade/a3c"
	"colonnade/a3c/cli"
	"colonnade/a3c/probe"
	"colonnade/a3c/training"
	"colonnade/a3c/view"
	"colonnade/bench/figure"
	"colonnade/nn"
	"colonnade/nn/atomicfile"
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
	var groups []figure.Group
	var summaries []summary
	for _, loop := range loops {
		g := figure.Group{Name: loop + " loop"}
		var last, area []float64
		for _, seed := range o.allSeeds() {
			points, err := readCurve(o.curvePath(loop, seed))
			if err != nil {
				return err
			}
			g.Runs = append(g.Runs, figure.Run{Windows: points})
			last = append(last, figure.MeanScore(points, o.length()*9/10))
			area = append(area, figure.MeanScore(points, 0))
		}
		groups = append(groups, g)
		s := summary{Loop: loop, Seeds: o.seeds}
		s.Score, s.ScoreSpread = figure.MeanSpread(last)
		s.Area, s.AreaSpread = figure.MeanSpread(area)
		summaries = append(summaries, s)
		fmt.Fprintf(stderr, "efficiency: %-5s loop: score of the last tenth %.2f +- %.2f, of the whole run %.2f +- "+
			"%.2f (standard deviation over %d seeds)\n",
			loop, s.Score, s.ScoreSpread, s.Area, s.AreaSpread, o.seeds)
	}
	bands := figure.Bands(groups)
	axes := view.Axes{Title: o.title() + ": fast and plain loop at equal steps", X: "environment steps",
		Y: "score of an episode"}
	if err := figure.Write(o.out, "curves", axes, bands); err != nil {
		return err
	}
	return cli.Result(stdout, map[string]any{"loops": summaries})
}

func writeCurve(path string, points []figure.Point) error {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	for _, p := range points {
		if err := encoder.Encode(p); err != nil {
			return err
		}
	}
	return atomicfile.WriteFile(path, b.Bytes())
}

func readCurve(path string) ([]figure.Point, error) { return training.ReadMetrics[figure.Point](path) }

// noProbe is the word for the environment of -env.
const noProbe = "none"

// probes are the small environments that may stand in: learnt in a minute, so that many seeds can
// be afforded.
var probes = map[string]struct {
	make func() a3c.Env
	lstm int // cells of the network that learns it
}{
	"memory": {func() a3c.Env { return probe.NewMemory(4) }, 16},
	"spot":   {func() a3c.Env { return probe.NewSpot() }, 0},
}

// makeEnv returns an environment of a worker.
func (o *options) makeEnv(worker, index int) (a3c.Env, error) {
	if p, ok := probes[*o.probe]; ok {
		return p.make(), nil
	}
	return o.world.Make(worker, index)
}

// arch returns the column that learns in env: that of -net and -width, or a small one for a probe.
func (o *options) arch(env a3c.Env) nn.Arch {
	p, ok := probes[*o.probe]
	if !ok {
		return o.Network.Arch()
	}
	const hidden, filters = 32, 8
	arch := nn.Arch{LSTM: p.lstm}
	arch.Pixels, arch.Proprioception, arch.Choices = env.Spec()
	if arch.Proprioception > 0 {
		arch.Encoder = hidden
	}
	if arch.Pixels != [3]int{} {
		arch.Conv1, arch.Conv2, arch.FC = filters, filters, hidden
	}
	return arch
}

// title says what is learnt.
func (o *options) title() string {
	if *o.probe != noProbe {
		return "probe " + *o.probe
	}
	return o.world.String() + ", " + o.Network.String()
}
