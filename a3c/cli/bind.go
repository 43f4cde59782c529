package cli

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// Bind defines a flag for each field of the struct that settings points to which has a tag
// `flag:"name"`; a field that is a struct without such a tag stands for the fields in it. Values
// that are there are the defaults. Further tags:
//
//	help    what it is, with the name of the argument between asterisks: "learning *rate* at the start"
//	choice  the values that it takes, with | between them; they are added to the help
//	file    "-": it belongs to one invocation and stays out of configuration files
//	except  of a struct: names of flags in it, with commas, that are left out
//
// A field is a string, bool, int, int64, uint64, float64, [time.Duration], or implements
// [flag.Value] by its address; such a one may have a method Choices() []string. Of settings with a
// method HasFlag(name string) bool only those fields count that it is true for. Bind panics for any
// other field, and for a flag that is there already.
func (f *Flags) Bind(settings any) {
	for _, b := range fieldsOf(settings) {
		switch p := b.pointer.(type) {
		case flag.Value:
			f.Var(p, b.name, b.usage)
		case *string:
			if b.choices != nil {
				f.Var(&choice{p, b.choices}, b.name, b.usage)
			} else {
				f.StringVar(p, b.name, *p, b.usage)
			}
		case *bool:
			f.BoolVar(p, b.name, *p, b.usage)
		case *int:
			f.IntVar(p, b.name, *p, b.usage)
		case *int64:
			f.Int64Var(p, b.name, *p, b.usage)
		case *uint64:
			f.Uint64Var(p, b.name, *p, b.usage)
		case *float64:
			f.Float64Var(p, b.name, *p, b.usage)
		case *time.Duration:
			f.DurationVar(p, b.name, *p, b.usage)
		default:
			panic(fmt.Sprintf("cli: -%s: no flag can have the type %T", b.name, b.pointer))
		}
		if b.once {
			f.NotInFile(b.name)
		}
	}
}

// SetDefaults gives all flags that the fields of *settings name, that were not [Flags.Given],
// another default and value: that of the field.
func (f *Flags) SetDefaults(settings any) {
	for _, b := range fieldsOf(settings) {
		if f.Lookup(b.name) != nil && !f.Given(b.name) {
			f.Default(b.name, b.text())
		}
	}
}

// TOML returns settings, which [Flags.Bind] could bind, as a configuration file.
func TOML(settings any) []byte {
	var text []byte
	for _, b := range fieldsOf(settings) {
		if !b.once {
			text = appendTOML(text, b.name, strings.ReplaceAll(b.usage, "`", ""), b.value())
		}
	}
	return text
}

// Load reads settings from a configuration file, and returns what it says. It refuses names that no
// field has.
func Load(settings any, path string) (map[string]any, error) {
	values, err := ReadTOML(path)
	if err != nil {
		return nil, err
	}
	f := onlySettings(settings)
	for name, value := range values {
		if f.Lookup(name) == nil || f.skipInFile[name] {
			return nil, fmt.Errorf("%s: unknown key %q%s", path, name, f.suggestion(name, "", f.skipInFile))
		}
		if err := f.Set(name, flagText(value)); err != nil {
			return nil, fmt.Errorf("%s: %s = %v: %s", path, name, value, reason(f.Lookup(name).Value, err))
		}
	}
	return values, nil
}

// Apply changes settings as flags would that a user gave as words. An error is one of usage.
func Apply(settings any, words []string) error {
	f := onlySettings(settings)
	f.SetOutput(io.Discard)
	if err := f.read(words); err != nil {
		return err
	}
	if f.NArg() > 0 {
		return Usagef("unexpected argument %q: every value follows its flag", f.Arg(0))
	}
	return nil
}

// onlySettings returns flags for the fields of settings and no others.
func onlySettings(settings any) *Flags {
	f := &Flags{FlagSet: new(flag.FlagSet), skipInFile: map[string]bool{}}
	f.Bind(settings)
	return f
}

