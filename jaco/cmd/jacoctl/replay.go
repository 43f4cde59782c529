package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"colonnade/a3c/cli"
	"colonnade/jaco/record"
	"colonnade/jaco/robot"
	"colonnade/sim"
	"colonnade/sim/domain"
	"colonnade/sim/reach"
)

// replayed is the result of replay.
type replayed struct {
	Episodes int `json:"episodes"`
	Steps    int `json:"steps"`
	Skipped  int `json:"skipped"` // steps after the simulated arm had broken a rule
	// root mean square of the palm's distance from the recorded one
	Palm     float64                `json:"palm_mm"`
	PalmMost float64                `json:"palm_mm_most"` // the largest
	Joint    [sim.NumJoints]float64 `json:"joint"`        // root mean square, rad
	// recorded rewards of the steps that were played, all together
	Score    float64 `json:"score"`
	Replayed float64 `json:"score_replayed"`
	Torn     bool    `json:"torn,omitempty"` // the last record was not written to its end
}

func replay(ctx context.Context, args []string, c console) (any, error) {
	f := cli.NewFlags("jacoctl replay", "jacoctl replay "+c.about, "jacoctl replay -domain robot episodes.jaco",
		c.stdout, c.stderr)
	where := struct {
		Domain domain.Named `flag:"domain" help:"how the simulated arm moves: the *name* of a domain, or a file"`
	}{domain.ByName("robot")}
	f.Bind(&where)
	table := f.String("table", "", "write a line for every step into this CSV `file`")
	f.NotInFile("table")
	path := f.Argument()
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if *path == "" {
		return nil, cli.Usagef("which file? One that jacoctl record, or -record, left")
	}
	lines := io.Discard
	if *table != "" {
		out, err := os.Create(*table)
		if err != nil {
			return nil, err
		}
		defer out.Close()
		lines = out
	}
	r, err := playBack(ctx, *path, where.Domain.FixedWorld().Motion, lines, c.stderr)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(c.stderr, "all: %d steps of %d episodes; the palm is %.1f mm off (root mean square), %.1f at most; "+
		"the arm's score is %g, the simulated one's %g\n",
		r.Steps, r.Episodes, r.Palm, r.PalmMost, r.Score, r.Replayed)
	if r.Skipped > 0 {
		fmt.Fprintf(c.stderr, "%d steps were not compared: the simulated arm had broken a rule before, as an arm "+
			"that is some way off may\n", r.Skipped)
	}
	return r, nil
}

// playBack replays a file and tells how each episode went.
func playBack(ctx context.Context, path string, motion sim.Motion, lines, stderr io.Writer) (*replayed, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in, err := record.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	r := &replayed{}
	var now episodeOf
	if _, err := fmt.Fprintln(lines, "episode,step,reward,reward_replayed,palm_mm"); err != nil {
		return nil, err
	}
	model := sim.Canonical()
	recorded := model.NewData()
	total, err := record.Replay(in, motion, func(m *robot.Moment, d *sim.Data) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if m.Episode != now.episode {
			now.tell(stderr)
			now = episodeOf{episode: m.Episode}
		}
		reward := 0.0
		if d.Palm.Distance(sim.Vec3{m.Target[0], m.Target[1], 0}) <= reach.RewardRadius {
			reward = 1
		}
		recorded.Q = m.Q
		for i := range recorded.Q {
			recorded.Q[i] -= motion.Encoder[i]
		}
		model.Kinematics(recorded)
		palm := 1000 * recorded.Palm.Distance(d.Palm)
		now.add(float64(m.Reward), reward, palm)
		r.Score, r.Replayed = r.Score+float64(m.Reward), r.Replayed+reward
		_, err := fmt.Fprintf(lines, "%d,%d,%g,%g,%.2f\n", m.Episode, m.Step, m.Reward, reward, palm)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	now.tell(stderr)
	if r.Torn = total.Torn; r.Torn {
		fmt.Fprintln(stderr, "the last record was not written to its end")
	}
	r.Episodes, r.Steps, r.Skipped, r.Joint = total.Episodes, total.Steps, total.Skipped, total.Joint
	r.Palm, r.PalmMost = 1000*total.Palm, 1000*total.MostPalm
	return r, nil
}

// episodeOf sums up one episode.
type episodeOf struct {
	episode         uint64
	steps           int
	score, replayed float64
	most, last      float64 // mm
}

func (e *episodeOf) add(reward, replayed, palm float64) {
	e.steps++
	e.score, e.replayed = e.score+reward, e.replayed+replayed
	e.most, e.last = max(e.most, palm), palm
}

func (e *episodeOf) tell(w io.Writer) {
	if e.steps > 0 {
		fmt.Fprintf(w,
			"episode %d: %d steps, score %g, replayed %g; the palm is %.1f mm off at most, %.1f in the end\n",
			e.episode, e.steps, e.score, e.replayed, e.most, e.last)
	}
}
