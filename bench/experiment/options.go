package experiment

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"colonnade/a3c/lab/cli"
	"colonnade/a3c/lab/rundir"
	"colonnade/a3c/lab/study"
)

// Options is an experiment with its flags.
type Options struct {
	kind
	flags *cli.Flags

	out, work, column1, settings, random string

	domain, env      string
	domains, methods list
	count            int // seeds, or runs of a method
	seed             uint64
	steps            int64
	episodes         int
	ranges           study.Settings // what is drawn at random
	with             string
	further          []string // with, as words
	jobs             int
}

// kind is what the experiments differ in.
type kind struct {
	name    string // the argument, and the folder's name
	title   string
	summary string
	example string
	// register defines the flags that the experiment has beyond the common ones, and says their defaults.
	register func(o *Options)
	// runs returns all pieces, in the order in which they are best done.
	runs func(o *Options) ([]Run, error)
	// report draws what there is and says it in words. It depends on the results folder alone.
	report func(r *report) error
	// finish, if not nil, is what remains to be done when all runs are.
	finish func(ctx context.Context, s *Session) error
	// curves says that training scores are kept.
	curves bool
}

// kinds are all experiments.
var kinds = []kind{story, search, figure5, figure6, figure7}

// Names returns the names of all experiments.
func Names() []string {
	var names []string
	for _, k := range kinds {
		names = append(names, k.name)
	}
	return names
}

// kindNamed returns an experiment by its name.
func kindNamed(name string) (kind, error) {
	for _, k := range kinds {
		if k.name == name {
			return k, nil
		}
	}
	return kind{}, cli.Usagef("there is no experiment %q: want one of %s", name, strings.Join(Names(), ", "))
}

// results is where the committed results of all experiments lie.
const results = "bench/results"

// shippedColumn is column 1 as it comes with the project.
const shippedColumn = "bench/pretrained/reach-recurrent-wide.safetensors"

// Parse reads the command line: the name of an experiment, then its flags. Where the results folder exists already, its
// settings are those of the experiment, and only how many runs there are, and of which methods and domains, can change.
func Parse(args []string, stdout, stderr io.Writer) (*Options, error) {
	if len(args) == 0 || strings.HasPrefix(args[0], "-") {
		return nil, noName(args, stderr)
	}
	k, err := kindNamed(args[0])
	if err != nil {
		return nil, err
	}
	o := register(k, stdout, stderr)
	if err := o.read(args[1:]); err != nil {
		return nil, cli.InCommand(o.flags.Name(), err)
	}
	return o, nil
}

