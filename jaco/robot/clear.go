package robot

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"sync"
	"time"

	"colonnade/jaco/camera"
	"colonnade/jaco/clock"
	"colonnade/jaco/safety"
	"colonnade/jaco/tracker"
	"colonnade/jaco/transport"
	"colonnade/sim/reach"
)

// When a target that somebody was asked to move counts as placed, and when an arm may move on.
const (
	placedNear  = 0.05        // m from where it was asked for: that, by the picture alone
	placedStill = 0.008       // m between two looks
	placedFor   = time.Second // that it lies still there, and nothing moves in the picture,
	// or somewhere else, if it was moved: where it was asked for the arm may be in the way
	placedElse  = 5 * time.Second
	placedMoved = 0.03                   // m
	placedLook  = 100 * time.Millisecond // between two looks
	placedTime  = 5 * time.Minute        // that a person gets
	askAgain    = 10 * time.Second       // after a confirmation that the picture does not bear out
	restless    = 0.05                   // rad that a joint may turn meanwhile
)

// errNobody is returned where a person must confirm that the arm may move, and none can.
var errNobody = errors.New("nobody is there to confirm that the arm may move; by the picture alone it does with " +
	"-auto-place, which cannot tell a hand that rests from the table")

// clearance is a wait for a person who may have a hand in the arm's way.
type clearance struct {
	cell *Workcell
	h    *Hardware
	text string // what the person is to do

	// target is where the target was asked for; nil: it need not be seen, as the arm may be before
	// it.
	target *[2]float64

	calm        calm
	pose        pose
	stood       time.Time      // that the arm has been in it; zero: it was not looked at yet
	first, last *tracker.Sight // of the whole disc
	since       time.Time      // that it has lain still
	moved       bool           // it was gone for a moment, behind a hand, or is somewhere else
	confirmed   time.Time      // zero: not yet
	answer      <-chan error
}

// askFor asks a person for the target at a place and waits until it lies there and the person
// confirms it.
func (l *Workcell) askFor(ctx context.Context, h *Hardware, x, y float64) error {
	if h.Ask == nil || l.Camera == nil || l.Plane == nil {
		return errors.New("there is nobody to move the target, or no calibrated camera to see it")
	}
	text := fmt.Sprintf("put the target at x %+.2f m, y %+.2f m (or, if the arm is in the way, near it where the "+
		"camera sees it)", x, y)
	return (&clearance{cell: l, h: h, text: text, target: &[2]float64{x, y}}).wait(ctx)
}

// clear waits until a person confirms that an arm which stopped may move again.
func (l *Workcell) clear(ctx context.Context, h *Hardware, why string) error {
	if h.Ask == nil || l.Camera == nil {
		return errNobody
	}
	return (&clearance{cell: l, h: h, text: "the arm stands: " + why}).wait(ctx)
}

func (c *clearance) wait(ctx context.Context) error {
	if c.h.Confirm == nil && !c.h.AutoPlace {
		return errNobody
	}
	c.ask(c.text)
	finder, frame := tracker.NewFinder(), make([]uint8, camera.FrameSize)
	why := error(nil)
	for until := c.cell.Clock.Now().Add(placedTime); c.cell.Clock.Now().Before(until); {
		if err := c.cell.Guard.Err(); errors.Is(err, safety.ErrEmergency) {
			return err
		}
		if err := clock.Sleep(ctx, c.cell.Clock, placedLook); err != nil {
			return err
		}
		if err := c.hear(); err != nil {
			return err
		}
		if why = c.look(finder, frame); errors.Is(why, transport.ErrClosed) {
			return why
		}
		now := c.cell.Clock.Now()
		if why == nil && c.enough(now) {
			return nil
		}
		if why != nil && !c.confirmed.IsZero() && now.Sub(c.confirmed) > askAgain {
			c.ask("not yet: " + why.Error() + "; " + c.text)
		}
	}
	if why == nil {
		why = errors.New("nobody confirmed it")
	}
	return fmt.Errorf("after %v the arm may still not move: %w", placedTime, why)
}

// ask tells the person what to do, and asks for a confirmation.
func (c *clearance) ask(text string) {
	c.confirmed = time.Time{}
	if c.h.AutoPlace {
		c.h.Ask(text + "; keep clear: the arm goes on by itself (-auto-place)")
		return
	}
	c.h.Ask(text + "; when nobody is within its reach, press Enter")
	c.answer = c.h.Confirm()
}

// hear takes the person's answer, if there is one.
func (c *clearance) hear() error {
	select {
	case err := <-c.answer:
		c.answer = nil
		if err != nil {
			return fmt.Errorf("%w: %w", errNobody, err)
		}
		c.confirmed = c.cell.Clock.Now()
	default:
	}
	return nil
}

// look looks at the table, and returns what speaks against moving.
func (c *clearance) look(finder *tracker.Finder, frame []uint8) error {
	now := c.cell.Clock.Now()
	if _, err := c.cell.Camera.Frame(frame); err != nil {
		c.calm.since, c.last = time.Time{}, nil
		return err
	}
	still := c.calm.note(frame, now)
	if c.target != nil {
		if err := c.see(finder, frame, now); err != nil {
			return err
		}
	}
	if !still || now.Sub(c.calm.since) < placedFor {
		return errors.New("something moves in the picture")
	}
	return c.stands(now)
}

