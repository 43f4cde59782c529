package robot

import (
	"math"
	"math/rand/v2"
	"testing"

	"colonnade/sim"
)

// some is n, or a fifth of it where tests are to be short, as under the race detector.
func some(n int) int {
	if testing.Short() {
		return n / 5
	}
	return n
}

// drawPose draws a pose that keeps the margins with room around it, folded and stretched ones among
// them.
func drawPose(rng *rand.Rand, fits func(q *pose) bool) pose {
	centre, _ := sim.Canonical().Keyframe("reach_start")
	for {
		q := nearby(&centre, 2.5, rng)
		free := fits(&q)
		for n := 0; n < 20 && free; n++ {
			other := nearby(&q, 0.15, rng)
			free = fits(&other)
		}
		if free {
			return q
		}
	}
}

// nearby draws a pose with other angles of the arm's joints, by up to spread, rad.
func nearby(q *pose, spread float64, rng *rand.Rand) pose {
	other := *q
	for i := range sim.NumArmJoints {
		other[i] += spread * (2*rng.Float64() - 1)
	}
	return other
}

// drawApart draws two poses that no free straight way joins.
func drawApart(e *Env, rng *rand.Rand) (from, to pose) {
	for {
		from, to = drawPose(rng, e.fits), drawPose(rng, e.fits)
		if !e.free(&from, &to, 0)(&from, &to) {
			return from, to
		}
	}
}

// Between poses that no free straight way joins, ways are found that are free from end to end.
func TestFindPath(t *testing.T) {
	e := newEnv(t, Options{Workcell: emulate(t, nil).Workcell})
	rng := rand.New(rand.NewPCG(1, 1))
	for range some(40) {
		from, to := drawApart(e, rng)
		path := findPath(&from, &to, rng, e.free(&from, &to, pathRoom))
		if len(path) < 2 || path[len(path)-1] != to {
			t.Errorf("the way from %.2f to %.2f is %.2f", from, to, path)
		}
		if least := e.leastSpare(&from, path); least < 0 {
			t.Errorf("the way from %.2f to %.2f by %.2f comes %.1f mm within a margin", from, to, path, -1000*least)
		}
	}
}

// leastSpare looks at a way ten times as closely as the Env itself.
func (e *Env) leastSpare(from *pose, path []pose) float64 {
	least := math.Inf(1)
	for i := range path {
		n := int(10*apart(from, &path[i])/sampleGap) + 1
		for k := 1; k <= n; k++ {
			q := along(from, &path[i], float64(k)/float64(n))
			least = min(least, e.cell.Guard.Spare(&q))
		}
		from = &path[i]
	}
	return least
}

// From a pose within a margin a way leads out; into one none does.
func TestFindPathFromWithinAMargin(t *testing.T) {
	e := newEnv(t, Options{Workcell: emulate(t, nil).Workcell})
	rng := rand.New(rand.NewPCG(3, 1))
	for range some(20) {
		within := drawPose(rng, e.fits)
		for e.fits(&within) {
			within[1] += 0.003 // joint 2 lowers the arm, or folds it
		}
		to := drawPose(rng, e.fits)
		if findPath(&within, &to, rng, e.free(&within, &to, 0)) == nil {
			t.Errorf("no way from %.2f, %.1f mm within a margin, to %.2f", within, -1000*e.cell.Guard.Spare(&within),
				to)
		}
		if path := findPath(&to, &within, rng, e.free(&to, &within, 0)); path != nil {
			t.Errorf("a way leads within a margin: to %.2f by %.2f", within, path)
		}
	}
}

// Each try is another way: straight, over a high pose, and one that is found.
func TestRoute(t *testing.T) {
	cell, e := onArm(t)
	goal, _ := e.model.Keyframe("reach_start")
	goal[0] += 0.5
	if err := e.moveTo(&goal); err != nil {
		t.Fatal(err)
	}
	here := cell.Guard.State().Q
	goal[0], goal[1] = goal[0]-1, goal[1]+0.2
	for tried, want := range []int{1, 3, 1} {
		path := e.route(&goal, tried)
		if len(path) != want || path[len(path)-1] != goal || e.leastSpare(&here, path) < 0 {
			t.Errorf("try %d: %.2f", tried, path)
		}
		if found := e.Counts().Detours; found != tried/2 {
			t.Errorf("try %d: %d ways were found", tried, found)
		}
	}
}