// NonDefault returns the flags whose fields differ from the usual settings, as words of a command
// line: the shortest one that does the same. What belongs to one invocation is left out.
func NonDefault(settings, usual any) []string {
	defaults := map[string]string{}
	for _, b := range fieldsOf(usual) {
		defaults[b.name] = b.text()
	}
	var words []string
	for _, b := range fieldsOf(settings) {
		value := b.text()
		if b.once || value == defaults[b.name] {
			continue
		}
		if _, ok := b.pointer.(*bool); ok {
			words = append(words, "-"+b.name+"="+value)
			continue
		}
		if value == "" || strings.ContainsAny(value, " ;*?$&|<>()\"'`\\") {
			value = "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
		}
		words = append(words, "-"+b.name, value)
	}
	return words
}

// field is one field with a flag.
type field struct {
	name, usage string
	choices     []string
	once        bool // of one invocation
	pointer     any
}

// fieldsOf returns the fields of *settings and of the structs in it, by name.
func fieldsOf(settings any) []field {
	var all []field
	collect(reflect.ValueOf(settings).Elem(), nil, &all)
	if some, ok := settings.(interface{ HasFlag(name string) bool }); ok {
		all = slices.DeleteFunc(all, func(b field) bool { return !some.HasFlag(b.name) })
	}
	slices.SortFunc(all, func(a, b field) int { return strings.Compare(a.name, b.name) })
	return all
}

func collect(v reflect.Value, except []string, all *[]field) {
	for i := range v.NumField() {
		tag, value := v.Type().Field(i).Tag, v.Field(i)
		name := tag.Get("flag")
		switch {
		case slices.Contains(except, name) || !v.Type().Field(i).IsExported():
		case name != "":
			b := field{name: name, usage: strings.ReplaceAll(tag.Get("help"), "*", "`"), once: tag.Get("file") == "-",
				pointer: value.Addr().Interface()}
			if choices := tag.Get("choice"); choices != "" {
				b.choices = strings.Split(choices, "|")
			} else if some, ok := b.pointer.(interface{ Choices() []string }); ok {
				b.choices = some.Choices()
			}
			if b.choices != nil {
				b.usage += ": " + strings.Join(b.choices, ", ")
			}
			*all = append(*all, b)
		case value.Kind() == reflect.Struct:
			more := except
			if names := tag.Get("except"); names != "" {
				more = append(slices.Clip(except), strings.Split(names, ",")...)
			}
			collect(value, more, all)
		}
	}
}

// value returns what a configuration file says of the field.
func (b *field) value() any {
	if v, ok := b.pointer.(flag.Value); ok {
		return plainValue(v)
	}
	return reflect.ValueOf(b.pointer).Elem().Interface()
}

// text returns the value as it stands on a command line.
func (b *field) text() string {
	if v, ok := b.pointer.(flag.Value); ok {
		return v.String()
	}
	return fmt.Sprint(reflect.ValueOf(b.pointer).Elem().Interface())
}

// appendTOML adds a line of a configuration file below its description.
func appendTOML(text []byte, name, about string, value any) []byte {
	switch v := value.(type) {
	case time.Duration:
		value = v.String()
	case uint64:
		if v > math.MaxInt64 { // more than TOML's integers hold
			value = fmt.Sprint(v)
		}
	}
	line, err := toml.Marshal(map[string]any{name: value})
	if err != nil {
		panic(fmt.Sprintf("cli: -%s: %v", name, err)) // of a type that no flag has
	}
	text = fmt.Appendf(text, "# %s\n", strings.ReplaceAll(about, "\n", " "))
	return append(append(text, line...), '\n')
}

// plainValue returns a flag's value as one of Go's own types: text, unless the flag tells.
func plainValue(v flag.Value) any {
	if getter, ok := v.(flag.Getter); ok {
		return getter.Get()
	}
	return v.String()
}

// ReadTOML reads a configuration file. An error names the file, and the line.
func ReadTOML(path string) (map[string]any, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var values map[string]any
	if err := toml.Unmarshal(data, &values); err != nil {
		var at *toml.DecodeError
		if errors.As(err, &at) {
			line, _ := at.Position()
			return nil, fmt.Errorf("%s: line %d: %w", path, line, err)
		}
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return values, nil
}
