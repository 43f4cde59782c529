// Package job is what the commands that train in a folder share: train and transfer ask for the
// same folder, watch it the same way and end with the same line, and sweep keeps its study as they
// keep a run.
//
//	-out -resume             the folder: a new one, or one to go on with (Folder)
//	-stages -profile -http   what to show of the run besides (Training)
//
// Start reading at Training.Run: a whole training, from flags that are read to the result on
// stdout.
package job

import (
	"context"
	"errors"
	"fmt"
	"io"

	"colonnade/a3c/cli"
	"colonnade/a3c/cmd/world"
	"colonnade/a3c/live"
	"colonnade/a3c/training"
)

// Folder is where a command keeps its work: the flags -out and -resume.
type Folder struct {
	flags *cli.Flags
	kept  string // what is there: "run", "study"

	Out    string // the folder
	Resume bool   // it is there and is gone on with
}

// RegisterFolder defines the flags. kept names what is in the folder: "run".
func RegisterFolder(f *cli.Flags, kept, resume string) *Folder {
	p := &Folder{flags: f, kept: kept}
	f.StringVar(&p.Out, "out", "", kept+" `folder`, a new one unless -resume")
	f.BoolVar(&p.Resume, "resume", false, resume)
	f.NotInFile("out", "resume")
	return p
}

// Complete is called after the flags are parsed. It wants a folder, and with -resume takes the
// values of its configuration, of which the command line may change the named ones.
func (p *Folder) Complete(changeable ...string) error {
	if p.Out == "" {
		return cli.Usagef("-out FOLDER is needed: where the %s is kept", p.kept)
	}
	if !p.Resume {
		return nil
	}
	return p.flags.Resume(training.ConfigPath(p.Out), changeable...)
}

// Training is a command that trains in a run folder: what it trains, where, and what to show of it.
type Training struct {
	*Folder
	Config  training.Config
	robot   world.Robot
	profile *string
	stages  bool
	http    *live.Address
}

// Register defines the flags, with a configuration of defaults.
func Register(f *cli.Flags, defaults training.Config) *Training {
	t := &Training{Folder: RegisterFolder(f, "run", "go on with the run in -out"), Config: defaults,
		robot: world.DefaultRobot()}
	if t.Config.Method != "" {
		t.Config.ShowOpen()
	}
	f.Bind(&t.Config)
	f.Bind(&t.robot)
	f.BoolVar(&t.stages, "stages", false,
		"print in the end what the time went into: physics, rendering, forward and backward pass, and so on")
	f.NotInFile("stages")
	t.profile = f.ProfileFlag("the run folder")
	t.http = live.Flag(f)
	return t
}

// Parse reads the flags.
func (t *Training) Parse(args []string) error {
	if err := t.flags.Parse(args); err != nil {
		return err
	}
	if err := t.Complete(t.Config.Changeable()...); err != nil || t.Config.Method == "" {
		return err
	}
	if err := t.Config.CheckTaught(t.flags.Given); err != nil && !t.Resume {
		return err
	}
	return t.Config.LeaveOpen(t.flags.Given)
}

// Run trains what the flags ask for, in a new folder or on from where the run in it stands,
// evaluates and writes the result on stdout: what describe makes of it, or, of a run that ctx
// ended, how far it came.
func (t *Training) Run(ctx context.Context, describe func(training.Plan, training.Result) any, stdout,
	stderr io.Writer) (err error) {
	w, err := world.Open(t.Config.Place(), t.robot)
	if err != nil {
		return err
	}
	plan, err := t.Config.Plan(t.flags.Name(), w, t.Resume)
	if err != nil {
		return err
	}
	page, err := live.Start(plan.Command, t.http, stderr)
	if err != nil {
		return err
	}
	defer page.Close()
	dir, err := training.TakeFolder(t.Out, t.Resume)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	stopProfile, err := cli.StartProfile(*t.profile, dir.Path())
	if err != nil {
		return err
	}
	defer stopProfile()

	page.Watch(&plan)
	r, err := training.Open(plan, dir, t.Resume, stderr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	if err := r.Train(ctx); err != nil {
		return err
	}
	if t.stages {
		r.PrintStages(stderr)
	}
	if !r.Done() {
		fmt.Fprintf(stderr, "%s: stopped at step %d; go on with: %[1]s -resume -out %[3]s\n", plan.Command, r.Steps(),
			dir.Path())
		return cli.Result(stdout, r.Stopped())
	}
	result, ok, err := r.Evaluate(ctx)
	if err != nil {
		return err
	}
	if !ok {
		return cli.Result(stdout, r.Stopped())
	}
	return cli.Result(stdout, describe(plan, result))
}
