package safety

import (
	"fmt"
	"math"
	"time"

	"colonnade/jaco/arm"
	"colonnade/sim"
)

// What readings may differ by from what they should be, beside what is worked out: chosen on the
// emulated arm of domain robot, with faults of the cable. README.md has how near it came to them.
const (
	astray = 0.01 // rad that a joint may be out of where it can be
	// rad that where a joint can be is wider than its reading: play, an answer that is late
	loose      = 0.015
	hastyRate  = 0.3 // rad/s that a velocity may be off
	convicting = 2   // angles or velocities in a row that are off more
	heavy      = 8.0 // N m that a torque may be off, on the average
	heavier    = 0.3 // of the weight's torque that it may be off, too
	evening    = 12  // readings of a torque over which it is averaged: a second and a half
	// N m that a reading counts for at most: servos that speed up joints have torques far above
	// that
	jolt        = 10.0
	sudden      = 0.2 // rad/s that is not known of a joint's velocity: it may be speeding up
	standstill  = 3   // torques in a row that are the very same, down to the last bit
	stillWeight = 1.0 // N m that a weight may change while its torque stands still
	// rad that a joint may have turned while the arm was to stand, beside what it takes to come to
	// rest
	restless = 0.05
	settling = 500 * time.Millisecond // from the last point until it stands
)

// follow compares what the arm reports with what it was told: it knows between which angles each
// joint can be. A joint goes at least as far as the slowest servo takes it from the latest begin of
// each point, and at most as far as it was told at once; it gives way to its weight or does not.
// Where points did not go out in time it may have stood, or done late what it was told. Each
// reading narrows that down again.
type follow struct {
	known     bool // the rest is
	first     bool // there was one reading only
	at        time.Duration
	low, high [sim.NumJoints]float64    // where each joint can be, rad
	lag       [2][sim.NumJoints]float64 // least and largest velocities of the slowest servos, rad/s
	slowest   [sim.NumJoints]float64    // velocities that a joint can have, rad/s
	fastest   [sim.NumJoints]float64
	strayed   int           // angles in a row that are out of that
	rested    bool          // there was a pause in the stream, and what they read after it is not compared yet
	stands    time.Duration // when it had come to rest in it

	velocityTime, torqueTime time.Time // when the last ones were asked for
	wrong                    int       // velocities in a row that cannot be

	light          *sim.Data              // the arm without a payload
	torque, weight [sim.NumJoints]float64 // a torque, N m, and the weight's when it was reported first
	same           [sim.NumJoints]int     // readings since then that were the very same
	off            [sim.NumJoints]float64 // by which torques were off, on the average
}

// restart makes the next reading be believed: the arm was stopped, or somebody else has moved it.
// Its servos may still slow down, unless it stood for a while. g.mu is held.
func (g *Guard) restart(stood bool) {
	g.follow.restart(stood)
	g.odometer.restart()
}

func (f *follow) restart(stood bool) {
	f.known, f.first, f.wrong, f.strayed, f.rested = false, true, 0, 0, false
	f.off, f.same = [sim.NumJoints]float64{}, [sim.NumJoints]int{}
	for i := range sim.NumJoints {
		f.lag[0][i], f.lag[1][i] = min(0, f.lag[0][i]), max(0, f.lag[1][i])
	}
	if stood {
		f.lag = [2][sim.NumJoints]float64{}
	}
}

// believe takes a reading for where the joints are.
func (f *follow) believe(s *arm.State, at time.Duration) {
	f.known, f.at = true, at
	for i, q := range s.Q {
		f.low[i], f.high[i] = q-loose, q+loose
	}
}

// compare returns what of the newest readings cannot be, or nil; the first ones after a pause in
// the stream are compared with the last before it, and as long as that is open v becomes zero. g.mu
// is held.
func (g *Guard) compare(s *arm.State, v *[sim.NumJoints]float64, paused bool) *Trip {
	f := &g.follow
	if paused {
		if f.rested = f.known && g.ahead.count > 0 && !g.retreating; f.rested {
			f.stands = g.ahead.last().sent + settling
		} else {
			g.restart(true)
		}
	}
	if f.rested {
		sure, t := g.stood(s)
		if t != nil || !sure {
			*v, g.velocity = [sim.NumJoints]float64{}, [sim.NumJoints]float64{}
			return t
		}
		g.restart(true)
	}
	return g.follows(s)
}

