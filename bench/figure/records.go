// Package figure draws the paper's figures from the results of runs: learning curves from run
// folders, and curves and sorted scores from the records that experiments keep. The same folders
// give the same bytes.
//
// It also draws pictures of domains. [Preview] draws 64 samples of one. [Compare] draws the paper's
// figure 3: the same states in two worlds, side by side. Both show frames as the network sees them,
// enlarged by whole pixels, and some frames large. [WritePNG] reduces a picture to 256 colours, so
// that the file stays small.
//
// Start reading at Bands for curves, and at Record for what is kept of a run.
package figure

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"colonnade/nn/atomicfile"
)

// Names of the files in which an experiment's folder keeps what its runs found.
const (
	RecordsFile  = "runs.csv"     // a line for each run: settings and final evaluation
	TrainingFile = "training.csv" // the scores of training episodes, for experiments that draw curves
)

// Record is what an experiment keeps of a run.
type Record struct {
	Run    string // its name, unique in the experiment
	Group  string // the curve or line of a table that it belongs to
	Domain string
	Task   string
	Seed   uint64

	LearningRate float64 // 0: nothing was trained
	EntropyCost  float64
	Steps        int64
	Parameters   int // that were trained or, where nothing was, of the last column

	// The final evaluation.
	Score, CI95 float64
	Episodes    int
	Reached     float64 // fraction of episodes
	Violations  float64 // fraction of episodes

	StepsPerSecond float64
	CPU, Kernels   string
	Revision       string // of the source
	Diverged       string // why the run came to an early end; its score is 0 then
	Windows        []Point
}

// column of RecordsFile, with how it is written and read.
type column struct {
	name  string
	write func(*Record) string
	read  func(*Record, string) error
}

var columns = []column{
	text("run", func(r *Record) *string { return &r.Run }),
	group,
	text("domain", func(r *Record) *string { return &r.Domain }),
	text("task", func(r *Record) *string { return &r.Task }),
	whole("seed", func(r *Record) *uint64 { return &r.Seed }),
	real("learning_rate", func(r *Record) *float64 { return &r.LearningRate }),
	real("entropy_cost", func(r *Record) *float64 { return &r.EntropyCost }),
	whole("steps", func(r *Record) *int64 { return &r.Steps }),
	whole("parameters", func(r *Record) *int { return &r.Parameters }),
	real("score", func(r *Record) *float64 { return &r.Score }),
	real("ci95", func(r *Record) *float64 { return &r.CI95 }),
	whole("episodes", func(r *Record) *int { return &r.Episodes }),
	real("reached", func(r *Record) *float64 { return &r.Reached }),
	real("violations", func(r *Record) *float64 { return &r.Violations }),
	real("steps_per_second", func(r *Record) *float64 { return &r.StepsPerSecond }),
	text("cpu", func(r *Record) *string { return &r.CPU }),
	text("kernels", func(r *Record) *string { return &r.Kernels }),
	text("revision", func(r *Record) *string { return &r.Revision }),
	text("diverged", func(r *Record) *string { return &r.Diverged }),
}

// group reads a zero-shot measurement under its older name too.
var group = column{"group", func(r *Record) string { return r.Group }, func(r *Record, s string) error {
	r.Group = strings.Replace(s, "column 1 untouched", "column 1 zero-shot", 1)
	return nil
}}

func text(name string, field func(*Record) *string) column {
	return column{name, func(r *Record) string { return *field(r) },
		func(r *Record, s string) error { *field(r) = s; return nil }}
}

func whole[T int | int64 | uint64](name string, field func(*Record) *T) column {
	return column{name, func(r *Record) string { return fmt.Sprint(*field(r)) }, func(r *Record, s string) error {
		_, err := fmt.Sscan(s, field(r))
		return err
	}}
}

// real writes six digits: more than any of these numbers is worth, and the same text again once it
// is read.
func real(name string, field func(*Record) *float64) column {
	return column{name, func(r *Record) string { return strconv.FormatFloat(*field(r), 'g', 6, 64) },
		func(r *Record, s string) error {
			v, err := strconv.ParseFloat(s, 64)
			*field(r) = v
			return err
		}}
}

// ReadRecords reads what WriteRecords left in a folder: nothing, without an error, where there is
// none yet.
func ReadRecords(dir string) ([]Record, error) {
	var records []Record
	path := filepath.Join(dir, RecordsFile)
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	err := readTable(path, names, func(row []string) error {
		var r Record
		for i, c := range columns {
			if err := c.read(&r, row[i]); err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
		}
		records = append(records, r)
		return nil
	})
	if err != nil || records == nil {
		return nil, err
	}
	return records, readTraining(dir, records)
}

