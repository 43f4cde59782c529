package robot

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"colonnade/sim"
	"colonnade/sim/reach"
)

// pose is the angle of each joint, rad.
type pose = [sim.NumJoints]float64

const (
	pathReach  = 0.5  // rad: of the joint that turns most between two poses of a tree
	pathBeyond = 1.0  // rad: beyond start and goal, where angles of the arm's joints are looked for
	pathDraws  = 500  // of poses, until it gives up
	pathRoom   = 0.01 // beyond the margins, m or rad: a moving arm is not just where it is told to be
	pathEnds   = 0.15 // rad from start and goal, where there may be less
)

// findPath returns poses that lead from one to another on straight ways that are free, the goal
// last, or nil where it finds none. From both ends a tree of poses grows, in turn, towards a pose
// that is drawn, and the other tree tries to reach what has grown (RRT-Connect: Kuffner and
// LaValle, ICRA 2000); then corners that are not needed are cut.
func findPath(from, to *pose, rng *rand.Rand, free func(from, to *pose) bool) []pose {
	start, goal := newTree(from, free), newTree(to, func(from, to *pose) bool { return free(to, from) })
	for a, b, i := start, goal, 0; i < pathDraws; a, b, i = b, a, i+1 {
		drawn := drawAround(from, to, rng)
		if grown, _ := a.grow(&drawn); !grown {
			continue
		}
		tip := *a.tip()
		for {
			if grown, there := b.grow(&tip); there {
				return straighten(from, join(start, goal), free)
			} else if !grown {
				break
			}
		}
	}
	return nil
}

// drawAround draws a pose near two others: the fingers between theirs.
func drawAround(a, b *pose, rng *rand.Rand) (q pose) {
	for i := range q {
		low, high := min(a[i], b[i]), max(a[i], b[i])
		if i < sim.NumArmJoints {
			low, high = low-pathBeyond, high+pathBeyond
		}
		q[i] = low + (high-low)*rng.Float64()
	}
	return q
}

// tree is poses and ways between them, which are free: from the root outwards in the start's tree,
// inwards in the goal's. So an arm that stands within a margin can leave it.
type tree struct {
	poses   []pose
	parents []int
	free    func(parent, child *pose) bool
}

func newTree(root *pose, free func(parent, child *pose) bool) *tree {
	return &tree{[]pose{*root}, []int{0}, free}
}

// tip returns the pose that came last.
func (t *tree) tip() *pose { return &t.poses[len(t.poses)-1] }

// grow adds a pose, from the nearest that there is towards another one, and tells whether it could
// and whether it is there.
func (t *tree) grow(towards *pose) (grown, there bool) {
	nearest, distance := 0, math.Inf(1)
	for i := range t.poses {
		if d := apart(&t.poses[i], towards); d < distance {
			nearest, distance = i, d
		}
	}
	next := *towards
	if distance > pathReach {
		next = along(&t.poses[nearest], towards, pathReach/distance)
	}
	if !t.free(&t.poses[nearest], &next) {
		return false, false
	}
	t.poses, t.parents = append(t.poses, next), append(t.parents, nearest)
	return true, distance <= pathReach
}

// path returns the poses from the root to the tip.
func (t *tree) path() (p []pose) {
	for i := len(t.poses) - 1; i > 0; i = t.parents[i] {
		p = append(p, t.poses[i])
	}
	p = append(p, t.poses[0])
	slices.Reverse(p)
	return p
}

// join returns the poses from start's root to goal's root, by the tip that both have.
func join(start, goal *tree) []pose {
	back := goal.path()
	slices.Reverse(back)
	return append(start.path()[1:], back[1:]...)
}

// straighten leaves out poses of a path where the way without them is free.
func straighten(from *pose, path []pose, free func(from, to *pose) bool) (short []pose) {
	for i := 0; i < len(path); i++ {
		for k := len(path) - 1; k > i; k-- {
			if free(from, &path[k]) {
				i = k
				break
			}
		}
		short = append(short, path[i])
		from = &path[i]
	}
	return short
}

// along returns the pose at a share, 0 to 1, of the straight way from one to another.
func along(from, to *pose, share float64) (q pose) {
	for i := range q {
		q[i] = from[i] + (to[i]-from[i])*share
	}
	return q
}

// apart returns by how much the joint that differs most differs, rad.
func apart(a, b *pose) (most float64) {
	for i := range a {
		most = max(most, math.Abs(a[i]-b[i]))
	}
	return most
}

// gliding is a target on a conveyor: it glides along x, turns at the ends of the task's area and,
// now and then, between them. Where it is follows from where and when it was put down and from the
// seed, whoever asks how often.
type gliding struct {
	rng     *rand.Rand
	x, y    float64 // m, at the time since
	since   time.Time
	forward bool
	before  float64 // x a step before
}

// glideStep is the time between two draws of turns: a control step, as in sim/reach.
const glideStep = controlStep

// put begins anew at a place.
func (g *gliding) put(now time.Time, x, y float64) {
	g.x, g.y, g.since, g.before = x, y, now, x
	g.forward = g.rng.IntN(2) == 0
}

// at returns where the target is at a time, which may be up to a step before the latest that was
// asked for.
func (g *gliding) at(now time.Time) sim.Vec3 {
	for now.Sub(g.since) >= glideStep {
		g.before = g.x
		g.since = g.since.Add(glideStep)
		if g.rng.Float64() < reach.TurnChance {
			g.forward = !g.forward
		}
		g.x, g.forward = reach.Glide(g.x, g.forward, glideStep.Seconds())
	}
	if ago := g.since.Sub(now); ago > 0 {
		part := min(ago.Seconds()/glideStep.Seconds(), 1)
		return sim.Vec3{g.x + part*(g.before-g.x), g.y, 0}
	}
	x, _ := reach.Glide(g.x, g.forward, now.Sub(g.since).Seconds())
	return sim.Vec3{x, g.y, 0}
}
