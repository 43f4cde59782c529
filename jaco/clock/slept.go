package clock

import "time"

// Slept returns how long the machine has slept since some time before the first call: suspended,
// while the clock stood still. It is 0 on a machine that does not tell. What moves and is not to
// move on unasked must compare it before and after.
func Slept(c Clock) time.Duration {
	switch c := c.(type) {
	case realClock:
		return bootAhead()
	case *Virtual:
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.slept
	}
	return 0
}

// Suspend is a machine that sleeps for the time d: this clock stands still, and Slept tells.
func (v *Virtual) Suspend(d time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.slept += d
}
