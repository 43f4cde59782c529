package training

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"colonnade/a3c"
	"colonnade/a3c/cli"
	"colonnade/a3c/envtest"
	"colonnade/nn"
	"colonnade/sim/domain"
	"colonnade/sim/reach"
)

// named are the settings of a world and a network.
type named struct {
	World   WorldSettings
	Network Network
}

// parse returns the world and the network that flags name.
func parse(args ...string) (*Simulator, Network, error) {
	s := named{DefaultWorld(), DefaultNetwork()}
	if err := cli.Apply(&s, args); err != nil {
		return nil, s.Network, err
	}
	w, err := NewSimulator(s.World)
	return w, s.Network, err
}

// flags is parse for flags without a mistake.
func flags(t *testing.T, args ...string) (*Simulator, Network) {
	t.Helper()
	w, n, err := parse(args...)
	if err != nil {
		t.Fatal(err)
	}
	return w, n
}

// TestTasks: the flag has the tasks that there are.
func TestTasks(t *testing.T) {
	n := 0
	for ; ; n++ {
		name := reach.Task(n).String()
		if _, err := reach.ParseTask(name); err != nil {
			break
		}
		flags(t, "-task", name)
	}
	if n != 2 {
		t.Errorf("%d tasks: the tag of WorldSettings.Task has others", n)
	}
}

// TestZeros: offsets come from a file of jacoctl or from a list of milliradians, and a run that is
// resumed reads back what it wrote, to the bit.
func TestZeros(t *testing.T) {
	path := filepath.Join(t.TempDir(), "table.json")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(`{"schema":"jaco-table/1","points":[],"zeros":[0.00991651687,-0.008,0.0117,0,0,0,0.1,0,0]}`)
	var z, again Zeros
	if err := z.Set(path); err != nil {
		t.Fatal(err)
	}
	if want := "9.91652,-8,11.7,0,0,0,100,0,0"; z.String() != want || math.Abs(z[0]-0.00991652) > 1e-15 {
		t.Errorf("got %s and %v, want %s", &z, z[0], want)
	}
	if err := again.Set(z.String()); err != nil || again != z {
		t.Errorf("read back %v and %v, want %v", again, err, z)
	}
	if err := again.Set(""); err != nil || again != (Zeros{}) || again.String() != "" {
		t.Errorf("nothing: %q, %v", again.String(), err)
	}
	write(`{"zeros":[0.01]}`)
	for text, want := range map[string]string{
		path: "1 joints", path + "x": "no such file", "1,2,3": "9 numbers", "1,2,3,4,5,6,7,8,x": `"x"`,
		"1,2,3,4,5,6,7,8,NaN": "finger_3", "0,2000,0,0,0,0,0,0,0": "joint_2 is off by 2000 mrad",
	} {
		kept := z
		if err := kept.Set(text); err == nil || !strings.Contains(err.Error(), want) || kept != z {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
}

// The simulator's environments keep the learner's contract, whatever the task and the world.
func TestConformance(t *testing.T) {
	for _, task := range []string{"reach", "conveyor"} {
		for _, domain := range []string{"sim", "robot", "random"} {
			t.Run(task+" in "+domain, func(t *testing.T) {
				world, _ := flags(t, "-task", task, "-domain", domain)
				envtest.Conformance(t, func() a3c.Env {
					env, err := world.Make(0, 0)
					if err != nil {
						t.Fatal(err)
					}
					return env
				})
			})
		}
	}
}

func TestBadWorlds(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-task", "grasp"}, "allowed are reach, conveyor"},
		{[]string{"-domain", "robto"}, "robto"},
		{[]string{"-target-every", "0"}, "1 or more"},
		{[]string{"-target-every", "x"}, "want a whole number"},
	} {
		_, _, err := parse(c.args...)
		var usage *cli.UsageError
		if !errors.As(err, &usage) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: error %v, want one of usage with %q", c.args, err, c.want)
		}
	}
}

// TestTargetEvery: the flag reaches the environments, not the fingerprint.
func TestTargetEvery(t *testing.T) {
	world, _ := flags(t, "-target-every", "3")
	env, err := world.newReach(world.settings.TargetEvery)
	if err != nil {
		t.Fatal(err)
	}
	first := [3]float64{}
	for seed := range uint64(4) {
		if err := env.Reset(seed, nil, nil); err != nil {
			t.Fatal(err)
		}
		if seed == 0 {
			first = env.Target()
		} else if same := env.Target() == first; same != (seed < 3) {
			t.Errorf("episode %d: the target is where it was first: %v", seed, same)
		}
	}
	plain, _ := flags(t)
	a, err := world.Fingerprint()
	if err != nil {
		t.Fatal(err)
	}
	if b, err := plain.Fingerprint(); err != nil || a != b {
		t.Errorf("the fingerprint depends on how often the target moves: %s, %s, %v", a, b, err)
	}
}

