package camera

import (
	"errors"
	"testing"
	"time"

	"colonnade/jaco/clock"
	"colonnade/jaco/transport"
)

// plug is a socket for cameras.
type plug struct {
	err    error // of opening; nil: there is a camera
	opened []*plugged
}

// plugged is a camera that was opened.
type plugged struct {
	err    error // of Frame
	closed int
}

func (p *plugged) Frame(dst []uint8) (time.Duration, error) { return 7, p.err }
func (p *plugged) Close() error                             { p.closed++; return nil }

func (p *plug) open() (Camera, error) {
	if p.err != nil {
		return nil, p.err
	}
	p.opened = append(p.opened, new(plugged))
	return p.opened[len(p.opened)-1], nil
}

// pass lets virtual time pass.
func pass(t *testing.T, v *clock.Virtual, d time.Duration) {
	t.Helper()
	if err := clock.Sleep(t.Context(), v, d); err != nil {
		t.Fatal(err)
	}
}

// A camera that is unplugged gives errors until it is back, and is then as before; it is not asked
// for all the time.
func TestReopening(t *testing.T) {
	v, socket := clock.NewVirtual(), new(plug)
	v.Enter()
	defer v.Leave()
	attempts := 0
	c, err := NewReopening(v, func() (Camera, error) { attempts++; return socket.open() })
	if err != nil {
		t.Fatal(err)
	}
	dst := make([]uint8, FrameSize)
	for _, kind := range []error{transport.ErrNoDevice, transport.ErrBus} {
		if at, err := c.Frame(dst); err != nil || at != 7 {
			t.Fatalf("taken at %v, %v", at, err)
		}
		first := socket.opened[len(socket.opened)-1]
		first.err = &transport.Error{Op: "picture", Kind: kind}
		socket.err = &transport.Error{Op: "open", Kind: transport.ErrNoDevice}
		if _, err := c.Frame(dst); !errors.Is(err, kind) || first.closed != 1 {
			t.Errorf("%v; closed %d times", err, first.closed)
		}
		attempts = 0
		const gone = 10 * time.Second
		for end := v.Now().Add(gone); v.Now().Before(end); pass(t, v, 100*time.Millisecond) {
			if _, err := c.Frame(dst); !errors.Is(err, transport.ErrNoDevice) && !errors.Is(err, kind) {
				t.Errorf("while it is gone: %v", err)
			}
		}
		if most := int(gone / reopenEvery); attempts < most/2 || attempts > most {
			t.Errorf("opened %d times in %v", attempts, gone)
		}
		socket.err = nil
		pass(t, v, reopenEvery)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if _, err := c.Frame(dst); !errors.Is(err, transport.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// What passes by itself, or cannot be helped by opening, is no reason to.
func TestReopeningKeepsTheCamera(t *testing.T) {
	v, socket := clock.NewVirtual(), new(plug)
	c, err := NewReopening(v, socket.open)
	if err != nil {
		t.Fatal(err)
	}
	socket.opened[0].err = &transport.Error{Op: "picture", Kind: ErrStale}
	for range 3 {
		if _, err := c.Frame(make([]uint8, FrameSize)); !errors.Is(err, ErrStale) {
			t.Errorf("a camera that hangs: %v", err)
		}
	}
	if err := c.Close(); err != nil || socket.opened[0].closed != 1 || len(socket.opened) != 1 {
		t.Errorf("%v, closed %d times, %d opened", err, socket.opened[0].closed, len(socket.opened))
	}
	socket.err = &transport.Error{Op: "open", Kind: transport.ErrBusy}
	if _, err := NewReopening(v, socket.open); !errors.Is(err, transport.ErrBusy) {
		t.Errorf("a camera that is not there to begin with: %v", err)
	}
	if _, err := OpenReopening(Options{Rate: -1}); err == nil {
		t.Error("options that make no sense")
	}
}

// A camera that dies without a word, or gives nothing that can be used, is opened again as one that
// was unplugged; one that is late now and then is not.
func TestReopeningOfAStalledCamera(t *testing.T) {
	v, socket := clock.NewVirtual(), new(plug)
	v.Enter()
	defer v.Leave()
	c, err := NewReopening(v, socket.open)
	if err != nil {
		t.Fatal(err)
	}
	dst := make([]uint8, FrameSize)
	late := &transport.Error{Op: "picture", Kind: ErrStale}
	for i := range 40 {
		if socket.opened[0].err = late; i%3 == 0 {
			socket.opened[0].err = nil
		}
		c.Frame(dst)
		pass(t, v, muteFor/4)
	}
	if len(socket.opened) != 1 {
		t.Fatalf("a camera that is late now and then was opened %d times", len(socket.opened))
	}
	socket.opened[0].err = late
	began := v.Now()
	for _, err = c.Frame(dst); err != nil && v.Now().Sub(began) < 10*time.Second; _, err = c.Frame(dst) {
		pass(t, v, muteFor/4)
	}
	if took := v.Now().Sub(began); err != nil || took > muteFor+2*reopenEvery || socket.opened[0].closed != 1 {
		t.Errorf("a stalled camera: %v after %v, closed %d times", err, took, socket.opened[0].closed)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

// wide is a camera with a view.
type wide struct {
	plugged
	view string
}

func (w *wide) View() string { return w.view }

// A camera that comes back with other pictures is not taken for the same.
func TestReopeningKeepsTheView(t *testing.T) {
	v, now := clock.NewVirtual(), &wide{view: "640x480, crop 80,0,560,480"}
	v.Enter()
	defer v.Leave()
	c, err := NewReopening(v, func() (Camera, error) { return now, nil })
	if err != nil {
		t.Fatal(err)
	}
	if c.View() != now.view {
		t.Errorf("the view is %q", c.View())
	}
	now.err = &transport.Error{Op: "picture", Kind: transport.ErrNoDevice}
	dst := make([]uint8, FrameSize)
	c.Frame(dst)
	first := now.view
	for _, view := range []string{"320x240, crop 40,0,280,240", first} {
		now = &wide{view: view}
		pass(t, v, reopenEvery)
		if _, err := c.Frame(dst); (err == nil) != (view == first) {
			t.Errorf("with %s instead of %s: %v", view, first, err)
		}
	}
}

// Close while another camera is being opened closes that, too.
func TestReopeningClosedMeanwhile(t *testing.T) {
	v, socket := clock.NewVirtual(), new(plug)
	v.Enter()
	defer v.Leave()
	var c *Reopening
	c, err := NewReopening(v, func() (Camera, error) {
		if c != nil {
			c.Close()
		}
		return socket.open()
	})
	if err != nil {
		t.Fatal(err)
	}
	socket.opened[0].err = &transport.Error{Op: "picture", Kind: transport.ErrNoDevice}
	c.Frame(make([]uint8, FrameSize))
	pass(t, v, reopenEvery)
	if _, err := c.Frame(make([]uint8, FrameSize)); !errors.Is(err, transport.ErrClosed) || len(socket.opened) != 2 ||
		socket.opened[1].closed != 1 {
		t.Errorf("%v, %d opened", err, len(socket.opened))
	}
}
