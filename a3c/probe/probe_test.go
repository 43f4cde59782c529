package probe_test

import (
	"testing"

	"colonnade/a3c"
	"colonnade/a3c/envtest"
	"colonnade/a3c/probe"
)

func TestConformance(t *testing.T) {
	for name, make := range map[string]func() a3c.Env{
		"bandit":     func() a3c.Env { return probe.NewBandit() },
		"contextual": func() a3c.Env { return probe.NewContextual() },
		"delayed":    func() a3c.Env { return probe.NewDelayed(8) },
		"truncated":  func() a3c.Env { return probe.NewTimeLimit(false) },
		"terminated": func() a3c.Env { return probe.NewTimeLimit(true) },
		"memory":     func() a3c.Env { return probe.NewMemory(4) },
		"spot":       func() a3c.Env { return probe.NewSpot() },
		"still":      func() a3c.Env { return probe.NewStill([3]int{4, 5, 3}, 2, []int{3, 2}, 7) },
	} {
		t.Run(name, func(t *testing.T) { envtest.Conformance(t, make) })
	}
}
