package robot

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"colonnade/jaco/clock"
	"colonnade/jaco/safety"
	"colonnade/sim"
	"colonnade/sim/reach"
)

// random is a generator of an episode.
type random = rand.Rand

func newRandom(seed uint64) *random { return rand.New(rand.NewPCG(seed, 0x6a61636f)) }

// drawStart draws a pose to start from into e.start, as package sim/reach does, with the Guard's
// margins kept.
func (e *Env) drawStart(rng *random, fits func(q *pose) bool) error {
	for range reach.StartTries {
		e.start = reach.DrawStart(rng, e.model)
		e.arm.Q = e.start
		e.model.Kinematics(e.arm)
		if e.arm.Palm[2] >= reach.StartHeight && fits(&e.start) {
			return nil
		}
	}
	return fmt.Errorf("no start pose that keeps all margins in %d tries", reach.StartTries)
}

const (
	movePeriod = 50 * time.Millisecond // between two velocities on the way
	moveSpeed  = 0.95                  // of a joint's largest velocity
	moveNear   = 0.25                  // s before the goal from which it slows down
	moveThere  = 0.03                  // rad: near enough, for starts are drawn anyway
	moveTime   = 30 * time.Second      // more than any way takes
	moveTries  = 3                     // ways to one pose
	moveGoals  = 5                     // poses
	sampleGap  = 0.015                 // rad of the fastest joint between two poses of a way that are looked at
)

// toStart moves the arm to a start pose. A pose that keeps its margins may still be one that the
// Guard lets nothing come near: then another one is drawn. The arm is never sent home, since its
// firmware knows neither table nor margins: in the end somebody must help it.
func (e *Env) toStart(rng *random, fits func(q *pose) bool) error {
	var err error
	for range moveGoals {
		if err := e.drawStart(rng, fits); err != nil {
			return err
		}
		here := e.cell.Guard.State().Q
		e.turns = turnsBetween(e.model, &e.start, &here)
		for i, turn := range e.turns {
			e.start[i] += turn
		}
		if err = e.moveTo(&e.start); !errors.Is(err, errNoWay) {
			return err
		}
		e.counts.Redraws++
		e.opt.Log(e.cell.Clock.Now(), err.Error())
	}
	return fmt.Errorf("%w, nor to %d others before: move it by hand", err, moveGoals-1)
}

// mostTurns is how many turns from zero a joint without limits may stand when an episode begins;
// beyond it is turned back by one more than would be the shorter way, each time. The Guard refuses
// poses beyond 28 turns.
const mostTurns = 20

// turnsBetween returns what to add to the joints of a pose that have no limits, whole turns in rad,
// so that it is the shorter way from another one.
func turnsBetween(m *sim.Model, q, from *pose) (turns pose) {
	for i := range turns {
		if _, _, limited := m.Range(i); limited {
			continue
		}
		n := math.Round((from[i] - q[i]) / (2 * math.Pi))
		if math.Abs(n) > mostTurns {
			n -= math.Copysign(1, n)
		}
		turns[i] = n * 2 * math.Pi
	}
	return turns
}

// Turns returns the whole turns, rad, that joints without limits stand on from where episodes
// begin. A policy has learnt angles without them: subtract those of the beginning of an episode
// throughout.
func Turns(q *[sim.NumJoints]float64) [sim.NumJoints]float64 {
	m := sim.Canonical()
	centre, _ := m.Keyframe("reach_start")
	return turnsBetween(m, &centre, q)
}

// errNoWay is the end of tries to move the arm to a pose.
var errNoWay = errors.New("the arm does not get to its start pose")

