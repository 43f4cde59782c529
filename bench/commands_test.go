package bench

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	// A command line stands on a line of its own, between back quotes or between brackets.
	commandLine    = regexp.MustCompile(`(?m)^(?:    |\t)\s*(?:[A-Z_]+=\S+ )*(?:bin/)?(\w+ .*-.+)$`)
	commandInText  = regexp.MustCompile("[`(]bin/([^`()]+)[`)]")
	endOfCommand   = regexp.MustCompile(`\s(#|&&|;|\||&|  ).*`)
	commentMarker  = regexp.MustCompile(`(?m)^//(\t| ?)`)
	continuedLine  = regexp.MustCompile(`\\\n\s*`)
	word           = regexp.MustCompile(`'[^']*'|"[^"]*"|\S+`)
	commandFolders = []string{"a3c/cmd", "bench/cmd", "jaco/cmd", "sim/cmd"}
)

// placeholders are words that stand for something in command lines, and what they are tried with.
var placeholders = strings.NewReplacer("SEED", "1", " S ", " 1 ", "STEPS", "1000", "NET", "recurrent", "WIDTH", "wide",
	"WORLD", "robot", "NAME", "robot", "FLAGS", "", "...", "", "lab.json", "sim/domain/robot.json")

// TestCommandsInPages: every command line of a README or a package's page is one that the command
// takes: flags and values are right, as -print-config finds.
func TestCommandsInPages(t *testing.T) {
	bin := t.TempDir()
	build := []string{"build", "-o", bin + "/"}
	for _, folder := range commandFolders {
		build = append(build, "../"+folder+"/...")
	}
	if out, err := exec.Command("go", build...).CombinedOutput(); err != nil {
		t.Fatalf("go %v: %v\n%s", build, err, out)
	}
	tried := map[string]bool{}
	try := func(page, line string) {
		line = placeholders.Replace(endOfCommand.ReplaceAllString(line, "") + " ")
		words := word.FindAllString(line, -1)
		for i, w := range words {
			words[i] = strings.Trim(w, `'"`)
		}
		if tried[line] || len(words) < 2 {
			return
		}
		if _, err := os.Stat(filepath.Join(bin, words[0])); err != nil {
			return // text, or not ours
		}
		tried[line] = true
		at := 1 // behind the command, or behind what it is to do
		if slices.Contains([]string{"experiment", "jacoctl"}, words[0]) {
			at = 2
		}
		command := exec.Command(filepath.Join(bin, words[0]), slices.Insert(words[1:], at-1, "-print-config")...)
		command.Dir = ".."
		if out, err := command.CombinedOutput(); err != nil {
			t.Errorf("%s: bin/%s\n%s", page, line, out)
		}
	}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := entry.Name(); entry.IsDir() && path != ".." && (strings.HasPrefix(name, ".") || path == "../bin" ||
			path == "../runs") {
			return filepath.SkipDir
		}
		if filepath.Ext(path) != ".md" && filepath.Base(path) != "doc.go" {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		page := string(text)
		if filepath.Ext(path) == ".go" {
			page = commentMarker.ReplaceAllString(page, "$1")
		}
		page = continuedLine.ReplaceAllString(page, "")
		for _, found := range commandLine.FindAllStringSubmatch(page, -1) {
			try(path, found[1])
		}
		for _, found := range commandInText.FindAllStringSubmatch(page, -1) {
			try(path, strings.Join(strings.Fields(found[1]), " "))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(tried) < 80 {
		t.Errorf("found %d command lines only", len(tried))
	}
}
