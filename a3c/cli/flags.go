package cli

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"colonnade/internal/spell"
	"colonnade/kernels"
)

// Flags is a command's set of flags with its one-line summary and an example.
type Flags struct {
	*flag.FlagSet
	config      *string
	printConfig *bool
	explicit    map[string]bool // set on the command line
	fromFile    map[string]bool // set by a configuration file
	argument    *string         // what stands alone after the flags; nil: nothing may
	skipInFile  map[string]bool // say where or how to run, not what
	stdout      io.Writer
}

// NewFlags returns an empty set. Usage goes to stderr, -print-config to stdout. Each line of
// examples is one.
func NewFlags(name, summary, examples string, stdout, stderr io.Writer) *Flags {
	f := &Flags{
		FlagSet:    flag.NewFlagSet(name, flag.ContinueOnError),
		explicit:   map[string]bool{},
		fromFile:   map[string]bool{},
		skipInFile: map[string]bool{"config": true, "print-config": true},
		stdout:     stdout,
	}
	f.SetOutput(io.Discard) // errors are printed once, by Exit
	f.config = f.String("config", "", "read flags from this TOML `file`; flags on the command line override it")
	f.printConfig = f.Bool("print-config", false, "print the resolved flags as a TOML file and stop")
	f.Usage = func() {
		heading := "Example"
		if strings.Contains(examples, "\n") {
			heading = "Examples"
		}
		fmt.Fprintf(stderr, "%s\n\n%s:\n  %s\n\nFlags:\n", summary, heading, strings.ReplaceAll(examples, "\n", "\n  "))
		f.SetOutput(stderr)
		f.PrintDefaults()
		f.SetOutput(io.Discard)
	}
	return f
}

// NotInFile keeps flags out of the resolved configuration, because they belong
// to one invocation (such as -out and -resume).
func (f *Flags) NotInFile(names ...string) {
	for _, name := range names {
		f.skipInFile[name] = true
	}
}

// Argument lets one value stand alone, after all flags, and returns where Parse puts it.
func (f *Flags) Argument() *string {
	f.argument = new(string)
	return f.argument
}

// Choice defines a string flag that takes one of a few values; they are added
// to its usage.
func (f *Flags) Choice(name, value, usage string, allowed ...string) *string {
	f.Var(&choice{&value, allowed}, name, usage+": "+strings.Join(allowed, ", "))
	return &value
}

type choice struct {
	value   *string
	allowed []string
}

func (c *choice) String() string {
	if c.value == nil { // as package flag asks of the zero value
		return ""
	}
	return *c.value
}

func (c *choice) Get() any { return *c.value }
func (c *choice) Set(s string) error {
	if !slices.Contains(c.allowed, s) {
		return fmt.Errorf("allowed are %s", strings.Join(c.allowed, ", "))
	}
	*c.value = s
	return nil
}

// Parse reads the command line and the configuration file it names. It returns
// [flag.ErrHelp] after -h and -print-config, and a [UsageError] for anything
// that does not fit.
func (f *Flags) Parse(args []string) error {
	if err := f.read(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			f.Usage()
		}
		return err
	}
	if f.argument != nil && f.NArg() > 0 {
		*f.argument = f.Arg(0)
		if f.NArg() > 1 {
			return Usagef("unexpected argument %q: there may be one, after all flags", f.Arg(1))
		}
	} else if f.NArg() > 0 {
		return Usagef("unexpected argument %q: every value follows its flag", f.Arg(0))
	}
	var foreign error
	f.Visit(func(fl *flag.Flag) {
		f.explicit[fl.Name] = true
		if !f.skipInFile[fl.Name] && !utf8.ValidString(fl.Value.String()) {
			foreign = Usagef("-%s %q is not UTF-8, which a configuration file has to be: rename it, or make a link "+
				"to it", fl.Name, fl.Value)
		}
	})
	if foreign != nil {
		return foreign
	}
	if *f.config != "" {
		values, err := f.readFile("config", *f.config)
		if err != nil {
			return err
		}
		for key, value := range values {
			if err := f.setFrom(*f.config, key, value); err != nil {
				return err
			}
		}
	}
	if err := kernels.ConfigError(); err != nil {
		return Usagef("%v", err)
	}
	if *f.printConfig {
		if _, err := f.stdout.Write(f.TOML()); err != nil {
			return fmt.Errorf("print the configuration: %w", err)
		}
		return flag.ErrHelp
	}
	return nil
}