// Nothing is free where an angle is no number.
func TestFreeRefusesNaN(t *testing.T) {
	e := newEnv(t, Options{Workcell: emulate(t, nil).Workcell})
	sound := drawPose(rand.New(rand.NewPCG(1, 1)), e.fits)
	unsound := sound
	unsound[2] = math.NaN()
	for _, ends := range [][2]*pose{{&sound, &unsound}, {&unsound, &sound}} {
		if free := e.free(ends[0], ends[1], 0); free(ends[0], ends[1]) ||
			findPath(ends[0], ends[1], rand.New(rand.NewPCG(1, 1)), free) != nil {
			t.Errorf("a way leads from %v to %v", *ends[0], *ends[1])
		}
	}
}

// The arm gets along ways that are found: the Guard has nothing against them, and it touches
// nothing.
func TestArmFollowsPath(t *testing.T) {
	cell, e := onArm(t)
	rng := rand.New(rand.NewPCG(2, 1))
	for corners := 0; corners < some(20); {
		from, to := drawApart(e, rng)
		if err := e.moveTo(&from); err != nil {
			t.Fatal(err)
		}
		here := cell.Guard.State().Q
		path := findPath(&here, &to, rng, e.free(&from, &to, pathRoom))
		if path == nil {
			t.Fatalf("no way from %.2f to %.2f", here, to)
		}
		corners += len(path) - 1
		if err := e.moveBy(path); err != nil {
			t.Fatalf("on the way from %.2f to %.2f: %v", here, to, err)
		}
		if q := cell.Guard.State().Q; apart(&q, &to) > 0.08 {
			t.Errorf("the way to %.2f ends at %.2f", to, q)
		}
	}
	if n := cell.Arm.State(cell.Clock.Now()).Contacts; n > 0 {
		t.Errorf("%d contacts", n)
	}
}

// A policy that presses on whatever comes, five times as many episodes as the planner's: the arm
// gets to every start, and touches nothing, but for three ticks of the emulator in a thousand
// episodes.
func TestHostileEpisodes(t *testing.T) {
	cell := emulate(t, nil)
	e := newEnv(t, Options{Workcell: cell.Workcell})
	b, rng := newBuffers(), rand.New(rand.NewPCG(5, 5))
	n := some(5 * *episodes)
	for episode := range n {
		if err := e.Reset(uint64(episode), b.pixels, b.proprio); err != nil {
			t.Fatalf("episode %d: %v", episode, err)
		}
		for step, over := 0, false; !over; step++ {
			if step%8 == 0 {
				b.random(rng)
			}
			_, terminated, truncated, err := e.Step(b.action, b.pixels, b.proprio)
			if err != nil {
				t.Fatalf("episode %d: %v", episode, err)
			}
			over = terminated || truncated
		}
	}
	contacts := cell.Arm.State(cell.Clock.Now()).Contacts
	t.Logf("%d ticks of contact; %+v", contacts, e.Counts())
	if contacts > 3*n/1000 {
		t.Errorf("%d ticks of contact in %d episodes", contacts, n)
	}
	if c := e.Counts(); c.Trips < n/10 || c.Redraws > 1+n/1000 {
		t.Errorf("%+v", c)
	}
}

// Where everything is in the way there is none, and that is said soon.
func TestFindPathGivesUp(t *testing.T) {
	from, to := pose{}, pose{1}
	asked := 0
	path := findPath(&from, &to, rand.New(rand.NewPCG(1, 1)), func(_, _ *pose) bool { asked++; return false })
	if path != nil || asked > 3*pathDraws {
		t.Errorf("%v after %d questions", path, asked)
	}
}

// BenchmarkFindPath is a way that is asked for while the arm stands.
func BenchmarkFindPath(b *testing.B) {
	e := newEnv(b, Options{Workcell: emulate(b, nil).Workcell})
	rng := rand.New(rand.NewPCG(1, 1))
	from, to := drawApart(e, rng)
	for b.Loop() {
		if findPath(&from, &to, rng, e.free(&from, &to, pathRoom)) == nil {
			b.Fatal("no way")
		}
	}
}
