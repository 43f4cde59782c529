package sim

// past keeps the joint angles of the latest physics steps, for pictures that come late. Angles are few, and poses are
// quickly computed from them.
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
