package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"colonnade/a3c/lab/cli"
	"colonnade/a3c/lab/rundir"
	"colonnade/a3c/lab/world"
	"colonnade/nn"
)

// result is what -json prints.
type result struct {
	Parameters   int               `json:"parameters"`
	Architecture nn.Arch           `json:"architecture"`
	Tensors      []tensor          `json:"tensors"`
	Metadata     map[string]string `json:"metadata,omitempty"`
	Digest       string            `json:"digest,omitempty"`
}

type tensor struct {
	Name   string `json:"name"`
	Shape  []int  `json:"shape"`
	Length int    `json:"length"`
}

func run(_ context.Context, args []string, stdout, stderr io.Writer) error {
	f := cli.NewFlags("inspect", "inspect prints what a network or a checkpoint consists of.",
		"inspect -checkpoint runs/column1", stdout, stderr)
	path := f.String("checkpoint", "", "checkpoint `file` or run folder; without it the network that -net and -width name")
	asJSON := f.Bool("json", false, "print one JSON object instead of a table")
	options := world.RegisterNet(f)
	if err := f.Parse(args); err != nil {
		return err
	}
	if *path != "" {
		for _, name := range []string{"net", "width", "inputs"} {
			if f.Explicit(name) {
				return cli.Usagef("-%s with -checkpoint: the checkpoint has its own network", name)
			}
		}
		c, digest, err := nn.LoadCheckpoint(rundir.Checkpoint(*path))
		if err != nil {
			return err
		}
		return report(stdout, *asJSON, c.Network, c.Metadata, digest)
	}
	net, err := world.Untrained(options.Arch())
	if err != nil {
		return err
	}
	return report(stdout, *asJSON, net, nil, "")
}

func report(stdout io.Writer, asJSON bool, net *nn.Network, metadata map[string]string, digest string) error {
	r := result{Parameters: net.Parameters(), Architecture: net.Arch(), Metadata: metadata, Digest: digest}
	for _, t := range net.Tensors() {
		r.Tensors = append(r.Tensors, tensor{t.Name, t.Shape, t.Length})
	}
	if asJSON {
		return cli.Result(stdout, r)
	}
	fmt.Fprintf(stdout, "%v\n\n", net.Arch())
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "tensor\tshape\tparameters")
	for _, t := range r.Tensors {
		fmt.Fprintf(table, "%s\t%v\t%d\n", t.Name, t.Shape, t.Length)
	}
	fmt.Fprintf(table, "total\t\t%d\n\n", r.Parameters)
	fmt.Fprintln(table, "layer\tparameters\tforward MAC\tbackward MAC")
	forward, backward := 0, 0
	for _, layer := range net.Layers() {
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\n", layer.Name, layer.Parameters, layer.Forward, layer.Backward)
		forward += layer.Forward
		backward += layer.Backward
	}
	fmt.Fprintf(table, "total\t%d\t%d\t%d\n", r.Parameters, forward, backward)
	if len(metadata) > 0 {
		fmt.Fprintln(table, "\nmetadata\t")
		for _, key := range slices.Sorted(maps.Keys(metadata)) {
			fmt.Fprintf(table, "%s\t%s\n", key, metadata[key])
		}
		fmt.Fprintf(table, "digest\t%s\n", digest)
	}
	return table.Flush()
}
