package a3c

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"colonnade/a3c/stats"
	"colonnade/nn"
)

// EvalConfig says how to evaluate.
type EvalConfig struct {
	// Episodes is the number of episodes. At least 1.
	Episodes int
	// Seed decides the episodes and the actions drawn in them; training never sees these episodes,
	// whatever its seed.
	Seed uint64
	// Greedy takes the most probable choice of each factor instead of drawing from the policy.
	Greedy bool
	// Workers is the number of goroutines. The result does not depend on it. 0 stands for 1.
	Workers int
	// Envs is the number of environments of each worker, stepped in lockstep. 0 stands for 8; a
	// robot wants 1. The result does not depend on it as long as the kernels compute a row of a
	// matrix alike in matrices of any size.
	Envs int
	// OnEpisode, if not nil, is called after each episode with the number of those that ended; one
	// call at a time.
	OnEpisode func(ended int)
	// OnReset and OnEnd, if not nil, are shown the environment of an episode, from 0: after its
	// Reset, and after its last step. They are called by the goroutines of the workers, for
	// different episodes at the same time, and must not step it.
	OnReset, OnEnd func(episode int, env Env)
	// Perturb, if not nil, is called before each group of Envs episodes that are played together
	// with the number of the first one, by the goroutines of the workers, and returns what
	// Actor.Perturb takes while they are played. A function whose random numbers follow from that
	// number gives a result that does not depend on Workers; on Envs it does.
	Perturb func(first int) func(l nn.Lateral, x []float32)
}

// Evaluate plays episodes with parameters theta and does not learn. makeEnv is called once for each
// environment of each worker, by several workers at a time; Evaluate closes environments that can
// be closed. Episode i is decided by Seed and i alone (EpisodeSeeds).
//
// Episodes are played in groups of Envs, the first of them in the first row and so on: so the
// matrices are the same whatever the number of workers.
func Evaluate(ctx context.Context, net *nn.Network, theta []float32, makeEnv func(worker, index int) (Env, error),
	cfg EvalConfig) (Result, error) {
	if cfg.Workers == 0 {
		cfg.Workers = 1
	}
	if cfg.Envs == 0 {
		cfg.Envs = 8
	}
	switch {
	case cfg.Episodes < 1:
		return Result{}, fmt.Errorf("evaluate: %d episodes, want at least 1", cfg.Episodes)
	case cfg.Workers < 1 || cfg.Workers > maxWorkers:
		return Result{}, fmt.Errorf("evaluate: %d workers, want 1 to %d", cfg.Workers, maxWorkers)
	case cfg.Envs < 1 || cfg.Envs > maxEnvs:
		return Result{}, fmt.Errorf("evaluate: %d environments, want 1 to %d", cfg.Envs, maxEnvs)
	case len(theta) != net.Parameters():
		return Result{}, fmt.Errorf("evaluate: %d parameters given, the network has %d", len(theta), net.Parameters())
	}
	cfg.Envs = min(cfg.Envs, cfg.Episodes)
	cfg.Workers = min(cfg.Workers, (cfg.Episodes+cfg.Envs-1)/cfg.Envs)
	e := &evaluation{
		cfg: cfg, net: net, theta: theta,
		result: Result{Scores: make([]float64, cfg.Episodes), Lengths: make([]int, cfg.Episodes),
			Terminated: make([]bool, cfg.Episodes)},
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	errs := make([]error, cfg.Workers)
	var group sync.WaitGroup
	for id := range cfg.Workers {
		group.Add(1)
		go func() {
			defer group.Done()
			if errs[id] = e.work(ctx, id, makeEnv); errs[id] != nil {
				cancel()
			}
		}()
	}
	group.Wait()
	if err := firstCause(errs); err != nil {
		return Result{}, fmt.Errorf("evaluate: %w", err)
	}
	e.result.summarize()
	return e.result, nil
}

// firstCause returns the first error, preferring one that is not the cancellation that another one
// caused.
func firstCause(errs []error) error {
	var cancelled error
	for _, err := range errs {
		switch {
		case err == nil:
		case errors.Is(err, context.Canceled):
			cancelled = err
		default:
			return err
		}
	}
	return cancelled
}

// evaluation is shared by the goroutines of one Evaluate. Each writes the results of its own
// episodes.
type evaluation struct {
	cfg    EvalConfig
	net    *nn.Network
	theta  []float32
	groups atomic.Int64 // groups of episodes taken on
	result Result

	mu    sync.Mutex // guards ended, and calls of OnEpisode
	ended int
}

// work plays groups of episodes until none is left.
func (v *evaluation) work(ctx context.Context, id int, makeEnv func(worker, index int) (Env, error)) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
		if err != nil {
			err = fmt.Errorf("worker %d: %w", id, err)
		}
	}()
	envs := make([]Env, 0, v.cfg.Envs)
	defer func() { err = errors.Join(err, closeEnvs(envs)) }()
	wanted := spaceOf(v.net)
	for i := range v.cfg.Envs {
		env, err := makeEnv(id, i)
		if err == nil {
			envs = append(envs, env)
			err = wanted.check(env)
		}
		if err != nil {
			return fmt.Errorf("environment %d: %w", i, err)
		}
	}
	actor := NewActor(v.net, v.theta, len(envs), v.cfg.Greedy)
	for {
		first := int(v.groups.Add(1)-1) * v.cfg.Envs
		if first >= v.cfg.Episodes {
			return nil
		}
		if err := v.group(ctx, actor, envs[:min(len(envs), v.cfg.Episodes-first)], first); err != nil {
			return err
		}
	}
}

