package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"colonnade/a3c/cli"
	"colonnade/jaco/camera"
	"colonnade/jaco/cmd/workcell"
	"colonnade/jaco/robot"
	"colonnade/jaco/tracker"
	"colonnade/sim"
	"colonnade/sim/reach"
)

// agreement is the result of shadow.
type agreement struct {
	Steps int `json:"steps"`
	// joints and steps in which the policy would have done what was done
	Same     float64                `json:"same"`
	Opposite float64                `json:"opposite"` // in which it would have turned the joint the other way
	Joints   [sim.NumJoints]float64 `json:"same_by_joint"`
	// of joints that were moved and that it would have moved: the same way
	Moving    float64 `json:"same_direction"`
	Near      int     `json:"steps_near"`  // steps with the palm within reach of the target
	Seen      float64 `json:"target_seen"` // steps in which the target was in sight for sure
	Closest   float64 `json:"closest_mm"`  // that the palm came to the tracked target
	PolicyMax float64 `json:"policy_ms_most"`
}

// Who drives meanwhile.
const (
	driverOther   = "other"
	driverPlanner = "planner"
)

const (
	shadowStep  = 100 * time.Millisecond
	movedEnough = 0.3 // of the way that a step at full speed is: below, a joint counts as resting
)

func shadow(ctx context.Context, args []string, c console) (any, error) {
	s := newSetup("shadow -arm usb -camera /dev/video0 -calibration table.json -checkpoint runs/column2", c)
	checkpoint := s.String("checkpoint", "",
		"trained policy: checkpoint `file`, or a run folder (its latest parameters)")
	greedy := s.Bool("greedy", false, "take the most probable actions instead of drawing from the policy")
	steps := s.Int("steps", 600, "`number` of steps of 100 ms")
	driver := s.Choice("driver", "", "who drives: other is its own joystick, or another hand, and nothing is sent; "+
		"default: other for a real arm, planner for the emulated one", driverOther, driverPlanner)
	if err := s.parse(args); err != nil {
		return nil, err
	}
	if *driver == "" {
		*driver = map[bool]string{true: driverOther, false: driverPlanner}[s.workcell.Real()]
	}
	switch {
	case *checkpoint == "":
		return nil, cli.Usagef("-checkpoint is needed: a file, or the folder of a run")
	case *steps < 1:
		return nil, cli.Usagef("-steps is %d, want at least 1", *steps)
	}
	who, err := newPlayer(*checkpoint, *greedy)
	if err != nil {
		return nil, err
	}
	at, err := s.open(ctx, workcell.Wants{Camera: true, Plane: true, Move: *driver == driverPlanner})
	if err != nil {
		return nil, err
	}
	w := &watching{site: at, policy: who, out: s.stderr, seed: s.Seed, model: sim.Canonical(),
		finder: tracker.NewFinder()}
	if *driver == driverPlanner {
		if w.driver, err = newPlayer("", false); err != nil {
			return nil, at.close(err)
		}
	}
	end := at.guardKeys()
	err = w.watch(ctx, *steps)
	end()
	r := w.sum()
	err = at.close(err)
	fmt.Fprintf(s.stderr, "%d steps: the policy would have done the same in %.0f %% of joints and steps, the "+
		"opposite in %.0f %%; where both moved a joint, the same way in %.0f %%\n",
		r.Steps, 100*r.Same, 100*r.Opposite, 100*r.Moving)
	return r, err
}

// watching is a policy that looks on.
type watching struct {
	*site
	policy, driver player // driver nil: somebody else
	out            io.Writer
	seed           uint64
	model          *sim.Model
	finder         *tracker.Finder
	target         sim.Vec3 // as last seen

	steps, near, seen          int
	same                       [sim.NumJoints]int
	opposite, moving, together int
	closest                    float64
	slowest                    time.Duration
}

