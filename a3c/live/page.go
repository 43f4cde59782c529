package live

import (
	"sync"
	"time"

	"colonnade/a3c"
	"colonnade/a3c/training"
)

// Page collects what the page shows. Without -http it is nil: Watch, ShowTrials, Attach and Close
// of a nil *Page do nothing. Watch makes it the training.Watcher of a run.
type Page struct {
	command string
	server  *server
	frames  frames

	mu       sync.Mutex // guards the fields below; held for moments only, as the training waits for it
	run      training.Watched
	history  training.History
	phase    phase
	began    time.Time // the phase
	ended    int       // episodes of the evaluation
	episodes int       // all of them
	runs     int       // begun so far
	trials   func() (Table, error)
	arm      Arm
}

type phase string

// What a run is at.
const (
	starting   phase = "starting"
	learning   phase = "training"
	evaluating phase = "evaluating"
	ended      phase = "ended"
)

// Table is what a sweep shows of its trials.
type Table struct {
	Head []string
	Rows [][]string // best first
	Note string     // below it
}

// Watch lets the page watch a run that is going to be opened, and stop its arms if it has some.
func (p *Page) Watch(plan *training.Plan) {
	if p == nil {
		return
	}
	plan.Watcher = p
	if driven, ok := plan.World.(interface{ Arm() Arm }); ok {
		p.Attach(driven.Arm())
	}
}

// ShowTrials lets the page show a table, which any goroutine may ask for.
func (p *Page) ShowTrials(table func() (Table, error)) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.trials = table
}

// Attach lets the page show an arm, stop it, and confirm that it may go on after a pause.
func (p *Page) Attach(arm Arm) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.arm = arm
}

// Begin implements training.Watcher.
func (p *Page) Begin(run training.Watched) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.run, p.history = run, run.History
	p.runs++
	p.enter(learning)
}

// Envs implements training.Watcher: the first environment is looked at.
func (p *Page) Envs(make func(worker, index int) (a3c.Env, error)) func(worker, index int) (a3c.Env, error) {
	return func(worker, index int) (a3c.Env, error) {
		env, err := make(worker, index)
		if err != nil || worker != 0 || index != 0 {
			return env, err
		}
		return p.frames.watch(env, make), nil
	}
}

// Metrics implements training.Watcher.
func (p *Page) Metrics(m a3c.Metrics) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.history.Add(m)
}

// Evaluating implements training.Watcher.
func (p *Page) Evaluating(ended, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended, p.episodes = ended, total
	if p.phase != evaluating {
		p.enter(evaluating)
	}
}

// End implements training.Watcher.
func (p *Page) End() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.enter(ended)
}

// enter begins a phase. The caller holds mu.
func (p *Page) enter(next phase) { p.phase, p.began = next, time.Now() }

// notes are what the page knows at one moment.
type notes struct {
	run             training.Watched
	rows            []a3c.Metrics // of the charts: windows, merged where there are many
	latest          []a3c.Metrics // windows as they were measured
	windows         int           // all of them
	phase           phase
	ended, episodes int
	runs            int
	trials          func() (Table, error)
	arm             Arm
}

func (p *Page) notes() notes {
	p.mu.Lock()
	defer p.mu.Unlock()
	return notes{p.run, p.history.Rows(), p.history.Latest(recent + 1), p.history.Windows(), p.phase, p.ended,
		p.episodes, p.runs, p.trials, p.arm}
}

// asked returns what somebody is asked for.
func (n *notes) asked() Asked {
	if n.arm == nil {
		return Asked{}
	}
	return n.arm.Asked()
}

// last returns the latest window, or nil.
func (n *notes) last() *a3c.Metrics {
	if len(n.latest) == 0 {
		return nil
	}
	return &n.latest[len(n.latest)-1]
}

// Arm is the arm of a run, or all of them, that the page watches. Any goroutine may call its
// methods.
type Arm interface {
	// Safety says how the arm is.
	Safety() Safety
	// Stop stops the arm at once, and returns when it has been told so. It may be called again.
	Stop() error
	// Asked says what somebody is to do before the arm moves on.
	Asked() Asked
	// Confirm confirms that the arm may move on, and tells whether the question of this number was
	// still open.
	Confirm(number int) bool
}

// Asked is what somebody is asked to do. The zero value: nothing.
type Asked struct {
	Number int    // of the question, from 1
	Text   string // what is to be done, and why the arm waits
	Wants  bool   // a confirmation
}

// Safety is the state of an arm's safety in words for people.
type Safety struct {
	State   string // such as "moving", "stopped by the page", "over the current limit"
	Fine    bool   // nothing is wrong
	Stopped bool   // it takes no commands any more
	Details []Detail
}

// Detail is one more thing to know, such as a limit and how near it is.
type Detail struct{ Name, Value string }
