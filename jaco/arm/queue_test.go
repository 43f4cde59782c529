package arm

import (
	"encoding/binary"
	"errors"
	"testing"
	"time"

	"colonnade/jaco/clock"
	"colonnade/jaco/emulator"
	"colonnade/jaco/protocol"
)

// miscounting returns an arm that says of its queue what says makes of the true number of points.
func miscounting(d *emulator.Device, says func(points uint32) uint32) *altered {
	return &altered{d, protocol.QueueRead, func(data []byte) {
		binary.LittleEndian.PutUint32(data, says(binary.LittleEndian.Uint32(data)))
	}}
}

// An arm that says that its queue is empty, always or now and then, is not filled up: at any time
// it has few points to go on with, and it is stopped in the end.
func TestQueueThatIsNotCounted(t *testing.T) {
	asked := 0
	for name, says := range map[string]func(points uint32) uint32{
		"always 0":        func(uint32) uint32 { return 0 },
		"one too few":     func(points uint32) uint32 { return min(points, 1) },
		"every other":     func(points uint32) uint32 { asked++; return min(points, 2) * uint32(asked%2) },
		"once in a while": func(points uint32) uint32 { asked++; return min(points, 2) * uint32(min(1, asked%20)) },
	} {
		r := newRig(t, "", nil)
		r.socket.Plug(miscounting(r.device, says))
		r.connect()
		if err := r.arm.Enable(background); err != nil {
			t.Fatal(err)
		}
		longest := 0
		var err error
		for ms := 0; ms < 20000 && err == nil; ms++ {
			if ms%100 == 0 {
				err = r.arm.SetVelocity(&[NumJoints]float64{0.3})
			}
			r.sleep(time.Millisecond)
			longest = max(longest, r.state().Queue)
		}
		if !errors.Is(err, ErrQueue) {
			t.Errorf("%s: after 20 s the arm moves on: %v", name, err)
		}
		if longest > r.arm.opt.Depth+maxSurplus+2 {
			t.Errorf("%s: there were up to %d points in the queue", name, longest)
		}
		r.afterNotice(name)
		t.Logf("%s: stopped after %.1f s, with up to %d points in the queue", name, r.noted.Sub(clock.Epoch).Seconds(),
			longest)
	}
}

// Twenty minutes of a stream, on a machine that is late now and then, are no reason to doubt the
// arm.
func TestQueueIsBelievedForLong(t *testing.T) {
	minutes := 20
	if testing.Short() {
		minutes = 4
	}
	for _, period := range []time.Duration{9900 * time.Microsecond, 10 * time.Millisecond, 10100 * time.Microsecond} {
		r := connected(t, "delay in chance 0.003 for 15ms", func(_ *emulator.Options, o *Options) { o.Period = period })
		if err := r.drive([NumJoints]float64{0.05}, time.Duration(minutes)*time.Minute); err != nil {
			t.Errorf("period %v: %v", period, err)
		}
	}
}