// trainingColumns are those of TrainingFile. A line holds windows of equal length that follow each
// other: steps is the end of the only window, or first:length:last as in 500:500:60000; scores has
// the windows with semicolons between them, the scores of a window's episodes with spaces.
var trainingColumns = []string{"run", "steps", "scores"}

// readTraining fills in the windows of the records. Lines of runs that are not among them are left
// out: what wrote them was killed before it could write the records.
func readTraining(dir string, records []Record) error {
	byName := map[string]*Record{}
	for i := range records {
		byName[records[i].Run] = &records[i]
	}
	return readTable(filepath.Join(dir, TrainingFile), trainingColumns, func(row []string) error {
		r := byName[row[0]]
		if r == nil {
			return nil
		}
		windows := strings.Split(row[2], ";")
		first, length, err := readSteps(row[1], len(windows))
		if err != nil {
			return fmt.Errorf("steps: %w", err)
		}
		for i, window := range windows {
			p := Point{Steps: first + int64(i)*length}
			for _, field := range strings.Fields(window) {
				v, err := strconv.ParseFloat(field, 32)
				if err != nil {
					return fmt.Errorf("scores: %w", err)
				}
				p.Scores = append(p.Scores, float32(v))
				p.Score += v
			}
			if p.Episodes = int64(len(p.Scores)); p.Episodes > 0 {
				p.Score /= float64(p.Episodes)
			}
			r.Windows = append(r.Windows, p)
		}
		return nil
	})
}

// readSteps reads the steps of a line of some windows: the end of the first one, and the length of
// those that follow.
func readSteps(text string, windows int) (first, length int64, err error) {
	var steps []int64
	for _, field := range strings.Split(text, ":") {
		v, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, 0, err
		}
		steps = append(steps, v)
	}
	switch {
	case len(steps) == 1 && windows == 1:
		return steps[0], 0, nil
	case len(steps) == 3 && steps[0]+int64(windows-1)*steps[1] == steps[2]:
		return steps[0], steps[1], nil
	}
	return 0, 0, fmt.Errorf("%q does not fit the %d windows of its line", text, windows)
}

// trainingRows returns the lines of TrainingFile that hold a record's windows.
func trainingRows(r *Record) [][]string {
	var rows [][]string
	for w := r.Windows; len(w) > 0; {
		n := min(len(w), 2) // windows of this line
		for n > 1 && n < len(w) && w[n].Steps-w[n-1].Steps == w[1].Steps-w[0].Steps {
			n++
		}
		steps := strconv.FormatInt(w[0].Steps, 10)
		if n > 1 {
			steps = fmt.Sprintf("%d:%d:%d", w[0].Steps, w[1].Steps-w[0].Steps, w[n-1].Steps)
		}
		windows := make([]string, n)
		for i := range windows {
			scores := make([]string, len(w[i].Scores))
			for j, v := range w[i].Scores {
				scores[j] = strconv.FormatFloat(float64(v), 'g', -1, 32)
			}
			windows[i] = strings.Join(scores, " ")
		}
		rows = append(rows, []string{r.Run, steps, strings.Join(windows, ";")})
		w = w[n:]
	}
	return rows
}

// readTable calls f for each line of a CSV file with the given head; a file that is not there has
// none.
func readTable(path string, head []string, f func(row []string) error) error {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read records: %w", err)
	}
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if len(rows) == 0 || !slices.Equal(rows[0], head) {
		return fmt.Errorf("%s: its first line is not %q: it is no file of this program", path, strings.Join(head, ","))
	}
	for i, row := range rows[1:] {
		if err := f(row); err != nil {
			return fmt.Errorf("%s, line %d: %w", path, i+2, err)
		}
	}
	return nil
}

// WriteRecords writes records to a folder, each file whole, the one that says what is there last.
func WriteRecords(dir string, records []Record) error {
	var runs, training bytes.Buffer
	w, t := csv.NewWriter(&runs), csv.NewWriter(&training) // into memory: they cannot fail
	row := make([]string, len(columns))
	for i, c := range columns {
		row[i] = c.name
	}
	w.Write(row)
	t.Write(trainingColumns)
	curves := false
	for i := range records {
		for j, c := range columns {
			row[j] = c.write(&records[i])
		}
		w.Write(row)
		rows := trainingRows(&records[i])
		t.WriteAll(rows)
		curves = curves || len(rows) > 0
	}
	w.Flush()
	t.Flush()
	if curves {
		if err := atomicfile.WriteFile(filepath.Join(dir, TrainingFile), training.Bytes()); err != nil {
			return err
		}
	}
	return atomicfile.WriteFile(filepath.Join(dir, RecordsFile), runs.Bytes())
}
