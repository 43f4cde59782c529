package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"colonnade/nn/atomicfile"
)

// The files in -out, all CSV: a line for each measurement of a rate, a line for each run, and the
// windows of each run.
const (
	ratesFile  = "rates.csv"
	runsFile   = "runs.csv"
	curvesFile = "curve-%s-%d.csv"
)

var (
	ratesHead  = []string{"net", "learner", "round", "steps_per_second", "resident_bytes"}
	runsHead   = []string{"net", "learner", "seed", "steps", "seconds", "cpu_seconds", "score"}
	curvesHead = []string{"steps", "seconds", "episodes", "score"}
)

// rate is one measurement of a contender's rate and memory.
type rate struct {
	contender
	round          int
	stepsPerSecond float64
	resident       int64
}

// record is one run.
type record struct {
	contender
	seed   int
	cpu    time.Duration // 0: not measured
	points []point
}

func (r *record) last() point { return r.points[len(r.points)-1] }

func readRates(out string) ([]rate, error) {
	var rates []rate
	err := readTable(filepath.Join(out, ratesFile), ratesHead, func(row fields) {
		rates = append(rates, rate{contender{row.text(0), row.text(1)}, row.whole(2), row.number(3),
			int64(row.whole(4))})
	})
	return rates, err
}

func appendRate(out string, r rate) error {
	return appendRow(filepath.Join(out, ratesFile), ratesHead, r.net, r.learner, strconv.Itoa(r.round),
		decimal(r.stepsPerSecond, 0), strconv.FormatInt(r.resident, 10))
}

func readRuns(out string) ([]record, error) {
	var runs []record
	err := readTable(filepath.Join(out, runsFile), runsHead, func(row fields) {
		runs = append(runs, record{contender: contender{row.text(0), row.text(1)}, seed: row.whole(2),
			cpu: time.Duration(row.number(5) * float64(time.Second))})
	})
	for i := range runs {
		r := &runs[i]
		path := filepath.Join(out, fmt.Sprintf(curvesFile, r.contender, r.seed))
		err = errors.Join(err, readTable(path, curvesHead, func(row fields) {
			r.points = append(r.points, point{int64(row.whole(0)), row.number(1), int64(row.whole(2)), row.number(3)})
		}))
		if err == nil && len(r.points) == 0 {
			err = fmt.Errorf("%s is missing or empty, but %s has a line of it", path, runsFile)
		}
	}
	return runs, err
}

// appendRun keeps the run: its curve first, so that no line is without one.
func appendRun(out string, r record) error {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write(curvesHead) // into memory: it cannot fail
	for _, p := range r.points {
		w.Write([]string{strconv.FormatInt(p.Steps, 10), decimal(p.Seconds, 1), strconv.FormatInt(p.Episodes, 10),
			decimal(p.Score, 3)})
	}
	w.Flush()
	if err := atomicfile.WriteFile(filepath.Join(out, fmt.Sprintf(curvesFile, r.contender, r.seed)),
		b.Bytes()); err != nil {
		return err
	}
	return appendRow(filepath.Join(out, runsFile), runsHead, r.net, r.learner, strconv.Itoa(r.seed),
		strconv.FormatInt(r.last().Steps, 10), decimal(r.last().Seconds, 1), decimal(r.cpu.Seconds(), 1),
		decimal(recent(r.points), 2))
}

func decimal(v float64, digits int) string { return strconv.FormatFloat(v, 'f', digits, 64) }

// fields is a row of a table; err holds what could not be read.
type fields struct {
	cells []string
	err   *error
}

func (f fields) text(i int) string { return f.cells[i] }

func (f fields) whole(i int) int {
	v, err := strconv.Atoi(f.cells[i])
	*f.err = errors.Join(*f.err, err)
	return v
}

func (f fields) number(i int) float64 {
	v, err := strconv.ParseFloat(f.cells[i], 64)
	*f.err = errors.Join(*f.err, err)
	return v
}

// readTable calls row for each row below the head. A file that is not there has none.
func readTable(path string, head []string, row func(fields)) error {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	r := csv.NewReader(file)
	r.FieldsPerRecord = len(head)
	rows, err := r.ReadAll()
	for i, cells := range rows {
		if i > 0 {
			row(fields{cells, &err})
		}
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	return nil
}

// appendRow adds a row to a table, with the head where there is no table yet.
func appendRow(path string, head []string, row ...string) error {
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	b := bytes.NewBuffer(text)
	w := csv.NewWriter(b)
	if len(text) == 0 {
		w.Write(head) // into memory: it cannot fail
	}
	w.Write(row)
	w.Flush()
	return atomicfile.WriteFile(path, b.Bytes())
}
