package camera

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"colonnade/jaco/clock"
	"colonnade/jaco/transport"
)

// Reopening is a Camera that comes back: where the one it has is gone for good, or gives no
// pictures any more, it opens another in its place.
type Reopening struct {
	clock clock.Clock
	open  func() (Camera, error)
	view  string // of the first camera: another one is a fault

	// Of Frame's goroutine, while the camera is gone.
	why  error     // it is gone, or did not open
	mute time.Time // since when it has given no picture, though asked; zero: it gave one
	next time.Time // when another may be opened

	mu     sync.Mutex // guards what follows
	now    Camera     // nil: it is gone, or this is closed
	closed bool
}

// reopenEvery is the time between two attempts to open a camera.
const reopenEvery = 500 * time.Millisecond

// muteFor is how long a camera may be asked in vain until it is taken for dead, though its driver
// says nothing: such a one has come back to nobody who waited, but to whoever opened it again.
const muteFor = 2 * time.Second

// OpenReopening starts a camera, as Open does, that is opened again with the same Options whenever
// it is unplugged and back, or hangs. It is named by what does not change by that, such as a link
// in /dev/v4l/by-id, if there are others.
func OpenReopening(opt Options) (*Reopening, error) {
	if err := opt.fill(); err != nil {
		return nil, err
	}
	return NewReopening(opt.Clock, func() (Camera, error) { return Open(opt) })
}

// NewReopening returns a camera that is opened by open, now and whenever it is gone, in the time of
// c.
func NewReopening(c clock.Clock, open func() (Camera, error)) (*Reopening, error) {
	r := &Reopening{clock: c, open: open}
	var err error
	if r.now, err = open(); err != nil {
		return nil, err
	}
	r.view = ViewOf(r.now)
	return r, nil
}

// View is described at Viewer.
func (r *Reopening) View() string { return r.view }

// Frame is described at Camera. A camera that is gone is an error at once, as an arm in motion
// waits for nobody; later calls open another, at most one in half a second, and fail in between.
func (r *Reopening) Frame(dst []uint8) (time.Duration, error) {
	c, err := r.current()
	if err != nil {
		return 0, err
	}
	began := r.clock.Now()
	at, err := c.Frame(dst)
	switch {
	case errors.Is(err, transport.ErrNoDevice), errors.Is(err, transport.ErrBus):
		r.drop(c, err)
	case !errors.Is(err, ErrStale):
		r.mute = time.Time{}
	case r.mute.IsZero():
		r.mute = began
	}
	if !r.mute.IsZero() && r.clock.Now().Sub(r.mute) >= muteFor {
		r.drop(c, fmt.Errorf("it gave no picture for %v and is opened again: %w", muteFor, err))
	}
	return at, err
}

// current returns the camera, a new one if need be and possible.
func (r *Reopening) current() (Camera, error) {
	r.mu.Lock()
	c, closed := r.now, r.closed
	r.mu.Unlock()
	now := r.clock.Now()
	switch {
	case closed:
		return nil, &transport.Error{Op: "picture", Name: "camera", Kind: transport.ErrClosed}
	case c != nil:
		return c, nil
	case now.Before(r.next):
		return nil, r.why
	}
	r.next = now.Add(reopenEvery)
	if c, r.why = r.open(); r.why != nil {
		return nil, r.why
	}
	if view := ViewOf(c); view != r.view {
		r.why = errors.Join(fmt.Errorf("another camera is there: its pictures are %s, not %s: %w", view, r.view,
			ErrFormat), c.Close())
		return nil, r.why
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, errors.Join(&transport.Error{Op: "picture", Name: "camera", Kind: transport.ErrClosed}, c.Close())
	}
	r.now = c
	return c, nil
}

// drop closes a camera that is gone, at once: as long as it is open the system keeps its node, and
// gives the camera another when it is back.
func (r *Reopening) drop(c Camera, why error) {
	r.mu.Lock()
	if r.now == c {
		r.now = nil
	}
	r.mu.Unlock()
	r.why, r.next, r.mute = why, r.clock.Now().Add(reopenEvery), time.Time{}
	c.Close() // its error is that it is gone
}

// Close is described at Camera.
func (r *Reopening) Close() error {
	r.mu.Lock()
	c := r.now
	r.now, r.closed = nil, true
	r.mu.Unlock()
	if c == nil {
		return nil
	}
	return c.Close()
}
