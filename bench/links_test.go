package bench

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	markdownLink    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	markdownHeading = regexp.MustCompile(`(?m)^#+ (.+)$`)
	notInAnchor     = regexp.MustCompile(`[^a-z0-9 -]`)
)

// Every link between the project's pages leads to a file or folder that is there, and to a heading
// that is in it.
func TestLinks(t *testing.T) {
	links := 0
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := entry.Name(); entry.IsDir() && path != ".." && (strings.HasPrefix(name, ".") || path == "../bin" ||
			path == "../runs") {
			return filepath.SkipDir
		}
		if filepath.Ext(path) != ".md" {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, match := range markdownLink.FindAllSubmatch(text, -1) {
			target, anchor, _ := strings.Cut(string(match[1]), "#")
			if strings.Contains(target, "://") {
				continue
			}
			links++
			full := path
			if target != "" {
				full = filepath.Join(filepath.Dir(path), target)
			}
			if _, err := os.Stat(full); err != nil {
				t.Errorf("%s links to %s, which is not there", path, match[1])
			} else if anchor != "" && !hasHeading(t, full, anchor) {
				t.Errorf("%s links to %s, which has no such heading", path, match[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if links < 50 {
		t.Errorf("found %d links only", links)
	}
}

// hasHeading tells whether a page has the heading that an anchor means, by the rule of the usual
// hosts.
func hasHeading(t *testing.T, page, anchor string) bool {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, match := range markdownHeading.FindAllStringSubmatch(string(text), -1) {
		plain := notInAnchor.ReplaceAllString(strings.ToLower(match[1]), "")
		if strings.ReplaceAll(plain, " ", "-") == anchor {
			return true
		}
	}
	return false
}
