// Package cli gives every command of the project the same manners.
//
// A command is a function run(ctx, args, stdout, stderr) error; [Main] wraps
// it. Text for people goes to stderr, the result to stdout as one JSON object
// on the last line ([Result]). The exit code is 0 when the work is done (also
// after the first SIGINT, SIGTERM or SIGHUP, once everything is saved), 1 when it
// failed or nobody read its result, 2 when the command line is wrong ([UsageError]).
//
// [Flags] are long, lower-case and hyphenated. Values come from, in this
// order: the defaults, -config FILE.toml (keys are the flags' names), the
// command line. -print-config writes the resolved values as such a file.
package cli

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/pkg/profile"
)

// Run is the body of a command. It returns when the work is done or ctx is
// cancelled; what it was doing is saved by then.
type Run func(ctx context.Context, args []string, stdout, stderr io.Writer) error

// Main runs a command and ends the process with its exit code.
//
// The first SIGINT or SIGTERM cancels the context, the second ends the process
// at once with exit code 1. A hang-up (SIGHUP: the terminal is closed, the
// connection lost) is a first one, unless the process was started to outlive
// it, as by nohup; it never is the second, as it comes more than once. SIGPIPE
// cancels the context when nobody reads stdout or stderr any more: an arm must
// be stopped and a run saved then as well. That of another pipe does nothing.
func Main(name string, run Run) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	ending := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		ending = append(ending, syscall.SIGHUP)
	}
	signal.Notify(signals, ending...)
	go end(name, signals, cancel)
	broken := make(chan os.Signal, 1)
	signal.Notify(broken, syscall.SIGPIPE)
	go func() {
		for range broken {
			if unread(os.Stdout, os.Stderr) {
				cancel()
			}
		}
	}()
	os.Exit(Exit(name, run(ctx, os.Args[1:], os.Stdout, os.Stderr), os.Stderr))
}

// end ends a command that signals come for.
func end(name string, signals <-chan os.Signal, cancel context.CancelFunc) {
	<-signals
	cancel()
	// Not here, since whoever reads it may be stuck.
	go fmt.Fprintf(os.Stderr, "\n%s: stopping in good order (once more to stop at once)\n", name)
	for s := range signals {
		if s != syscall.SIGHUP {
			os.Exit(1)
		}
	}
}

// Exit reports err on stderr as "name: error: ..." with its hints and returns
// the exit code: 0, 1 or 2.
func Exit(name string, err error, stderr io.Writer) int {
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if OnlyErrors(err, syscall.EPIPE) && unread(os.Stdout) {
		return 1 // as of inspect | head, which wants no more
	}
	fmt.Fprintf(stderr, "%s: error: %v\n", name, err)
	printHints(err, stderr)
	var usage *UsageError
	if errors.As(err, &usage) {
		if usage.command != "" {
			name = usage.command
		}
		fmt.Fprintf(stderr, "hint: %s -h lists the flags\n", name)
		return 2
	}
	return 1
}

// OnlyErrors reports whether every error that err joins or wraps, down to those that wrap nothing,
// is one of targets.
func OnlyErrors(err error, targets ...error) bool {
	switch e := err.(type) {
	case interface{ Unwrap() []error }:
		return !slices.ContainsFunc(e.Unwrap(), func(part error) bool { return !OnlyErrors(part, targets...) })
	case interface{ Unwrap() error }:
		return OnlyErrors(e.Unwrap(), targets...)
	}
	return slices.Contains(targets, err)
}

// printHints prints the hints of all errors that err wraps or joins.
func printHints(err error, stderr io.Writer) {
	if h, ok := err.(*hinted); ok {
		fmt.Fprintf(stderr, "hint: %s\n", h.hint)
	}
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		printHints(e.Unwrap(), stderr)
	case interface{ Unwrap() []error }:
		for _, part := range e.Unwrap() {
			printHints(part, stderr)
		}
	}
}

// UsageError is a mistake on the command line or in a configuration file: the
// command ends with exit code 2.
type UsageError struct {
	message string
	command string // whose flags were mistaken; empty: the program's
}

func (e *UsageError) Error() string { return e.message }

// Usagef returns a [UsageError].
func Usagef(format string, args ...any) error {
	return &UsageError{message: fmt.Sprintf(format, args...)}
}

// InCommand says of an error that is a [UsageError] which of a program's commands it is about, such
// as "jacoctl jog", so that the reader is sent to that command's help. It returns err.
func InCommand(command string, err error) error {
	var usage *UsageError
	if errors.As(err, &usage) {
		usage.command = command
	}
	return err
}

type hinted struct {
	err  error
	hint string
}

func (h *hinted) Error() string { return h.err.Error() }
func (h *hinted) Unwrap() error { return h.err }

// Hint adds to err what the user can do about it; it is printed on a line of
// its own. Hint of nil is nil.
func Hint(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return &hinted{err, fmt.Sprintf(format, args...)}
}

// Result writes v as one line of JSON: the last line of stdout.
func Result(stdout io.Writer, v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode the result: %w", err)
	}
	if _, err := fmt.Fprintf(stdout, "%s\n", line); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	return nil
}

// CheckFolder returns a [UsageError] if the folder of the file that a flag names is not there, so
// that it is known before the work whose result the file is to hold. An empty path is no file.
func CheckFolder(flag, path string) error {
	if path == "" {
		return nil
	}
	folder := filepath.Dir(path)
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return Usagef("-%s %s: there is no folder %s", flag, path, folder)
	}
	return nil
}

// Count puts a number of things into words: "1 episode", "30 episodes".
func Count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// ProfileKinds are the values of -profile.
var ProfileKinds = []string{"none", "cpu", "mem", "mutex", "block", "trace"}

// ProfileFlag defines -profile, which writes into a folder, named for the help: "the run folder".
func (f *Flags) ProfileFlag(folder string) *string {
	f.NotInFile("profile")
	return f.Choice("profile", "none",
		"write a profile of this `kind` into "+folder+", for go tool pprof (trace: go tool trace)", ProfileKinds...)
}

// StartProfile begins to write kind.pprof (trace.out) into dir and returns the
// function that ends it. kind "none" does nothing.
func StartProfile(kind, dir string) (stop func(), err error) {
	modes := map[string]func(*profile.Profile){
		"cpu": profile.CPUProfile, "mem": profile.MemProfile, "mutex": profile.MutexProfile,
		"block": profile.BlockProfile, "trace": profile.TraceProfile,
	}
	mode, ok := modes[kind]
	if !ok {
		return func() {}, nil
	}
	// The library ends the process where it cannot create its file: find that
	// out first, as an error.
	probe, err := os.CreateTemp(dir, ".profile-*")
	if err != nil {
		return nil, fmt.Errorf("write a profile: %w", err)
	}
	probe.Close()
	os.Remove(probe.Name())
	return profile.Start(mode, profile.ProfilePath(dir), profile.NoShutdownHook, profile.Quiet).Stop, nil
}
