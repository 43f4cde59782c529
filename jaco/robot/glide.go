package robot

import (
	"math/rand/v2"
	"time"

	"colonnade/sim"
	"colonnade/sim/reach"
)

// gliding is a target on a conveyor: it glides along x, turns at the ends of the task's area and, now and then, between them.
// Where it is follows from where and when it was put down and from the seed, whoever asks how often.
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

// at returns where the target is at a time, which may be up to a step before the latest that was asked for.
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