// lab is a domain that differs from sim in one number.
func lab(t *testing.T, quantities string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "lab.json")
	if err := os.WriteFile(path, []byte(`{"name": "lab", "about": "for tests", "quantities": {`+quantities+`}}`), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestDifference: another name is a transfer, another content under the same name a change.
func TestDifference(t *testing.T) {
	trained, _ := flags(t)
	print, err := trained.Fingerprint()
	if err != nil {
		t.Fatal(err)
	}
	metadata := map[string]string{FingerprintKey: print, TaskKey: "reach", DomainKey: "sim"}
	file := lab(t, `"motion.payload": {"unit": "kg", "value": 0.2, "from": "test"}`)
	changed := lab(t, `"motion.payload": {"unit": "kg", "value": 0.25, "from": "test"}`)
	inLab, _ := flags(t, "-domain", file)
	labPrint, err := inLab.Fingerprint()
	if err != nil {
		t.Fatal(err)
	}
	fromLab := map[string]string{FingerprintKey: labPrint, TaskKey: "reach", DomainKey: "lab"}
	for _, c := range []struct {
		args     []string
		metadata map[string]string
		want     string
	}{
		{nil, metadata, ""},
		{[]string{"-target-every", "3"}, metadata, ""},
		{nil, nil, ""},
		{[]string{"-domain", "robot"}, metadata, "trained on reach in sim, this is reach in robot"},
		{[]string{"-task", "conveyor"}, metadata, "trained on reach in sim, this is conveyor in sim"},
		{[]string{"-domain", file}, fromLab, ""},
		{[]string{"-domain", changed}, fromLab, "the world has changed since"},
		{[]string{"-domain", "robot"}, map[string]string{FingerprintKey: print}, "trained in another world (" + print + ")"},
	} {
		world, _ := flags(t, c.args...)
		got, err := Difference(world, c.metadata)
		if err != nil || (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%v after %v: %q, %v; want %q", c.args, c.metadata, got, err, c.want)
		}
	}
}

// TestFingerprints: each task in each domain is a world of its own.
func TestFingerprints(t *testing.T) {
	seen := make(map[string]string)
	for _, task := range []string{"reach", "conveyor"} {
		for _, domain := range domain.Names() {
			world, _ := flags(t, "-task", task, "-domain", domain)
			print, err := world.Fingerprint()
			if err != nil {
				t.Fatal(err)
			}
			if other := seen[print]; other != "" {
				t.Errorf("%s has the fingerprint of %s", world, other)
			}
			seen[print] = world.String()
		}
	}
}

func TestArchitectures(t *testing.T) {
	for _, c := range []struct {
		args []string
		want int
	}{
		{[]string{"-net", "feedforward", "-width", "wide"}, 620_620},
		{[]string{"-net", "feedforward", "-width", "narrow"}, 13_324},
		{[]string{"-net", "recurrent", "-width", "wide"}, 298_700},
		{[]string{"-net", "recurrent", "-width", "narrow"}, 10_364},
		{[]string{"-width", "narrow", "-inputs", "pixels,proprioception"}, 11_692},
		{[]string{"-width", "narrow", "-inputs", "proprioception"}, 2_892},
	} {
		_, options := flags(t, c.args...)
		net, err := Untrained(options.Arch())
		if err != nil {
			t.Errorf("%v: %v", c.args, err)
			continue
		}
		if got := net.Parameters(); got != c.want {
			t.Errorf("%v (%v): %d parameters, want %d", c.args, options, got, c.want)
		}
	}
}

// After the measured scaling, frames have mean near 0 and deviation near 1 or,
// for channels that hardly vary, below.
func TestMeasuredScalingCentresFrames(t *testing.T) {
	world, options := flags(t)
	env, err := world.Make(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	scaling, err := MeasureScaling(options.Arch(), env, 1)
	if err != nil {
		t.Fatal(err)
	}
	frame := make([]uint8, 64*64*3)
	var sum, square [3]float64
	const frames = 200
	for i := range frames {
		if err := env.Reset(uint64(1000+i), frame, nil); err != nil {
			t.Fatal(err)
		}
		for j, v := range frame {
			x := (float64(v) - float64(scaling.Mean[j%3])) / float64(scaling.Scale[j%3])
			sum[j%3] += x
			square[j%3] += x * x
		}
	}
	for c := range 3 {
		mean, deviation := sum[c]/(frames*64*64), math.Sqrt(square[c]/(frames*64*64))
		if math.Abs(mean) > 0.1 || deviation > 1.2 || deviation < 0.2 {
			t.Errorf("channel %d: mean %.3f, deviation %.3f after scaling by %v", c, mean, deviation, scaling)
		}
	}
	if empty, err := MeasureScaling(nn.Arch{Proprioception: 18}, env, 1); err != nil || len(empty.Mean) != 0 {
		t.Errorf("without pixels: %v, %v", empty, err)
	}
}

// shifted is a world that rewards a little more than the real one.
type shifted struct{ a3c.Env }

func (s shifted) Step(action []int, pixels []uint8, proprio []float32) (float32, bool, bool, error) {
	reward, terminated, truncated, err := s.Env.Step(action, pixels, proprio)
	return reward + 0.01, terminated, truncated, err
}

// redder is a world with one pixel that is a little redder.
type redder struct{ a3c.Env }

func (r redder) Reset(seed uint64, pixels []uint8, proprio []float32) error {
	err := r.Env.Reset(seed, pixels, proprio)
	pixels[300]++
	return err
}

func TestFingerprintTellsWorldsApart(t *testing.T) {
	world, _ := flags(t)
	env, err := world.Make(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	fingerprint := func(env a3c.Env) string {
		t.Helper()
		s, err := Fingerprint(env)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	first := fingerprint(env)
	if again := fingerprint(env); again != first {
		t.Errorf("the same world gives %s and %s", first, again)
	}
	if s := fingerprint(shifted{env}); s == first {
		t.Error("another reward gives the same fingerprint")
	}
	if s := fingerprint(redder{env}); s == first {
		t.Error("another look gives the same fingerprint")
	}
}
