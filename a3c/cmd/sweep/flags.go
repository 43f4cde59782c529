package main

import (
	"io"

	"colonnade/a3c/cli"
	"colonnade/a3c/cmd/job"
	"colonnade/a3c/cmd/world"
	"colonnade/a3c/live"
	"colonnade/a3c/study"
	"colonnade/a3c/training"
)

// options is the command line of sweep.
type options struct {
	flags    *cli.Flags
	folder   *job.Folder
	prepare  *bool
	trial    *int
	fail     *bool // when interrupted
	study    study.Settings
	settings trialSettings
	robot    world.Robot
	profile  *string
	http     *live.Address
	page     *live.Page // nil: none
}

// trialSettings are those of a trial, of a first column or of a transfer, but for what is searched.
type trialSettings struct {
	Config training.Config `except:"learning-rate,entropy-cost,max-time,method"`
	// Method is that of a transfer, or trainMethod.
	Method string `flag:"method" choice:"train|progressive|finetune|finetune-last|scratch|scratch-wide" help:"*way* to transfer"`
}

// trainMethod is the value of -method for trials that train a first column.
const trainMethod = "train"

func parse(args []string, stdout, stderr io.Writer) (*options, error) {
	f := cli.NewFlags("sweep",
		"sweep trains many columns with learning rates and entropy costs drawn at random, all to the end or, with "+
			"-rungs,\n"+
			"the better ones further than the others; with -method it searches the settings of a transfer instead. "+
			"Any number of processes may work on one study: start it once with\n"+
			"-prepare or without, and every further one with -resume. For Slurm and Kubernetes see "+
			"a3c/cmd/sweep/cluster.",
		"sweep -net recurrent -width wide -trials 30 -rungs 4 -steps 50000000 -out studies/column1\n"+
			"sweep -resume -out studies/column1\n"+
			"sweep -method progressive -from bench/pretrained/reach-recurrent-wide.safetensors -domain "+
			"transfer-search -out studies/progressive", stdout, stderr)
	o := &options{flags: f, study: study.Settings{
		LearningRate: study.Range{Low: 5e-5, High: 5e-3}, EntropyCost: study.Range{Low: 1e-5, High: 1e-2},
	}}
	o.folder = job.RegisterFolder(f, "study", "go on with the study in -out, or join those who work on it")
	o.prepare = f.Bool("prepare", false, "make the study's folder and stop: others will work on it with -resume")
	o.trial = f.Int("trial", -1,
		"work on this trial alone, to the end of the present rung, if it takes part in it; `number` from 0")
	o.fail = f.Bool("unfinished-fails", false,
		"exit with 1 when interrupted, once all is saved, so that a scheduler starts this again")
	f.NotInFile("prepare", "trial", "unfinished-fails")
	o.profile = f.ProfileFlag("the study folder")
	o.http = live.Flag(f)
	f.IntVar(&o.study.Trials, "trials", 30, "`number` of trials")
	f.Var(&o.study.LearningRate, "learning-rate", "`range` of learning rates, drawn log-uniformly")
	f.Var(&o.study.EntropyCost, "entropy-cost", "`range` of entropy costs, drawn log-uniformly")
	f.IntVar(&o.study.Rungs, "rungs", 1,
		"`number` of rungs of successive halving; 1: every trial runs to the end (random search)")
	f.IntVar(&o.study.ReductionFactor, "keep", 3,
		"one trial in this `number` goes on to the next rung, which is so many times as long")
	o.settings = trialSettings{Config: training.DefaultConfig(), Method: trainMethod}
	o.robot = world.DefaultRobot()
	f.Bind(&o.settings)
	f.Bind(&o.robot)
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if o.folder.Resume && *o.prepare {
		return nil, cli.Usagef("-prepare makes a new study and -resume goes on with one: want one of them")
	}
	if err := o.folder.Complete(); err != nil {
		return nil, err
	}
	if o.settings.Method != trainMethod {
		usual := training.DefaultTransfer()
		usual.ShowOpen()
		f.SetDefaults(&struct {
			training.Config `except:"learning-rate,entropy-cost"`
		}{usual})
	}
	if err := o.leaveOpen(); err != nil {
		return nil, err
	}
	c := &o.settings.Config.Learner
	o.study.Seed, o.study.Steps, o.study.Plan = c.Seed, c.Steps, o.plan
	return o, o.validate()
}

// leaveOpen keeps out of the study's file what method, checkpoint and teacher decide. A student has
// no entropy cost that could be searched.
func (o *options) leaveOpen() error {
	if o.settings.Method == trainMethod {
		if o.settings.Config.Taught() {
			return cli.Usagef("-teacher with -method %s: it is for a transfer", trainMethod)
		}
		return nil
	}
	c := o.settings.Config
	c.Method = o.settings.Method
	if c.Taught() {
		if !o.flags.Given("entropy-cost") {
			usual := c.Learner.EntropyCost
			o.study.EntropyCost = study.Range{Low: usual, High: usual}
			o.flags.NotInFile("entropy-cost")
		}
	}
	for _, name := range c.Open() {
		if name != "learning-rate" && !o.flags.Given(name) {
			o.flags.NotInFile(name)
		}
	}
	if o.folder.Resume {
		return nil // the study's file names all that it was begun with
	}
	return o.settings.Config.CheckTaught(o.flags.Given)
}

// decided tells LeaveOpen what is not left open: what was given, and what is searched.
func (o *options) decided(flag string) bool { return flag == "learning-rate" || o.flags.Given(flag) }

func (o *options) validate() error {
	if err := o.settings.Config.Validate(false); err != nil {
		return err
	}
	if err := o.study.Validate(); err != nil {
		return cli.Usagef("%v", err)
	}
	rates, costs := o.study.LearningRate, o.study.EntropyCost
	for _, end := range [2][2]float64{{rates.Low, costs.Low}, {rates.High, costs.High}} {
		c := o.settings.Config.Learner
		c.LearningRate, c.EntropyCost = end[0], end[1]
		if err := c.Validate(); err != nil {
			return cli.Usagef("%v", err)
		}
	}
	if *o.trial >= o.study.Trials || *o.trial < -1 {
		return cli.Usagef("-trial is %d, the study has trials 0 to %d", *o.trial, o.study.Trials-1)
	}
	return nil
}
