package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"strings"

	"colonnade/a3c/lab/cli"
	"colonnade/a3c/lab/rundir"
	"colonnade/a3c/lab/world"
	"colonnade/nn"
	"colonnade/nn/onnx"
	"colonnade/nn/safetensors"
)

func run(_ context.Context, args []string, stdout, stderr io.Writer) error {
	f := cli.NewFlags("inspect", "inspect shows what a network or a checkpoint consists of, and which layer feeds which.",
		"inspect -checkpoint runs/column1", stdout, stderr)
	path := f.String("checkpoint", "", "checkpoint `file` or run folder; without it the network that -net and -width name")
	from := f.String("laterals-from", "", "`widths` of frozen columns below the network, first to last, such as wide or wide,narrow+proprioception")
	asJSON := f.Bool("json", false, "print one JSON object instead")
	onnxPath := f.String("onnx", "", "also write the checkpoint's policy to this `file` as an ONNX model")
	options := world.RegisterNet(f)
	if err := f.Parse(args); err != nil {
		return err
	}
	if *path != "" {
		for _, name := range []string{"net", "width", "inputs", "laterals-from"} {
			if f.Explicit(name) {
				return cli.Usagef("-%s with -checkpoint: the checkpoint has its own network", name)
			}
		}
		c, digest, err := nn.LoadCheckpoint(rundir.Checkpoint(*path))
		if err != nil {
			return err
		}
		if *onnxPath != "" {
			if err := writeONNX(*onnxPath, c, digest); err != nil {
				return err
			}
			fmt.Fprintf(stderr, "inspect: wrote %s\n", *onnxPath)
		}
		return report(stdout, *asJSON, c.Network, c.Metadata, digest)
	}
	if *onnxPath != "" {
		return cli.Usagef("-onnx without -checkpoint: only a trained policy can be exported")
	}
	net, err := untrained(options.Arch(), *from)
	if err != nil {
		return err
	}
	return report(stdout, *asJSON, net, nil, "")
}

// untrained returns a network of the architecture on top of the columns that
// the value of -laterals-from names, all of them of the same kind.
func untrained(arch nn.Arch, from string) (*nn.Network, error) {
	net, err := world.Untrained(arch)
	if err != nil || from == "" {
		return net, err
	}
	kind := "feedforward"
	if arch.LSTM > 0 {
		kind = "recurrent"
	}
	var below []*nn.Checkpoint
	for name := range strings.SplitSeq(from, ",") {
		column, err := namedColumn(kind, name)
		if err != nil {
			return nil, err
		}
		n, err := world.Untrained(column)
		if err != nil {
			return nil, err
		}
		if n, err = nn.Stack(column, n.Scaling(), below...); err != nil {
			return nil, err
		}
		below = []*nn.Checkpoint{{Network: n, Theta: make([]float32, n.Parameters())}}
	}
	return nn.Stack(arch, net.Scaling(), below...)
}

// namedColumn returns the architecture that a width names, with pixels alone or
// with proprioception beside them.
func namedColumn(kind, name string) (nn.Arch, error) {
	width, more, _ := strings.Cut(name, "+")
	inputs := "pixels"
	if more != "" {
		inputs += "," + more
	}
	f := cli.NewFlags("inspect", "", "", io.Discard, io.Discard)
	options := world.RegisterNet(f)
	if err := f.Parse([]string{"-net", kind, "-width", width, "-inputs", inputs}); err != nil {
		return nn.Arch{}, cli.Usagef("-laterals-from: %q is not wide, narrow, wide+proprioception or narrow+proprioception", name)
	}
	return options.Arch(), nil
}

// writeONNX writes a checkpoint's policy as an ONNX model, whose metadata names
// the checkpoint by its digest.
func writeONNX(path string, c *nn.Checkpoint, digest string) error {
	exported := *c
	exported.Metadata = maps.Clone(c.Metadata)
	exported.Metadata["digest"] = digest
	model, err := onnx.Marshal(&exported)
	if err != nil {
		return err
	}
	err = safetensors.WriteAtomic(path, func(w io.Writer) error {
		_, err := w.Write(model)
		return err
	})
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
