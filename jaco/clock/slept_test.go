package clock

import (
	"testing"
	"time"
)

// A machine that sleeps is told by Slept, and time by the clock does not move.
func TestSlept(t *testing.T) {
	v := NewVirtual()
	v.Suspend(time.Second)
	v.Suspend(time.Minute)
	if slept := Slept(v); slept != 61*time.Second || !v.Now().Equal(Epoch) {
		t.Errorf("slept %v, at %v", slept, v.Now())
	}
	before := Slept(Real())
	time.Sleep(30 * time.Millisecond)
	if after := Slept(Real()); after-before > 5*time.Millisecond || before-after > 5*time.Millisecond {
		t.Errorf("a machine that was awake slept for %v", after-before)
	}
}
