package experiment

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"colonnade/a3c/cli"
	"colonnade/a3c/study"
	"colonnade/a3c/training"
)

// Settings are those of all experiments; each has some of them.
type Settings struct {
	// Out is the folder for what is kept. Default the experiment's in bench/results.
	Out string `flag:"out" file:"-" help:"*folder* for what is kept: settings, a line for each run, figures"`
	// Work is the folder for runs while they go on. Default the experiment's in runs.
	Work string `flag:"work" file:"-" help:"*folder* for runs while they go on"`
	// Jobs is the number of runs at a time, each on a core; 0, the default: as many as there are
	// cores.
	Jobs int `flag:"jobs" file:"-" help:"*number* of runs at a time, each on a core; 0: as many as there are cores"`

	// From is the checkpoint of column 1. Default the shipped one.
	From string `flag:"from" help:"*checkpoint* of column 1"`
	// Seed is the first seed. Default 1.
	Seed uint64 `flag:"seed" help:"first *seed*"`
	// Steps is the number of environment steps of a run. At least 1; default 60,000.
	Steps int64 `flag:"steps" help:"environment *steps* of a run"`
	// Episodes is the number of episodes of a run's final evaluation. At least 1; default 100.
	Episodes int `flag:"episodes" help:"*number* of episodes of a run's final evaluation"`
	// With are further flags of transfer, for all runs. Default none.
	With string `flag:"with" help:"further *flags* of transfer, for all runs, such as \"-target-every 1\""`

	// Methods are names of MethodNames.
	Methods methodList `flag:"methods" help:"*methods*, with commas"`
	// Domain is the one to transfer to, Domains where there are several: names or files.
	Domain  string `flag:"domain" help:"*domain* to transfer to: a name or a file"`
	Domains list   `flag:"domains" help:"*domains* to transfer to, with commas: names or files"`
	// Env is "sim", the simulator in the robot's world, or "jaco", the emulated arm.
	Env string `flag:"env" choice:"jaco|sim" help:"*environment*: the emulated arm behind cable, driver, safety layer, camera and tracker, or the simulator in the robot's world"`

	// Zeros are the encoder offsets that twins are drawn without. Default none.
	Zeros training.Zeros `flag:"zeros" help:"encoder offsets that are known, so that twins are drawn at the true angles: the *file* that jacoctl calibrate -encoders left, or milliradians of all joints with commas"`

	// How often, 1 to 100,000: Seeds, Runs or Trials, as the experiment has it.
	Seeds  int `flag:"seeds" help:"*number* of seeds"`
	Runs   int `flag:"runs" help:"*number* of draws, each tried with every method in every domain"`
	Trials int `flag:"trials" help:"*number* of draws, each tried with every method"`

	// Budgets are lengths of runs, environment steps. Default 2,500 to 60,000.
	Budgets numbers `flag:"budgets" help:"*lengths* of runs in environment steps, with commas"`

	// LearningRate and EntropyCost are ranges that values are drawn from. Default 5e-5 to 5e-3 and
	// 1e-5 to 1e-2.
	LearningRate study.Range `flag:"learning-rate" help:"*range* of learning rates, drawn log-uniformly"`
	EntropyCost  study.Range `flag:"entropy-cost" help:"*range* of entropy costs, drawn log-uniformly"`
	// Searched is the folder with each method's settings. Default that of the search.
	Searched string `flag:"settings" help:"*folder* with each method's settings, as the search leaves it"`
	// Random is a checkpoint of a column 1 trained with domain randomisation. Default none.
	Random string `flag:"random" help:"*checkpoint* of a column 1 trained with domain randomisation; without it there is no such line"`
}

// Options is an experiment with its settings.
type Options struct {
	kind
	Settings
	flags *cli.Flags // those that were read; nil: none
}

// kind is what the experiments differ in.
type kind struct {
	name    string // the argument, and the folder's name
	title   string
	summary string
	example string
	// flags are those that the experiment has beyond the common ones, with their defaults in usual.
	flags []string
	usual Settings
	// runs returns all pieces, in the order in which they are best done.
	runs func(o *Options) ([]Run, error)
	// report draws what there is and says it in words. It depends on the results folder alone.
	report func(r *report) error
	// finish, if not nil, is what remains to be done when all runs are.
	finish func(ctx context.Context, s *Session) error
	// curves says that training scores are kept.
	curves bool
	// whyLow says of a group by its name why its score may be near 0.
	whyLow map[string]string
}

// kinds are all experiments.
var kinds = []kind{story, search, figure5, figure6, figure7, twin}

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

// searchFolder is where the search leaves its settings.
const searchFolder = results + "/" + searchName

// shippedColumn is column 1 as it comes with the project.
const shippedColumn = "bench/pretrained/reach-recurrent-wide.safetensors"