// watch looks on for some steps. Every 50 the policy begins anew, as it learnt to.
func (w *watching) watch(ctx context.Context, steps int) error {
	frame, d := make([]uint8, camera.FrameSize), w.model.NewData()
	w.closest = math.Inf(1)
	w.target = sim.Vec3{reach.TargetCentreX, reach.TargetCentreY, 0}
	var pixels []uint8
	var proprio []float32
	var turns [sim.NumJoints]float64
	for i := range steps {
		if i%reach.EpisodeSteps == 0 {
			pixels, proprio = w.policy.begin(w.seed + uint64(i))
			if w.emulated != nil && i > 0 {
				w.emulated.PutTarget(places(i / reach.EpisodeSteps))
			}
		}
		before, err := w.Guard.Angles(ctx, w.Clock.Now())
		if err != nil {
			return w.causeOf(err)
		}
		if i%reach.EpisodeSteps == 0 {
			turns = robot.Turns(&before.Q)
		}
		for k, turn := range turns {
			before.Q[k] -= turn
		}
		if _, err := w.Camera.Frame(frame); err != nil {
			return err
		}
		copy(pixels, frame)
		for k := range proprio {
			if k < sim.NumJoints {
				proprio[k] = float32(before.Q[k])
			} else {
				proprio[k] = float32(before.V[k-sim.NumJoints])
			}
		}
		if err := w.look(frame, d, &before.Q); err != nil {
			return err
		}
		began := time.Now()
		would, err := w.policy.act(&before.Q, w.target)
		if err != nil {
			return err
		}
		w.slowest = max(w.slowest, time.Since(began))
		if err := w.step(ctx, &before.Q); err != nil {
			return err
		}
		after, err := w.Guard.Angles(ctx, w.Clock.Now())
		if err != nil {
			return w.causeOf(err)
		}
		for k, turn := range turns {
			after.Q[k] -= turn
		}
		w.compare(would, &before.Q, &after.Q, after.QTime.Sub(before.QTime).Seconds())
	}
	return nil
}

// places are where the emulated target lies in turn.
func places(i int) (x, y float64) {
	x = reach.TargetCentreX + reach.TargetSizeX/4*float64(i%3-1)
	y = reach.TargetCentreY + reach.TargetSizeY/4*float64(i/3%3-1)
	return x, y
}

// look follows target and palm.
func (w *watching) look(frame []uint8, d *sim.Data, q *[sim.NumJoints]float64) error {
	sight, err := w.Plane.Locate(w.finder, frame)
	if err != nil {
		return err
	}
	if sight.Confidence >= tracker.Sure {
		w.seen++
		w.target = sim.Vec3{sight.X, sight.Y, 0}
	}
	d.Q = *q
	w.model.Kinematics(d)
	distance := d.Palm.Distance(w.target)
	w.closest = min(w.closest, distance)
	if distance <= reach.RewardRadius {
		w.near++
	}
	return nil
}

// step lets a step pass, in which the driver drives.
func (w *watching) step(ctx context.Context, q *[sim.NumJoints]float64) error {
	until := w.Clock.Now().Add(shadowStep)
	if w.driver != nil {
		action, err := w.driver.act(q, w.target)
		if err != nil {
			return err
		}
		var v [sim.NumJoints]float64
		for i, a := range action {
			v[i] = float64(a-1) * w.model.MaxSpeed(i)
		}
		if err := w.Guard.SetVelocity(&v); err != nil {
			return err
		}
	}
	if err := w.Clock.SleepUntil(ctx, until); err != nil {
		return w.causeOf(err)
	}
	return nil
}

// compare counts where the policy would have done what was done.
func (w *watching) compare(would []int, before, after *[sim.NumJoints]float64, seconds float64) {
	w.steps++
	var did, wanted strings.Builder
	for i, a := range would {
		moved := 1
		if way := after[i] - before[i]; math.Abs(way) > movedEnough*w.model.MaxSpeed(i)*seconds {
			moved = 2
			if way < 0 {
				moved = 0
			}
		}
		if a == moved {
			w.same[i]++
		}
		if a != 1 && moved != 1 {
			w.moving++
			if a == moved {
				w.together++
			} else {
				w.opposite++
			}
		}
		did.WriteByte("-.+"[moved])
		wanted.WriteByte("-.+"[a])
	}
	fmt.Fprintf(w.out, "step %4d  done %s  policy %s\n", w.steps, &did, &wanted)
}

func (w *watching) sum() *agreement {
	r := &agreement{Steps: w.steps, Near: w.near, PolicyMax: milliseconds(w.slowest)}
	if w.steps == 0 {
		return r
	}
	all := 0
	for i, n := range w.same {
		all += n
		r.Joints[i] = float64(n) / float64(w.steps)
	}
	total := float64(w.steps * sim.NumJoints)
	r.Same, r.Opposite = float64(all)/total, float64(w.opposite)/total
	r.Moving = float64(w.together) / float64(max(w.moving, 1))
	r.Seen, r.Closest = float64(w.seen)/float64(w.steps), 1000*w.closest
	return r
}
