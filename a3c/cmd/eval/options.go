package main

import (
	"image"
	"io"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"colonnade/a3c"
	"colonnade/a3c/cli"
	"colonnade/a3c/cmd/world"
	"colonnade/a3c/training"
	"colonnade/a3c/view"
)

// options is the command line of eval.
type options struct {
	flags         *cli.Flags
	settings      training.WorldSettings
	robot         world.Robot
	world         world.World
	checkpoint    *string
	config        a3c.EvalConfig
	seeds         *int
	picture       *string // of scores over targets
	record        *string
	against       *string
	againstDomain *string
	animation     *string
	filmed        *int
	width, height *int
	profile       *string
}

func parse(args []string, stdout, stderr io.Writer) (*options, error) {
	f := cli.NewFlags("eval", "eval measures a trained policy, compares it with another, and films it.",
		"eval -checkpoint runs/column1 -episodes 200 -seed 7 -map map.svg -animation episodes.gif\n"+
			"eval -checkpoint runs/column2 -against runs/column1 -domain robot -episodes 500", stdout, stderr)
	o := &options{flags: f}
	o.checkpoint = f.String("checkpoint", "", "checkpoint `file`, or a run folder (its latest parameters)")
	o.settings, o.robot = training.DefaultWorld(), world.DefaultRobot()
	f.Bind(&o.settings)
	f.Bind(&o.robot)
	f.IntVar(&o.config.Episodes, "episodes", 100, "`number` of episodes of each seed")
	f.Uint64Var(&o.config.Seed, "seed", 7, "`seed` of the episodes and of the actions drawn in them")
	o.seeds = f.Int("seeds", 1, "`number` of seeds: this one and those that follow it, all episodes counting together")
	f.BoolVar(&o.config.Greedy, "greedy", false, "take the most probable actions instead of drawing from the policy")
	f.IntVar(&o.config.Workers, "workers", runtime.GOMAXPROCS(0),
		"`number` of episodes evaluated in parallel; the result does not depend on it")
	o.picture = f.String("map", "", "draw the scores over the places of the target into this `file`: .svg or .png")
	o.record = f.String("table", "", "write a line for every episode into this `file`: .csv, or .jsonl for JSON lines")
	o.against = f.String("against", "",
		"another `checkpoint` that plays the same episodes; says whether the difference is significant")
	o.againstDomain = f.String("against-domain", "",
		"play -against, or -checkpoint again if there is none, in this `domain` instead of -domain")
	o.animation = f.String("animation", "", "film some episodes into this `file`: .gif, or .png for full colour")
	o.filmed = f.Int("animation-episodes", 4, "`number` of episodes to film")
	o.width = f.Int("animation-width", 480, "`width` of the filmed picture")
	o.height = f.Int("animation-height", 360, "`height` of the filmed picture")
	o.profile = f.ProfileFlag("the current folder")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if err := o.validate(); err != nil {
		return nil, err
	}
	var err error
	if o.world, err = world.Open(o.settings, o.robot); err != nil {
		return nil, err
	}
	for name, path := range map[string]string{"map": *o.picture, "table": *o.record, "animation": *o.animation} {
		if err := cli.CheckFolder(name, path); err != nil {
			return nil, err
		}
	}
	return o, nil
}

func (o *options) validate() error {
	_, drawable := view.FormatOf(*o.picture)
	switch {
	case *o.checkpoint == "":
		return cli.Usagef("-checkpoint is needed: a file, or the folder of a run")
	case o.config.Episodes < 1:
		return cli.Usagef("-episodes is %d, want at least 1", o.config.Episodes)
	case *o.seeds < 1:
		return cli.Usagef("-seeds is %d, want at least 1", *o.seeds)
	case o.flags.Given("faults") || o.flags.Given("record"):
		return cli.Hint(cli.Usagef("-faults and -record are for training: episodes of eval follow from their seeds, "+
			"on a whole cable"),
			"jacoctl run -checkpoint %s plays it with -faults and -record", *o.checkpoint)
	case o.config.Workers < 1:
		return cli.Usagef("-workers is %d, want at least 1", o.config.Workers)
	case *o.picture != "" && !drawable:
		return cli.Usagef("-map %s: the name must end in .svg or .png", *o.picture)
	case *o.record != "" && recordFormat(*o.record) == nil:
		return cli.Usagef("-table %s: the name must end in .csv or .jsonl", *o.record)
	case *o.animation == "":
		return nil
	case animationFormat(*o.animation) == nil:
		return cli.Usagef("-animation %s: the name must end in .gif or .png", *o.animation)
	case *o.filmed < 1:
		return cli.Usagef("-animation-episodes is %d, want at least 1", *o.filmed)
	case *o.width < 160 || *o.width > 4096 || *o.height < 120 || *o.height > 4096:
		return cli.Usagef("the picture is %dx%d, want 160x120 to 4096x4096", *o.width, *o.height)
	}
	return nil
}

// compares tells whether there is a second policy, or a second world for the one.
func (o *options) compares() bool { return *o.against != "" || *o.againstDomain != "" }

// other returns checkpoint and world of the other side of a comparison.
func (o *options) other() (checkpoint string, w world.World, err error) {
	checkpoint, w = *o.checkpoint, o.world
	if *o.against != "" {
		checkpoint = *o.against
	}
	if *o.againstDomain != "" {
		there := o.settings
		if err := there.Domain.Set(*o.againstDomain); err != nil {
			return "", nil, cli.Usagef("-against-domain: %v", err)
		}
		if w, err = world.Open(there, o.robot); err != nil {
			return "", nil, err
		}
	}
	return checkpoint, w, nil
}

func animationFormat(path string) func(io.Writer, []*image.RGBA, time.Duration) error {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".gif":
		return view.WriteGIF
	case ".png":
		return view.WriteAPNG
	}
	return nil
}
