package cli_test

import (
	"context"
	"fmt"
	"io"
	"os"

	"colonnade/a3c/cli"
)

// greet is the body of a command. Its main is cli.Main("greet", greet).
func greet(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := cli.NewFlags("greet", "greet says hello.", "greet -name Ada -times 2", stdout, stderr)
	name := f.String("name", "", "`name` of whom to greet")
	times := f.Int("times", 1, "`number` of greetings")
	tone := f.Choice("tone", "warm", "`tone` of the greeting", "warm", "cool")
	if err := f.Parse(args); err != nil {
		return err
	}
	if *name == "" {
		return cli.Usagef("-name is needed: whom to greet")
	}
	return cli.Result(stdout, map[string]any{"name": *name, "times": *times, "tone": *tone})
}

// A command: its result, and what it says to a mistake.
func Example() {
	for _, args := range [][]string{{"-name", "Ada", "-times", "2"}, {"-nmae", "Ada"}, {"-name", "Ada", "-tone", "hot"}} {
		code := cli.Exit("greet", greet(context.Background(), args, os.Stdout, os.Stderr), os.Stdout)
		fmt.Println("exit", code)
	}
	// Output:
	// {"name":"Ada","times":2,"tone":"warm"}
	// exit 0
	// greet: error: unknown flag -nmae (did you mean -name?)
	// hint: greet -h lists the flags
	// exit 2
	// greet: error: -tone hot: allowed are warm, cool
	// hint: greet -h lists the flags
	// exit 2
}

// The resolved flags as a configuration file, which -config reads again.
func ExampleFlags_TOML() {
	f := cli.NewFlags("greet", "", "", os.Stdout, os.Stderr)
	f.String("name", "Ada", "`name` of whom to greet")
	f.Int("times", 1, "`number` of greetings")
	if err := f.Parse([]string{"-times", "3"}); err != nil {
		fmt.Println(err)
		return
	}
	os.Stdout.Write(f.TOML())
	// Output:
	// # name of whom to greet
	// name = 'Ada'
	//
	// # number of greetings
	// times = 3
}
