package rundir

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
)

// AppendMetrics adds one line to metrics.jsonl.
func (d *Dir) AppendMetrics(row any) error {
	line, err := json.Marshal(row)
	if err != nil {
		return fmt.Errorf("encode metrics: %w", err)
	}
	if d.metrics == nil {
		d.metrics, err = os.OpenFile(d.Path(MetricsFile), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
		if err != nil {
			return fmt.Errorf("write metrics: %w", err)
		}
	}
	if _, err := d.metrics.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("write metrics: %w", err)
	}
	return nil
}

// CutMetrics drops the lines beyond a step count, and a line that a crash left
// unfinished: what the log says then is what the checkpoint knows.
func (d *Dir) CutMetrics(steps int64) error {
	if d.metrics != nil {
		return errors.New("metrics are already being written")
	}
	data, err := os.ReadFile(d.Path(MetricsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read metrics: %w", err)
	}
	kept := 0
	for kept < len(data) {
		end := bytes.IndexByte(data[kept:], '\n')
		if end < 0 {
			break
		}
		var row struct{ Steps int64 }
		if json.Unmarshal(data[kept:kept+end], &row) != nil || row.Steps > steps {
			break
		}
		kept += end + 1
	}
	if kept == len(data) {
		return nil
	}
	return d.WriteFile(MetricsFile, data[:kept])
}

// ReadMetrics reads a run folder's metrics.jsonl into rows of type T; a last
// line that is not finished is left out.
func ReadMetrics[T any](path string) ([]T, error) {
	var rows []T
	for row, err := range Metrics[T](path) {
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// Metrics reads what ReadMetrics does row by row. An error is the last it gives.
func Metrics[T any](path string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		file, err := os.Open(path)
		if err != nil {
			yield(none, fmt.Errorf("read metrics: %w", err))
			return
		}
		defer file.Close()
		reader := bufio.NewReader(file)
		for number := 1; ; number++ {
			line, err := reader.ReadBytes('\n')
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(none, fmt.Errorf("read metrics: %w", err))
				return
			}
			var row T
			if err := json.Unmarshal(line, &row); err != nil {
				yield(none, fmt.Errorf("%s, line %d: %w", path, number, err))
				return
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}
