package main

import (
	"context"
	"io"

	"colonnade/a3c/cmd/world"
	"colonnade/a3c/training"
)

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stdout, stderr)
	if err != nil {
		return err
	}
	w, err := world.Open(o.World, o.robot)
	if err != nil {
		return err
	}
	plan, err := o.Plan("train", w)
	if err != nil {
		return err
	}
	return o.place.Run(ctx, plan, func(r training.Result) any { return r }, stdout, stderr)
}