// Explicit tells whether the flag stood on the command line.
func (f *Flags) Explicit(name string) bool { return f.explicit[name] }

// Given tells whether the flag stood on the command line or in a configuration file.
func (f *Flags) Given(name string) bool { return f.explicit[name] || f.fromFile[name] }

// Default gives a flag that was defined elsewhere another default. Call it before Parse; it panics
// if there is no such flag or the flag does not take the value.
func (f *Flags) Default(name, value string) {
	fl := f.Lookup(name)
	if err := fl.Value.Set(value); err != nil {
		panic(fmt.Sprintf("cli: default of -%s: %v", name, err))
	}
	fl.DefValue = value
}

// read sets flags by a command line. It turns an error of package flag into a usage error, with the
// nearest flag where a name is unknown.
func (f *Flags) read(args []string) error {
	usage := f.Usage
	f.Usage = func() {} // package flag would print it after every mistake, with the mistake lost above it
	var refused error
	f.VisitAll(func(fl *flag.Flag) { fl.Value = &noting{fl.Value, fl.Name, &refused} })
	err := f.FlagSet.Parse(args)
	f.VisitAll(func(fl *flag.Flag) { fl.Value = fl.Value.(*noting).Value })
	f.Usage = usage
	const unknown = "flag provided but not defined: -"
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
		return err
	case refused != nil:
		return refused
	}
	if name, ok := strings.CutPrefix(err.Error(), unknown); ok {
		return Usagef("unknown flag -%s%s", name, f.suggestion(name, "-", nil))
	}
	return Usagef("%v", err)
}

// noting is a flag's value that notes why it refuses a text, which package flag would make part of
// a longer one.
type noting struct {
	flag.Value
	name    string
	refused *error
}

// Set implements flag.Value.
func (n *noting) Set(text string) error {
	err := n.Value.Set(text)
	if err != nil {
		*n.refused = Usagef("-%s %s: %s", n.name, text, reason(n.Value, err))
	}
	return err
}

// IsBoolFlag tells package flag that the flag needs no value.
func (n *noting) IsBoolFlag() bool {
	b, ok := n.Value.(interface{ IsBoolFlag() bool })
	return ok && b.IsBoolFlag()
}

// reason says what a flag wants where package flag, or its parser, only says that it did not get
// it.
func reason(value flag.Value, refused error) string {
	err := refused.Error()
	if err != "parse error" && err != "value out of range" {
		return err
	}
	if getter, ok := value.(flag.Getter); ok {
		switch getter.Get().(type) {
		case bool:
			return "want true or false"
		case int, int64:
			return "want a whole number, in digits alone"
		case uint, uint64:
			return "want a whole number of 0 or more, in digits alone"
		case float64:
			return "want a number, such as 0.0003 or 3e-4"
		case time.Duration:
			return "want a time with its unit, such as 90s or 7m30s"
		}
	}
	return err
}

// suggestion names the flag that is nearest to a name, but for some.
func (f *Flags) suggestion(name, prefix string, but map[string]bool) string {
	best, distance := "", 1+len(name)/2
	f.VisitAll(func(fl *flag.Flag) {
		if d := spell.Distance(name, fl.Name); d < distance && !but[fl.Name] {
			best, distance = fl.Name, d
		}
	})
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %s%s?)", prefix, best)
}

// Keeper is a flag's value of which the folder of a run keeps more than the text, such as the
// content of a file that the text names.
type Keeper interface {
	flag.Value
	// SetKept sets the value that the configuration in a folder names, from what is kept there.
	SetKept(folder, text string) error
	// Undecided reports whether the value may be the one that a configuration names by another
	// text, such as the same file from elsewhere. Then whoever goes on with the run has to compare
	// them.
	Undecided(text string) bool
}

