package transfer

import (
	"fmt"
	"slices"
	"strings"

	"colonnade/a3c"
	"colonnade/a3c/lab/cli"
	"colonnade/a3c/lab/learner"
	"colonnade/a3c/lab/training"
	"colonnade/a3c/lab/world"
	"colonnade/nn"
)

// The methods.
const (
	Progressive  = "progressive"
	Finetune     = "finetune"
	FinetuneLast = "finetune-last"
	Scratch      = "scratch"
	ScratchWide  = "scratch-wide"
)

// Methods returns the names of all methods, in the order in which they are told of.
func Methods() []string { return []string{Progressive, Finetune, FinetuneLast, Scratch, ScratchWide} }

// needsColumn tells whether a method begins with a trained column.
func needsColumn(method string) bool {
	return method == Progressive || method == Finetune || method == FinetuneLast
}

// Options are the flags of a transfer, whichever command reads them.
type Options struct {
	flags  *cli.Flags
	Config a3c.Config

	method   *string
	from     *Files
	world    *world.Options
	net      *world.NetOptions
	episodes int

	below []*nn.Checkpoint // what -from names
}

// Changeable are the flags that a resumed transfer may set anew; all others say what it is.
var Changeable = []string{"episodes", "checkpoint-every", "replacements"}

// Register defines the flags.
func Register(f *cli.Flags) *Options {
	o := &Options{flags: f, Config: learner.Defaults()}
	c := &o.Config
	c.KeepScores = true
	o.method, o.from = RegisterStart(f, Progressive, Methods())
	o.world = world.Register(f)
	o.net = world.RegisterNet(f)
	learner.Register(f, c)
	training.RegisterRun(f, c, &o.episodes)
	for name, value := range Defaults() {
		f.Default(name, value)
	}
	return o
}

// RegisterStart defines -method and -from.
func RegisterStart(f *cli.Flags, method string, methods []string) (*string, *Files) {
	from := new(Files)
	f.Var(from, "from", "checkpoint `file` or run folder to start from; several, each with its own -from, stand side by side below a progressive column")
	return f.Choice("method", method, "`way` to transfer", methods...), from
}

// Defaults returns the values of flags that a transfer sees otherwise than the training of a first column.
func Defaults() map[string]string {
	return map[string]string{
		"workers": "1", "envs": "1", "steps": "60000", "warmup": "3000", "domain": "robot", "target-every": "3", "width": "narrow",
		"metrics-every": "500", "checkpoint-every": "10000",
	}
}

// Validate completes the values and says what is wrong with them, as a usage error. A transfer that is resumed needs no
// -from: its folder has the columns.
func (o *Options) Validate(resume bool) error {
	if err := o.Config.Validate(); err != nil {
		return cli.Usagef("%v", err)
	}
	o.Config = o.Config.Resolved()
	switch method := *o.method; {
	case o.episodes < 1:
		return cli.Usagef("-episodes is %d, want at least 1", o.episodes)
	case o.flags.Given("width") && method != Progressive && !resume:
		return cli.Usagef("-width with -method %s: only a progressive column's width is free (%s is narrow, %s wide)", method, Scratch, ScratchWide)
	case needsColumn(method) && len(*o.from) == 0:
		return cli.Usagef("-method %s needs -from: the checkpoint to start from", method)
	case !needsColumn(method) && len(*o.from) > 0:
		return cli.Usagef("-from with -method %s: it starts from nothing", method)
	case method != Progressive && len(*o.from) > 1:
		return cli.Usagef("-method %s starts from one checkpoint, not from %d", method, len(*o.from))
	case (method == Finetune || method == FinetuneLast) && (o.flags.Given("net") || o.flags.Given("inputs")) && !resume:
		return cli.Usagef("-net or -inputs with -method %s: the network is the checkpoint's", method)
	}
	o.Config.OutputOnly = *o.method == FinetuneLast
	if *o.method == ScratchWide {
		o.flags.Default("width", "wide")
	}
	if resume {
		return nil
	}
	return o.load()
}

// Plan returns the transfer that the flags ask for.
func (o *Options) Plan(command string) training.Plan {
	labels := ""
	if o.Config.Workers*o.Config.Envs > 1 {
		labels = fmt.Sprintf(", %d environments", o.Config.Workers*o.Config.Envs)
	}
	return training.Plan{
		Command:  command,
		Title:    fmt.Sprintf("%s, %s, seed %d%s", *o.method, o.world, o.Config.Seed, labels),
		Config:   o.Config,
		World:    o.world,
		Column:   o.column,
		Matches:  o.matches,
		Metadata: map[string]string{"method": *o.method},
		Episodes: o.episodes,
		File:     o.flags.TOML(),
	}
}

// Method returns the method's name.
func (o *Options) Method() string { return *o.method }

// Files is a flag that names files. It may be given several times, or once with commas.
type Files []string

func (l *Files) String() string { return strings.Join(*l, ",") }

func (l *Files) Set(text string) error {
	for _, path := range strings.Split(text, ",") {
		if path != "" && !slices.Contains(*l, path) {
			*l = append(*l, path)
		}
	}
	return nil
}
