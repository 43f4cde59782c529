package experiment

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"colonnade/a3c/cli"
	"colonnade/a3c/cmd/cmdtest"
	"colonnade/bench/figure"
	"colonnade/nn"
)

// place is where a test keeps an experiment.
type place struct{ out, work string }

func newPlace(t *testing.T) place { return place{filepath.Join(t.TempDir(), "out"), t.TempDir()} }

// perform does an experiment in a place, and returns what it said.
func (p place) perform(ctx context.Context, args ...string) (said string, err error) {
	var stderr strings.Builder
	args = append(args, "-out", p.out, "-work", p.work, "-jobs", "1")
	o, err := Parse(args, io.Discard, io.Discard)
	if err != nil {
		return "", err
	}
	s, err := Open(o, &stderr)
	if err != nil {
		return "", err
	}
	done, err := s.Work(ctx)
	if err == nil && done {
		err = s.Finish(ctx)
	}
	if err != nil {
		return stderr.String(), err
	}
	_, err = Report(p.out)
	return stderr.String(), err
}

func (p place) mustPerform(t *testing.T, args ...string) string {
	t.Helper()
	said, err := p.perform(context.Background(), args...)
	if err != nil {
		t.Fatal(err)
	}
	return said
}

// files returns all files of the results folder.
func (p place) files(t *testing.T) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(p.out)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(p.out, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all[e.Name()] = string(data)
	}
	return all
}

