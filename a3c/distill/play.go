package distill

import (
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"sync/atomic"
	"time"

	"colonnade/a3c"
	"colonnade/nn"
)

// environment is what a student learns in.
type environment interface {
	a3c.Env
	a3c.Twin
}

// player acts in the environment, by the student or by its teacher, and makes a frame of each step.
// It allocates nothing in a step.
type player struct {
	cfg      a3c.Config
	settings Settings
	env      environment
	watch    a3c.Stopwatch // nil: the environment has none
	student  *mind
	teacher  *mind
	shared   bool // the student's own LSTM begins windows with the teacher's state

	newest  *atomic.Pointer[[]float32] // parameters that the learner has published since; nil: it works in turn
	source  *rand.PCG
	rng     *rand.Rand
	choices []int
	action  []int
	best    [2][]int // most probable choices of student and teacher

	steps    int64 // taken
	episodes int64 // begun
	started  bool  // an episode is under way and its observation lies in the student's batch
	score    float64
	length   int64
	helped   bool // the teacher acted in the episode under way
	seen     time.Time

	keep  func(*frame) (*frame, error) // takes a frame and returns one to write to
	frame *frame
	sums  sums // of the rollout at hand

	physics, render time.Duration // what the environment said last
}

// streamPlay keeps the actions' random numbers apart from those of a3c's workers.
const streamPlay = 0x706c6179

func newPlayer(cfg a3c.Config, set Settings, env environment, student, teacher *mind, s shape) *player {
	choices := student.net.Arch().Choices
	factors := len(choices)
	p := &player{
		choices: choices, cfg: cfg, settings: set, env: env, student: student, teacher: teacher,
		shared: sharesState(student.net, teacher.net),
		source: rand.NewPCG(cfg.Seed, streamPlay), action: make([]int, factors),
		best: [2][]int{make([]int, factors), make([]int, factors)}, frame: s.newFrame(), sums: newSums(factors),
	}
	p.watch, _ = env.(a3c.Stopwatch)
	p.rng = rand.New(p.source)
	return p
}

// sharesState tells whether a teacher's LSTM state means something to a student: if both are as
// wide.
func sharesState(student, teacher *nn.Network) bool {
	n := student.Arch().LSTM
	return n > 0 && n == teacher.Arch().LSTM
}

// play takes the steps of a rollout and leaves their sums in p.sums. A panic comes back as an
// error.
func (p *player) play() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
		if err != nil {
			err = &a3c.WorkerError{Step: p.steps, Err: err}
		}
	}()
	p.sums.reset()
	if !p.settings.Beside {
		p.seen = time.Now() // what went before was learning, which an arm does not wait for
	}
	for range p.cfg.Rollout {
		if !p.started {
			if err := p.reset(); err != nil {
				return err
			}
		}
		if err := p.step(); err != nil {
			return fmt.Errorf("step environment: %w", err)
		}
	}
	p.readWatch()
	return nil
}

// reset begins an episode.
func (p *player) reset() error {
	seed := a3c.TrainingSeed(p.cfg.Seed, 0, 0, p.episodes)
	p.episodes++
	mark := time.Now()
	if err := p.env.Reset(seed, p.student.batch.Pixels(0, 0), p.student.batch.Proprioception(0, 0)); err != nil {
		return fmt.Errorf("reset environment: %w", err)
	}
	p.seen = time.Now()
	p.sums.stages.Env += int64(p.seen.Sub(mark))
	for _, m := range []*mind{p.student, p.teacher} {
		m.forget()
	}
	p.started, p.score, p.length, p.helped = true, 0, 0, false
	return nil
}

