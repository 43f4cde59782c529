package safety

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"colonnade/sim"
)

// Log keeps what the Guard and the driver do on their own: one JSON object a line, only ever
// appended. A nil *Log keeps nothing. Its methods may be called by any goroutine. Nobody who tells
// it something waits for the disk, least of all a stop: a goroutine of its own writes, in the order
// in which it was told. Close waits for it.
type Log struct {
	mu      sync.Mutex // guards what follows
	queue   []Entry    // to be written
	writing bool       // a goroutine is at it; it alone uses out and file then
	written *sync.Cond // of mu: writing has become false
	out     io.Writer
	file    *os.File // to be synced and closed; nil: none
	err     error    // the first that writing gave
}

// Entry is a line of a Log.
type Entry struct {
	Time time.Time `json:"time"`
	// "trip", "resume", "reset" (of an emergency stop), "driver"
	Kind     string                  `json:"kind"`
	Cause    Cause                   `json:"cause,omitempty"` // of a trip
	Text     string                  `json:"text"`
	Distance *float64                `json:"distance,omitempty"` // rad for joints, else m
	Margin   *float64                `json:"margin,omitempty"`
	Q        *[sim.NumJoints]float64 `json:"q,omitempty"`       // rad
	Command  []*float64              `json:"command,omitempty"` // rad/s; null where it was no number
}

// NewLog returns a Log that writes to w.
func NewLog(w io.Writer) *Log {
	l := &Log{out: w}
	l.written = sync.NewCond(&l.mu)
	return l
}

// OpenLog returns a Log that appends to a file; each line is on the disk before the next.
func OpenLog(path string) (*Log, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		return nil, fmt.Errorf("open the safety log: %w", err)
	}
	l := NewLog(f)
	l.file = f
	return l, nil
}

// Close waits until all is written, closes the file, if there is one, and returns the first error
// that writing gave.
func (l *Log) Close() error {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wait()
	if l.file != nil {
		l.err = errors.Join(l.err, l.file.Close())
		l.file = nil
	}
	l.out = io.Discard
	return l.err
}

// wait returns when all is written. l.mu is held.
func (l *Log) wait() {
	for l.writing {
		l.written.Wait()
	}
}

// write has an entry written. It does not wait for that.
func (l *Log) write(e Entry) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.queue = append(l.queue, e)
	if !l.writing {
		l.writing = true
		go l.writeAll()
	}
}

// writeAll writes what is to be written until there is no more.
func (l *Log) writeAll() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.queue) > 0 {
		entries := l.queue
		l.queue = nil
		l.mu.Unlock()
		var err error
		for i := range entries {
			if failed := l.put(&entries[i]); err == nil {
				err = failed
			}
		}
		l.mu.Lock()
		if l.err == nil && err != nil {
			l.err = fmt.Errorf("safety log: %w", err)
		}
	}
	l.writing = false
	l.written.Broadcast()
}

// put writes a line.
func (l *Log) put(e *Entry) error {
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if _, err := l.out.Write(append(line, '\n')); err != nil || l.file == nil {
		return err
	}
	return l.file.Sync()
}

func (l *Log) trip(t *Trip) {
	e := Entry{Time: t.At, Kind: "trip", Cause: t.Cause, Text: t.Error(), Q: &t.Q}
	if t.Violation() {
		e.Distance, e.Margin = &t.Distance, &t.Margin
	}
	for i := range t.Command {
		if x := &t.Command[i]; finite(*x) {
			e.Command = append(e.Command, x)
		} else {
			e.Command = append(e.Command, nil)
		}
	}
	l.write(e)
}
