package robot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"colonnade/jaco/camera"
	"colonnade/jaco/clock"
	"colonnade/jaco/emulator"
	"colonnade/jaco/transport"
)

// painted is a camera before which somebody holds something.
type painted struct {
	*camera.Emulated
	paint func(frame []uint8) // nil: nobody does
}

func (p *painted) Frame(dst []uint8) (time.Duration, error) {
	at, err := p.Emulated.Frame(dst)
	if err == nil && p.paint != nil {
		p.paint(dst)
	}
	return at, err
}

// over colours what in holds for, by places on the table from x, y.
func over(l *Emulated, x, y float64, colour [3]uint8, in func(x, y float64) bool) func(frame []uint8) {
	return func(frame []uint8) {
		for i := range camera.Side * camera.Side {
			at := l.Plane.Table([2]float64{float64(i%camera.Side) + 0.5, float64(i/camera.Side) + 0.5})
			if in(at[0]-x, at[1]-y) {
				copy(frame[3*i:], colour[:])
			}
		}
	}
}

// What a person has over the table: a hand with a wrist, red under a warm lamp, and two fingers.
var warm, pale = [3]uint8{220, 60, 40}, [3]uint8{230, 190, 170}

func aHand(x, y float64) bool {
	return math.Abs(x) < 0.045 && math.Abs(y) < 0.06 || math.Abs(x) < 0.03 && y < 0 && y > -0.15
}

func fingers(x, y float64) bool { return math.Abs(x) < 0.02 && y < 0.01 && y > -0.15 }

// clearing is a real workcell that asks for the target.
type clearing struct {
	*Emulated
	eye  *painted
	cell *Workcell
	said []string
}