// step lets both look, takes the action of one of them, and keeps the frame.
func (p *player) step() error {
	f := p.frame
	sure, err := p.env.Twin(p.teacher.batch.Pixels(0, 0))
	if err != nil {
		return err
	}
	drawn := time.Now()
	p.sums.stages.Env += int64(drawn.Sub(p.seen))
	if err := p.look(f); err != nil {
		return err
	}
	f.sure, f.byTeacher = sure, p.rng.Float64() < p.settings.share(p.steps, p.cfg.Steps)
	actor := p.student
	if f.byTeacher {
		actor, p.helped = p.teacher, true
	}
	actor.policy.Sample(p.action, actor.prob, p.rng)
	p.compare()
	for i, a := range p.action {
		f.action[i] = uint8(a)
	}
	acted := time.Now()
	p.sums.stages.Forward += int64(acted.Sub(drawn))
	p.sums.decided(acted.Sub(p.seen))
	reward, terminated, truncated, err := p.env.Step(p.action, p.student.batch.Pixels(0, 0),
		p.student.batch.Proprioception(0, 0))
	if err != nil {
		return err
	}
	if !finite(float64(reward)) {
		return fmt.Errorf("the reward is %v, %w", reward, a3c.ErrNotFinite)
	}
	p.seen = time.Now()
	p.sums.stages.Env += int64(p.seen.Sub(acted))
	f.reward = reward
	p.student.next()
	p.teacher.next()
	p.student.batch.First(0)[0], p.teacher.batch.First(0)[0] = false, false
	p.count(float64(reward), terminated, truncated)
	p.frame, err = p.keep(f)
	return err
}

// look lets student and teacher look at the observation, and writes down what there is to keep of
// it.
func (p *player) look(f *frame) error {
	if p.newest != nil {
		p.student.theta = *p.newest.Load()
	}
	f.first = p.student.batch.First(0)[0]
	copy(f.pixels, p.student.batch.Pixels(0, 0))
	copy(f.proprio, p.student.batch.Proprioception(0, 0))
	h, c := f.h, f.c
	for k := range p.student.cells {
		fromH, fromC := p.student.batch.State(k+1, 0)
		if k+1 == len(p.student.cells) && p.shared {
			fromH, fromC = p.teacher.own()
		}
		h, c = h[copy(h, fromH):], c[copy(c, fromC):]
	}
	if err := p.teacher.think(); err != nil {
		return err
	}
	copy(f.output, p.teacher.output())
	copy(f.features, p.teacher.batch.Features(0))
	return p.student.think()
}

// compare adds to the sums how far the student is from its teacher at the step at hand.
func (p *player) compare() {
	s, policy := &p.sums, p.student.policy
	policy.Greedy(p.best[0], p.student.prob)
	policy.Greedy(p.best[1], p.teacher.prob)
	for i, choice := range p.best[0] {
		if choice == p.best[1][i] {
			s.agreed++
		}
	}
	s.divergence += divergence(p.teacher.logp, p.teacher.prob, p.student.logp)
	s.addEntropy(p.choices, p.student.logp, p.student.prob)
	s.value += float64(p.student.output()[policy.Logits()])
	if p.frame.byTeacher {
		s.byTeacher++
	}
	if p.frame.sure {
		s.sure++
	}
}

// divergence returns KL(teacher || student), nats, summed over factors.
func divergence(logTeacher, teacher, logStudent []float32) (kl float64) {
	for i, p := range teacher {
		kl += float64(p) * float64(logTeacher[i]-logStudent[i])
	}
	return kl
}

// count adds a step to the sums, and the episode if it ended.
func (p *player) count(reward float64, terminated, truncated bool) {
	p.steps++
	p.length++
	p.score += reward
	s := &p.sums
	s.steps++
	s.reward += reward
	if !terminated && !truncated {
		return
	}
	p.started = false
	s.episodes++
	s.score += p.score
	s.length += p.length
	if p.cfg.KeepScores {
		s.scores = append(s.scores, float32(p.score))
	}
	if p.score > 0 {
		s.reached++
	}
	if terminated {
		s.terminated++
	}
	if !p.helped {
		s.alone++
		s.aloneScore += p.score
	}
}

// readWatch moves what the environment knows about its time from the stage Env to the stages it
// belongs to.
func (p *player) readWatch() {
	if p.watch == nil {
		return
	}
	physics, render := p.watch.StageTimes()
	s := &p.sums.stages
	s.Physics += int64(physics - p.physics)
	s.Render += int64(render - p.render)
	s.Env -= int64(physics - p.physics + render - p.render)
	p.physics, p.render = physics, render
}
