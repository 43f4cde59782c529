package main

import (
	"context"
	"io"
	"os"

	"colonnade/a3c/lab/cli"
)

func main() {
	cli.Main("jacoctl", func(ctx context.Context, args []string, stdout, stderr io.Writer) error {
		return thisHost().run(ctx, args, os.Stdin, stdout, stderr)
	})
}
