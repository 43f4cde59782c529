package sim

import (
	"fmt"
	"math"
)

// Motion is how a world moves otherwise than the model says: what a real arm and its wiring add.
// The zero value adds nothing.
type Motion struct {
	// Latency is the age of the picture, s, from 0 to ControlStep, rounded to whole physics steps.
	// Joint readings, rewards and violations are not late.
	Latency float64

	// Lag is the time constant of the first-order lag between a velocity command and the servo's
	// set point, s, from 0 to MaxLag.
	Lag float64

	// Speed is the achieved over the commanded velocity, minus 1: 0 is exact, -0.1 a tenth too
	// slow. At most MaxSpeedError either way.
	Speed [NumJoints]float64

	// Backlash is the gap between servo and link of each arm joint, rad: the full width of the dead
	// band, from 0 to MaxBacklash.
	Backlash float64

	// Payload is an additional point mass at the palm, kg, from 0 to MaxPayload.
	Payload float64

	// Encoder is added to the angles that the joints report, rad, at most MaxEncoderError either
	// way. Nothing but those readings changes.
	Encoder [NumJoints]float64
}

// The largest values of a Motion: beyond what an arm that is worth driving has, and small enough
// that every number stays far from overflow.
const (
	MaxLag          = 1.0 // s
	MaxSpeedError   = 0.5 // 1
	MaxBacklash     = 0.2 // rad
	MaxPayload      = 5.0 // kg; the maker allows 2.6
	MaxEncoderError = 1.0 // rad
)

// Validate returns an error that names the first quantity out of its range, if any.
func (m *Motion) Validate() error {
	for _, q := range [...]struct {
		what    string
		x, high float64
		unit    string
	}{
		{"latency", m.Latency, ControlStep, "s"},
		{"lag", m.Lag, MaxLag, "s"},
		{"backlash", m.Backlash, MaxBacklash, "rad"},
		{"payload", m.Payload, MaxPayload, "kg"},
	} {
		if !(q.x >= 0 && q.x <= q.high) {
			return fmt.Errorf("motion: %s is %g %s, want 0 to %g %s", q.what, q.x, q.unit, q.high, q.unit)
		}
	}
	for i := range NumJoints {
		if x := m.Speed[i]; !(math.Abs(x) <= MaxSpeedError) {
			return fmt.Errorf("motion: speed error of joint %d is %g, want at most %g either way", i+1, x,
				MaxSpeedError)
		}
		if x := m.Encoder[i]; !(math.Abs(x) <= MaxEncoderError) {
			return fmt.Errorf("motion: encoder error of joint %d is %g rad, want at most %g rad either way", i+1, x,
				MaxEncoderError)
		}
	}
	return nil
}

// past keeps the joint angles of the latest physics steps, for pictures that come late. Angles are
// few, and poses are quickly computed from them.
type past struct {
	ring []angles // room for a latency of ControlStep
	age  int      // of the picture, physics steps; that many places of the ring are used
	next int      // place of the oldest, which the next one replaces
	data *Data    // the arm that long ago
}

type angles = [NumJoints]float64

func newPast(m *Model, most int) past { return past{ring: make([]angles, most), data: m.NewData()} }

// fill makes all of the past alike.
func (p *past) fill(q *angles) {
	p.next = 0
	for i := range p.age {
		p.ring[i] = *q
	}
}

// push notes the angles before a physics step.
func (p *past) push(q *angles) {
	if p.age == 0 {
		return
	}
	p.ring[p.next] = *q
	if p.next++; p.next == p.age {
		p.next = 0
	}
}

// look returns the arm as it was age steps ago.
func (p *past) look(m *Model, now *Data) *Data {
	if p.age == 0 {
		return now
	}
	p.data.Q = p.ring[p.next]
	m.pose(p.data)
	return p.data
}
