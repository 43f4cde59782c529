// Command inspect shows what a network consists of: its columns, which layer
// feeds which and through how many parameters, its tensors with their shapes,
// the work of its layers, and what a checkpoint says of itself.
//
//	inspect -checkpoint runs/column1
//	inspect -net recurrent -width narrow -laterals-from wide
//	inspect -width narrow -inputs proprioception -laterals-from wide,narrow+proprioception -json
//
// With -onnx FILE it also writes the policy of a checkpoint as an ONNX model,
// for programs in other languages: see package onnx.
//
//	inspect -checkpoint runs/column1 -onnx policy.onnx
//
// With -adopt FILE it writes a checkpoint that other software saved, such as
// safetensors for Python, with a digest of its own, so that all commands take it.
// The metadata must have been saved with the tensors.
//
//	inspect -checkpoint edited.safetensors -adopt adopted.safetensors
//
// With -sensitivity it plays a progressive network's policy while noise disturbs
// what enters the trained column from earlier ones, or zeros take its place: the
// score says from where the policy draws (package sensitivity).
//
//	inspect -checkpoint runs/progressive -sensitivity -domain robot -episodes 100 -chart sensitivity.svg
//
// With -diff it compares two run folders: settings, revision, world, kernels,
// machine, and what came of them. training_score and the like are of the
// episodes in the last tenth of the steps.
//
//	inspect -diff runs/a runs/b
//
// Without -json it draws each column as a tree that hangs from its output; what
// comes from an earlier column stands on a branch of its own:
//
//	output 28                          476
//	├─ column1.lstm 128               3584
//	└─ lstm 16                        2112
//	   ├─ column1.fc 128              8192
//	   ...
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"

	"colonnade/a3c"
	"colonnade/a3c/cli"
	"colonnade/a3c/cmd/world"
	"colonnade/a3c/training"
	"colonnade/a3c/view"
	"colonnade/nn"
)

func main() { cli.Main("inspect", run) }

// options is the command line of inspect.
type options struct {
	flags         *cli.Flags
	checkpoint    *string
	net           training.Network
	lateralsFrom  *string
	json          *bool
	onnx          *string
	adopt         *string
	diff, against *string // two run folders

	sensitivity *bool
	world       training.WorldSettings
	robot       world.Robot
	config      a3c.EvalConfig // of the evaluations for -sensitivity
	chart       *string
	profile     *string
}

func parse(args []string, stdout, stderr io.Writer) (*options, error) {
	f := cli.NewFlags("inspect", "inspect shows what a network or a checkpoint consists of, which layer feeds which, "+
		"from where a policy draws, and how two runs differ.",
		"inspect -checkpoint runs/column1\n"+
			"inspect -net recurrent -width narrow -laterals-from wide\n"+
			"inspect -checkpoint runs/column2 -sensitivity -domain robot -chart sensitivity.svg\n"+
			"inspect -diff runs/column1 runs/column2", stdout, stderr)
	o := &options{flags: f}
	o.checkpoint = f.String("checkpoint", "",
		"checkpoint `file` or run folder; without it the network that -net and -width name")
	o.lateralsFrom = f.String("laterals-from", "",
		"`widths` of frozen columns below the network, first to last, such as wide or wide,narrow+proprioception")
	o.json = f.Bool("json", false, "print one JSON object instead")
	o.onnx = f.String("onnx", "", "also write the checkpoint's policy to this `file` as an ONNX model")
	o.adopt = f.String("adopt", "", "write the checkpoint, which other software saved, to this new `file` with a "+
		"digest: names, shapes and finiteness are checked, an old digest is not")
	f.NotInFile("adopt")
	o.diff = f.String("diff", "", "how this `run` folder differs from another one, which follows after all flags")
	o.against = f.Argument()
	o.net = training.DefaultNetwork()
	f.Bind(&o.net)
	o.sensitivity = f.Bool("sensitivity", false,
		"disturb what enters the trained column from earlier ones, and see what is left of the score")
	o.world, o.robot = training.DefaultWorld(), world.DefaultRobot()
	f.Bind(&o.world)
	f.Bind(&o.robot)
	f.IntVar(&o.config.Episodes, "episodes", 100, "`number` of episodes of each evaluation for -sensitivity")
	f.Uint64Var(&o.config.Seed, "seed", 7, "`seed` of episodes, actions and noise for -sensitivity")
	f.IntVar(&o.config.Workers, "workers", runtime.GOMAXPROCS(0),
		"`number` of episodes evaluated in parallel for -sensitivity; the result does not depend on it")
	o.chart = f.String("chart", "", "draw the result of -sensitivity into this `file`: .svg or .png")
	o.profile = f.ProfileFlag("the current folder")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	return o, o.validate()
}

