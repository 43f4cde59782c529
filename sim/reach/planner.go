package reach

import (
	"math"

	"colonnade/sim"
)

// What the planner minimises.
const (
	hover       = 0.07   // aims this far above the target, m
	motionCost  = 0.0005 // per moving joint
	limitMargin = 0.1    // distance of a limited joint from an end of its range, rad
	limitCost   = 1      // per limited joint within the margin
	frameHeight = 0.05   // below this, palm and link frames cost, m
	frameCost   = 5      // per metre
	tipHeight   = 0.03   // below this, finger tips cost, m
	tipCost     = 10     // per metre
)

// Planner solves the reach task without learning, from the arm's true joint angles: a
// yardstick for what the task can yield, and a way to tell whether a simulated or real arm is fit
// for it.
//
// Each control step it looks one step ahead: of the 729 commands that the six joints of the arm can
// get (fingers rest) it takes the one whose pose after 100 ms, by kinematics alone, costs least.
// The cost is the distance of the palm from a point 7 cm above the target, with small terms that
// keep the arm from moving without need, from its joint limits and from the table. It scores about
// 40 of 50 (TestPlannerScore) and 39 in worlds whose arm lags, errs and has backlash, on the
// conveyor too (TestPlannerScoreInDomains; bench/results/simulator has the table).
//
// A Planner is for one arm and belongs to one goroutine.
type Planner struct {
	model *sim.Model
	data  *sim.Data

	// The search: all angles after the step, the costs of each level's choices so far, the best
	// action.
	now    [sim.NumArmJoints]float64
	aim    sim.Vec3
	action [sim.NumJoints]int
	found  [sim.NumJoints]int
	best   float64
}

// NewPlanner returns a planner for the model.
func NewPlanner(m *sim.Model) *Planner { return &Planner{model: m, data: m.NewData()} }

// Plan writes the best action for an arm at joint angles q (rad) and a target at a point of the
// table (world, m): for each joint 0, 1 or 2 for its fixed velocity backwards, rest, forwards.
// Fingers rest. Of equally good actions the first wins, counting 0, 1, 2 with joint_1 as the
// slowest digit.
func (p *Planner) Plan(action []int, q *[sim.NumJoints]float64, target sim.Vec3) {
	p.data.Q = *q
	p.now = [sim.NumArmJoints]float64(q[:sim.NumArmJoints])
	p.aim = target.Add(sim.Vec3{0, 0, hover})
	p.best = math.Inf(1)
	for i := range p.action {
		p.action[i], p.found[i] = 1, 1
	}
	p.search(sim.Link1, 0)
	copy(action, p.found[:])
}

// search tries the choices of the joint of body b and, within them, of those further out. cost is
// what the choices further in have cost already; no later term is negative, so hopeless ones end
// early.
func (p *Planner) search(b int, cost float64) {
	i := b - 1
	lower, upper, limited := p.model.Range(i)
	for choice := range 3 {
		p.action[i] = choice
		angle := p.now[i] + float64(sim.ControlStep*float64(choice-1)*p.model.MaxSpeed(i))
		p.data.Q[i] = angle
		p.model.PoseBody(p.data, b)
		c := cost
		if choice != 1 {
			c += motionCost
		}
		if limited && (angle-lower < limitMargin || upper-angle < limitMargin) {
			c += limitCost
		}
		if b >= sim.Link2 {
			c += float64(frameCost * max(0, frameHeight-p.data.BodyPos[b][2]))
		}
		switch {
		case c >= p.best:
		case b < sim.Hand:
			p.search(b+1, c)
		default:
			if c = p.poseCost(c); c < p.best {
				p.best, p.found = c, p.action
			}
		}
	}
	p.action[i] = 1
}

// poseCost adds the costs of the whole pose in p.data to c.
func (p *Planner) poseCost(c float64) float64 {
	c += p.data.Palm.Distance(p.aim) + float64(frameCost*max(0, frameHeight-p.data.Palm[2]))
	for f := 0; f < sim.NumFingers && c < p.best; f++ {
		p.model.PoseBody(p.data, sim.Finger1+f)
		c += float64(frameCost * max(0, frameHeight-p.data.BodyPos[sim.Finger1+f][2]))
		c += float64(tipCost * max(0, tipHeight-p.model.Tip(p.data, f)[2]))
	}
	return c
}