func newClearing(t *testing.T, change func(h *Hardware)) *clearing {
	t.Helper()
	l, h := hardware(t)
	c := &clearing{Emulated: l, eye: &painted{Emulated: l.Eye}}
	h.Camera, h.Ask = c.eye, func(text string) { c.said = append(c.said, text) }
	change(&h)
	var err error
	if c.cell, err = Connect(context.Background(), h); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.cell.Shut(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// moveTarget asks for the target and says how long that took.
func (c *clearing) place(x, y float64) (time.Duration, error) {
	c.cell.Clock.Enter()
	defer c.cell.Clock.Leave()
	began := c.cell.Clock.Now()
	err := c.cell.MoveTarget(context.Background(), x, y)
	return c.cell.Clock.Now().Sub(began), err
}

// after does something when some time has passed.
func (c *clearing) after(d time.Duration, do func()) {
	c.cell.Clock.Go(func() {
		if clock.Sleep(context.Background(), c.cell.Clock, d) == nil {
			do()
		}
	})
}

func auto(h *Hardware) { h.AutoPlace = true }

// A hand where the target was asked for is not the target, and fingers that are still on it are not
// gone, however still they are; nor does the arm move while something else moves in the picture.
func TestHandsAreNoAllClear(t *testing.T) {
	const x, y = 0.02, -0.4
	c := newClearing(t, auto)
	c.PutTarget(5, 5)
	c.eye.paint = over(c.Emulated, x, y, warm, aHand)
	if took, err := c.place(x, y); err == nil {
		t.Errorf("a hand was taken for the target after %v", took)
	}
	c.PutTarget(x, y)
	c.eye.paint = over(c.Emulated, x, y, pale, fingers)
	c.after(20*time.Second, func() { c.eye.paint = nil })
	if took, err := c.place(x, y); err != nil || took < 21*time.Second || took > 23*time.Second {
		t.Errorf("fingers were on it for 20 s, it counted as placed after %v: %v", took, err)
	}
	gone := c.cell.Clock.Now().Add(20 * time.Second)
	c.eye.paint = func(frame []uint8) { // a sleeve, now here, now there
		now := c.cell.Clock.Now()
		if now.Before(gone) {
			over(c.Emulated, 0.25+0.04*math.Sin(3*float64(now.UnixMilli())/1000), -0.3, pale, aHand)(frame)
		}
	}
	if took, err := c.place(x, y); err != nil || took < 20*time.Second || took > 23*time.Second {
		t.Errorf("something moved for 20 s, the target counted as placed after %v: %v", took, err)
	}
}

// Nor does it move while its own angles change, as it sinks or somebody pushes it, whatever the
// picture shows.
func TestAMovingArmIsNoAllClear(t *testing.T) {
	const x, y = 0.02, -0.4
	c := newClearing(t, auto)
	c.PutTarget(x, y)
	still := make([]uint8, camera.FrameSize)
	if _, err := c.Eye.Frame(still); err != nil {
		t.Fatal(err)
	}
	c.eye.paint = func(frame []uint8) { copy(frame, still) }
	if err := c.Arm.Break(c.cell.Clock.Now(), 0, emulator.Motor, emulator.Fault{Scale: 1, Offset: 0.3}); err != nil {
		t.Fatal(err)
	}
	c.after(5*time.Second, func() { c.Arm.Mend(c.cell.Clock.Now()) }) // and it goes back, slowly
	if took, err := c.place(x, y); err != nil || took < 6*time.Second || took > 30*time.Second {
		t.Errorf("the arm moved for 5 s, the target counted as placed after %v: %v", took, err)
	}
}

// Nothing moves without a confirmation. One that comes too early is asked for again.
func TestPlacingIsConfirmed(t *testing.T) {
	const x, y = 0.02, -0.4
	c := newClearing(t, func(*Hardware) {})
	c.PutTarget(x, y)
	if took, err := c.place(x, y); !errors.Is(err, errNobody) {
		t.Errorf("with nobody to confirm it: %v after %v", err, took)
	}
	answers := make(chan error, 1)
	c = newClearing(t, func(h *Hardware) { h.Confirm = func() <-chan error { return answers } })
	c.PutTarget(x, y)
	if took, err := c.place(x, y); err == nil || !strings.Contains(err.Error(), "nobody confirmed") {
		t.Errorf("unconfirmed, %v after %v", err, took)
	}
	c.after(30*time.Second, func() { answers <- nil })
	if took, err := c.place(x, y); err != nil || took < 31*time.Second || took > 32*time.Second {
		t.Errorf("confirmed after 30 s: %v after %v", err, took)
	}
	c.eye.paint = over(c.Emulated, x, y, pale, fingers)
	answers <- nil
	c.after(15*time.Second, func() { c.eye.paint = nil })
	c.after(40*time.Second, func() { answers <- nil })
	if took, err := c.place(x, y); err != nil || took < 41*time.Second ||
		!strings.HasPrefix(c.said[len(c.said)-1], "not yet: ") {
		t.Errorf("confirmed with fingers on it: %v after %v, told %q", err, took, c.said)
	}
	answers <- errors.New("the terminal is gone")
	if _, err := c.place(x, y); !errors.Is(err, errNobody) {
		t.Errorf("with nobody any more: %v", err)
	}
}

// An arm that was unplugged, a target that was away and a camera that was gone for longer than a
// moment were all put right by somebody, who may still be there: the arm waits to be told.
func TestGoingOnIsConfirmed(t *testing.T) {
	answers := make(chan error, 1)
	c := newClearing(t, func(h *Hardware) { h.Confirm = func() <-chan error { return answers } })
	c.PutTarget(0.02, -0.4)
	answers <- nil
	e := newEnv(t, Options{Workcell: c.cell})
	b := newBuffers()
	if err := e.Reset(3, b.pixels, b.proprio); err != nil {
		t.Fatal(err)
	}
	const told = 20 * time.Second
	for _, fault := range []struct {
		name       string
		spoil, fix func()
	}{
		{"arm", c.Socket.Unplug, func() { c.Socket.Plug(c.Arm) }},
		{"camera", c.Eye.Unplug, c.Eye.Plug},
		{"target", func() { c.PutTarget(5, 5) }, func() { c.PutTarget(0.02, -0.4) }},
	} {
		began := c.cell.Clock.Now()
		fault.spoil()
		c.after(4*time.Second, fault.fix)
		c.after(told, func() { answers <- nil })
		e.episodes = 1
		if err := e.Reset(4, b.pixels, b.proprio); err != nil {
			t.Fatal(err)
		}
		for range 10 {
			if _, _, _, err := e.Step(b.still(), b.pixels, b.proprio); err != nil {
				t.Fatalf("%s: %v", fault.name, err)
			}
		}
		if took := c.cell.Clock.Now().Sub(began); took < told {
			t.Errorf("%s: the arm went on after %v, confirmed after %v", fault.name, took, told)
		}
	}
}

// A line confirms, the end of the input does not. A late answer of the arm needs nobody.
func TestConfirmByLine(t *testing.T) {
	in, keyboard := io.Pipe()
	confirm := ConfirmByLine(in)
	answer := confirm()
	fmt.Fprintln(keyboard) // typed ahead
	time.Sleep(reaction + 10*time.Millisecond)
	if len(answer) != 0 {
		t.Error("a line that was typed ahead confirms")
	}
	fmt.Fprintln(keyboard)
	if err := <-answer; err != nil {
		t.Error(err)
	}
	keyboard.Close()
	if err := <-confirm(); err == nil {
		t.Error("the end of the input confirms")
	}
	if needsClear(&transport.Error{Kind: transport.ErrTimeout}) ||
		!needsClear(&transport.Error{Kind: transport.ErrNoDevice}) {
		t.Error("a late answer needs nobody, a plug that was pulled does")
	}
}
