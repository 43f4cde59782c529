// Package atomicfile writes files whole: whatever happens to the process, the machine or the disk,
// a path holds what it held before, or all that it is to hold.
package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// leftoverAge is how old a temporary file must be before it counts as left over by a process that
// was killed.
const leftoverAge = time.Hour

// Write makes path hold what write writes, or leaves path as it was: the content goes to a
// temporary file in the same folder, which is synced and renamed. After an error the file that was
// at path is still there, unless the error is the sync of the folder, the very last thing done. A
// symbolic link stays one, and what it points to is written; what is no file but a device or a pipe
// is written to as it is.
func Write(path string, write func(io.Writer) error) (err error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return writeThrough(path, write)
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	dir, base := filepath.Split(path)
	if dir == "" {
		dir = "."
	}
	prefix := "." + base + ".tmp-"
	removeLeftovers(dir, prefix)
	file, err := createTemp(dir, prefix)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			file.Close() // a second time after an error of Rename: harmless
			os.Remove(file.Name())
		}
	}()
	if err := write(file); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	if err := os.Rename(file.Name(), path); err != nil {
		return err
	}
	return syncDir(dir)
}

// writeThrough writes to what cannot be replaced.
func writeThrough(path string, write func(io.Writer) error) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(write(file), file.Close())
}

// WriteFile makes path hold data, or leaves path as it was, as Write does. Its errors name
// the path.
func WriteFile(path string, data []byte) error {
	err := Write(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// createTemp creates a new file with the permissions that the user's umask gives, unlike
// os.CreateTemp.
func createTemp(dir, prefix string) (*os.File, error) {
	for range 100 {
		name := filepath.Join(dir, fmt.Sprintf("%s%016x", prefix, rand.Uint64()))
		file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return file, err
		}
	}
	return nil, fmt.Errorf("no free name for a temporary file %s* in %s", prefix, dir)
}

// removeLeftovers removes old temporary files. It is housekeeping: what cannot be read or removed
// stays.
func removeLeftovers(dir, prefix string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), prefix) {
			continue
		}
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > leftoverAge {
			os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

// syncDir makes a rename in dir last through a power failure, where the system can do that to
// folders.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, errors.ErrUnsupported) {
		return fmt.Errorf("sync folder: %w", err)
	}
	return nil
}
