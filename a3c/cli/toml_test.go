package cli

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestOddText: what a flag takes comes back from the configuration file as it was; text that is not
// UTF-8, which TOML cannot hold, is refused.
func TestOddText(t *testing.T) {
	for _, text := range []string{"a\x01b", "a\x7fb", "a\nb", "a\rb", "a\x1b[0m", "a'b\"c\\", "a\u0085\u202eb", "'''",
		"a\x00b", "\u00e9"} {
		f := NewFlags("odd", "about", "odd", io.Discard, io.Discard)
		f.String("domain", "", "a `file`")
		if err := f.Parse([]string{"-domain", text}); err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		path := filepath.Join(t.TempDir(), "config.toml")
		if err := os.WriteFile(path, f.TOML(), 0o666); err != nil {
			t.Fatal(err)
		}
		if values, err := ReadTOML(path); err != nil || values["domain"] != text {
			t.Errorf("%q: got %q, %v", text, values["domain"], err)
		}
	}
	f := NewFlags("odd", "about", "odd", io.Discard, io.Discard)
	f.String("domain", "", "a `file`")
	var usage *UsageError
	if err := f.Parse([]string{"-domain", "caf\xe9.json"}); !errors.As(err, &usage) ||
		!strings.Contains(err.Error(), "not UTF-8") {
		t.Errorf("Latin-1: %v", err)
	}
}
