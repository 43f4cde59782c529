package safety

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"colonnade/jaco/emulator"
	"colonnade/sim"
)

// lie is a fault of a sensor or motor.
type lie struct {
	name  string
	joint int
	part  emulator.Part
	fault emulator.Fault
	cause Cause
}

// A joint that is driven alone, with a fault that comes after the motion began, must trip the Guard
// before it has gone on for 0.05 rad or 0.1 s more than the driver's delay, and the trip names it.
func TestAJointThatDoesNotFollowTrips(t *testing.T) {
	frozen := emulator.Fault{Frozen: true}
	for _, joint := range []int{0, 1, 2, 3, 4, 5} {
		for _, speed := range []float64{0.3, -0.3, 0.6, -0.6} {
			for _, l := range []lie{
				{"angle stands still", joint, emulator.Angle, frozen, Following},
				{"angle runs the other way", joint, emulator.Angle, emulator.Fault{Scale: -1}, Following},
				{"angle follows too fast", joint, emulator.Angle, emulator.Fault{Scale: 2}, Following},
				{"blocked", joint, emulator.Motor, emulator.Fault{}, Following},
				{"motor runs the other way", joint, emulator.Motor, emulator.Fault{Scale: -1}, Following},
				{"motor too fast", joint, emulator.Motor, emulator.Fault{Scale: 2}, Following},
			} {
				if l.name == "motor too fast" && math.Abs(speed) > 0.5 {
					continue // servos are no faster than the joint may be
				}
				r := newRig(t, setup{motion: robotMotion(t)})
				r.tries(l, speed)
				r.close()
			}
		}
	}
}

// A joint that was told to stand and moves trips, too.
func TestAJointThatMovesUncommandedTrips(t *testing.T) {
	for joint := range sim.NumArmJoints {
		for _, offset := range []float64{0.2, -0.2, 0.4, -0.4} {
			r := newRig(t, setup{motion: robotMotion(t)})
			r.tries(lie{"moves uncommanded", joint, emulator.Motor, emulator.Fault{Scale: 1, Offset: offset},
				Following}, 0)
			r.close()
		}
	}
}

// tries drives a joint, lets the fault come after 0.2 s, and wants a trip of its cause, in time.
// What a motor does, its velocity may tell before its angle.
func (r *rig) tries(l lie, speed float64) {
	r.t.Helper()
	var v [sim.NumJoints]float64
	v[l.joint] = speed
	if err := r.drive(50*time.Millisecond, 300*time.Millisecond, steady(v)); err != nil {
		r.t.Errorf("%s %+.1f: before the fault: %v", sim.Canonical().JointName(l.joint), speed, err)
		return
	}
	began, from := r.clock.Now(), r.guard.State().Q[l.joint]
	if err := r.device.Break(began, l.joint, l.part, l.fault); err != nil {
		r.t.Fatal(err)
	}
	err := r.drive(5*time.Millisecond, 2*time.Second, steady(v))
	took := r.clock.Now().Sub(began)
	astray := math.Abs(r.guard.State().Q[l.joint] - from - speed*took.Seconds())
	var trip *Trip
	switch {
	case !errors.As(err, &trip) || trip.Cause != l.cause && !(trip.Cause == Reading && l.part == emulator.Motor):
		r.t.Errorf("%s %+.1f %s: %v after %v", sim.Canonical().JointName(l.joint), speed, l.name, err, took)
	case !strings.Contains(trip.What, sim.Canonical().JointName(l.joint)):
		r.t.Errorf("%s %s: %v", sim.Canonical().JointName(l.joint), l.name, trip)
	case took > 100*time.Millisecond && astray > 0.05:
		r.t.Errorf("%s %+.1f %s: tripped after %v and %.3f rad", sim.Canonical().JointName(l.joint), speed, l.name,
			took, astray)
	}
}

// Slow joints, fingers, and an arm all of whose angles are of yesterday.
func TestMoreThatDoesNotFollowTrips(t *testing.T) {
	frozen := emulator.Fault{Frozen: true}
	for _, speed := range []float64{0.1, -0.1} {
		for _, joint := range []int{0, 3, 4, 5, 6, 7, 8} {
			r := newRig(t, setup{motion: robotMotion(t)})
			r.tries(lie{"slow and still", joint, emulator.Angle, frozen, Following}, speed)
			r.close()
		}
	}
	r := newRig(t, setup{motion: robotMotion(t)})
	defer r.close()
	v := [sim.NumJoints]float64{0.3, 0.2, -0.2, 0.3, 0.3, 0.3}
	if err := r.drive(50*time.Millisecond, 300*time.Millisecond, steady(v)); err != nil {
		t.Fatal(err)
	}
	for joint := range sim.NumJoints {
		r.breaks(joint, emulator.Angle, frozen)
	}
	began := r.clock.Now()
	var trip *Trip
	if err := r.drive(5*time.Millisecond, time.Second, steady(v)); !errors.As(err, &trip) || trip.Cause != Following ||
		r.clock.Now().Sub(began) > 200*time.Millisecond {
		t.Errorf("after %v: %v", r.clock.Now().Sub(began), err)
	}
}

// A velocity or torque that stands still, or belongs to other angles, trips while the arm moves.
func TestReadingsThatDoNotBelongTrip(t *testing.T) {
	for _, l := range []lie{
		{"velocity stands still", 1, emulator.Velocity, emulator.Fault{Frozen: true}, Reading},
		{"velocity runs the other way", 1, emulator.Velocity, emulator.Fault{Scale: -1}, Reading},
		{"velocity is an angle", 1, emulator.Velocity, emulator.Fault{Scale: 1, Offset: 2.9}, Reading},
		{"torque stands still", 1, emulator.Torque, emulator.Fault{Frozen: true}, Reading},
		{"torque is off", 1, emulator.Torque, emulator.Fault{Scale: 1, Offset: 20}, Reading},
	} {
		r := newRig(t, setup{motion: robotMotion(t)})
		r.breaks(l.joint, l.part, l.fault)
		turn := 0
		policy := func(*[sim.NumJoints]float64) (v [sim.NumJoints]float64) {
			turn++
			v[l.joint] = math.Copysign(0.5, float64(turn/30%2)-0.5) // 1.5 s to a side
			return v
		}
		err := r.drive(50*time.Millisecond, 10*time.Second, policy)
		var trip *Trip
		if !errors.As(err, &trip) || trip.Cause != l.cause || !strings.Contains(trip.What, "joint_2") {
			t.Errorf("%s: %v", l.name, err)
		}
		r.close()
	}
}

// A velocity that runs the other way trips soon, whenever the fault comes: one that cannot be is
// asked for again at once.
func TestAVelocityInDoubtIsAskedForAgain(t *testing.T) {
	var longest time.Duration
	for after := 300 * time.Millisecond; after < 550*time.Millisecond; after += 10 * time.Millisecond {
		r := newRig(t, setup{motion: robotMotion(t)})
		v := steady([sim.NumJoints]float64{0.5})
		if err := r.drive(50*time.Millisecond, after, v); err != nil {
			t.Fatal(err)
		}
		r.breaks(0, emulator.Velocity, emulator.Fault{Scale: -1})
		began := r.clock.Now()
		if found := trip(t, r.drive(5*time.Millisecond, time.Second, v)); found.Cause != Reading {
			t.Errorf("after %v: %v", after, found)
		}
		longest = max(longest, r.clock.Now().Sub(began))
		r.close()
	}
	if longest > 165*time.Millisecond {
		t.Errorf("it took up to %v", longest)
	}
	t.Logf("measured: it took up to %v", longest)
}
