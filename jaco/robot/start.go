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

// drawTarget draws a place from the task's area.
func drawTarget(rng *random) (x, y float64) {
	return reach.TargetCentreX + reach.TargetSizeX*(rng.Float64()-0.5), reach.TargetCentreY + reach.TargetSizeY*(rng.Float64()-0.5)
}

// Where episodes start: as in package sim/reach, with the Guard's margins kept.
const (
	startSpread = 0.8  // rad
	startFinger = 1.2  // rad
	startHeight = 0.10 // of the palm, m
	startTries  = 1000
)

// drawStart draws a pose to start from into e.start.
func (e *Env) drawStart(rng *random, fits func(q *[sim.NumJoints]float64) bool) error {
	centre, _ := e.model.Keyframe("reach_start")
	for range startTries {
		for i := range e.start {
			if i < sim.NumArmJoints {
				e.start[i] = centre[i] + startSpread*(2*rng.Float64()-1)
			} else {
				e.start[i] = startFinger * rng.Float64()
			}
		}
		e.arm.Q = e.start
		e.model.Kinematics(e.arm)
		if e.arm.Palm[2] >= startHeight && fits(&e.start) {
			return nil
		}
	}
	return fmt.Errorf("no start pose that keeps all margins in %d tries", startTries)
}

const (
	movePeriod = 50 * time.Millisecond // between two velocities on the way
	moveSpeed  = 0.95                  // of a joint's largest velocity
	moveNear   = 0.25                  // s before the goal from which it slows down
	moveThere  = 0.03                  // rad: near enough, for starts are drawn anyway
	moveTime   = 30 * time.Second      // more than any way takes
	moveTries  = 3                     // ways, until the arm goes home by itself
	sampleGap  = 0.06                  // rad of the fastest joint between two poses of a way that are looked at
)

// moveTo moves the arm to a pose and stops it there: straight if the way is free, else by way of poses that are high over
// the table, else by the arm's own way home. An arm that is lost on the way is waited for.
func (e *Env) moveTo(goal *[sim.NumJoints]float64) error {
	ways := 0
	for until := e.lab.Clock.Now().Add(moveTries * moveTime); e.lab.Clock.Now().Before(until); {
		if err := e.lab.Guard.Err(); err != nil {
			if err := e.recover(err); err != nil {
				return err
			}
		}
		var err error
		if ways >= moveTries {
			ways = 0
			err = e.home()
		}
		if err == nil {
			err = e.moveBy(e.route(goal))
		}
		if err == nil {
			err = e.lab.Guard.Stop(context.Background())
		}
		if err == nil || errors.Is(err, safety.ErrEmergency) {
			return err
		}
		if violation(err) || errors.Is(err, errSlow) {
			ways++
		}
		e.opt.Log(e.lab.Clock.Now(), "on the way to the start: "+err.Error())
	}
	return fmt.Errorf("the arm does not get to its start pose within %v: move it by hand", moveTries*moveTime)
}

// errSlow is the end of a way that takes too long.
var errSlow = errors.New("not there in time")

// home has the arm go to its ready pose by itself.
func (e *Env) home() error {
	var patience clock.Deadline
	patience.Set(context.Background(), e.lab.Clock.Now().Add(max(e.opt.Patience, time.Minute)))
	if err := e.lab.Guard.Home(&patience); err != nil {
		return fmt.Errorf("the arm does not get home: %w", err)
	}
	e.counts.Homes++
	return nil
}

// route returns poses to go through, the goal last.
func (e *Env) route(goal *[sim.NumJoints]float64) [][sim.NumJoints]float64 {
	here := e.lab.Guard.State().Q
	direct := [][sim.NumJoints]float64{*goal}
	if e.free(&here, goal) {
		return direct
	}
	for _, name := range [...]string{"reach_start", "home"} {
		over, _ := e.model.Keyframe(name)
		over[0] = here[0] // up first, then round
		round := over
		round[0] = goal[0]
		if e.free(&here, &over) && e.free(&over, &round) && e.free(&round, goal) {
			return [][sim.NumJoints]float64{over, round, *goal}
		}
	}
	return direct // the Guard decides
}

// free tells whether a straight way keeps all margins.
func (e *Env) free(from, to *[sim.NumJoints]float64) bool {
	longest := 0.0
	for i := range from {
		longest = max(longest, math.Abs(to[i]-from[i]))
	}
	n := int(longest/sampleGap) + 1
	for k := 1; k <= n; k++ {
		q := *from
		for i := range q {
			q[i] += (to[i] - from[i]) * float64(k) / float64(n)
		}
		if !e.lab.Guard.Fits(&q) {
			return false
		}
	}
	return true
}

// moveBy moves along a route, all joints arriving together at each of its poses.
func (e *Env) moveBy(route [][sim.NumJoints]float64) error {
	c, guard := e.lab.Clock, e.lab.Guard
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
func (e *Env) towards(q, goal *[sim.NumJoints]float64) (v [sim.NumJoints]float64, there bool) {
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
