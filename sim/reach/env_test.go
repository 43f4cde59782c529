package reach_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"colonnade/sim"
	_ "colonnade/sim/internal/simtest"
	"colonnade/sim/reach"
)

func newEnv(t testing.TB, opt reach.Options) *reach.Env {
	t.Helper()
	e, err := reach.New(opt)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func reset(t testing.TB, e *reach.Env, seed uint64) {
	t.Helper()
	if err := e.Reset(seed, nil, nil); err != nil {
		t.Fatal(err)
	}
}

// rest is the action that moves nothing.
func rest() []int { return []int{1, 1, 1, 1, 1, 1, 1, 1, 1} }

func randomAction(rng *rand.Rand) []int {
	a := make([]int, sim.NumJoints)
	for i := range a {
		a[i] = rng.IntN(3)
	}
	return a
}

func TestStartDistribution(t *testing.T) {
	m := sim.Canonical()
	key, _ := m.Keyframe("reach_start")
	e := newEnv(t, reach.Options{})
	var low, high [sim.NumJoints]float64
	targetLow, targetHigh := sim.Vec3{1, 1}, sim.Vec3{-1, -1}
	for i := range low {
		low[i], high[i] = math.Inf(1), math.Inf(-1)
	}
	const n = 5000
	var sum sim.Vec3
	for seed := range uint64(n) {
		reset(t, e, seed)
		q, v := e.Joints()
		if v != [sim.NumJoints]float64{} {
			t.Fatalf("seed %d starts with velocities %v", seed, v)
		}
		d := m.NewData()
		d.Q = q
		if violation := m.NewChecker().Check(d); violation.Cause != sim.None || d.Palm[2] < 0.10 || e.Palm() != d.Palm {
			t.Fatalf("seed %d: %s, palm %v", seed, m.Describe(violation), d.Palm)
		}
		for i := range q {
			x := q[i]
			if i < sim.NumArmJoints {
				x -= key[i]
			}
			low[i], high[i] = min(low[i], x), max(high[i], x)
		}
		target := e.Target()
		sum = sum.Add(target)
		for k := range 3 {
			targetLow[k], targetHigh[k] = min(targetLow[k], target[k]), max(targetHigh[k], target[k])
		}
	}
	for i := range low {
		wantLow, wantHigh, slack := -0.8, 0.8, 0.005
		if i == 1 {
			slack = 0.1 // redrawn more often the lower the arm
		}
		if i >= sim.NumArmJoints {
			wantLow, wantHigh = 0, 1.2
		}
		if low[i] < wantLow || low[i] > wantLow+slack || high[i] > wantHigh || high[i] < wantHigh-slack {
			t.Errorf("%s starts between %.4f and %.4f, want %g and %g", m.JointName(i), low[i], high[i], wantLow,
				wantHigh)
		}
	}
	want := [2]sim.Vec3{{-0.2, -0.6, 0}, {0.2, -0.3, 0}}
	if targetLow.Distance(want[0]) > 0.001 || targetHigh.Distance(want[1]) > 0.001 {
		t.Errorf("targets lie between %v and %v, want %v", targetLow, targetHigh, want)
	}
	if mean := sum.Scale(1.0 / n); mean.Distance(sim.Vec3{0, -0.45, 0}) > 0.006 {
		t.Errorf("the mean target is %v", mean)
	}
}

func TestEpisodeEndsAtTheTimeLimit(t *testing.T) {
	e := newEnv(t, reach.Options{})
	reset(t, e, 1)
	for n := 1; n <= reach.EpisodeSteps; n++ {
		_, terminated, truncated, err := e.Step(rest(), nil, nil)
		if err != nil || terminated || truncated != (n == reach.EpisodeSteps) || e.Steps() != n {
			t.Fatalf("step %d: terminated %v, truncated %v, %v", n, terminated, truncated, err)
		}
	}
	if _, _, _, err := e.Step(rest(), nil, nil); err == nil || !strings.Contains(err.Error(), "call Reset first") {
		t.Errorf("a step after the end: error %v", err)
	}
	reset(t, e, 1)
	if e.Steps() != 0 {
		t.Errorf("after Reset %d steps are counted", e.Steps())
	}
}

func TestViolationTerminates(t *testing.T) {
	e := newEnv(t, reach.Options{})
	down := rest()
	down[1] = 2
	for seed := range uint64(20) {
		reset(t, e, seed)
		for n := 1; ; n++ {
			reward, terminated, truncated, err := e.Step(down, nil, nil)
			if err != nil || truncated {
				t.Fatalf("seed %d: the arm went down for %d steps without a violation (%v)", seed, n, err)
			}
			if terminated != (e.Violation().Cause != sim.None) {
				t.Fatalf("terminated is %v, the violation %v", terminated, e.Violation())
			}
			if terminated {
				if reward != 0 {
					t.Errorf("seed %d: the step into the violation earned %g", seed, reward)
				}
				break
			}
		}
		if _, _, _, err := e.Step(rest(), nil, nil); err == nil {
			t.Errorf("seed %d: a step after the violation was accepted", seed)
		}
	}
	reset(t, e, 3)
	if e.Violation().Cause != sim.None {
		t.Errorf("after Reset there is still %v", e.Violation())
	}
}

// TestViolationAtTheTimeLimit: a violation in the last step is a termination, not a time limit.
func TestViolationAtTheTimeLimit(t *testing.T) {
	e := newEnv(t, reach.Options{})
	found := false
	for seed := uint64(0); seed < 400 && !found; seed++ {
		reset(t, e, seed)
		// Rest until the arm just reaches the table in step 50 on its way down.
		down := rest()
		down[1] = 2
		steps := 0
		for terminated := false; !terminated; steps++ {
			var err error
			if _, terminated, _, err = e.Step(down, nil, nil); err != nil {
				t.Fatal(err)
			}
		}
		reset(t, e, seed)
		for n := 1; n <= reach.EpisodeSteps; n++ {
			action := rest()
			if n > reach.EpisodeSteps-steps {
				action = down
			}
			_, terminated, truncated, err := e.Step(action, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			if terminated && truncated {
				t.Fatalf("seed %d: step %d is both a termination and a time limit", seed, n)
			}
			found = found || terminated && n == reach.EpisodeSteps
			if terminated {
				break
			}
		}
	}
	if !found {
		t.Error("no episode ended with a violation in its last step")
	}
}

func TestReward(t *testing.T) {
	e := newEnv(t, reach.Options{})
	rng := rand.New(rand.NewPCG(1, 1))
	earned := 0
	for seed := range uint64(2000) {
		reset(t, e, seed)
		for range 10 {
			reward, terminated, _, err := e.Step(randomAction(rng), nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			want := float32(0)
			if e.Palm().Sub(e.Target()).Norm() <= 0.10 && !terminated {
				want = 1
			}
			if reward != want {
				t.Fatalf("seed %d: reward %g at palm %v, target %v, violation %v", seed, reward, e.Palm(), e.Target(),
					e.Violation())
			}
			earned += int(reward)
			if terminated {
				break
			}
		}
	}
	if earned == 0 {
		t.Error("nothing was earned")
	}
}

func TestProprioception(t *testing.T) {
	e := newEnv(t, reach.Options{})
	proprio := make([]float32, 18)
	if err := e.Reset(5, nil, proprio); err != nil {
		t.Fatal(err)
	}
	for n := range 5 {
		q, v := e.Joints()
		for i := range q {
			if proprio[i] != float32(q[i]) || proprio[9+i] != float32(v[i]) {
				t.Fatalf("step %d: proprioception %v, joints %v, %v", n, proprio, q, v)
			}
		}
		if _, _, _, err := e.Step([]int{2, 0, 2, 0, 2, 0, 2, 0, 2}, nil, proprio); err != nil {
			t.Fatal(err)
		}
	}
	if proprio[9] < 0.5 || proprio[10] > -0.4 {
		t.Errorf("velocities of the first joints are %v, commanded 0.63 and -0.63", proprio[9:11])
	}
}

// TestSeeds: equal seeds give equal episodes to the bit, whatever came before; others give others.
func TestSeeds(t *testing.T) {
	a, b := newEnv(t, reach.Options{}), newEnv(t, reach.Options{})
	rng := rand.New(rand.NewPCG(1, 1))
	for seed := range uint64(5) {
		reset(t, b, seed+100)
		reset(t, a, seed)
		reset(t, b, seed)
		first := a.Palm()
		pa, pb := make([]uint8, 64*64*3), make([]uint8, 64*64*3)
		for done := false; !done; {
			action := randomAction(rng)
			ra, ta, ca, err := a.Step(action, pa, nil)
			if err != nil {
				t.Fatal(err)
			}
			rb, tb, cb, err := b.Step(action, pb, nil)
			if err != nil {
				t.Fatal(err)
			}
			if ra != rb || ta != tb || ca != cb || a.Palm() != b.Palm() || !bytes.Equal(pa, pb) {
				t.Fatalf("seed %d: two runs differ", seed)
			}
			done = ta || ca
		}
		reset(t, a, seed+1)
		if a.Palm() == first {
			t.Errorf("seeds %d and %d start alike", seed, seed+1)
		}
	}
}

func TestTargetEvery(t *testing.T) {
	e := newEnv(t, reach.Options{TargetEvery: 3})
	var targets []sim.Vec3
	for seed := range uint64(9) {
		reset(t, e, seed)
		targets = append(targets, e.Target())
	}
	for i := range targets {
		if moved, want := i > 0 && targets[i] != targets[i-1], i > 0 && i%3 == 0; moved != want {
			t.Errorf("episode %d: target moved: %v, want %v (%v)", i, moved, want, targets)
		}
	}
}

func TestPixelsShowTheState(t *testing.T) {
	e := newEnv(t, reach.Options{})
	a, b := make([]uint8, 64*64*3), make([]uint8, 64*64*3)
	if err := e.Reset(1, a, nil); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := e.Step([]int{2, 1, 1, 1, 1, 1, 1, 1, 1}, b, nil); err != nil {
		t.Fatal(err)
	}
	changed := 0
	for i := range a {
		if a[i] != b[i] {
			changed++
		}
	}
	if changed < 100 || changed > 64*64*3/2 {
		t.Errorf("a step changed %d of %d bytes of the picture", changed, len(a))
	}
	picture, err := e.Picture(320, 240)
	if err != nil {
		t.Fatal(err)
	}
	if picture.Bounds().Dx() != 320 || picture.Bounds().Dy() != 240 {
		t.Errorf("the picture is %v", picture.Bounds())
	}
	if _, err := e.Picture(0, 10); err == nil {
		t.Error("a picture without pixels was drawn")
	}
}

func TestNoAllocations(t *testing.T) {
	for _, name := range []string{"sim", "robot", "random"} {
		for _, task := range []reach.Task{reach.Reach, reach.Conveyor} {
			e := newEnv(t, reach.Options{Domain: load(t, name), Task: task})
			pixels, proprio, action := make([]uint8, 64*64*3), make([]float32, 18), rest()
			seed := uint64(0)
			done := true
			n := testing.AllocsPerRun(300, func() {
				var terminated, truncated bool
				var err error
				if done {
					seed++
					err = e.Reset(seed, pixels, proprio)
				} else {
					_, terminated, truncated, err = e.Step(action, pixels, proprio)
				}
				if err != nil {
					t.Error(err)
				}
				done = terminated || truncated
			})
			if n != 0 {
				t.Errorf("%s, %v: a step allocates %g times", name, task, n)
			}
		}
	}
}

// TestMemory: environments are many, so each must be small.
func TestMemory(t *testing.T) {
	const most = 256 << 10 // bytes
	for _, name := range []string{"sim", "robot", "random"} {
		each := memory(t, reach.Options{Domain: load(t, name)})
		t.Logf("%s: %d KiB an environment", name, each>>10)
		if each > most || each < 32<<10 {
			t.Errorf("%s: an environment takes %d bytes, want at most %d and not next to nothing", name, each, most)
		}
	}
}
