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

// Log keeps what the Guard and the driver do on their own: one JSON object a line, only ever appended. A nil *Log keeps
// nothing. Its methods may be called by any goroutine.
type Log struct {
	mu   sync.Mutex // guards what follows
	out  io.Writer
	file *os.File // to be synced and closed; nil: none
	err  error    // the first that writing gave
}

// Entry is a line of a Log.
type Entry struct {
	Time     time.Time               `json:"time"`
	Kind     string                  `json:"kind"`            // "trip", "resume", "reset" (of an emergency stop), "driver"
	Cause    Cause                   `json:"cause,omitempty"` // of a trip
	Text     string                  `json:"text"`
	Distance *float64                `json:"distance,omitempty"` // rad for joints, else m
	Margin   *float64                `json:"margin,omitempty"`
	Q        *[sim.NumJoints]float64 `json:"q,omitempty"`       // rad
	Command  []*float64              `json:"command,omitempty"` // rad/s; null where it was no number
}

// NewLog returns a Log that writes to w.
func NewLog(w io.Writer) *Log { return &Log{out: w} }

// OpenLog returns a Log that appends to a file; each line is on the disk before the next.
func OpenLog(path string) (*Log, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		return nil, fmt.Errorf("open the safety log: %w", err)
	}
	return &Log{out: f, file: f}, nil
}

// Close closes the file, if there is one, and returns the first error that writing gave.
func (l *Log) Close() error {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file != nil {
		l.err = errors.Join(l.err, l.file.Close())
		l.file = nil
	}
	l.out = io.Discard
	return l.err
}

// Err returns the first error that writing gave.
func (l *Log) Err() error {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

func (l *Log) write(e Entry) {
	if l == nil {
		return
	}
	line, err := json.Marshal(e)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil {
		_, err = l.out.Write(append(line, '\n'))
	}
	if err == nil && l.file != nil {
		err = l.file.Sync()
	}
	if l.err == nil && err != nil {
		l.err = fmt.Errorf("safety log: %w", err)
	}
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
