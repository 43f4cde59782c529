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

	"colonnade/a3c/lab/cli"
)

func TestPictures(t *testing.T) {
	for _, args := range [][]string{{"-sheet", "view-small"}, {"-figure", "3"}, {"-figure", "3", "-domain", "color-large"}} {
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
		{[]string{"runs/column1"}, "unexpected argument"},
		{[]string{"-sheet", "sim", "-figure", "3", "-out", out}, "two pictures"},
		{[]string{"-figure", "5", "-out", out}, "only figure 3"},
		{[]string{"-sheet", "sim", "-domain", "robot", "-out", out}, "-domain belongs to"},
		{[]string{"-sheet", "sim"}, "-out is missing"},
	} {
		var usage *cli.UsageError
		if err := run(context.Background(), c.args, io.Discard, io.Discard); !errors.As(err, &usage) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: got %v, want a usage error with %q", c.args, err, c.want)
		}
	}
	if err := run(context.Background(), []string{"-sheet", "robto", "-out", out}, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), "neither a preset") {
		t.Errorf("an unknown domain gives %v", err)
	}
	if err := run(context.Background(), []string{"-sheet", "sim", "-out", filepath.Join(out, "absent", "x.png")}, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), "write the picture") {
		t.Errorf("a folder that is not there gives %v", err)
	}
}
