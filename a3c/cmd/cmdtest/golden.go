package cmdtest

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"

	"colonnade/a3c/cli"
)

// Golden checks that a command's help is testdata/help.txt, and that the configuration that it prints says what
// testdata/config.toml says, with the same comments, and is printed as well where that file was read. Both were written for four
// cores, the file by an encoder with other quotes.
func Golden(t *testing.T, run cli.Run) {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	var stdout, stderr bytes.Buffer
	said := func(args ...string) {
		t.Helper()
		stdout.Reset()
		stderr.Reset()
		if err := run(context.Background(), args, &stdout, &stderr); !errors.Is(err, flag.ErrHelp) {
			t.Fatalf("%v: %v", args, err)
		}
	}
	said("-h")
	if want := read(t, "help.txt"); stderr.String() != want {
		t.Errorf("help:\n%s\nwant:\n%s", &stderr, want)
	}
	said("-print-config")
	printed, want := stdout.String(), read(t, "config.toml")
	if got, want := parts(t, printed), parts(t, want); !reflect.DeepEqual(got, want) {
		t.Errorf("configuration:\n%v\nwant:\n%v", got, want)
	}
	said("-config", filepath.Join("testdata", "config.toml"), "-print-config")
	if stdout.String() != printed {
		t.Errorf("read back:\n%s\nwant:\n%s", &stdout, printed)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// contents are a configuration file's.
type contents struct {
	values   map[string]any
	comments []string
}

func parts(t *testing.T, text string) (c contents) {
	t.Helper()
	if err := toml.Unmarshal([]byte(text), &c.values); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") {
			c.comments = append(c.comments, line)
		}
	}
	return c
}
