package cli

import (
	"fmt"
	"os"
	"path/filepath"
)

// CheckFolder returns a [UsageError] if the folder of the file that a flag names is not there, so that it is known before the
// work whose result the file is to hold. An empty path is no file.
func CheckFolder(flag, path string) error {
	if path == "" {
		return nil
	}
	folder := filepath.Dir(path)
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return Usagef("-%s %s: there is no folder %s", flag, path, folder)
	}
	return nil
}

// Count puts a number of things into words: "1 episode", "30 episodes".
func Count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
