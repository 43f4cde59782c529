package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"colonnade/a3c"
	"colonnade/a3c/cli"
	"colonnade/a3c/stats"
	"colonnade/a3c/training"
	"colonnade/jaco/camera"
	"colonnade/jaco/cmd/workcell"
	"colonnade/jaco/record"
	"colonnade/jaco/robot"
	"colonnade/jaco/safety"
	"colonnade/jaco/transport"
	"colonnade/nn"
	"colonnade/sim"
	"colonnade/sim/reach"
)

// played is the result of run and record.
type played struct {
	Episodes   int                  `json:"episodes"`
	Score      float64              `json:"score"` // mean of all episodes that ended
	CI95       float64              `json:"ci95"`
	Reached    float64              `json:"reached"`
	Violations float64              `json:"violations"` // episodes that the safety layer ended
	Steps      int                  `json:"steps"`
	Trips      map[safety.Cause]int `json:"trips,omitempty"`
	Recoveries int                  `json:"recoveries"` // times the arm was lost and came back
	Pauses     int                  `json:"pauses"`     // times target or camera were
	Redraws    int                  `json:"redraws"`    // starts given up as the arm did not get there
	Policy     float64              `json:"policy_ms"`  // time that choosing an action takes, in the median
	PolicyMost float64              `json:"policy_ms_most"`
	Contacts   *int                 `json:"contacts,omitempty"` // of the emulated arm with anything: it must be 0
	Faults     map[string]int       `json:"faults,omitempty"`   // of -faults, by kind
	Record     string               `json:"record,omitempty"`
}

// playing is the command line of run and record.
type playing struct {
	*setup
	checkpoint, file *string
	episodes         *int
	greedy           *bool
	targetEvery      *int
	patience         *time.Duration
	profile          *string
	view             training.WorldSettings // what the policy sees
}

func newPlaying(example string, c console) *playing {
	p := &playing{setup: newSetup(example, c).moves(), view: training.DefaultWorld()}
	p.checkpoint = p.String("checkpoint", "",
		"trained policy: checkpoint `file`, or a run folder (its latest parameters)")
	p.episodes = p.Int("episodes", 10, "`number` of episodes")
	p.greedy = p.Bool("greedy", false, "take the most probable actions instead of drawing from the policy")
	p.targetEvery = p.Int("target-every", 3, "`episodes` between two new places of the target")
	p.patience = p.Duration("patience", 30*time.Second,
		"how long a lost arm, camera or target is waited for, `time` of the arm's clock")
	p.profile = p.ProfileFlag("the current folder")
	return p
}

func (p *playing) validate() error {
	switch {
	case p.view.See != training.SeeCamera && p.view.See != training.SeeTwin:
		return cli.Usagef("-see is %q, want %s or %s", p.view.See, training.SeeCamera, training.SeeTwin)
	case *p.episodes < 1:
		return cli.Usagef("-episodes is %d, want at least 1", *p.episodes)
	case *p.targetEvery < 1:
		return cli.Usagef("-target-every is %d, want at least 1", *p.targetEvery)
	case *p.patience <= 0:
		return cli.Usagef("-patience is %v, want more than 0", *p.patience)
	}
	return p.view.Validate()
}

func runPolicy(ctx context.Context, args []string, c console) (any, error) {
	p := newPlaying("run -checkpoint bench/pretrained/reach-recurrent-wide.safetensors -domain sim", c)
	p.file = p.String("record", "", "keep all steps, pictures included, in this `file`")
	p.NotInFile("record")
	p.StringVar(&p.view.See, "see", p.view.See, "what the policy sees: the pictures of the `camera`, or those of the "+
		"twin: the present state, by encoders and tracker, drawn as the world -twin shows it (camera, twin)")
	p.StringVar(&p.view.Twin, "twin", p.view.Twin, "the `world` in which the policy was trained, a name or a file: "+
		"twins are drawn as it looks")
	if err := p.parse(args); err != nil {
		return nil, err
	}
	if *p.checkpoint == "" {
		return nil, cli.Usagef("-checkpoint is needed: a file, or the folder of a run")
	}
	return p.play(ctx)
}