// read reads the flags.
func (o *Options) read(args []string) error {
	if err := o.flags.Parse(args); err != nil {
		return err
	}
	if _, err := os.Stat(rundir.ConfigPath(o.out)); err == nil {
		if err := o.flags.Resume(rundir.ConfigPath(o.out), "runs", "seeds", "trials", "methods", "domains", "random"); err != nil {
			return err
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return o.validate()
}

// worldName returns the domain's name as a title has room for it: that of a file without its folder.
func (o *Options) worldName() string {
	return strings.TrimSuffix(filepath.Base(o.domain), ".json")
}

// registerPlace adds flag -env with its default.
func (o *Options) registerPlace(place string) {
	o.env = place
	o.flags.Var((*placeFlag)(&o.env), "env", "`place` of the arm: jaco, the emulated arm behind cable, driver, safety layer, camera and tracker, or sim, the simulator in the robot's world")
}

// placeFlag is a place of the arm.
type placeFlag string

func (p *placeFlag) String() string { return string(*p) }
func (p *placeFlag) Set(text string) error {
	if text != "jaco" && text != "sim" {
		return errors.New("allowed are jaco and sim")
	}
	*p = placeFlag(text)
	return nil
}

// noName answers a command line that names no experiment.
func noName(args []string, stderr io.Writer) error {
	if len(args) > 0 && (args[0] == "-h" || args[0] == "-help" || args[0] == "--help") {
		fmt.Fprintf(stderr, "experiment NAME [flags] does one of the paper's experiments; the same command goes on with it, and more processes may\nwork on it at once. experiment NAME -h lists its flags.\n\nExample:\n  %s\n\nExperiments:\n", figure5.example)
		for _, k := range kinds {
			fmt.Fprintf(stderr, "  %-16s %s\n", k.name, k.title)
		}
		return flag.ErrHelp
	}
	return cli.Usagef("the first argument is the name of an experiment: %s", strings.Join(Names(), ", "))
}

// register defines an experiment's flags.
func register(k kind, stdout, stderr io.Writer) *Options {
	o := &Options{kind: k, seed: 1, steps: 60_000, episodes: 100, ranges: study.Settings{
		LearningRate: study.Range{Low: 5e-5, High: 5e-3}, EntropyCost: study.Range{Low: 1e-5, High: 1e-2},
	}}
	f := cli.NewFlags("experiment "+k.name, k.summary, k.example, stdout, stderr)
	o.flags = f
	f.StringVar(&o.out, "out", results+"/"+k.name, "`folder` for what is kept: settings, a line for each run, figures")
	f.StringVar(&o.work, "work", "runs/"+k.name, "`folder` for runs while they go on")
	f.IntVar(&o.jobs, "jobs", 0, "`number` of runs at a time, each on a core; 0: as many as there are cores")
	f.NotInFile("out", "work", "jobs")
	f.StringVar(&o.column1, "from", shippedColumn, "`checkpoint` of column 1")
	f.Uint64Var(&o.seed, "seed", o.seed, "first `seed`")
	f.Int64Var(&o.steps, "steps", o.steps, "environment `steps` of a run")
	f.IntVar(&o.episodes, "episodes", o.episodes, "`number` of episodes of a run's final evaluation")
	f.StringVar(&o.with, "with", "", "further `flags` of transfer, for all runs, such as \"-target-every 1\"")
	k.register(o)
	return o
}

// Flags that several experiments have.

func (o *Options) registerMethods(names ...string) {
	o.methods = names
	o.flags.Var(&o.methods, "methods", "`methods`, with commas: "+strings.Join(MethodNames(), ", "))
}

func (o *Options) registerDomains(names ...string) {
	o.domains = names
	o.flags.Var(&o.domains, "domains", "`domains` to transfer to, with commas: names or files")
}

func (o *Options) registerDomain(name string) {
	o.flags.StringVar(&o.domain, "domain", name, "`domain` to transfer to: a name or a file")
}

func (o *Options) registerCount(name string, count int, usage string) {
	o.flags.IntVar(&o.count, name, count, usage)
}

func (o *Options) registerRanges() {
	o.flags.Var(&o.ranges.LearningRate, "learning-rate", "`range` of learning rates, drawn log-uniformly")
	o.flags.Var(&o.ranges.EntropyCost, "entropy-cost", "`range` of entropy costs, drawn log-uniformly")
}

func (o *Options) registerSettings() {
	o.flags.StringVar(&o.settings, "settings", filepath.Join(results, search.name), "`folder` with each method's settings, as the search leaves it")
}

func (o *Options) validate() error {
	switch {
	case o.out == "" || o.work == "":
		return cli.Usagef("-out and -work need a folder each")
	case o.jobs < 0:
		return cli.Usagef("-jobs is %d, want at least 0", o.jobs)
	case o.steps < 1:
		return cli.Usagef("-steps is %d, want at least 1", o.steps)
	case o.episodes < 1:
		return cli.Usagef("-episodes is %d, want at least 1", o.episodes)
	case o.count < 1 || o.count > 100_000:
		return cli.Usagef("%d runs, want 1 to 100000", o.count)
	}
	for _, name := range o.methods {
		if _, err := methodNamed(name); err != nil {
			return cli.Usagef("-methods: %v", err)
		}
	}
	if o.jobs == 0 {
		o.jobs = runtime.GOMAXPROCS(0)
	}
	o.ranges.Seed = o.seed
	o.further = strings.Fields(o.with)
	return nil
}

// list is a flag of words with commas between them.
type list []string

func (l *list) String() string { return strings.Join(*l, ",") }

func (l *list) Set(text string) error {
	words := strings.Split(text, ",")
	for _, w := range words {
		if w == "" {
			return errors.New("want words with commas between them")
		}
	}
	*l = words
	return nil
}

// Out returns the results folder.
func (o *Options) Out() string { return o.out }
