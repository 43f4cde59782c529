package experiment_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"colonnade/a3c/lab/cli"
	"colonnade/bench/experiment"
)

// Ask for an experiment by its name, and for one that there is not.
func ExampleParse() {
	fmt.Println(slices.Contains(experiment.Names(), "figure-5"))
	_, err := experiment.Parse([]string{"figure-8"}, io.Discard, io.Discard)
	var usage *cli.UsageError
	said, _, _ := strings.Cut(err.Error(), ":")
	fmt.Println(said, errors.As(err, &usage))
	// Output:
	// true
	// there is no experiment "figure-8" true
}
