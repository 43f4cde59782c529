package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"colonnade/a3c/cli"
)

func TestPictures(t *testing.T) {
	for _, args := range [][]string{{"-sheet", "view-small"}, {"-figure", "3"},
		{"-figure", "3", "-domain", "color-large"}} {
		path := filepath.Join(t.TempDir(), "picture.png")
		var stdout bytes.Buffer
		if err := run(context.Background(), append(args, "-out", path), &stdout, io.Discard); err != nil {
			t.Fatal(err)
		}
		var r result
		if err := json.Unmarshal(stdout.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		picture, err := png.Decode(f)
		if err != nil {
			t.Fatal(err)
		}
		if size := picture.Bounds().Size(); size.X != r.Width || size.Y != r.Height || size.X < 1000 {
			t.Errorf("%v: picture of %v, reported %+v", args, size, r)
		}
		if want := args[len(args)-1]; want != "3" && r.Domain != want || want == "3" && r.Domain != "robot" {
			t.Errorf("%v: drew domain %s", args, r.Domain)
		}
	}
}

func TestUsageErrors(t *testing.T) {
	out := filepath.Join(t.TempDir(), "x.png")
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "nothing to draw"},
		{[]string{"runs", "more"}, "unexpected argument"},
		{[]string{"-sheet", "sim", "runs"}, "goes with -figure 4 or 5"},
		{[]string{"-figure", "9", "-out", out}, "there are 3, 4 and 5"},
		{[]string{"-sheet", "sim", "-figure", "3", "-out", out}, "two pictures"},
		{[]string{"-figure", "5", "-out", out}, "needs DIR"},
		{[]string{"-sheet", "sim", "-domain", "robot", "-out", out}, "-domain belongs to"},
		{[]string{"-sheet", "sim"}, "-out is missing"},
		{[]string{"-sheet", "sim", "-out", filepath.Join(t.TempDir(), "x.jpg")}, "must end with .png"},
	} {
		var usage *cli.UsageError
		if err := run(context.Background(), c.args, io.Discard, io.Discard); !errors.As(err, &usage) ||
			!strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: got %v, want a usage error with %q", c.args, err, c.want)
		}
	}
	if err := run(context.Background(), []string{"-sheet", "robto", "-out", out}, io.Discard, io.Discard); err == nil ||
		!strings.Contains(err.Error(), "neither a preset") {
		t.Errorf("an unknown domain gives %v", err)
	}
	if err := run(context.Background(), []string{"-sheet", "sim", "-out", filepath.Join(out, "absent", "x.png")},
		io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), "write the picture") {
		t.Errorf("a folder that is not there gives %v", err)
	}
}

