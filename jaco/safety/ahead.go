package safety

import (
	"math"
	"time"

	"colonnade/sim"
)

// tick is how long the arm moves by one velocity point, s.
const tick = 0.01

// remembered is the number of points that are kept: what was sent before them has no part in the
// arm's motion any more.
const remembered = 32

// sent is a point on its way: it moves the arm from begin on for a tick.
type sent struct {
	sent     time.Duration // since the Guard's beginning
	begin    time.Duration // since then, at the latest
	until    time.Duration // the queue lasts until then with it, by the clock
	late     bool          // the queue may have been empty before
	velocity [sim.NumJoints]float64
	before   [sim.NumJoints]float64 // where all points before it lead to, rad
	path     [sim.NumJoints]float64 // their way, there and back, rad
}

// A queue that should be empty by now counts as such after spare: periods have jitter. It holds no
// more than whole when a point comes.
const (
	spare = tick / 5 // s
	whole = 2 * tick // s
)

// ahead works out where the arm goes until it stands.
type ahead struct {
	stop     Stopping
	gain     float64 // what part of the way to its input the servos' lag goes in a tick
	points   [remembered]sent
	count    int           // of points ever sent
	streak   int           // of points since the last pause or stop
	queue    time.Duration // that a point which was received waits in the arm's queue, at most
	patience time.Duration // the driver's: a point that is not received by then never is
	model    *sim.Model
	data     *sim.Data
	yield    [sim.NumJoints]float64 // how fast a servo at rest gives way, rad/s for each N m
}

// payload is what the hand may carry besides the model's own, kg: it counts for the sag.
const payload = 0.5

func newAhead(m *sim.Model, s Stopping) ahead {
	a := ahead{stop: s, gain: 1 - math.Exp(-tick/s.Lag), model: m, data: m.NewData()}
	a.data.Payload = payload
	for _, l := range m.Description().Links {
		for i := range a.yield {
			if l.Joint != nil && l.Joint.Name == m.JointName(i) {
				a.yield[i] = 1 / l.Joint.Actuator.KV
			}
		}
	}
	return a
}

// sag takes from the joint angles q what the arm's weight takes while it comes to rest.
func (a *ahead) sag(q *[sim.NumJoints]float64) {
	var torque [sim.NumJoints]float64
	a.data.Q, a.data.V = *q, [sim.NumJoints]float64{}
	a.model.Bias(a.data, &torque)
	for i := range torque {
		q[i] -= torque[i] * a.yield[i] * a.stop.Sag
	}
}

// begins returns when a point that is sent now begins to move the arm, at the latest: after the
// delay, and after the point before it.
func (a *ahead) begins(now time.Duration) time.Duration {
	begin := now + seconds(a.stop.Delay)
	if a.count > 0 {
		begin = max(begin, a.points[(a.count-1)%remembered].begin+seconds(tick))
	}
	return begin
}

// last is the point that was added last.
func (a *ahead) last() *sent { return &a.points[(a.count-1)%remembered] }

// add keeps a point that is sent now.
func (a *ahead) add(p sent) {
	var until time.Duration
	if a.count > 0 {
		last := a.last()
		until = last.until
		for i, v := range last.velocity {
			p.before[i], p.path[i] = last.before[i]+v*tick, last.path[i]+math.Abs(v)*tick
		}
	}
	p.late = p.sent > until+seconds(spare)
	p.until = p.sent + seconds(tick) + max(0, min(until-p.sent, seconds(whole)))
	a.points[a.count%remembered] = p
	a.count++
	a.streak++
}

// tooSlow is the part of the driver's patience for one answer that the mean time between points may
// come to: beyond it faults of slow joints would not be found within a second.
const tooSlow = 0.8

// sluggish returns the mean time between the points that are remembered, if they are of one stream
// and that is too long.
func (a *ahead) sluggish(now time.Duration) (gap time.Duration, yes bool) {
	if a.streak < remembered {
		return 0, false
	}
	gap = (now - a.points[a.count%remembered].sent) / remembered
	return gap, gap.Seconds() > tooSlow*a.patience.Seconds()
}

// stopped takes note that the arm's queue was dropped.
func (a *ahead) stopped() {
	if a.count > 0 {
		a.last().until = 0
	}
	a.streak = 0
}

// way fills half and end with the joint angles, half-way and in the end, of an arm that was at q at
// the time measured and gets no other points than those that were sent.
func (a *ahead) way(q *[sim.NumJoints]float64, measured time.Duration, half, end *[sim.NumJoints]float64) {
	var set, moved [sim.NumJoints]float64
	*half = *q
	var clock time.Duration
	first := max(0, a.count-remembered)
	for n := first; n < a.count; n++ {
		p := &a.points[n%remembered]
		if n > first && p.begin > clock { // the queue was empty: the servos slowed down
			a.coast(&set, &moved, clock, p.begin, measured)
		}
		clock = p.begin + seconds(tick)
		share := min(1, max(0, (clock-measured).Seconds()/tick)) // of this tick that is still to come
		for i := range set {
			set[i] += (p.velocity[i] - set[i]) * a.gain
			moved[i] += set[i] * tick * share
		}
	}
	for i := range end {
		half[i] = q[i] + moved[i]*(1+a.stop.SpeedError)
	}
	a.coast(&set, &moved, clock, clock+time.Second, measured)
	for i := range end {
		end[i] = q[i] + moved[i]*(1+a.stop.SpeedError)
	}
	a.sag(end)
}

// coast lets the servos slow down, without a command, from a time to another.
func (a *ahead) coast(set, moved *[sim.NumJoints]float64, from, to, measured time.Duration) {
	decay := math.Exp(-(to - from).Seconds() / a.stop.Lag)
	unseen := 1.0 // of that motion that comes after the measurement
	if measured >= to {
		unseen = 0
	} else if measured > from {
		unseen = math.Exp(-(measured-from).Seconds()/a.stop.Lag) - decay
		unseen /= 1 - decay
	}
	for i := range set {
		moved[i] += set[i] * a.stop.Lag * (1 - decay) * unseen
		set[i] *= decay
	}
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
