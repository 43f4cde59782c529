package experiment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"colonnade/a3c"
	"colonnade/a3c/cli"
	"colonnade/a3c/stats"
	"colonnade/a3c/study"
	"colonnade/a3c/training"
	"colonnade/bench/figure"
	"colonnade/nn/atomicfile"
)

// Session is one process's part in an experiment.
type Session struct {
	o      *Options
	runs   []Run
	stderr io.Writer
	inputs inputs

	mu       sync.Mutex               // guards the fields below
	records  map[string]figure.Record // of all runs that are done, by name
	active   map[string]*live         // those that this process works on, by name
	progress *cli.Progress
	planned  int64 // steps of all runs
}

// Open prepares an experiment: its list of runs, what is known of them already, and its folders.
func Open(o *Options, stderr io.Writer) (*Session, error) {
	runs, err := o.runs(o)
	if err != nil {
		return nil, err
	}
	s := &Session{o: o, runs: runs, stderr: stderr, records: map[string]figure.Record{}, active: map[string]*live{}}
	for i := range runs {
		s.planned += runs[i].steps()
	}
	if s.inputs, err = o.gather(runs); err != nil {
		return nil, err
	}
	if err := s.writeSettings(); err != nil {
		return nil, err
	}
	known, err := figure.ReadRecords(o.Out)
	if err != nil {
		return nil, err
	}
	for _, r := range known {
		s.records[r.Run] = r
	}
	return s, nil
}

// writeSettings leaves the settings in the results folder, or makes sure that those there are the
// same.
func (s *Session) writeSettings() error {
	config := cli.TOML(s.o)
	path := training.ConfigPath(s.o.Out)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if err := study.Create(s.o.Out, config); err != nil {
			return err
		}
	} else if err := atomicfile.WriteFile(path, config); err != nil {
		return err
	}
	return s.inputs.keep(s.o.Out)
}

// Work works on runs until all are done, or until ctx ends: then done is false. Results are written
// as runs end.
func (s *Session) Work(ctx context.Context) (done bool, err error) {
	if err := s.write(); err != nil { // what earlier processes left in the work folder
		return false, err
	}
	s.mu.Lock()
	before := s.stepsDone()
	s.mu.Unlock()
	s.progress = cli.NewProgress(cli.Work{Name: "experiment: " + s.o.name, Unit: "steps", Done: before,
		Total: max(s.planned, 1)}, s.stderr)
	defer s.progress.Finish()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	complete, errs := make([]bool, s.o.Jobs), make([]error, s.o.Jobs)
	var group sync.WaitGroup
	for i := range s.o.Jobs {
		group.Go(func() {
			if complete[i], errs[i] = s.work(ctx); errs[i] != nil {
				cancel()
			}
		})
	}
	group.Wait()
	return !slices.Contains(complete, false), errors.Join(errs...)
}

// Finish does what remains when all runs are done.
func (s *Session) Finish(ctx context.Context) error {
	if s.o.finish == nil {
		return nil
	}
	return s.o.finish(ctx, s)
}

// work is the life of one goroutine of Work.
func (s *Session) work(ctx context.Context) (done bool, err error) {
	return study.Pieces{
		Number: len(s.runs),
		Done:   func(i int) (bool, error) { return s.settled(&s.runs[i]), nil },
		Do: func(ctx context.Context, i int) (bool, error) {
			err := s.do(ctx, &s.runs[i])
			if errors.Is(err, context.Canceled) {
				return false, nil
			}
			if err != nil {
				return false, fmt.Errorf("%s: %w", s.runs[i].Run, err)
			}
			return true, nil
		},
	}.Work(ctx)
}

// settled tells whether nothing is left to do for a run: it has its record, and nobody needs a
// checkpoint that is not there, as in a clone that has the results but not the runs.
func (s *Session) settled(r *Run) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.records[r.Run]; !ok {
		return false
	}
	if !r.keep || exists(s.recordPath(r.Run)) {
		return true
	}
	for i := range s.runs {
		if _, ok := s.records[s.runs[i].Run]; s.runs[i].needs == r.Run && !ok {
			return false
		}
	}
	return true
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// folder returns where a run is kept while it goes on.
func (s *Session) folder(name string) string {
	return filepath.Join(s.o.Work, filepath.FromSlash(name))
}