// TestCurves draws both figures from a folder with a first column and two transfers.
func TestCurves(t *testing.T) {
	dir, out := t.TempDir(), filepath.Join(t.TempDir(), "figures")
	for name, config := range map[string]string{
		"many":          "net = \"recurrent\"\nwidth = \"wide\"\nworkers = 16\n",
		"column":        "net = \"recurrent\"\nwidth = \"wide\"\nworkers = 1\n",
		"progressive-1": "net = \"recurrent\"\nwidth = \"narrow\"\nmethod = \"progressive\"\ndomain = \"robot\"\n",
		"finetune-1":    "net = \"recurrent\"\nwidth = \"narrow\"\nmethod = \"finetune\"\ndomain = \"robot\"\n",
		"finetune-2":    "net = \"recurrent\"\nwidth = \"narrow\"\nmethod = \"finetune\"\ndomain = \"robot-far\"\n",
	} {
		path := filepath.Join(dir, name)
		metrics := "{\"steps\":500,\"window_episodes\":2,\"score\":3,\"scores\":[2,4]}\n{\"steps\":1000,\"window_episodes\":1,\"score\":8,\"scores\":[8]}\n"
		if err := errors.Join(os.Mkdir(path, 0o777),
			os.WriteFile(filepath.Join(path, "config.toml"), []byte(config), 0o666),
			os.WriteFile(filepath.Join(path, "metrics.jsonl"), []byte(metrics), 0o666)); err != nil {
			t.Fatal(err)
		}
	}
	var stdout bytes.Buffer
	if err := run(context.Background(), []string{"-out", out, dir}, &stdout, io.Discard); err != nil {
		t.Fatal(err)
	}
	var r struct{ Curves []curve }
	if err := json.Unmarshal(stdout.Bytes(), &r); err != nil || len(r.Curves) != 5 {
		t.Fatalf("%s: %v", &stdout, err)
	}
	if c := r.Curves[0]; c.Figure != 4 || c.Name != "recurrent wide, workers 1" || c.Runs != 1 || c.Steps != 1000 ||
		c.Score == nil || *c.Score != 8 {
		t.Errorf("%+v", c)
	}
	if c := r.Curves[1]; c.Name != "recurrent wide, workers 16" || c.Runs != 1 { // neither are numbers of workers
		t.Errorf("%+v", c)
	}
	// worlds are not averaged
	for i, name := range []string{"finetune, robot", "finetune, robot-far", "progressive narrow, robot"} {
		if c := r.Curves[i+2]; c.Figure != 5 || c.Name != name || c.Runs != 1 {
			t.Errorf("%+v", c)
		}
	}
	for _, name := range []string{"figure-4", "figure-5"} {
		for _, suffix := range []string{".svg", ".png", ".csv"} {
			if info, err := os.Stat(filepath.Join(out, name+suffix)); err != nil || info.Size() == 0 {
				t.Errorf("%s%s: %v", name, suffix, err)
			}
		}
	}
}

// TestCurvesOfYoungRuns: runs of which no window, or no episode, has ended yet stop no figure of
// the others.
func TestCurvesOfYoungRuns(t *testing.T) {
	dir, out := t.TempDir(), filepath.Join(t.TempDir(), "figures")
	write := func(name, metrics string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := errors.Join(os.Mkdir(path, 0o777),
			os.WriteFile(filepath.Join(path, "config.toml"), []byte("net = \"recurrent\"\nwidth = \"wide\"\n"), 0o666),
			os.WriteFile(filepath.Join(path, "metrics.jsonl"), []byte(metrics), 0o666)); err != nil {
			t.Fatal(err)
		}
	}
	write("empty", "")
	write("young", "{\"steps\":20,\"window_episodes\":0}\n")
	draw := func() (curves []curve, notes string, err error) {
		t.Helper()
		var stdout, stderr bytes.Buffer
		if err := run(context.Background(), []string{"-out", out, dir}, &stdout, &stderr); err != nil {
			return nil, stderr.String(), err
		}
		var r struct{ Curves []curve }
		if err := json.Unmarshal(stdout.Bytes(), &r); err != nil {
			t.Fatalf("%s: %v", &stdout, err)
		}
		return r.Curves, stderr.String(), nil
	}
	if _, _, err := draw(); err == nil || !strings.Contains(err.Error(), "no runs to draw") {
		t.Errorf("young runs alone: %v", err)
	}
	write("old",
		"{\"steps\":500,\"window_episodes\":2,\"score\":3}\n{\"steps\":1000,\"window_episodes\":1,\"score\":8}\n")
	curves, notes, err := draw()
	if err != nil || len(curves) != 1 || curves[0].Runs != 1 || curves[0].Score == nil || *curves[0].Score != 8 {
		t.Errorf("%+v, %v", curves, err)
	}
	for _, name := range []string{"empty", "young"} {
		if !strings.Contains(notes, "left out "+filepath.Join(dir, name)) {
			t.Errorf("no word of %s:\n%s", name, notes)
		}
	}
	write("quiet", "{\"steps\":500,\"window_episodes\":2,\"score\":3}\n{\"steps\":1000,\"window_episodes\":0}\n")
	if err := os.RemoveAll(filepath.Join(dir, "old")); err != nil {
		t.Fatal(err)
	}
	if curves, notes, err := draw(); err != nil || len(curves) != 1 || curves[0].Score != nil ||
		!strings.Contains(notes, "no episode in the last twentieth") {
		t.Errorf("%+v, %v\n%s", curves, err, notes)
	}
}