func recordEpisodes(ctx context.Context, args []string, c console) (any, error) {
	p := newPlaying("record -out episodes.jaco -episodes 3", c)
	p.file = p.String("out", "", "append the steps to this `file`")
	p.NotInFile("out")
	if err := p.parse(args); err != nil {
		return nil, err
	}
	if *p.file == "" {
		return nil, cli.Usagef("-out FILE is needed: where the episodes are kept")
	}
	return p.play(ctx)
}

// play plays the episodes. What was played before an error is the result beside it.
func (p *playing) play(ctx context.Context) (any, error) {
	if err := p.validate(); err != nil {
		return nil, err
	}
	who, err := newPlayer(*p.checkpoint, *p.greedy)
	if err != nil {
		return nil, err
	}
	stop, err := cli.StartProfile(*p.profile, ".")
	if err != nil {
		return nil, err
	}
	defer stop()
	at, err := p.open(ctx, workcell.Wants{Camera: true, Plane: true, Move: true})
	if err != nil {
		return nil, err
	}
	var file *record.Writer
	if *p.file != "" {
		if file, err = record.Append(*p.file); err != nil {
			return nil, at.close(err)
		}
		if n := file.Cut(); n > 0 {
			fmt.Fprintf(p.stderr, "%s: %d bytes behind the last whole record were cut off: the program or the "+
				"machine died before it was kept\n", *p.file, n)
		}
	}
	end := at.guardKeys()
	r := &played{Record: *p.file}
	err = at.outside(func() error { return p.episodesOf(ctx, at, who, file, r) })
	end()
	r.Trips = at.Guard.Trips()
	if at.emulated != nil {
		n := at.emulated.Arm.State(at.Clock.Now()).Contacts
		r.Contacts, r.Faults = &n, map[string]int{}
		for f := transport.Delay; f <= transport.Unplug; f++ {
			if n := at.emulated.Faults.Count(f); n > 0 {
				r.Faults[f.String()] = n
			}
		}
	}
	if err = at.close(err); file != nil {
		err = errors.Join(err, file.Close())
	}
	fmt.Fprintf(p.stderr, "score %s over %s; %.0f %% reached the target, %.0f %% were ended by the safety layer; an "+
		"action takes %.2f ms\n",
		stats.Text(r.Score, r.CI95, r.Episodes), cli.Count(r.Episodes, "episode"), 100*r.Reached, 100*r.Violations,
		r.Policy)
	return r, err
}

// episodesOf plays the episodes and sums up.
func (p *playing) episodesOf(ctx context.Context, at *site, who player, file *record.Writer, r *played) error {
	twin, err := p.view.TwinDomain()
	if err != nil {
		return err
	}
	opt := robot.Options{
		Workcell: at.Workcell, TargetEvery: *p.targetEvery, Patience: *p.patience, Twin: twin, SeeTwin: twin != nil,
		Log: func(at time.Time, text string) { fmt.Fprintf(p.stderr, "%s %s\n", at.Format("15:04:05.000"), text) },
	}
	if file != nil {
		opt.Record = file.Write
	}
	env, err := robot.New(opt)
	if err != nil {
		return err
	}
	var scores []float64
	var took []time.Duration
	for i := range *p.episodes {
		var score float64
		if score, err = p.episode(ctx, env, who, i, &took); err != nil {
			break
		}
		scores = append(scores, score)
		if score > 0 {
			r.Reached++
		}
		if env.Trip() != nil {
			r.Violations++
		}
		target := env.Target()
		fmt.Fprintf(p.stderr, "episode %d: score %.0f, target at %+.2f %+.2f m%s\n", i+1, score, target[0], target[1],
			ended(env))
	}
	s := stats.Summarize(scores)
	counts := env.Counts()
	r.Episodes, r.Score, r.CI95, r.Steps = len(scores), s.Mean, s.CI95, counts.Steps
	r.Recoveries, r.Pauses, r.Redraws = counts.Recoveries, counts.Pauses, counts.Redraws
	if n := float64(len(scores)); n > 0 {
		r.Reached, r.Violations = r.Reached/n, r.Violations/n
	}
	if len(took) > 0 {
		slices.Sort(took)
		r.Policy, r.PolicyMost = milliseconds(took[len(took)/2]), milliseconds(took[len(took)-1])
	}
	return err
}

