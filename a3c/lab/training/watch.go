package training

import (
	"colonnade/a3c"
	"colonnade/a3c/lab/history"
)

// Watcher shows a run to people while it goes on. Its methods are called one at a time by goroutines that train, which wait
// for them: they take notes and return. Nothing that a watcher does changes what is learnt.
type Watcher interface {
	// Begin says that a run begins, or goes on.
	Begin(Watched)
	// Envs returns a function that makes the same environments as the given one, and may look at what they do.
	Envs(make func(worker, index int) (a3c.Env, error)) func(worker, index int) (a3c.Env, error)
	// Metrics gives the next window. It never changes.
	Metrics(m a3c.Metrics)
	// Evaluating says how many episodes of the final evaluation have ended.
	Evaluating(ended, total int)
	// End says that the run is closed.
	End()
}

// Watched is a run as a [Watcher] sees it.
type Watched struct {
	Folder  string
	Title   string // task, world, network, seed
	Config  a3c.Config
	Until   int64 // steps at which this invocation pauses or ends
	Network string
	Factors []string        // names of the action's factors
	History history.History // windows before this invocation, the watcher's own copy

	Parameters int // that are trained
	// Workers returns how the workers do. Any goroutine may call it.
	Workers func() []a3c.WorkerStatus
}

// nobody is a Watcher that looks away.
type nobody struct{}

func (nobody) Begin(Watched)       {}
func (nobody) Metrics(a3c.Metrics) {}
func (nobody) Evaluating(int, int) {}
func (nobody) End()                {}
func (nobody) Envs(make func(worker, index int) (a3c.Env, error)) func(worker, index int) (a3c.Env, error) {
	return make
}
