package emulator

import "colonnade/jaco/protocol"

// point is an entry of the trajectory queue, in SI units.
type point struct {
	kind    protocol.PositionType
	values  [6]float64 // rad, rad/s; or m, rad, m/s, rad/s
	hand    protocol.HandMode
	fingers [3]float64 // rad or rad/s
	speed   [2]float64 // limits in force for a position; 0: none. rad/s of joints 1-3 and 4-6, or m/s and rad/s
	delay   float64    // s
}

// queue is a ring of points. It allocates nothing after newQueue.
type queue struct {
	ring  []point
	first int
	count int
}

func newQueue(capacity int) queue { return queue{ring: make([]point, capacity)} }

func (q *queue) push(p point) bool {
	if q.count == len(q.ring) {
		return false
	}
	q.ring[(q.first+q.count)%len(q.ring)] = p
	q.count++
	return true
}

func (q *queue) pop() (p point, ok bool) {
	if q.count == 0 {
		return p, false
	}
	p = q.ring[q.first]
	q.first = (q.first + 1) % len(q.ring)
	q.count--
	return p, true
}

func (q *queue) clear() { q.first, q.count = 0, 0 }
