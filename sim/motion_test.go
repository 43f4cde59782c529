package sim_test

import (
	"math"
	"strings"
	"testing"

	"colonnade/sim"
)

func TestMotionValidates(t *testing.T) {
	good := sim.Motion{Latency: 0.1, Lag: 0.05, Speed: vector{-0.1, 0.1}, Backlash: 0.01, Payload: 0.3, Encoder: vector{0.02, -0.02}}
	for _, m := range []sim.Motion{{}, good} {
		if err := m.Validate(); err != nil {
			t.Errorf("%+v: %v", m, err)
		}
	}
	for _, c := range []struct {
		change func(*sim.Motion, float64)
		values []float64
		want   string
	}{
		{func(m *sim.Motion, x float64) { m.Latency = x }, []float64{-0.001, 0.11}, "latency is"},
		{func(m *sim.Motion, x float64) { m.Lag = x }, []float64{-0.001, 1.1}, "lag is"},
		{func(m *sim.Motion, x float64) { m.Backlash = x }, []float64{-0.001, 0.3}, "backlash is"},
		{func(m *sim.Motion, x float64) { m.Payload = x }, []float64{-0.001, 6}, "payload is"},
		{func(m *sim.Motion, x float64) { m.Speed[2] = x }, []float64{-0.6, 0.6}, "speed error of joint 3 is"},
		{func(m *sim.Motion, x float64) { m.Encoder[8] = x }, []float64{-1.1, 1.1}, "encoder error of joint 9 is"},
	} {
		for _, x := range append(c.values, math.NaN(), math.Inf(1), math.Inf(-1)) {
			m := good
			c.change(&m, x)
			if err := m.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%g: error %v, want %q", x, err, c.want)
			}
		}
	}
}