// Resume takes the values of an earlier invocation from the configuration file
// it left. The command line may change only the named flags: the others say
// what the run is. A [Keeper] takes its value from what the file's folder keeps.
func (f *Flags) Resume(path string, changeable ...string) error {
	if *f.config != "" {
		return Usagef("-config with -resume: the run goes on with its own %s", path)
	}
	values, err := f.readFile("resume", path)
	if err != nil {
		return err
	}
	for key, value := range values {
		if keeper, ok := f.Lookup(key).Value.(Keeper); ok && !f.explicit[key] {
			if err := keeper.SetKept(filepath.Dir(path), flagText(value)); err != nil {
				return Usagef("%s: %s = %v: %v", path, key, value, err)
			}
			f.fromFile[key] = true
			continue
		}
		if !f.explicit[key] || slices.Contains(changeable, key) {
			if err := f.setFrom(path, key, value); err != nil {
				return err
			}
			continue
		}
		if keeper, ok := f.Lookup(key).Value.(Keeper); ok && keeper.Undecided(flagText(value)) {
			continue
		}
		given := f.Lookup(key).Value.String()
		if err := f.Set(key, flagText(value)); err != nil {
			return Usagef("%s: %s = %v: %s", path, key, value, reason(f.Lookup(key).Value, err))
		}
		if kept := f.Lookup(key).Value.String(); kept != given {
			return Usagef("-%s %s: what is in %s was started with %s, which cannot change", key, given,
				filepath.Dir(path), kept)
		}
	}
	return nil
}

// largestFile bounds configuration files: those that commands write have some kilobytes.
const largestFile = 1 << 20

// readFile decodes the configuration file that a flag asks for and refuses
// unknown keys.
func (f *Flags) readFile(flagName, path string) (map[string]any, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist) && flagName == "resume":
		return nil, Usagef("-resume: %s holds nothing to go on with; leave -resume off to begin there",
			filepath.Dir(path))
	case errors.Is(err, os.ErrNotExist):
		return nil, Usagef("-%s: there is no file %s", flagName, path)
	case err == nil && (!info.Mode().IsRegular() || info.Size() > largestFile):
		return nil, Usagef("-%s: %s is no configuration file", flagName, path)
	}
	values, err := ReadTOML(path)
	if err != nil {
		return nil, Usagef("%v", err)
	}
	for key := range values {
		if f.skipInFile[key] {
			return nil, Usagef("%s: -%s belongs on the command line: it says where or how to run, not what", path, key)
		}
		if f.Lookup(key) == nil && flagName == "resume" {
			return nil, Usagef("-resume: %s was left by another command: %s has no -%s", path, f.Name(), key)
		}
		if f.Lookup(key) == nil {
			return nil, Usagef("%s: unknown key %q%s", path, key, f.suggestion(key, "", f.skipInFile))
		}
	}
	return values, nil
}

// setFrom sets a flag from a file, unless the command line gave it.
func (f *Flags) setFrom(path, key string, value any) error {
	if f.explicit[key] {
		return nil
	}
	if err := f.Set(key, flagText(value)); err != nil {
		return Usagef("%s: %s = %v: %s", path, key, value, reason(f.Lookup(key).Value, err))
	}
	f.fromFile[key] = true
	return nil
}

// flagText writes a value from a file as it would stand on the command line: a list with commas.
func flagText(value any) string {
	list, ok := value.([]any)
	if !ok {
		return fmt.Sprint(value)
	}
	var parts []string
	for _, v := range list {
		parts = append(parts, fmt.Sprint(v))
	}
	return strings.Join(parts, ",")
}

// TOML returns the resolved flags as a configuration file, each with its
// description as a comment.
func (f *Flags) TOML() []byte {
	var text []byte
	f.VisitAll(func(fl *flag.Flag) {
		if !f.skipInFile[fl.Name] {
			_, usage := flag.UnquoteUsage(fl)
			text = appendTOML(text, fl.Name, usage, plainValue(fl.Value))
		}
	})
	return text
}
