package sim

import "math"

// Checker finds violations in the poses of one arm, one after the other. It remembers how far apart
// each pair was and skips the pair until the joints have turned far enough to close that gap, so
// checking small steps is cheap; the answers are the same as without. It belongs to one goroutine.
type Checker struct {
	model *Model
	at    [NumJoints]float64 // joint angles at the last check
	// Lower bounds of the distances at that check: gap[b][a] of bodies a < b, table[b] of body b
	// from the table. Infinite where the two may touch.
	gap   [NumBodies][NumBodies]float64
	table [NumBodies]float64
}

const (
	// safety is taken off every distance that lets a pair be skipped, m: far above rounding errors.
	safety = 1e-9
	// sphereSlack is the distance of two bodies' bounding spheres, m, beyond which their shapes are
	// not looked at.
	sphereSlack = 0.02
)

// NewChecker returns a checker that knows nothing yet: its first check measures every pair.
func (m *Model) NewChecker() *Checker {
	c := &Checker{model: m}
	c.forget()
	return c
}

// forget makes the next check measure everything.
func (c *Checker) forget() {
	for b := range c.gap {
		for a := range c.gap[b] {
			c.gap[b][a] = math.Inf(1)
		}
	}
	for _, p := range c.model.pairs {
		c.gap[p.b][p.a] = 0
	}
	c.table = [NumBodies]float64{}
}

// Check returns the first violation of the pose in d, its cause None if there is none. The joint
// limits come first; then, body by body from the base outwards, contact with inner bodies and with
// the table; then the fingers with each other.
func (c *Checker) Check(d *Data) Violation {
	c.model.pose(d)
	v := c.check(d)
	if v.Cause != None {
		c.forget() // as the bounds not reached belong to the pose before
	}
	return v
}

func (c *Checker) check(d *Data) Violation {
	m := c.model
	if v := m.limitViolation(d); v.Distance < 0 {
		return v
	}
	var turned [NumBodies]float64
	for i := range NumJoints {
		turned[i+1] = math.Abs(d.Q[i] - c.at[i])
		if !(turned[i+1] <= MaxAngle) { // not a number
			turned[i+1] = 0
			c.forget()
		}
	}
	c.at = d.Q

	// moved bounds how far any point of body b has moved as seen from body a, further and further
	// in.
	for b := 1; b < NumBodies; b++ {
		sweep, gaps := &m.sweep[b], &c.gap[b]
		moved := float64(turned[b] * sweep[b])
		for a := min(b-1, Hand); ; a-- {
			gaps[a] -= moved
			if !(gaps[a] > 0) {
				if v := c.measure(d, a, b); v.Cause != None {
					return v
				}
			}
			if a == Base {
				break
			}
			moved += float64(turned[a] * sweep[a])
		}
		c.table[b] -= moved
		if !(c.table[b] > 0) {
			h := m.height(d, b)
			if h < 0 {
				return Violation{TableTouch, b, -1, h}
			}
			c.table[b] = h - safety
		}
	}
	for b := Finger2; b <= Finger3; b++ {
		for a := Finger1; a < b; a++ {
			c.gap[b][a] -= float64(turned[a]*m.sweep[a][a]) + float64(turned[b]*m.sweep[b][b])
			if !(c.gap[b][a] > 0) {
				if v := c.measure(d, a, b); v.Cause != None {
					return v
				}
			}
		}
	}
	return Violation{}
}

// measure brings the gap of bodies a and b up to the pose in d.
func (c *Checker) measure(d *Data, a, b int) Violation {
	gap := c.model.sphereGap(d, a, b)
	if gap < sphereSlack {
		gap = c.model.distance(d, a, b)
	}
	if gap < 0 {
		return Violation{SelfContact, a, b, gap}
	}
	c.gap[b][a] = gap - safety
	return Violation{}
}
