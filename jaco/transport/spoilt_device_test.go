package transport

import (
	"bytes"
	"errors"
	"testing"
	"time"
)

// The faults of an Injector at the device's end: the host sees what it sees of a spoilt connection.
func TestSpoiltDevice(t *testing.T) {
	packet := bytes.Repeat([]byte{7}, 64)
	for _, c := range []struct {
		rules    string
		want     error         // of the second exchange
		took     time.Duration // by it
		unplugs  int
		arrived  int // packets at the device
		unharmed bool
	}{
		{"delay out transfer 2 for 30ms", nil, 32 * time.Millisecond, 0, 2, true},
		{"delay in transfer 2 for 30ms", nil, 32 * time.Millisecond, 0, 2, true},
		{"delay in transfer 2 for 150ms", ErrTimeout, 100 * time.Millisecond, 0, 2, true},
		{"lose out transfer 2", ErrTimeout, 100 * time.Millisecond, 0, 1, true},
		{"lose in every 2", ErrTimeout, 100 * time.Millisecond, 0, 2, true},
		{"stall out transfer 2", ErrStall, time.Millisecond, 0, 1, true},
		{"stall in transfer 2", ErrStall, 2 * time.Millisecond, 0, 2, true},
		{"short in transfer 2", nil, 2 * time.Millisecond, 0, 2, false},
		{"short out transfer 2", ErrStall, time.Millisecond, 0, 2, true},
		{"garbage in transfer 2", nil, 2 * time.Millisecond, 0, 2, false},
		{"garbage out transfer 2", nil, 2 * time.Millisecond, 0, 2, false},
		{"unplug in transfer 2 for 2s", ErrTimeout, 100 * time.Millisecond, 1, 2, true},
		{"unplug byte 130 for 2s", ErrNoDevice, time.Millisecond, 1, 1, true},
	} {
		t.Run(c.rules, func(t *testing.T) {
			v, e, _ := world(t)
			unplugs := 0
			spoilt := mustInject(t, v, 1, c.rules).Device(e, func(away time.Duration) {
				if unplugs++; away != 2*time.Second {
					t.Errorf("away for %v", away)
				}
			})
			conn := mustOpen(t, NewMemory(v, spoilt, time.Millisecond).Open)
			if got, err := exchange(conn, v, 100*time.Millisecond, packet); err != nil || !bytes.Equal(got, packet) {
				t.Fatalf("first exchange: % x, %v", got, err)
			}
			start := v.Now()
			got, err := exchange(conn, v, 100*time.Millisecond, packet)
			if !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
			if took := v.Now().Sub(start); took != c.took {
				t.Errorf("took %v, want %v", took, c.took)
			}
			if unplugs != c.unplugs || e.got != c.arrived {
				t.Errorf("%d times unplugged, %d packets at the device; want %d and %d", unplugs, e.got, c.unplugs, c.arrived)
			}
			if err == nil && bytes.Equal(got, packet) != c.unharmed {
				t.Errorf("got % x", got)
			}
		})
	}
}

// resetting counts resets of the bus.
type resetting struct {
	echo
	resets int
}

func (r *resetting) Reset() { r.resets++ }

// The cable resets the device when it comes out and goes in, and a spoilt device what it holds
// back.
func TestReset(t *testing.T) {
	v, _, m := world(t)
	d := new(resetting)
	spoilt := mustInject(t, v, 1, "delay in every 1 for 1s").Device(d, nil)
	spoilt.Out(v.Now(), []byte{1})
	spoilt.In(v.Now(), make([]byte, 64)) // held back for a second
	m.Plug(spoilt)
	m.Unplug()
	if d.resets != 2 {
		t.Errorf("%d resets, want one for each end of the plug", d.resets)
	}
	if n, _ := spoilt.In(v.Now().Add(time.Minute), make([]byte, 64)); n != 0 {
		t.Error("a reply that was held back outlived the cable")
	}
}
