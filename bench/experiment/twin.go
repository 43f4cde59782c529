package experiment

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"colonnade/a3c/training"
	"colonnade/a3c/view"
	"colonnade/bench/figure"
)

// twin is transfer under a teacher: column 1 on the pictures of the arm's twin.
var twin = kind{
	name:  "twin",
	title: "transfer under a teacher: column 1 on the pictures of the arm's twin",
	summary: "experiment twin lets students of several kinds learn from frozen column 1, which looks at the twin of " +
		"the arm, in runs of several\n" +
		"lengths. Students see the camera alone. Beside them: column 1 zero-shot, column 1 driven by " +
		"the twin, and the planner.",
	example: "experiment twin -out bench/results/twin/robot -work runs/twin/robot -domain robot",
	flags:   []string{"methods", "domain", "env", "seeds", "budgets", "zeros"},
	usual: Settings{
		Methods: methodList{"finetune", "progressive-wide", "wide-no-laterals", "progressive-narrow", "scratch-wide"},
		Domain:  "robot", Env: "sim", Seeds: 5, Budgets: numbers{2500, 5000, 10_000, 20_000, 60_000}, Episodes: 300,
	},
	runs:   func(o *Options) ([]Run, error) { return o.twinRuns() },
	report: reportTwin,
}

// drivenByTwin is the group of column 1 on the twin's pictures, without training.
const drivenByTwin = "column 1 driven by the twin"

// twinRuns lists short runs before long ones, and all methods before the next seed.
func (o *Options) twinRuns() ([]Run, error) {
	all, err := o.methodsOf()
	if err != nil {
		return nil, err
	}
	driven := o.reference("driven", drivenByTwin, "reach", o.From)
	driven.see, driven.zeros = training.SeeTwin, o.Zeros
	runs := []Run{driven, o.reference(nameZeroShot, zeroShot, "reach", o.From),
		o.reference("planner", planned, "reach", "")}
	for i := range runs {
		runs[i].times = 1
	}
	for _, steps := range o.Budgets {
		for i := range o.count() {
			seed := o.Seed + uint64(i)
			for _, m := range all {
				r, err := o.transfer(fmt.Sprintf("%s/%d/%d", m.Name, steps, seed), m, o.Domain, "reach", seed)
				if err != nil {
					return nil, err
				}
				r.teach(steps, o.From, o.Zeros)
				runs = append(runs, r)
			}
		}
	}
	return runs, nil
}

// teach makes a transfer one of so many steps under a teacher, with the settings that transfer has
// for that, and encoder offsets that are known.
func (r *Run) teach(steps int64, teacher string, zeros training.Zeros) {
	t := r.train
	t.UseTeacher(training.OfTeacher...)
	t.Learner.Steps = steps
	r.from = []string{teacher}
	if i := slices.Index(r.words, "-steps"); i >= 0 {
		r.words[i+1] = fmt.Sprint(steps)
	}
	if i := slices.Index(r.words, "-checkpoint-every"); i >= 0 {
		r.words = slices.Delete(r.words, i, i+2)
	}
	r.words = append(r.words, "-teacher", training.TwinTeacher)
	if t.World.Zeros = zeros; zeros != (training.Zeros{}) {
		r.words = append(r.words, "-zeros", zeros.String())
	}
}

func reportTwin(r *report) error {
	trained, fixed := r.split()
	r.inMethodOrder(trained)
	r.say("Recurrent columns on one arm on %s. Each run learns for as many steps as its column says, its learning "+
		"rate falling to 0\n"+
		"there. Scores are of final evaluations with the camera's pictures alone, %d episodes a seed: mean over "+
		"seeds, half width of its\n"+
		"95 %% interval over seeds, and the number of seeds. wide-no-laterals is progressive-wide without laterals: both "+
		"begin with column 1's\nLSTM and output, and with new eyes.\n\n![scores over steps](%s.svg)\n\n", r.o.where(),
		r.o.Episodes, r.o.name)
	if zeros := r.o.Zeros; zeros != (training.Zeros{}) {
		r.say("The twin's encoder offsets are known: %s mrad.\n\n", zeros.String())
	}
	r.say("| |")
	for _, steps := range r.o.Budgets {
		r.say(" %d steps |", steps)
	}
	r.say("\n|---|%s\n", strings.Repeat("---|", len(r.o.Budgets)))
	bands := levels(fixed, slices.Max(r.o.Budgets))
	for _, g := range trained {
		band := view.Band{Name: g.Name}
		r.say("| %s |", g.Name)
		for _, steps := range r.o.Budgets {
			records := ofLength(g.Records, steps)
			if len(records) == 0 {
				r.say(" - |")
				continue
			}
			s := over(records)
			low, high := s.interval()
			band.X, band.Mean = append(band.X, float64(steps)), append(band.Mean, s.mean)
			band.Low, band.High = append(band.Low, low), append(band.High, high)
			r.say(" **%.1f** %s (%d) |", s.mean, halfWidth(s), s.runs)
		}
		r.say("\n")
		bands = append(bands, band)
	}
	r.say("\n| without training | score | 95 %% over episodes | violations |\n|---|---|---|---|\n")
	for _, g := range fixed {
		s := over(g.Records)
		r.say("| %s | **%.1f** | +- %.1f | %.0f %% |\n", g.Name, s.mean, s.episodes, 100*s.violations)
	}
	r.say("\n")
	axes := view.Axes{Title: "taught by the twin, in " + r.o.worldName(), X: "environment steps",
		Y: "score of the final evaluation", Legend: view.LegendBeside}
	return figure.Write(r.dir, r.o.name, axes, bands)
}

// ofLength returns the records of runs that were planned with so many steps, which their names say.
func ofLength(records []figure.Record, steps int64) (some []figure.Record) {
	for _, v := range records {
		if parts := strings.Split(v.Run, "/"); len(parts) == 3 && parts[1] == fmt.Sprint(steps) {
			some = append(some, v)
		}
	}
	return some
}

// numbers is a flag of whole numbers above 0 with commas between them.
type numbers []int64

func (l *numbers) String() string {
	var words []string
	for _, n := range *l {
		words = append(words, fmt.Sprint(n))
	}
	return strings.Join(words, ",")
}

// Set implements flag.Value.
func (l *numbers) Set(text string) error {
	*l = nil
	for _, word := range strings.Split(text, ",") {
		n, err := strconv.ParseInt(word, 10, 64)
		if err != nil || n < 1 {
			return errors.New("want whole numbers above 0 with commas between them")
		}
		*l = append(*l, n)
	}
	return nil
}