// checkpoint returns the path of a run's last parameters.
func (s *Session) checkpoint(name string) string {
	return filepath.Join(s.folder(name), training.LatestFile)
}

// finish adds a record to the results and says so.
func (s *Session) finish(record figure.Record) error {
	s.mu.Lock()
	s.records[record.Run] = record
	delete(s.active, record.Run)
	s.mu.Unlock()
	if err := s.write(); err != nil {
		return err
	}
	done, all := s.Count()
	text := fmt.Sprintf("score %s over %s", stats.Text(record.Score, record.CI95, record.Episodes),
		cli.Count(record.Episodes, "episode"))
	if record.Diverged != "" {
		text = "diverged: " + record.Diverged
	}
	fmt.Fprintf(s.stderr, "experiment: %s: %s (%d of %d runs)\n", record.Run, text, done, all)
	return nil
}

// Count returns how many runs are done and how many there are.
func (s *Session) Count() (done, all int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.runs {
		if _, ok := s.records[s.runs[i].Run]; ok {
			done++
		}
	}
	return done, len(s.runs)
}

// live is how far a run is that is being worked on.
type live struct {
	steps int64
	score float64 // moving mean of training windows
}

// mostLive is how many runs have room in a line of progress.
const mostLive = 4

// note tells how far a run of this process is.
func (s *Session) note(name string, m a3c.Metrics) {
	done, all := s.Count()
	s.mu.Lock()
	defer s.mu.Unlock()
	run := s.active[name]
	if run == nil {
		run = &live{score: m.Score}
		s.active[name] = run
	}
	run.steps = m.Steps
	if m.WindowEpisodes > 0 {
		run.score += (m.Score - run.score) / 10
	}
	detail := fmt.Sprintf("%d of %d runs done", done, all)
	if len(s.active) <= mostLive {
		for _, name := range slices.Sorted(maps.Keys(s.active)) {
			detail += fmt.Sprintf(", %s %.1f", name, s.active[name].score)
		}
	}
	s.progress.Update(s.stepsDone(), detail)
}

// stepsDone returns the steps of all runs, those that others have done since this process last
// looked not counted. The caller holds the lock.
func (s *Session) stepsDone() int64 {
	total := int64(0)
	for i := range s.runs {
		r := &s.runs[i]
		if _, ok := s.records[r.Run]; ok {
			total += r.steps()
		} else if run := s.active[r.Run]; run != nil {
			total += run.steps
		}
	}
	return total
}

// write renews the records in the results folder: those there, those in the work folder by whoever,
// in the order of the runs. One process at a time does so.
func (s *Session) write() error {
	lock, err := s.lockResults()
	if err != nil {
		return err
	}
	defer lock.Close()
	kept, err := figure.ReadRecords(s.o.Out)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range kept {
		s.records[r.Run] = r
	}
	for i := range s.runs {
		if _, ok := s.records[s.runs[i].Run]; ok {
			continue
		}
		record, ok, err := s.readRecord(&s.runs[i])
		if err != nil {
			return err
		}
		if ok {
			s.records[record.Run] = record
		}
	}
	return figure.WriteRecords(s.o.Out, s.inOrder())
}

// lockResults waits until no other process writes the results.
func (s *Session) lockResults() (io.Closer, error) {
	for {
		lock, err := training.LockFolder(s.o.Work)
		if !errors.Is(err, training.ErrBusy) {
			return lock, err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// inOrder returns all records: those of the runs in their order, then those of earlier, longer
// lists by name.
func (s *Session) inOrder() []figure.Record {
	rest := maps.Clone(s.records)
	var all []figure.Record
	for i := range s.runs {
		if r, ok := rest[s.runs[i].Run]; ok {
			all = append(all, r)
			delete(rest, r.Run)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(rest)) {
		all = append(all, rest[name])
	}
	return all
}