func (p place) records(t *testing.T) []figure.Record {
	t.Helper()
	records, err := figure.ReadRecords(p.out)
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// runsSaid counts the runs that an invocation brought to their end.
func runsSaid(said string) int { return strings.Count(said, " runs)\n") }

// TestSearchAndFigure5: the search leaves settings, figure 5 reads them, and both are complete from
// their results alone.
func TestSearchAndFigure5(t *testing.T) {
	from := cmdtest.Column(t, nn.ReachArch(true, false), 1, nil)
	found := newPlace(t)
	search := []string{"transfer-search", "-from", from, "-methods", "progressive-narrow,scratch", "-trials", "2",
		"-steps", "200", "-episodes", "2"}
	if said := found.mustPerform(t, search...); runsSaid(said) != 4 {
		t.Errorf("it said:\n%s", said)
	}
	records := found.records(t)
	if len(records) != 4 || records[0].Run != "progressive-narrow/000" ||
		records[1].LearningRate != records[0].LearningRate || records[2].LearningRate == records[0].LearningRate {
		t.Fatalf("%+v", records)
	}
	settings := found.files(t)["progressive-narrow.toml"]
	if !strings.Contains(settings, "learning-rate = ") || !strings.Contains(settings, `width = "narrow"`) {
		t.Errorf("settings:\n%s", settings)
	}
	entries, err := os.ReadDir(filepath.Join(found.work, "scratch", "001"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if info, err := e.Info(); err != nil || info.Size() > 4096 {
			t.Errorf("a run that is over keeps %s: %v", e.Name(), err)
		}
	}

	p := newPlace(t)
	args := []string{"figure-5", "-from", from, "-settings", found.out, "-methods", "progressive-narrow,scratch",
		"-seeds", "1", "-steps", "2000", "-episodes", "2", "-domain", "sim"}
	if said := p.mustPerform(t, args...); runsSaid(said) != 4 { // with two that only measure
		t.Errorf("it said:\n%s", said)
	}
	before := p.files(t)
	for _, name := range []string{"README.md", "figure-5.svg", "figure-5.png", "figure-5.csv", "training.csv",
		"runs.csv", "config.toml", "inputs.json"} {
		if before[name] == "" {
			t.Errorf("no %s", name)
		}
	}
	// Wherever the folder lies, the report is the same.
	moved := filepath.Join(t.TempDir(), filepath.Base(p.out))
	if err := os.CopyFS(moved, os.DirFS(p.out)); err != nil {
		t.Fatal(err)
	}
	if _, err := Report(moved); err != nil {
		t.Fatal(err)
	}
	for name, was := range before {
		if is := (place{out: moved}).files(t)[name]; is != was {
			t.Errorf("drawn elsewhere, %s differs", name)
		}
	}
	// In a clone there is no work folder: nothing is done again, and all is drawn with the same
	// bytes.
	p.work = t.TempDir()
	if said := p.mustPerform(t, args...); runsSaid(said) != 0 {
		t.Errorf("done again:\n%s", said)
	}
	for name, was := range before {
		if is := p.files(t)[name]; is != was {
			t.Errorf("%s differs:\n%.500s\n%.500s", name, was, is)
		}
	}
	// More seeds later, the settings from the folder.
	if said := p.mustPerform(t, "figure-5", "-seeds", "2"); runsSaid(said) != 2 {
		t.Errorf("one more seed:\n%s", said)
	}
	again := p.records(t)
	if len(again) != 6 || again[4].Seed != 2 || again[4].Score == 0 && again[4].Steps == 0 ||
		len(again[4].Windows) == 0 {
		t.Errorf("%+v", again)
	}
	if _, err := p.perform(context.Background(), "figure-5", "-steps", "100"); err == nil ||
		!strings.Contains(err.Error(), "2000") {
		t.Errorf("other steps in the same folder: %v", err)
	}
	if _, err := p.perform(context.Background(), "figure-6"); err == nil {
		t.Error("another experiment in the same folder")
	}
	// A column 1 that has changed.
	data, err := os.ReadFile(cmdtest.Column(t, nn.ReachArch(true, false), 9, nil))
	if err == nil {
		err = os.WriteFile(from, data, 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.perform(context.Background(), args...); err == nil ||
		!strings.Contains(err.Error(), "were made with checkpoint") {
		t.Errorf("another column 1: %v", err)
	}
}

// TestFigure6: sorted scores of two methods in two worlds, extended later; stopped on the way, it
// goes on.
func TestFigure6(t *testing.T) {
	p := newPlace(t)
	args := []string{"figure-6", "-from", cmdtest.Column(t, nn.ReachArch(true, false), 1, nil), "-steps", "200",
		"-episodes", "2", "-domains", "color-small,view-large"}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if said, err := p.perform(ctx, append(args, "-runs", "1")...); err != nil || runsSaid(said) != 0 {
		t.Errorf("%v:\n%s", err, said)
	}
	if said := p.mustPerform(t, append(args, "-runs", "1")...); runsSaid(said) != 6 {
		t.Errorf("it said:\n%s", said)
	}
	if said := p.mustPerform(t, append(args, "-runs", "2")...); runsSaid(said) != 4 {
		t.Errorf("one more draw:\n%s", said)
	}
	files := p.files(t)
	if !strings.Contains(files["README.md"], "| color-small | progressive-narrow | 2 |") ||
		!strings.Contains(files["README.md"], "common draws") {
		t.Errorf("README.md:\n%s", files["README.md"])
	}
	if files["training.csv"] != "" {
		t.Error("training scores are kept that nothing is drawn from")
	}
}

// TestFigure7: three columns with the pinned numbers of parameters; a clone that lacks the second
// column but not its result makes it again for the third.
func TestFigure7(t *testing.T) {
	from, settings := cmdtest.Column(t, nn.ReachArch(true, true), 1, nil), t.TempDir()
	if err := os.WriteFile(settingsFile(settings, "progressive-narrow"), []byte("method = \"progressive\"\nwidth = "+
		"\"narrow\"\nlearning-rate = 1e-4\nentropy-cost = 1e-3\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	p := newPlace(t)
	args := []string{"figure-7", "-from", from, "-settings", settings, "-seeds", "1", "-steps", "40", "-episodes", "1",
		"-domain", "sim"}
	p.mustPerform(t, args...)
	parameters := map[string]int{}
	all := p.records(t)
	for _, v := range all {
		parameters[v.Run] = v.Parameters
	}
	if len(all) != 6 || parameters["column-2/1"] != 38_268 || parameters["column-3/1"] != 26_380 ||
		parameters["direct/1"] != 38_268 {
		t.Errorf("%v", parameters)
	}
	var kept []figure.Record
	for _, v := range all {
		if v.Run != "column-3/1" {
			kept = append(kept, v)
		}
	}
	if err := figure.WriteRecords(p.out, kept); err != nil {
		t.Fatal(err)
	}
	p.work = t.TempDir()
	if said := p.mustPerform(t, args...); runsSaid(said) != 2 || !strings.Contains(said, "column-2/1") ||
		!strings.Contains(said, "column-3/1") {
		t.Errorf("it said:\n%s", said)
	}
	if again := p.records(t); len(again) != 6 {
		t.Errorf("%d records", len(again))
	}
}

// TestStory: three ways side by side without a search before, a curve, a table, and an animation
// that is made once.
func TestStory(t *testing.T) {
	p := newPlace(t)
	args := []string{"story", "-env", "sim", "-from", cmdtest.Column(t, nn.ReachArch(true, false), 1, nil), "-settings",
		t.TempDir(), "-steps", "1000", "-episodes", "1", "-domain", "sim"}
	if said := p.mustPerform(t, args...); runsSaid(said) != 5 {
		t.Errorf("it said:\n%s", said)
	}
	files := p.files(t)
	if !strings.Contains(files["README.md"], "before-after.gif") ||
		!strings.Contains(files["README.md"], "taught by the twin |") || files["curve.svg"] == "" ||
		!strings.Contains(files["README.md"], "\nscratch scores about 0: ") ||
		!strings.HasPrefix(files["before-after.gif"], "GIF89a") {
		t.Errorf("README.md:\n%s", files["README.md"])
	}
	if said := p.mustPerform(t, args...); said != "" {
		t.Errorf("again it said:\n%s", said)
	}
	o, err := Parse(append(args, "-out", p.out, "-work", p.work), io.Discard, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(o, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	if err := s.PrintTable(&table); err != nil || strings.Count(table.String(), "\n") < 6 ||
		!strings.Contains(table.String(), "column 1 zero-shot") ||
		!strings.Contains(table.String(), "\nscratch scores about 0: ") {
		t.Errorf("%v:\n%s", err, &table)
	}
}

// TestExplainLow: a low score is explained, another is not.
func TestExplainLow(t *testing.T) {
	groups := []figure.RecordGroup{{Name: "finetune", Records: []figure.Record{{Score: 0.2}}},
		{Name: "scratch", Records: []figure.Record{{Score: 12}}}, {Name: "planner", Records: []figure.Record{{}}}}
	if got := explainLow(story.whyLow, groups); len(got) != 1 || !strings.Contains(got[0], "finetune scores about 0") {
		t.Errorf("%q", got)
	}
}

// TestOldWorkFolder: a record of a work folder gets the group that its run has today.
func TestOldWorkFolder(t *testing.T) {
	s := &Session{o: &Options{}}
	s.o.Work = t.TempDir()
	r := &Run{Record: figure.Record{Run: nameZeroShot, Group: zeroShot}}
	if err := os.Mkdir(s.folder(r.Run), 0o777); err != nil {
		t.Fatal(err)
	}
	old := `{"Run": "untouched", "Group": "column 1 untouched", "Score": 22}`
	if err := os.WriteFile(s.recordPath(r.Run), []byte(old), 0o666); err != nil {
		t.Fatal(err)
	}
	if got, ok, err := s.readRecord(r); err != nil || !ok || got.Group != zeroShot || got.Score != 22 {
		t.Errorf("%v, %v: %+v", ok, err, got)
	}
}

// TestTwin: students of two kinds learn in runs of two lengths, more of them later, and the report
// compares them with column 1, driven by the twin or not.
func TestTwin(t *testing.T) {
	from := cmdtest.Column(t, nn.ReachArch(true, true), 1, nil)
	p := newPlace(t)
	args := []string{"twin", "-from", from, "-episodes", "2", "-seeds", "1", "-methods", "finetune,wide-no-laterals"}
	if said := p.mustPerform(t, append(args, "-budgets", "100")...); runsSaid(said) != 5 {
		t.Errorf("it said:\n%s", said)
	}
	if said := p.mustPerform(t, append(args, "-budgets", "100,200")...); runsSaid(said) != 2 {
		t.Errorf("with longer runs it said:\n%s", said)
	}
	steps := map[string]int64{}
	for _, v := range p.records(t) {
		steps[v.Run] = v.Steps
	}
	if steps["finetune/100/1"] != 100 || steps["wide-no-laterals/200/1"] != 200 {
		t.Errorf("runs of %v steps", steps)
	}
	readme := p.files(t)["README.md"]
	for _, want := range []string{"| | 100 steps | 200 steps |", "| finetune | **",
		"| column 1 driven by the twin | **", "twin.svg"} {
		if !strings.Contains(readme, want) {
			t.Errorf("the report has no %q:\n%s", want, readme)
		}
	}
	known := newPlace(t)
	known.mustPerform(t, append(args, "-budgets", "100", "-zeros", "10,0,0,0,0,0,0,0,0")...)
	if readme := known.files(t)["README.md"]; !strings.Contains(readme, "offsets are known: 10,0,0,0,0,0,0,0,0 mrad") {
		t.Errorf("the report has no offsets:\n%s", readme)
	}
	if p.files(t)["inputs.json"] == known.files(t)["inputs.json"] {
		t.Error("known offsets do not change how column 1 sees the world")
	}
	if _, err := p.perform(context.Background(), "twin", "-budgets", "0"); err == nil ||
		!strings.Contains(err.Error(), "whole numbers") {
		t.Errorf("runs of no steps: %v", err)
	}
}

// TestChangedRecipe: what lies in the work folder from other settings is not taken for what is
// wanted now.
func TestChangedRecipe(t *testing.T) {
	p := newPlace(t)
	args := []string{"transfer-search", "-from", cmdtest.Column(t, nn.ReachArch(true, false), 1, nil), "-methods",
		"finetune", "-trials", "1", "-episodes", "1", "-domain", "sim", "-steps"}
	p.mustPerform(t, append(args, "40")...)
	p.out = filepath.Join(t.TempDir(), "other")
	_, err := p.perform(context.Background(), append(args, "60")...)
	if err == nil || !strings.Contains(err.Error(), "-steps 40") || !strings.Contains(err.Error(), "-steps 60") {
		t.Errorf("got %v", err)
	}
}

func TestUsage(t *testing.T) {
	absent := filepath.Join(t.TempDir(), "absent")
	for _, test := range []struct{ args, want string }{
		{"", "the first argument is the name of an experiment"},
		{"-seeds 3", "the first argument is the name"},
		{"figure-4", "there is no experiment"},
		{"figure-5 -seeds 0", "0 seeds"},
		{"figure-5 -steps 0", "-steps is 0"},
		{"figure-5 -episodes 0", "-episodes is 0"},
		{"figure-5 -jobs -1", "-jobs is -1"},
		{"figure-5 -methods progressive", "no method \"progressive\""},
		{"figure-5 -methods ,", "words with commas"},
		{"figure-6 -learning-rate 3", "is no range"},
		{"story -env real", "allowed are jaco, sim"},
		{"figure-7 -runs 3", "unknown flag -runs"},
	} {
		args := strings.Fields(test.args)
		if len(args) > 0 {
			args = append(args, "-out", absent)
		}
		var usage *cli.UsageError
		if _, err := Parse(args, io.Discard, io.Discard); !errors.As(err, &usage) ||
			!strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: got %v, want %q", test.args, err, test.want)
		}
	}
	p := newPlace(t)
	for _, name := range []string{"figure-5", "story"} {
		if _, err := p.perform(context.Background(), name, "-settings", "absent"); err == nil ||
			!strings.Contains(err.Error(), "absent/progressive-narrow.toml") {
			t.Errorf("%s: settings that are not there: %v", name, err)
		}
	}
	if _, err := Report(t.TempDir()); err == nil ||
		!strings.Contains(err.Error(), "no folder of an experiment's results") {
		t.Errorf("a folder without results: %v", err)
	}
}
