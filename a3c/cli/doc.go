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
