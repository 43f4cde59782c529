package arm

import (
	"fmt"
	"time"
)

// adjust keeps the arm's queue at its depth, from the number of points in it right after one was sent. What the arm says is
// believed as far as it can be true: one that always said too few would get more and more, and go on with them after the
// cable is cut.
func (a *Arm) adjust(points int) error {
	switch {
	case points > a.opt.Depth+1:
		a.skip = min(points-a.opt.Depth, maxSkip)
	case points < a.opt.Depth:
		if sent := a.backlog.left(a.opt.Clock.Now()); sent > float64(a.opt.Depth+maxSurplus) {
			return fmt.Errorf("%d points, where at least %.0f are left of those sent: %w", points, sent, ErrQueue)
		}
		a.extra = true
	}
	return nil
}

const (
	maxSkip    = 20 // bounds what one answer can do to the stream
	maxSurplus = 4  // points beyond Options.Depth that may be in the queue by the clock
)

// backlog is how many points are left in the arm's queue if it takes one a tick.
type backlog struct {
	points float64
	at     time.Time
}

// tickTime is the shortest that the arm's tick of 10 ms may be: its clock is not ours.
const tickTime = 9980 * time.Microsecond

// left returns what is left at the time now.
func (b *backlog) left(now time.Time) float64 {
	return max(0, b.points-now.Sub(b.at).Seconds()/tickTime.Seconds())
}

// add adds a point at the time now.
func (b *backlog) add(now time.Time) { *b = backlog{points: b.left(now) + 1, at: now} }