// group plays one episode in each environment, episode first+row in row.
func (v *evaluation) group(ctx context.Context, actor *Actor, envs []Env, first int) error {
	over := make([]bool, len(envs))
	if v.cfg.Perturb != nil {
		actor.Perturb(v.cfg.Perturb(first))
	}
	for row, env := range envs {
		seed, actions := EpisodeSeeds(v.cfg.Seed, first+row)
		actor.Begin(row, actions)
		if err := env.Reset(seed, actor.Pixels(row), actor.Proprioception(row)); err != nil {
			return fmt.Errorf("episode %d: reset: %w", first+row, err)
		}
		if v.cfg.OnReset != nil {
			v.cfg.OnReset(first+row, env)
		}
	}
	for rows := len(envs); rows > 0; {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := actor.Act(rows); err != nil {
			return fmt.Errorf("episodes %d to %d: %w", first, first+rows-1, err)
		}
		for row, env := range envs[:rows] {
			if over[row] {
				continue
			}
			ended, err := v.step(first+row, env, actor, row)
			if err != nil {
				return fmt.Errorf("episode %d: step %d: %w", first+row, v.result.Lengths[first+row], err)
			}
			over[row] = ended
		}
		for rows > 0 && over[rows-1] {
			rows--
		}
	}
	return nil
}

// step takes one step of an episode and reports whether it ended.
func (v *evaluation) step(episode int, env Env, actor *Actor, row int) (bool, error) {
	reward, terminated, truncated, err := env.Step(actor.Action(row), actor.Pixels(row), actor.Proprioception(row))
	if err != nil {
		return false, err
	}
	if !finite(reward) {
		return false, fmt.Errorf("the reward is %v, %w", reward, ErrNotFinite)
	}
	v.result.Scores[episode] += float64(reward)
	v.result.Lengths[episode]++
	v.result.Terminated[episode] = terminated
	if !terminated && !truncated {
		return false, nil
	}
	if v.cfg.OnEnd != nil {
		v.cfg.OnEnd(episode, env)
	}
	if v.cfg.OnEpisode != nil {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.ended++
		v.cfg.OnEpisode(v.ended)
	}
	return true, nil
}

// Result is what an evaluation found. Slices have one element for each episode, in the order of
// episodes.
type Result struct {
	Scores     []float64 // undiscounted returns
	Lengths    []int     // steps
	Terminated []bool    // ended by a termination, not a time limit

	Mean      float64 // of the scores
	Deviation float64 // standard deviation of the scores; 0 for a single episode
	// half width of the 95 % confidence interval of Mean (Student's t); 0 for a single episode:
	// unknown
	CI95       float64
	Reached    float64 // fraction of episodes with a score above 0
	Violations float64 // fraction of episodes that terminated
	Length     float64 // mean length

	ReachedCI95, ViolationsCI95 stats.Interval // 95 % confidence intervals of the fractions (Wilson)
}

// Join returns the result of all episodes of several evaluations, one after the other.
func Join(results ...Result) Result {
	var all Result
	for _, r := range results {
		all.Scores = append(all.Scores, r.Scores...)
		all.Lengths = append(all.Lengths, r.Lengths...)
		all.Terminated = append(all.Terminated, r.Terminated...)
	}
	all.summarize()
	return all
}

// summarize computes what follows from the episodes.
func (r *Result) summarize() {
	reached, terminated, steps := 0, 0, 0
	for i, s := range r.Scores {
		steps += r.Lengths[i]
		if s > 0 {
			reached++
		}
		if r.Terminated[i] {
			terminated++
		}
	}
	s, n := stats.Summarize(r.Scores), len(r.Scores)
	r.Mean, r.Deviation, r.CI95 = s.Mean, s.Deviation, s.CI95
	r.ReachedCI95, r.ViolationsCI95 = stats.Wilson(reached, n), stats.Wilson(terminated, n)
	if n > 0 {
		r.Reached, r.Violations, r.Length = float64(reached)/float64(n), float64(terminated)/float64(n),
			float64(steps)/float64(n)
	}
}
