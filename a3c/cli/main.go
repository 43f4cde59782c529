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
	"slices"
	"syscall"
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
	if merelyBroken(err) && unread(os.Stdout) {
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

// merelyBroken tells whether all that went wrong is that a pipe was broken.
func merelyBroken(err error) bool {
	return Merely(err, func(root error) bool { return root == syscall.EPIPE })
}

// Merely tells whether err, taken apart into all errors that it joins, down to those that wrap nothing, consists of such alone.
func Merely(err error, such func(root error) bool) bool {
	switch e := err.(type) {
	case interface{ Unwrap() []error }:
		return !slices.ContainsFunc(e.Unwrap(), func(part error) bool { return !Merely(part, such) })
	case interface{ Unwrap() error }:
		return Merely(e.Unwrap(), such)
	}
	return such(err)
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

// InCommand says of an error that is a [UsageError] which of a program's commands it is about, such as "jacoctl jog", so that
// the reader is sent to that command's help. It returns err.
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
