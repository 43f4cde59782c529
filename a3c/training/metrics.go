package training

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
	"runtime/metrics"
	"strconv"
	"strings"

	"colonnade/a3c"
)

// AppendMetrics adds one line to metrics.jsonl.
func (d *Folder) AppendMetrics(row any) error {
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

// CutMetrics drops the rows beyond a step count, and a last line that a crash left unfinished: what
// the log says then is what the checkpoint knows. Damaged lines, such as the zeros that a power
// failure leaves, are dropped too, and no others: warning names them, and the file in which the log
// as it was is kept.
func (d *Folder) CutMetrics(steps int64) (warning, err error) {
	if d.metrics != nil {
		return nil, errors.New("metrics are already being written")
	}
	data, err := os.ReadFile(d.Path(MetricsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read metrics: %w", err)
	}
	var whole []byte
	var damaged []int
	number := 0
	for line := range bytes.Lines(data) {
		number++
		// A row may follow zeros in which a line's end was lost.
		line = bytes.TrimLeft(line, "\x00")
		var row struct{ Steps *int64 }
		switch {
		case !bytes.HasSuffix(line, []byte("\n")): // the last one
		case json.Unmarshal(line, &row) != nil || row.Steps == nil:
			damaged = append(damaged, number)
		case *row.Steps <= steps:
			whole = append(whole, line...)
		}
	}
	if len(damaged) > 0 {
		kept, err := d.keepDamaged(data)
		if err != nil {
			return nil, err
		}
		warning = fmt.Errorf("%s: left out %d damaged lines, the first is line %d; the file as it was is %s",
			d.Path(MetricsFile), len(damaged), damaged[0], kept)
	}
	if bytes.Equal(whole, data) {
		return nil, nil
	}
	return warning, d.WriteFile(MetricsFile, whole)
}

// keepDamaged keeps the content of metrics.jsonl under a name that is free, and returns its path.
func (d *Folder) keepDamaged(data []byte) (string, error) {
	for i := 1; ; i++ {
		name := fmt.Sprintf("%s.damaged-%d", MetricsFile, i)
		if _, err := os.Lstat(d.Path(name)); errors.Is(err, fs.ErrNotExist) {
			return d.Path(name), d.WriteFile(name, data)
		} else if err != nil {
			return "", fmt.Errorf("keep the damaged %s: %w", MetricsFile, err)
		}
	}
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

// row is a line of metrics.jsonl.
type row struct {
	a3c.Metrics
	ResidentBytes int64 `json:"resident_bytes"` // memory of the process that is in RAM
}

// ResidentBytes returns what the system says of this process, or, where it does not, what Go has in
// use.
func ResidentBytes() int64 {
	// Linux, proc_pid_statm(5): size, resident, ... in pages
	if statm, err := os.ReadFile("/proc/self/statm"); err == nil {
		if fields := strings.Fields(string(statm)); len(fields) > 1 {
			if pages, err := strconv.ParseInt(fields[1], 10, 64); err == nil {
				return pages * int64(os.Getpagesize())
			}
		}
	}
	sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(sample)
	return int64(sample[0].Value.Uint64() - sample[1].Value.Uint64())
}

// scoreEpisodes is how many training episodes a score is taken over.
const scoreEpisodes = 1000

// recentScore is the mean score of the latest training episodes, scoreEpisodes of them or a few
// more, as windows come whole. However many windows a run has, it keeps at most scoreEpisodes.
type recentScore struct {
	windows  []scored // those with an episode, oldest first
	episodes int64    // of all of them
}

// scored is what a window says of its episodes.
type scored struct {
	score    float64
	episodes int64
}

// add takes in the next window.
func (r *recentScore) add(m a3c.Metrics) {
	if m.WindowEpisodes == 0 {
		return
	}
	r.windows = append(r.windows, scored{m.Score, m.WindowEpisodes})
	r.episodes += m.WindowEpisodes
	for r.episodes-r.windows[0].episodes >= scoreEpisodes {
		r.episodes -= r.windows[0].episodes
		r.windows = r.windows[1:]
	}
}

// mean returns the score; ok is false before there are scoreEpisodes episodes. It adds up from the
// latest window on, so that a run that was resumed gets the same bits.
func (r *recentScore) mean() (score float64, ok bool) {
	if r.episodes < scoreEpisodes {
		return 0, false
	}
	sum := 0.0
	for i := len(r.windows) - 1; i >= 0; i-- {
		sum += r.windows[i].score * float64(r.windows[i].episodes)
	}
	return sum / float64(r.episodes), true
}
