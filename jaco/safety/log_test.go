package safety

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"sync/atomic"
	"testing"
	"time"

	"colonnade/sim"
)

// slowDisk takes its time for every write: until it is let go on, or for longer than anybody may
// wait.
type slowDisk struct {
	bytes.Buffer
	goOn   chan struct{}
	waited atomic.Bool // in vain
}

func (d *slowDisk) Write(p []byte) (int, error) {
	select {
	case <-d.goOn:
	case <-time.After(3 * time.Second):
		d.waited.Store(true)
	}
	return d.Buffer.Write(p)
}

// No stop waits for the disk: neither that of a hand, nor the Guard's own, nor the driver's. What
// was told is written all the same, in its order.
func TestStopsDoNotWaitForTheLog(t *testing.T) {
	disk := &slowDisk{goOn: make(chan struct{})}
	log := NewLog(disk)
	start, _ := sim.Canonical().Keyframe("home")
	start[0] += 2
	r := newRig(t, setup{start: &start, change: func(o *Options) { o.Log = log }})
	defer r.close()

	if err := r.drive(50*time.Millisecond, 8*time.Second, steady([sim.NumJoints]float64{1: 0.6, 2: -0.6})); err == nil {
		t.Error("the arm can be driven into something")
	}
	r.stands("the Guard's stop")
	if err := r.guard.Resume(background); err != nil {
		t.Fatal(err)
	}
	r.clock.Go(func() {
		r.sleep(time.Second)
		r.guard.EmergencyStop("a hand")
	})
	if err := r.guard.Home(background); !errors.Is(err, ErrEmergency) {
		t.Errorf("home: %v", err)
	}
	r.stands("an emergency stop")

	if disk.waited.Load() {
		t.Fatal("somebody waited for the disk")
	}
	close(disk.goOn)
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, line := range bytes.Split(bytes.TrimSpace(disk.Bytes()), []byte("\n")) {
		var e Entry
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if e.Kind != "driver" {
			kinds = append(kinds, e.Kind)
		}
	}
	if len(kinds) != 3 || kinds[0] != "trip" || kinds[1] != "resume" || kinds[2] != "trip" {
		t.Errorf("the log has %q", kinds)
	}
}

// stands checks that the arm stands 120 ms from now, and from then on.
func (r *rig) stands(after string) {
	r.t.Helper()
	r.sleep(120 * time.Millisecond)
	a := r.device.State(r.clock.Now()).Q
	r.sleep(time.Second)
	b := r.device.State(r.clock.Now()).Q
	for i := range a {
		if math.Abs(a[i]-b[i]) > 0.02 {
			r.t.Errorf("after %s joint %d moved on by %.3f rad", after, i+1, b[i]-a[i])
		}
	}
}