// moveTo moves the arm to a pose and stops it there, on a way that keeps all margins if one is
// found: another one each time that it does not get there. An arm that is lost on the way is waited
// for.
func (e *Env) moveTo(goal *pose) error {
	if err := e.cell.Guard.Pose(); err != nil {
		return err
	}
	ways := 0
	for until := e.cell.Clock.Now().Add(moveTries * moveTime); e.cell.Clock.Now().Before(until); {
		if err := e.cell.Guard.Err(); err != nil {
			if err := e.recover(err); err != nil {
				return err
			}
		}
		err := e.moveBy(e.route(goal, ways))
		if err == nil || errors.Is(err, errSlow) {
			err = errors.Join(err, e.cell.Guard.Stop(context.Background()))
		}
		if err == nil || errors.Is(err, safety.ErrEmergency) {
			return err
		}
		if violation(err) || errors.Is(err, errSlow) {
			ways++
		}
		if ways == moveTries {
			return fmt.Errorf("%w: %w", errNoWay, err)
		}
		e.opt.Log(e.cell.Clock.Now(), "on the way to the start: "+err.Error())
	}
	return fmt.Errorf("the arm is lost again and again on its way to the start: look after cable and power; it did "+
		"not get there within %v", moveTries*moveTime)
}

// errSlow is the end of a way that takes too long.
var errSlow = errors.New("not there in time")

// route returns poses to go through, the goal last: straight if that way is free, else by poses
// that are high over the table, else by whatever way is found. Of those it leaves out as many as
// have been tried.
func (e *Env) route(goal *pose, tried int) []pose {
	here := e.cell.Guard.State().Q
	free := e.free(&here, goal, 0)
	if tried < 1 && free(&here, goal) {
		return []pose{*goal}
	}
	for _, name := range [...]string{"reach_start", "home"} {
		if tried >= 2 {
			break
		}
		over, _ := e.model.Keyframe(name)
		for i, turn := range turnsBetween(e.model, &over, &here) {
			over[i] += turn
		}
		over[0] = here[0] // up first, then round
		round := over
		round[0] = goal[0]
		if free(&here, &over) && free(&over, &round) && free(&round, goal) {
			return []pose{over, round, *goal}
		}
	}
	for _, room := range [...]float64{pathRoom, 0} {
		if path := findPath(&here, goal, newRandom(e.seed), e.free(&here, goal, room)); path != nil {
			e.counts.Detours++
			return path
		}
	}
	return []pose{*goal} // the Guard decides
}

// free returns a function that tells whether a straight way keeps all margins, with room to spare
// (m or rad) where it is further than pathEnds from here and goal, which may have less.
func (e *Env) free(here, goal *pose, room float64) func(from, to *pose) bool {
	return func(from, to *pose) bool {
		gap := apart(from, to)
		if !(gap < math.Inf(1)) {
			return false
		}
		n := int(gap/sampleGap) + 1
		for k := 1; k <= n; k++ {
			q := along(from, to, float64(k)/float64(n))
			spare := e.cell.Guard.Spare(&q)
			if !(spare >= 0) || spare < room && min(apart(&q, here), apart(&q, goal)) > pathEnds {
				return false
			}
		}
		return true
	}
}

// moveBy moves along a route, all joints arriving together at each of its poses.
func (e *Env) moveBy(route []pose) error {
	c, guard := e.cell.Clock, e.cell.Guard
	until := c.Now().Add(moveTime)
	for i := range route {
		for {
			if !c.Now().Before(until) {
				return errSlow
			}
			q := guard.State().Q
			v, there := e.towards(&q, &route[i])
			if there {
				break
			}
			if err := guard.SetVelocity(&v); err != nil {
				return err
			}
			if err := clock.Sleep(context.Background(), c, movePeriod); err != nil {
				return err
			}
		}
	}
	return nil
}

// towards returns velocities that lead straight to a pose.
func (e *Env) towards(q, goal *pose) (v pose, there bool) {
	longest := 0.0 // s
	there = true
	for i := range v {
		v[i] = goal[i] - q[i]
		there = there && math.Abs(v[i]) < moveThere
		longest = max(longest, math.Abs(v[i])/(moveSpeed*e.model.MaxSpeed(i)))
	}
	for i := range v {
		v[i] /= max(longest, moveNear)
	}
	return v, there
}