// follows returns what of the newest readings cannot be while the arm moves, or nil.
func (g *Guard) follows(s *arm.State) *Trip {
	f := &g.follow
	at := s.QTime.Sub(g.began)
	switch {
	case !f.known:
		f.believe(s, at)
		f.velocityTime, f.torqueTime = s.VTime, s.TorqueTime
		return nil
	case at <= f.at:
		return nil
	}
	light, full := g.pass(s, at)
	out := g.out(s, astray)
	first := f.first
	f.first = false
	if out >= 0 {
		if first { // of two readings that do not agree either can be spoilt
			g.odometer.restart()
			f.believe(s, at)
			return nil
		}
		if f.strayed++; f.strayed >= convicting {
			return &Trip{Cause: Following, What: f.describe(g.model, out, s.Q[out])}
		}
		return nil // the cable may have spoilt it: there is no checksum
	}
	f.strayed = 0
	for i, q := range s.Q {
		f.low[i], f.high[i] = max(f.low[i], q-loose), min(f.high[i], q+loose)
	}
	if t := g.far(s, &light, &full); t != nil {
		return t
	}
	return g.belongs(s, &light, &full)
}

// pass moves where the joints can be to a time, and returns the torques that hold their weight
// without and with a payload, N m.
func (g *Guard) pass(s *arm.State, at time.Duration) (light, full [sim.NumJoints]float64) {
	f := &g.follow
	f.light.Q, g.ahead.data.Q = s.Q, s.Q
	f.light.V, g.ahead.data.V = [sim.NumJoints]float64{}, [sim.NumJoints]float64{}
	g.model.Bias(f.light, &light)
	g.model.Bias(g.ahead.data, &full)
	for f.at < at {
		f.advance(&g.ahead, min(at-f.at, seconds(tick)), &light, &full)
	}
	return light, full
}

// out returns the first joint that is farther than most (rad) from where it can be; -1: none.
func (g *Guard) out(s *arm.State, most float64) int {
	f := &g.follow
	first := -1
	for i, q := range s.Q {
		lower, upper, limited := g.model.Range(i)
		if limited { // its end stops a joint
			f.low[i] = min(f.low[i], upper-g.ends(i))
			f.high[i] = max(f.high[i], lower+g.ends(i))
		}
		if first < 0 && (q < f.low[i]-most || q > f.high[i]+most) {
			first = i
		}
	}
	return first
}

// stood compares the first angles after a pause with the last before it: an arm that is to stand
// must stand. Of two readings that do not agree one can be spoilt: it is not sure before the second
// one whether the arm may go on.
func (g *Guard) stood(s *arm.State) (sure bool, t *Trip) {
	f := &g.follow
	at := s.QTime.Sub(g.began)
	if at <= f.at {
		return false, nil
	}
	g.pass(s, min(at, f.stands))
	f.at = at
	i := g.out(s, restless)
	if i < 0 || i >= sim.NumArmJoints { // fingers give way
		return true, nil
	}
	if f.strayed++; f.strayed < convicting {
		return false, nil
	}
	return true, &Trip{Cause: Moved, What: fmt.Sprintf("%s reads %.3f rad, and stood between %.3f and %.3f before: "+
		"it was moved while it was to stand, or it sinks, or its sensor is off",
		g.model.JointName(i), s.Q[i], f.low[i], f.high[i])}
}

// ends is how far before the end of its range a joint or finger may be stopped: by what its angles
// are off, and where the arm itself stops it.
func (g *Guard) ends(joint int) float64 {
	if joint < sim.NumArmJoints {
		return g.limits.Joint
	}
	return 0.1
}

// advance moves where the joints can be by the time d, at most a tick, after f.at.
func (f *follow) advance(a *ahead, d time.Duration, light, full *[sim.NumJoints]float64) {
	f.at += d
	set, idle := f.told(a)
	share := 1 - math.Exp(-d.Seconds()/a.stop.Lag)
	off := a.stop.SpeedError
	for i := range set {
		slow, fast := &f.lag[0][i], &f.lag[1][i]
		least, most := *slow, *fast
		*slow += (set[i] - *slow) * share
		*fast += (set[i] - *fast) * share
		if idle {
			*slow, *fast = min(*slow, f.slowest[i]), max(*fast, f.fastest[i])
		}
		f.slowest[i], f.fastest[i] = min(f.slowest[i], *slow, least), max(f.fastest[i], *fast, most)
		lightly, fully := -light[i]*a.yield[i], -full[i]*a.yield[i]
		f.slowest[i] += min(0, lightly, fully) - off*math.Abs(f.slowest[i])
		f.fastest[i] += max(0, lightly, fully) + off*math.Abs(f.fastest[i])
		f.low[i] += f.slowest[i] * d.Seconds()
		f.high[i] += f.fastest[i] * d.Seconds()
	}
}

