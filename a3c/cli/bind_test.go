package cli

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

// list is a flag of a type of its own.
type list []string

func (l *list) String() string     { return strings.Join(*l, ",") }
func (l *list) Set(s string) error { *l = strings.Split(s, ","); return nil }
func (l *list) Choices() []string  { return []string{"a", "b"} }

type learner struct {
	Steps int64         `flag:"steps" help:"environment *steps*"`
	Rate  float64       `flag:"rate" help:"learning *rate*"`
	Limit time.Duration `flag:"max-time" help:"stop after this *time*"`
	Inner int           // the program's own
}

type settings struct {
	Learner learner `except:"max-time"`
	Net     string  `flag:"net" choice:"recurrent|feedforward" help:"*kind* of network"`
	Fast    bool    `flag:"fast" help:"hurry"`
	Seed    uint64  `flag:"seed" help:"*seed*"`
	Envs    int     `flag:"envs" help:"*number*"`
	Words   list    `flag:"words" help:"some *words*"`
	Note    string  `flag:"note" help:"*text*"`
	Out     string  `flag:"out" file:"-" help:"*folder*"`
}

func usual() *settings {
	return &settings{Learner: learner{Steps: 100, Rate: 1e-3}, Net: "recurrent", Seed: 1, Envs: 2}
}

// TestBind: fields are flags with the struct's values as defaults, and the command line changes the
// struct.
func TestBind(t *testing.T) {
	var help bytes.Buffer
	s, f := usual(), NewFlags("x", "", "", io.Discard, &help)
	f.Bind(s)
	if err := f.Parse([]string{"-steps", "7", "-net", "feedforward", "-fast", "-words", "a,b", "-out",
		"here"}); err != nil {
		t.Fatal(err)
	}
	if s.Learner.Steps != 7 || s.Net != "feedforward" || !s.Fast || !slices.Equal(s.Words, []string{"a", "b"}) ||
		s.Out != "here" || s.Learner.Rate != 1e-3 {
		t.Errorf("%+v", s)
	}
	f.Usage()
	for _, want := range []string{"-rate rate\n    \tlearning rate (default 0.001)",
		"kind of network: recurrent, feedforward (default recurrent)", "some words: a, b"} {
		if !strings.Contains(help.String(), want) {
			t.Errorf("help lacks %q:\n%s", want, &help)
		}
	}
	if f.Lookup("max-time") != nil {
		t.Error("a flag that the struct leaves out")
	}
	if err := f.Set("net", "wide"); err == nil {
		t.Error("a value that is none of the choices")
	}
	if text := string(f.TOML()); text != string(TOML(s)) || strings.Contains(text, "out") {
		t.Errorf("flags write\n%s\nthe struct\n%s", text, TOML(s))
	}
}

// TestLoad: what was written is read back, and nothing else is taken.
func TestLoad(t *testing.T) {
	s := usual()
	s.Learner.Rate, s.Seed, s.Note, s.Words = 3e-7, 1<<64-1, `a "b" 'c' \d`, list{"a"}
	back := usual()
	values, err := Load(back, writeConfig(t, string(TOML(s))))
	if err != nil || len(values) != 8 || back.Learner.Rate != 3e-7 || back.Seed != s.Seed || back.Note != s.Note ||
		!slices.Equal(back.Words, s.Words) {
		t.Errorf("%v, %d values: %+v", err, len(values), back)
	}
	for text, want := range map[string]string{
		"setps = 1": "did you mean steps?", `out = "x"`: "unknown key", `max-time = "1s"`: "unknown key",
		"steps = 1.5": "want a whole number", "steps =": "line 1",
	} {
		if _, err := Load(usual(), writeConfig(t, text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", text, err, want)
		}
	}
}

// TestNonDefault: the words that make these settings, and no others, in a shell; and Apply
// understands them.
func TestNonDefault(t *testing.T) {
	s := usual()
	s.Learner.Steps, s.Fast, s.Note, s.Out = 12, true, "it's here", "x"
	if got, want := strings.Join(NonDefault(s, usual()), " "),
		`-fast=true -note 'it'\''s here' -steps 12`; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	again := usual()
	if err := Apply(again, []string{"-fast=true", "-note", "it's here", "-steps", "12"}); err != nil ||
		len(NonDefault(again, usual())) != 5 {
		t.Errorf("%v, %+v", err, again)
	}
	var usage *UsageError
	for _, bad := range []string{"-stpes 1", "-steps x", "more"} {
		if err := Apply(usual(), strings.Fields(bad)); !errors.As(err, &usage) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

// TestSetDefaults: what was given stays, the rest has new defaults, in help and in files.
func TestSetDefaults(t *testing.T) {
	s, f := usual(), NewFlags("x", "", "", io.Discard, io.Discard)
	f.Bind(s)
	if err := f.Parse([]string{"-steps", "7"}); err != nil {
		t.Fatal(err)
	}
	other := usual()
	other.Learner.Steps, other.Envs = 60, 1
	f.SetDefaults(other)
	if s.Learner.Steps != 7 || s.Envs != 1 || f.Lookup("envs").DefValue != "1" {
		t.Errorf("%+v", s)
	}
}

// some has a flag only where it is asked for.
type some struct {
	Runs  int `flag:"runs" help:"*number*"`
	Seeds int `flag:"seeds" help:"*number*"`
}

func (*some) HasFlag(name string) bool { return name == "runs" }

func TestHasFlag(t *testing.T) {
	if text := string(TOML(&some{1, 2})); !strings.Contains(text, "runs = 1") || strings.Contains(text, "seeds") {
		t.Error(text)
	}
}