// Parse reads the command line: the name of an experiment, then its flags. Where the results folder
// exists already, its settings are those of the experiment, and only how many runs there are, and
// of which methods and domains, can change.
func Parse(args []string, stdout, stderr io.Writer) (*Options, error) {
	if len(args) == 0 || strings.HasPrefix(args[0], "-") {
		return nil, noName(args, stderr)
	}
	k, err := kindNamed(args[0])
	if err != nil {
		return nil, err
	}
	o := newOptions(k)
	o.flags = cli.NewFlags(o.label(), k.summary, k.example, stdout, stderr)
	o.flags.Bind(o)
	if err := o.read(args[1:]); err != nil {
		return nil, cli.InCommand(o.label(), err)
	}
	return o, nil
}

// read reads the flags.
func (o *Options) read(args []string) error {
	if err := o.flags.Parse(args); err != nil {
		return err
	}
	if _, err := os.Stat(training.ConfigPath(o.Out)); err == nil {
		if err := o.flags.Resume(training.ConfigPath(o.Out), "runs", "seeds", "trials", "methods", "domains", "budgets",
			"random"); err != nil {
			return err
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return o.validate()
}

// worldName returns the domain's name as a title has room for it: that of a file without its
// folder.
func (o *Options) worldName() string {
	return strings.TrimSuffix(filepath.Base(o.Domain), ".json")
}

// noName answers a command line that names no experiment.
func noName(args []string, stderr io.Writer) error {
	if len(args) > 0 && (args[0] == "-h" || args[0] == "-help" || args[0] == "--help") {
		fmt.Fprintf(stderr, "experiment NAME [flags] does one of the paper's experiments; the same command goes on "+
			"with it, and more processes may\nwork on it at once. experiment NAME -h lists its flags.\n\nExample:\n  "+
			"%s\n\nExperiments:\n", figure5.example)
		for _, k := range kinds {
			fmt.Fprintf(stderr, "  %-16s %s\n", k.name, k.title)
		}
		return flag.ErrHelp
	}
	return cli.Usagef("the first argument is the name of an experiment: %s", strings.Join(Names(), ", "))
}

// newOptions returns an experiment with its usual settings.
func newOptions(k kind) *Options {
	s := k.usual
	s.Out, s.Work = cmp.Or(s.Out, results+"/"+k.name), cmp.Or(s.Work, "runs/"+k.name)
	s.From, s.Seed, s.Steps, s.Episodes = shippedColumn, 1, 60_000, cmp.Or(s.Episodes, 100)
	s.LearningRate, s.EntropyCost = study.Range{Low: 5e-5, High: 5e-3}, study.Range{Low: 1e-5, High: 1e-2}
	s.Searched = searchFolder
	return &Options{kind: k, Settings: s}
}

// label is what one calls the experiment by.
func (o *Options) label() string { return "experiment " + o.name }

// common are the flags that all experiments have.
var common = []string{"out", "work", "jobs", "from", "seed", "steps", "episodes", "with"}

// HasFlag tells which settings the experiment has: see [cli.Flags.Bind].
func (o *Options) HasFlag(name string) bool {
	return slices.Contains(common, name) || slices.Contains(o.kind.flags, name)
}

// count returns how often the experiment does what it does.
func (o *Options) count() int { return cmp.Or(o.Trials, o.Runs, o.Seeds, 1) }

func (o *Options) validate() error {
	switch {
	case o.Out == "" || o.Work == "":
		return cli.Usagef("-out and -work need a folder each")
	case o.Jobs < 0:
		return cli.Usagef("-jobs is %d, want at least 0", o.Jobs)
	case o.Steps < 1:
		return cli.Usagef("-steps is %d, want at least 1", o.Steps)
	case o.Episodes < 1:
		return cli.Usagef("-episodes is %d, want at least 1", o.Episodes)
	}
	for name, n := range map[string]int{"trials": o.Trials, "runs": o.Runs, "seeds": o.Seeds} {
		if o.HasFlag(name) && (n < 1 || n > 100_000) {
			return cli.Usagef("%d %s, want 1 to 100000", n, name)
		}
	}
	for _, name := range o.Methods {
		if _, err := methodNamed(name); err != nil {
			return cli.Usagef("-methods: %v", err)
		}
	}
	if o.Jobs == 0 {
		o.Jobs = runtime.GOMAXPROCS(0)
	}
	return nil
}

// list is a flag of words with commas between them.
type list []string

func (l *list) String() string { return strings.Join(*l, ",") }

// Set implements flag.Value.
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

// methodList are names of methods.
type methodList []string

func (l *methodList) String() string { return (*list)(l).String() }

// Set implements flag.Value.
func (l *methodList) Set(text string) error { return (*list)(l).Set(text) }

// Choices returns the names of all methods.
func (l *methodList) Choices() []string { return MethodNames() }
