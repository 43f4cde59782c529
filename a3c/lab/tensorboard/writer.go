package tensorboard

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Pattern matches the names of the files that a Writer makes.
const Pattern = prefix + "*" + suffix

// TensorBoard takes every file with "tfevents" in its name, and several of a
// folder in the order of their names.
const (
	prefix = "events.out.tfevents."
	suffix = ".colonnade"
)

// Writer writes what one invocation of a run has to tell. The file appears with
// the first Write. A Writer belongs to one goroutine.
type Writer struct {
	dir    string
	from   int64
	file   *os.File
	buffer []byte
}

// NewWriter returns a writer into a folder. What files that are already there
// say of step from and later ones no longer counts.
func NewWriter(dir string, from int64) *Writer { return &Writer{dir: dir, from: from} }

// Write adds what there is to say of a step. It is in the file when Write
// returns.
func (w *Writer) Write(step int64, scalars []Scalar, images ...Image) error {
	now := time.Now()
	w.buffer = w.buffer[:0]
	if w.file == nil {
		if err := w.create(now); err != nil {
			return fmt.Errorf("write TensorBoard events: %w", err)
		}
		w.buffer = appendRecord(w.buffer, appendVersion(event(now, 0)))
		w.buffer = appendRecord(w.buffer, appendStart(event(now, w.from)))
	}
	w.buffer = appendRecord(w.buffer, appendSummary(event(now, step), scalars, images))
	if _, err := w.file.Write(w.buffer); err != nil {
		return fmt.Errorf("write TensorBoard events: %w", err)
	}
	return nil
}

// create opens a new file, named after the time like all event files, but
// always behind those that are there: a clock may have been set back, and an
// invocation may take less than a second.
func (w *Writer) create(now time.Time) error {
	there, err := os.ReadDir(w.dir)
	if err != nil {
		return err
	}
	number := now.Unix()
	for _, entry := range there {
		text := strings.TrimSuffix(strings.TrimPrefix(entry.Name(), prefix), suffix)
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			number = max(number, n+1)
		}
	}
	path := filepath.Join(w.dir, fmt.Sprintf("%s%010d%s", prefix, number, suffix))
	w.file, err = os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	return err
}

// Close closes the file.
func (w *Writer) Close() error {
	if w.file == nil {
		return nil
	}
	err := w.file.Close()
	w.file = nil
	return err
}
