package world

import (
	"io"
	"math"
	"testing"

	"colonnade/a3c"
	"colonnade/a3c/envtest"
	"colonnade/a3c/lab/cli"
	"colonnade/nn"
)

func flags(t *testing.T, args ...string) (*Options, *NetOptions) {
	t.Helper()
	f := cli.NewFlags("test", "", "", io.Discard, io.Discard)
	world, net := Register(f), RegisterNet(f)
	if err := f.Parse(args); err != nil {
		t.Fatal(err)
	}
	return world, net
}

// The simulator's environments keep the learner's contract.
func TestConformance(t *testing.T) {
	world, _ := flags(t)
	envtest.Conformance(t, func() a3c.Env {
		env, err := world.Make(0, 0)
		if err != nil {
			t.Fatal(err)
		}
		return env
	})
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
