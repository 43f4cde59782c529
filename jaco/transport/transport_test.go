package transport

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"testing"
	"time"

	"colonnade/jaco/clock"
)

var background = context.Background()

// echo answers each packet with itself after a delay.
type echo struct {
	delay   time.Duration
	packets [][]byte
	ready   []time.Time
	refuse  bool
	got     int
}

func (e *echo) Out(now time.Time, p []byte) error {
	if e.refuse {
		return errors.New("refused")
	}
	e.got++
	e.packets = append(e.packets, bytes.Clone(p))
	e.ready = append(e.ready, now.Add(e.delay))
	return nil
}

func (e *echo) In(now time.Time, p []byte) (int, time.Time) {
	if len(e.packets) == 0 {
		return 0, time.Time{}
	}
	if now.Before(e.ready[0]) {
		return 0, e.ready[0]
	}
	n := copy(p, e.packets[0])
	e.packets, e.ready = e.packets[1:], e.ready[1:]
	return n, time.Time{}
}

// world is a virtual clock that the test has entered, with an echo on a socket.
func world(t *testing.T) (*clock.Virtual, *echo, *Memory) {
	t.Helper()
	v := clock.NewVirtual()
	v.Enter()
	t.Cleanup(v.Leave)
	e := &echo{delay: time.Millisecond}
	return v, e, NewMemory(v, e, time.Millisecond)
}

func mustOpen(t *testing.T, open Opener) Conn {
	t.Helper()
	c, err := open(background)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// exchange sends p and returns what came back.
func exchange(c Conn, v clock.Clock, limit time.Duration, p []byte) ([]byte, error) {
	var d clock.Deadline
	d.Set(background, v.Now().Add(limit))
	if _, err := c.Write(&d, p); err != nil {
		return nil, err
	}
	buf := make([]byte, 64)
	n, err := c.Read(&d, buf)
	return buf[:n], err
}

func TestMemoryExchange(t *testing.T) {
	v, _, m := world(t)
	c := mustOpen(t, m.Open)
	packet := bytes.Repeat([]byte{7}, 64)
	got, err := exchange(c, v, time.Second, packet)
	if err != nil || !bytes.Equal(got, packet) {
		t.Errorf("echo of %d bytes, %v", len(got), err)
	}
	if took := v.Now().Sub(clock.Epoch); took != 2*time.Millisecond {
		t.Errorf("the exchange took %v, want 2 ms: a frame out, and the device's delay", took)
	}
}

func TestMemoryErrors(t *testing.T) {
	v, e, m := world(t)
	c := mustOpen(t, m.Open)
	if _, err := m.Open(background); !errors.Is(err, ErrBusy) {
		t.Errorf("a second open gave %v, want ErrBusy", err)
	}
	var d clock.Deadline
	buf := make([]byte, 64)
	start := v.Now()
	d.Set(background, start.Add(20*time.Millisecond))
	if n, err := c.Read(&d, buf); n != 0 || !errors.Is(err, ErrTimeout) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a read without a reply gave %d, %v", n, err)
	}
	if took := v.Now().Sub(start); took != 20*time.Millisecond {
		t.Errorf("it took %v, want 20 ms", took)
	}
	e.refuse = true
	if _, err := c.Write(background, buf); !errors.Is(err, ErrStall) {
		t.Errorf("a refused write gave %v, want ErrStall", err)
	}
	cancelled, cancel := context.WithCancel(background)
	v.Go(func() { clock.Sleep(background, v, 5*time.Millisecond); cancel() })
	if _, err := c.Read(cancelled, buf); !errors.Is(err, context.Canceled) || errors.Is(err, ErrTimeout) {
		t.Errorf("a cancelled read gave %v", err)
	}
	if _, err := m.Open(cancelled); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled open gave %v", err)
	}
	if c.Close() != nil || c.Close() != nil {
		t.Error("close failed")
	}
	if _, err := c.Write(background, buf); !errors.Is(err, ErrClosed) {
		t.Errorf("a write after close gave %v, want ErrClosed", err)
	}
	mustOpen(t, m.Open).Close()
}

// Close and Unplug end a read that waits; Close returns after it is over.
func TestMemoryEndsTransfers(t *testing.T) {
	for _, c := range []struct {
		name string
		end  func(m *Memory, c Conn)
		want error
	}{
		{"close", func(_ *Memory, c Conn) { c.Close() }, ErrClosed},
		{"unplug", func(m *Memory, _ Conn) { m.Unplug() }, ErrNoDevice},
		{"plug", func(m *Memory, _ Conn) { m.Plug(&echo{}) }, ErrNoDevice},
	} {
		t.Run(c.name, func(t *testing.T) {
			v, _, m := world(t)
			conn := mustOpen(t, m.Open)
			over := false
			v.Go(func() {
				_, err := conn.Read(background, make([]byte, 64))
				if !errors.Is(err, c.want) {
					t.Errorf("the read ended with %v, want %v", err, c.want)
				}
				over = true
			})
			clock.Sleep(background, v, time.Millisecond)
			c.end(m, conn)
			if c.name == "close" && !over {
				t.Error("Close returned before the read was over")
			}
			clock.Sleep(background, v, time.Millisecond)
			if !over {
				t.Error("the read goes on")
			}
		})
	}
}

func TestMemoryReplug(t *testing.T) {
	v, e, m := world(t)
	c := mustOpen(t, m.Open)
	m.Unplug()
	if _, err := m.Open(background); !errors.Is(err, ErrNoDevice) {
		t.Errorf("open without a device gave %v", err)
	}
	m.Plug(e)
	if _, err := c.Write(background, make([]byte, 64)); !errors.Is(err, ErrNoDevice) {
		t.Errorf("the old connection gave %v, want ErrNoDevice", err)
	}
	if _, err := exchange(mustOpen(t, m.Open), v, time.Second, []byte{1}); err != nil {
		t.Errorf("the new connection: %v", err)
	}
}

// The same socket in real time, with the race detector looking on.
func TestMemoryInRealTime(t *testing.T) {
	r := clock.Real()
	m := NewMemory(r, &echo{}, 0)
	c := mustOpen(t, m.Open)
	done := make(chan error)
	go func() {
		buf := make([]byte, 64)
		for range 200 {
			if _, err := c.Read(background, buf); err != nil {
				done <- err
				return
			}
		}
		_, err := c.Read(background, buf)
		done <- err
	}()
	for range 200 {
		if _, err := c.Write(background, make([]byte, 64)); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(time.Millisecond)
	c.Close()
	if err := <-done; !errors.Is(err, ErrClosed) {
		t.Errorf("200 packets, then close: %v", err)
	}
}

func TestErrorText(t *testing.T) {
	err := &Error{Op: "claim", Name: "001/002", Kind: ErrPermission, Cause: fs.ErrPermission}
	if got, want := err.Error(), "claim 001/002: no permission to use the device: permission denied"; got != want {
		t.Errorf("error reads %q, want %q", got, want)
	}
	if !errors.Is(err, fs.ErrPermission) || !errors.Is(err, ErrPermission) {
		t.Error("errors.Is does not find kind and cause")
	}
}

func TestMemoryAllocatesNothing(t *testing.T) {
	v, e, m := world(t)
	c := mustOpen(t, m.Open)
	packet, buf := make([]byte, 64), make([]byte, 64)
	var d clock.Deadline
	if n := testing.AllocsPerRun(100, func() {
		d.Set(background, v.Now().Add(time.Second))
		c.Write(&d, packet)
		c.Read(&d, buf)
		e.got++
	}); n > 3 { // echo itself clones and appends
		t.Errorf("an exchange allocates %g times", n)
	}
}