func (o *options) validate() error {
	_, drawable := view.FormatOf(*o.chart)
	switch {
	case *o.diff == "" && *o.against != "":
		return cli.Usagef("unexpected argument %q: every value follows its flag", *o.against)
	case *o.diff != "" && *o.against == "":
		return cli.Usagef("-diff %s: which other run? inspect -diff RUN RUN", *o.diff)
	case *o.adopt != "" && *o.checkpoint == "":
		return cli.Usagef("-adopt without -checkpoint: which file is to be adopted?")
	case *o.adopt != "" && (*o.sensitivity || *o.onnx != ""):
		return cli.Usagef("-adopt goes with -checkpoint and -json alone: do the rest with the file that it writes")
	case *o.diff != "" && (*o.checkpoint != "" || *o.sensitivity || *o.onnx != ""):
		return cli.Usagef("-diff compares run folders: it goes with -json alone")
	case *o.diff != "":
		return nil
	case *o.onnx != "" && *o.checkpoint == "":
		return cli.Usagef("-onnx without -checkpoint: only a trained policy can be exported")
	case *o.sensitivity && *o.checkpoint == "":
		return cli.Usagef("-sensitivity without -checkpoint: only a trained policy draws from anywhere")
	case *o.sensitivity && o.config.Episodes < 1:
		return cli.Usagef("-episodes is %d, want at least 1", o.config.Episodes)
	case *o.sensitivity && o.config.Workers < 1:
		return cli.Usagef("-workers is %d, want at least 1", o.config.Workers)
	case *o.chart != "" && !*o.sensitivity:
		return cli.Usagef("-chart without -sensitivity: there is nothing to draw")
	case *o.chart != "" && !drawable:
		return cli.Usagef("-chart %s: the name must end in .svg or .png", *o.chart)
	}
	if *o.checkpoint != "" {
		for _, name := range []string{"net", "width", "inputs", "laterals-from"} {
			if o.flags.Explicit(name) {
				return cli.Usagef("-%s with -checkpoint: the checkpoint has its own network", name)
			}
		}
	}
	return cli.CheckFolder("chart", *o.chart)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stdout, stderr)
	if err != nil {
		return err
	}
	stop, err := cli.StartProfile(*o.profile, ".")
	if err != nil {
		return err
	}
	defer stop()
	if *o.diff != "" {
		return o.reportDiff(stdout)
	}
	if *o.checkpoint == "" {
		net, err := untrained(o.net.Arch(), *o.lateralsFrom)
		if err != nil {
			return err
		}
		return report(stdout, *o.json, net, nil, "")
	}
	if *o.adopt != "" {
		return o.adoptCheckpoint(stdout, stderr)
	}
	c, digest, err := training.LoadCheckpoint(*o.checkpoint)
	if err != nil {
		return err
	}
	if *o.onnx != "" {
		if err := writeONNX(*o.onnx, c, digest); err != nil {
			return err
		}
		fmt.Fprintf(stderr, "inspect: wrote %s\n", *o.onnx)
	}
	if *o.sensitivity {
		return o.reportSensitivity(ctx, c, stdout, stderr)
	}
	return report(stdout, *o.json, c.Network, c.Metadata, digest)
}

// adoptCheckpoint writes a checkpoint that other software saved with digests of its own, and
// reports it.
func (o *options) adoptCheckpoint(stdout, stderr io.Writer) error {
	if _, err := os.Lstat(*o.adopt); !errors.Is(err, fs.ErrNotExist) {
		return cli.Usagef("-adopt %s: it is there already; take the name of a new file", *o.adopt)
	}
	c, err := nn.LoadUnverified(training.CheckpointPath(*o.checkpoint))
	if err != nil {
		return err
	}
	digest, err := nn.SaveCheckpoint(*o.adopt, c)
	if err != nil {
		return err
	}
	fmt.Fprintf(stderr, "inspect: wrote %s\n", *o.adopt)
	return report(stdout, *o.json, c.Network, c.Metadata, digest)
}