func milliseconds(d time.Duration) float64 { return d.Seconds() * 1000 }

func ended(env *robot.Env) string {
	if trip := env.Trip(); trip != nil {
		return ", ended: " + trip.Error()
	}
	return ""
}

// episode plays one episode.
func (p *playing) episode(ctx context.Context, env *robot.Env, who player, number int,
	took *[]time.Duration) (score float64, err error) {
	seed, actions := a3c.EpisodeSeeds(p.Seed, number)
	pixels, proprio := who.begin(actions)
	if err := env.Reset(seed, pixels, proprio); err != nil {
		return 0, err
	}
	for {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		began := time.Now()
		q, _ := env.Joints()
		action, err := who.act(&q, env.Target())
		if err != nil {
			return 0, err
		}
		*took = append(*took, time.Since(began))
		reward, terminated, truncated, err := env.Step(action, pixels, proprio)
		if err != nil {
			return 0, err
		}
		score += float64(reward)
		if terminated || truncated {
			return score, nil
		}
	}
}

// player chooses actions.
type player interface {
	// begin begins an episode whose actions are drawn from seed, and returns where its observations
	// go: what is not wanted is empty.
	begin(seed uint64) (pixels []uint8, proprio []float32)

	// act chooses for the last observation; q (rad) and target (m) are the arm's angles and the
	// tracked target. The action is valid until the next call.
	act(q *[sim.NumJoints]float64, target sim.Vec3) ([]int, error)
}

// newPlayer returns the policy of a checkpoint, or the planner if there is none.
func newPlayer(checkpoint string, greedy bool) (player, error) {
	if checkpoint == "" {
		return &planning{reach.NewPlanner(sim.Canonical()), make([]int, sim.NumJoints)}, nil
	}
	c, _, err := nn.LoadCheckpoint(training.CheckpointPath(checkpoint))
	if err != nil {
		return nil, err
	}
	p := &trained{a3c.NewActor(c.Network, c.Theta, 1, greedy)}
	pixels, proprio := p.begin(0)
	if n := len(pixels); n != 0 && n != camera.FrameSize {
		return nil, fmt.Errorf("%s takes pictures of %d bytes, the arm's have %d", checkpoint, n, camera.FrameSize)
	}
	if n := len(proprio); n != 0 && n != 2*sim.NumJoints {
		return nil, fmt.Errorf("%s takes %d values of proprioception, the arm has %d", checkpoint, n, 2*sim.NumJoints)
	}
	if choices := c.Network.Arch().Choices; len(choices) != sim.NumJoints {
		return nil, fmt.Errorf("%s chooses for %d joints, the arm has %d", checkpoint, len(choices), sim.NumJoints)
	}
	return p, nil
}

// trained is a policy.
type trained struct{ actor *a3c.Actor }

func (p *trained) begin(seed uint64) ([]uint8, []float32) {
	p.actor.Begin(0, seed)
	return p.actor.Pixels(0), p.actor.Proprioception(0)
}

func (p *trained) act(*[sim.NumJoints]float64, sim.Vec3) ([]int, error) {
	if err := p.actor.Act(1); err != nil {
		return nil, err
	}
	return p.actor.Action(0), nil
}

// planning is the planner, which needs no pictures.
type planning struct {
	planner *reach.Planner
	action  []int
}

func (p *planning) begin(uint64) ([]uint8, []float32) { return nil, nil }

func (p *planning) act(q *[sim.NumJoints]float64, target sim.Vec3) ([]int, error) {
	p.planner.Plan(p.action, q, target)
	return p.action, nil
}