// stands returns an error if the arm has not stood still for long enough: somebody moves it, or it
// sinks.
func (c *clearance) stands(now time.Time) error {
	q := c.cell.Guard.State().Q
	if c.stood.IsZero() || apart(&q, &c.pose) > restless {
		c.pose, c.stood = q, now
	}
	if now.Sub(c.stood) < placedFor {
		return errors.New("the arm moves, though it is to stand")
	}
	return nil
}

// see looks for the target.
func (c *clearance) see(finder *tracker.Finder, frame []uint8, now time.Time) error {
	sight, err := c.cell.Plane.Locate(finder, frame)
	if err == nil {
		err = sight.Disc()
	}
	if err == nil && !inArea(&sight) {
		err = fmt.Errorf("the target lies at x %+.2f m, y %+.2f m, beyond the area for it", sight.X, sight.Y)
	}
	if err != nil {
		c.last, c.moved = nil, true
		return err
	}
	if c.first == nil {
		c.first = &sight
	}
	if c.last == nil || away(c.last, &sight) > placedStill {
		c.since = now
	}
	c.last = &sight
	c.moved = c.moved || away(c.first, &sight) > placedMoved
	if now.Sub(c.since) < placedFor {
		return errors.New("the target has not lain still for a second")
	}
	return nil
}

// enough tells whether the arm may move, after a look that has nothing against it.
func (c *clearance) enough(now time.Time) bool {
	if !c.h.AutoPlace {
		return !c.confirmed.IsZero() && now.Sub(c.confirmed) >= placedFor
	}
	if c.target == nil {
		return now.Sub(c.calm.since) >= placedElse
	}
	near := math.Hypot(c.last.X-c.target[0], c.last.Y-c.target[1]) <= placedNear
	return near || c.moved && now.Sub(c.since) >= placedElse
}

func away(a, b *tracker.Sight) float64 { return math.Hypot(a.X-b.X, a.Y-b.Y) }

// inArea tells whether the target lies where it may, give or take.
func inArea(s *tracker.Sight) bool {
	return math.Abs(s.X-reach.TargetCentreX) <= reach.TargetSizeX/2+placedNear &&
		math.Abs(s.Y-reach.TargetCentreY) <= reach.TargetSizeY/2+placedNear
}

// calm watches whether anything moves in pictures.
type calm struct {
	since time.Time // that nothing has; zero: there was no picture yet
	then  blocks    // of the picture at that time
}

// Pictures are compared by the mean of blocks, which is less noisy than pixels, after what changed
// all of them: a lamp.
const (
	blockSide  = 4                          // pixels
	blockRow   = camera.Side / blockSide    // blocks
	blockMoved = 10 * blockSide * blockSide // of 255 a pixel, summed
)

type blocks [blockRow * blockRow * 3]int

// note takes a picture into account and tells whether all is as it was.
func (c *calm) note(frame []uint8, now time.Time) bool {
	var sums blocks
	for i, v := range frame {
		pixel, channel := i/3, i%3
		sums[(pixel/camera.Side/blockSide*blockRow+pixel%camera.Side/blockSide)*3+channel] += int(v)
	}
	if !c.since.IsZero() && !sums.differ(&c.then) {
		return true
	}
	c.since, c.then = now, sums
	return false
}

func (b *blocks) differ(then *blocks) bool {
	var lamp [3]int
	for channel := range lamp {
		var changes [blockRow * blockRow]int
		for i := range changes {
			changes[i] = b[3*i+channel] - then[3*i+channel]
		}
		slices.Sort(changes[:])
		lamp[channel] = changes[len(changes)/2]
	}
	for i := range b {
		if d := b[i] - then[i] - lamp[i%3]; d > blockMoved || d < -blockMoved {
			return true
		}
	}
	return false
}

// reaction is how long a person takes at least to answer.
const reaction = 200 * time.Millisecond

// ConfirmByLine returns a Hardware.Confirm that takes a line of r, such as Enter, as confirmation.
// One that was typed ahead does not count: it comes sooner than anybody reads and answers.
func ConfirmByLine(r io.Reader) func() <-chan error {
	var start sync.Once
	var mu sync.Mutex // guards what follows
	var asked chan error
	var since time.Time // that it is asked for
	var over error
	answer := func(err error) {
		mu.Lock()
		defer mu.Unlock()
		if over = err; asked != nil && (err != nil || time.Since(since) > reaction) {
			asked <- err
			asked = nil
		}
	}
	read := func() {
		lines := bufio.NewReader(r)
		for {
			_, err := lines.ReadString('\n')
			answer(err)
			if err != nil {
				return
			}
		}
	}
	return func() <-chan error {
		mu.Lock()
		defer mu.Unlock()
		c := make(chan error, 1)
		if over != nil {
			c <- over
			return c
		}
		asked, since = c, time.Now()
		start.Do(func() { go read() })
		return c
	}
}
