// Command figures draws the paper's figures: learning curves from run folders, and pictures of the
// project's worlds.
//
//	figures DIR                               learning curves of all run folders in DIR: figure-4, figure-5
//	figures bench/results/figure-6            an experiment's figures and tables, anew from its records
//	figures -sheet robot -out robot.png       64 samples of a domain, a preset or a file
//	figures -figure 3 -out figure3.png        the paper's figure 3: the same states in sim and robot
package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"io"
	"os"
	"path/filepath"
	"strings"

	"colonnade/a3c/cli"
	"colonnade/bench/experiment"
	"colonnade/bench/figure"
	"colonnade/sim/domain"
)

func main() { cli.Main("figures", run) }

// result is what is printed as JSON.
type result struct {
	Out    string `json:"out"`
	Domain string `json:"domain"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
	Bytes  int    `json:"bytes"`
}

// options is the command line of figures.
type options struct {
	runs   *string // folder of run folders
	sheet  *string
	figure *int
	domain *string
	out    *string
	seed   *uint64

	profile *string
}

func parse(args []string, stdout, stderr io.Writer) (*options, error) {
	f := cli.NewFlags("figures",
		"figures DIR draws the learning curves of all run folders in DIR, or the results of an experiment in DIR; "+
			"with -sheet or\n-figure 3 it draws pictures of worlds.",
		"figures -out bench/results/figure-4 runs", stdout, stderr)
	o := &options{runs: f.Argument()}
	o.sheet = f.String("sheet", "", "draw 64 samples of this domain: its `name`, or a file")
	o.figure = f.Int("figure", 0, "draw the paper's figure of this `number`: 3, the same states in sim and in "+
		"-domain; 4, first columns, and 5, transfer, from DIR")
	o.domain = f.String("domain", "robot",
		"the world that figure 3 compares with sim: the `name` of a domain, or a file")
	o.out = f.String("out", "", "the PNG `file` to write, or the folder for curves (without it DIR)")
	o.seed = f.Uint64("seed", 1, "`seed` of the starts and worlds")
	f.NotInFile("out")
	o.profile = f.ProfileFlag("the current folder")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	switch curves := *o.figure == 4 || *o.figure == 5; {
	case *o.runs == "" && curves:
		return nil, cli.Usagef("-figure %d needs DIR: a folder with the run folders to draw, after all flags",
			*o.figure)
	case *o.runs != "" && (*o.sheet != "" || *o.figure == 3):
		return nil, cli.Usagef("%s: a folder of runs goes with -figure 4 or 5, or without -figure and -sheet", *o.runs)
	case *o.figure != 0 && *o.figure != 3 && !curves:
		return nil, cli.Usagef("-figure %d: there are 3, 4 and 5", *o.figure)
	case *o.runs == "" && *o.sheet == "" && *o.figure == 0:
		return nil, cli.Usagef("nothing to draw: give a folder of runs, -sheet or -figure")
	case *o.sheet != "" && *o.figure != 0:
		return nil, cli.Usagef("-sheet and -figure are two pictures: give one of them")
	case *o.figure != 3 && f.Explicit("domain"):
		return nil, cli.Usagef("-domain belongs to -figure 3; -sheet names its own domain, and runs know theirs")
	case *o.runs == "" && *o.out == "":
		return nil, cli.Usagef("-out is missing: say which PNG file to write")
	case *o.runs == "" && !strings.EqualFold(filepath.Ext(*o.out), ".png"):
		return nil, cli.Usagef("-out %s: pictures of worlds are PNG files, so the name must end with .png", *o.out)
	}
	return o, nil
}

func run(_ context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stdout, stderr)
	if err != nil {
		return err
	}
	if *o.runs != "" && experiment.IsResults(*o.runs) {
		return o.drawExperiment(stdout)
	}
	stop, err := cli.StartProfile(*o.profile, ".")
	if err != nil {
		return err
	}
	defer stop()
	if *o.runs != "" {
		return o.drawCurves(stdout, stderr)
	}
	return o.drawWorld(stdout)
}

// drawExperiment draws an experiment's results anew, in their folder.
func (o *options) drawExperiment(stdout io.Writer) error {
	if *o.out != "" || *o.figure != 0 {
		return cli.Usagef("%s holds the results of an experiment, which says itself what is drawn and where: leave "+
			"-out and -figure away", *o.runs)
	}
	name, err := experiment.Report(*o.runs)
	if err != nil {
		return err
	}
	return cli.Result(stdout, map[string]any{"out": *o.runs, "experiment": name})
}

// drawWorld draws the preview sheet of a domain, or figure 3.
func (o *options) drawWorld(stdout io.Writer) error {
	name := o.domain
	if *o.sheet != "" {
		name = o.sheet
	}
	d, err := domain.Load(*name)
	if err != nil {
		return err
	}
	var picture *image.RGBA
	if *o.sheet != "" {
		picture, err = figure.Preview(d, *o.seed)
	} else {
		var upper *domain.Domain
		if upper, err = domain.Load("sim"); err != nil {
			return err
		}
		picture, err = figure.Compare(upper, d, *o.seed)
	}
	if err != nil {
		return err
	}
	var encoded bytes.Buffer
	if err := figure.WritePNG(&encoded, picture); err != nil {
		return fmt.Errorf("encode the picture: %w", err)
	}
	if err := os.WriteFile(*o.out, encoded.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write the picture: %w", err)
	}
	return cli.Result(stdout, result{*o.out, d.Name(), picture.Rect.Dx(), picture.Rect.Dy(), encoded.Len()})
}
