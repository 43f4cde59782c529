package robot

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"colonnade/jaco/emulator"
	"colonnade/jaco/safety"
	"colonnade/jaco/transport"
)

// An arm whose readings are not what it was told is not resumed: the work ends with an error that
// names the joint, and the arm does not move after it, however often somebody tries.
func TestALyingSensorEndsTheWork(t *testing.T) {
	for _, x := range []struct {
		name  string
		part  emulator.Part
		fault emulator.Fault
		cause safety.Cause
	}{
		{"angle", emulator.Angle, emulator.Fault{Frozen: true}, safety.Following},
		{"velocity", emulator.Velocity, emulator.Fault{Offset: 0.6}, safety.Reading},
		{"torque", emulator.Torque, emulator.Fault{Frozen: true}, safety.Reading},
		{"motor", emulator.Motor, emulator.Fault{}, safety.Following},
	} {
		cell := emulate(t, nil)
		e := newEnv(t, Options{Workcell: cell.Workcell})
		b, rng := newBuffers(), rand.New(rand.NewPCG(3, 3))
		inView(t, e, b)
		if err := cell.Arm.Break(cell.Clock.Now(), 2, x.part, x.fault); err != nil {
			t.Fatal(err)
		}
		var err error
		for seed := uint64(1000); err == nil && seed < 1040; seed++ {
			for over := false; err == nil && !over; {
				var terminated, truncated bool
				_, terminated, truncated, err = e.Step(b.random(rng), b.pixels, b.proprio)
				over = terminated || truncated
			}
			if err == nil {
				err = e.Reset(seed, b.pixels, b.proprio)
			}
		}
		var trip *safety.Trip
		if !errors.As(err, &trip) || trip.Cause != x.cause || !strings.Contains(err.Error(), "joint_3") ||
			!strings.Contains(err.Error(), "look at the arm") {
			t.Errorf("%s: %v", x.name, err)
		}
		before := cell.Arm.State(cell.Clock.Now()).Q
		if again := e.Reset(7, b.pixels, b.proprio); again == nil {
			t.Errorf("%s: the work goes on", x.name)
		}
		if after := cell.Arm.State(cell.Clock.Now()).Q; apart(&before, &after) > 0.01 {
			t.Errorf("%s: moved by %.3f rad after the trip", x.name, apart(&before, &after))
		}
	}
}

// A cable that is too slow for the arm to be watched is waited for a few times in an episode, and
// then ends the work.
func TestACableThatIsTooSlowEndsTheWork(t *testing.T) {
	rules, err := transport.ParseRules("delay out every 1 for 12ms")
	if err != nil {
		t.Fatal(err)
	}
	cell := emulate(t, func(o *Emulation) { o.Faults = rules })
	e := newEnv(t, Options{Workcell: cell.Workcell})
	b, rng := newBuffers(), rand.New(rand.NewPCG(3, 3))
	err = e.Reset(1, b.pixels, b.proprio)
	for over := false; err == nil && !over; {
		_, _, over, err = e.Step(b.random(rng), b.pixels, b.proprio)
	}
	var trip *safety.Trip
	if !errors.As(err, &trip) || trip.Cause != safety.Sluggish ||
		!strings.Contains(err.Error(), "4 times since the episode began") {
		t.Errorf("%v", err)
	}
	if n := e.Counts().Recoveries; n < mostSluggish {
		t.Errorf("it was waited for %d times", n)
	}
}
