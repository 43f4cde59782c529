package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"io"
	"os"

	"colonnade/a3c/lab/cli"
	"colonnade/bench/sheet"
	"colonnade/sim/domain"
)

// result is what is printed as JSON.
type result struct {
	Out    string `json:"out"`
	Domain string `json:"domain"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
	Bytes  int    `json:"bytes"`
}

func run(_ context.Context, args []string, stdout, stderr io.Writer) error {
	f := cli.NewFlags("figures", "figures draws the preview sheet of a domain, or one of the paper's figures, as PNG.",
		"figures -sheet robot -out robot.png", stdout, stderr)
	preview := f.String("sheet", "", "draw 64 samples of this domain: the `name` of a preset or a file")
	figure := f.Int("figure", 0, "draw the paper's figure of this `number`: 3, the same states in sim and in -domain")
	name := f.String("domain", "robot", "the world that figure 3 compares with sim: the `name` of a preset or a file")
	out := f.String("out", "", "the PNG `file` to write")
	seed := f.Uint64("seed", 1, "`seed` of the starts and worlds")
	f.NotInFile("out")
	if err := f.Parse(args); err != nil {
		return err
	}
	switch {
	case *preview == "" && *figure == 0:
		return cli.Usagef("nothing to draw: give -sheet or -figure")
	case *preview != "" && *figure != 0:
		return cli.Usagef("-sheet and -figure are two pictures: give one of them")
	case *figure != 0 && *figure != 3:
		return cli.Usagef("-figure %d: only figure 3 can be drawn", *figure)
	case *preview != "" && f.Explicit("domain"):
		return cli.Usagef("-domain belongs to -figure 3; -sheet names its own domain")
	case *out == "":
		return cli.Usagef("-out is missing: say which PNG file to write")
	}
	if *preview != "" {
		name = preview
	}
	d, err := domain.Load(*name)
	if err != nil {
		return err
	}
	var picture *image.RGBA
	if *preview != "" {
		picture, err = sheet.Preview(d, *seed)
	} else {
		var upper *domain.Domain
		if upper, err = domain.Load("sim"); err != nil {
			return err
		}
		picture, err = sheet.Compare(upper, d, *seed)
	}
	if err != nil {
		return err
	}
	var encoded bytes.Buffer
	if err := sheet.WritePNG(&encoded, picture); err != nil {
		return fmt.Errorf("encode the picture: %w", err)
	}
	if err := os.WriteFile(*out, encoded.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write the picture: %w", err)
	}
	return cli.Result(stdout, result{*out, d.Name(), picture.Rect.Dx(), picture.Rect.Dy(), encoded.Len()})
}