// told fills slowest and fastest with the velocities of the points that the arm may be at, at the
// time f.at, and returns those of the latest one that it is at if all went out in time. It is idle
// if its queue may be empty: the driver stopped it, or a point was held up. Then it may stand, or
// still have to do the last point.
func (f *follow) told(a *ahead) (set [sim.NumJoints]float64, idle bool) {
	newest, begun := true, false
	for n := a.count - 1; n >= max(0, a.count-remembered); n-- {
		p := &a.points[n%remembered]
		if p.sent > f.at {
			continue
		}
		if newest {
			if f.at > p.begin+a.patience+seconds(tick) { // it was received, or the driver has stopped the arm
				break
			}
			newest, idle = false, f.at > p.until+seconds(spare)
			f.slowest, f.fastest = p.velocity, p.velocity
		}
		for i, v := range p.velocity {
			f.slowest[i], f.fastest[i] = min(f.slowest[i], v), max(f.fastest[i], v)
		}
		if !begun && p.begin <= f.at {
			begun = true
			if f.at < p.begin+seconds(2*tick) {
				set = p.velocity
			}
		}
		idle = idle || !begun && p.late
		if p.begin+seconds(tick) < f.at {
			break
		}
	}
	if newest {
		f.slowest, f.fastest = set, set
	}
	if idle = idle || !begun; idle {
		for i := range set {
			f.slowest[i], f.fastest[i] = min(0, f.slowest[i]), max(0, f.fastest[i])
		}
	}
	return set, idle
}

// describe says what joint i, whose reading is q, does instead of what it was told.
func (f *follow) describe(m *sim.Model, i int, q float64) string {
	can := f.low[i]
	if q > f.high[i] {
		can = f.high[i]
	}
	told := "was told to stand"
	if mean := (f.slowest[i] + f.fastest[i]) / 2; f.slowest[i] > 0 || f.fastest[i] < 0 {
		told = fmt.Sprintf("was told to turn with %.2f rad/s", mean)
	}
	return fmt.Sprintf("%s does not do what it is told: it reads %.3f rad and can only be beyond %.3f; it %s. "+
		"Is it blocked, or its sensor broken, or does the arm ignore points until it was home once?", m.JointName(i), q,
		can, told)
}

// belongs returns what velocity or torque does not belong to the angles, or nil. An arm that does
// not report them has no times.
func (g *Guard) belongs(s *arm.State, light, full *[sim.NumJoints]float64) *Trip {
	f := &g.follow
	if s.VTime.After(f.velocityTime) {
		f.velocityTime = s.VTime
		i := outside(&s.V, &f.slowest, &f.fastest)
		if f.wrong++; i < 0 {
			f.wrong = 0
		}
		s.Doubt = f.wrong > 0
		if f.wrong >= convicting {
			return &Trip{Cause: Reading,
				What: fmt.Sprintf("%s reports that it turns with %.3f rad/s; by its angles it can be %.3f to %.3f",
					g.model.JointName(i), s.V[i], f.slowest[i], f.fastest[i])}
		}
	}
	if s.TorqueTime.After(f.torqueTime) {
		f.torqueTime = s.TorqueTime
		return f.weigh(g.model, s, light, full, g.ahead.last().late)
	}
	return nil
}

// weigh compares the torques that joints report with their weight. What it takes to speed them up
// evens out with time, but not where they stop and go, as points come late: then torques are not
// averaged.
func (f *follow) weigh(m *sim.Model, s *arm.State, light, full *[sim.NumJoints]float64, jerky bool) *Trip {
	for i := range sim.NumArmJoints {
		if f.fastest[i]-f.slowest[i] > sudden {
			continue
		}
		t, low, high := s.Torque[i], min(light[i], full[i]), max(light[i], full[i])
		if t != f.torque[i] {
			f.torque[i], f.weight[i], f.same[i] = t, light[i], 0
		} else if f.same[i]++; f.same[i] >= standstill && math.Abs(light[i]-f.weight[i]) > stillWeight {
			return &Trip{Cause: Reading, What: fmt.Sprintf("%s reports a torque of %.2f N m all the time, while its "+
				"weight changed from %.1f to %.1f",
				m.JointName(i), t, f.weight[i], light[i])}
		}
		if jerky {
			continue
		}
		off := max(-jolt, min(jolt, t-max(low, min(high, t))))
		f.off[i] += (off - f.off[i]) / evening
		if !(math.Abs(f.off[i]) <= heavy+heavier*math.Abs(high)) {
			return &Trip{Cause: Reading, What: fmt.Sprintf("%s reports a torque of %.1f N m, and for a while %.1f N "+
				"m too much; at its angles its weight is %.1f to %.1f",
				m.JointName(i), t, f.off[i], low, high)}
		}
	}
	return nil
}

// outside returns the first arm joint whose velocity is outside of what it can be; -1: none. What
// fingers report is not known.
func outside(v, slowest, fastest *[sim.NumJoints]float64) int {
	for i := range sim.NumArmJoints {
		if !(v[i] >= slowest[i]-hastyRate && v[i] <= fastest[i]+hastyRate) {
			return i
		}
	}
	return -1
}
