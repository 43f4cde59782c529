package sim

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// The saved state of a Simulator is a list of little-endian float64: angles, velocities, set points
// of the servos, gaps of the backlash, then the angles of the past that late pictures need, oldest
// first. Its length depends on the latency.

func (s *Simulator) stateSize() int {
	return 8 * (3*NumJoints + NumArmJoints + s.past.age*NumJoints)
}

// AppendBinary appends the state of the arm, its servos and its past to b: all that Place and
// Advance change. Model, steps and Motion are not part of it.
func (s *Simulator) AppendBinary(b []byte) ([]byte, error) {
	put := func(list []float64) {
		for _, x := range list {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
		}
	}
	put(s.Data.Q[:])
	put(s.Data.V[:])
	put(s.set[:])
	put(s.backlash.gap[:])
	for i := range s.past.age {
		put(s.past.ring[(s.past.next+i)%s.past.age][:])
	}
	return b, nil
}

// UnmarshalBinary restores a state of AppendBinary, saved by a simulator of the same model, steps
// and Motion, so that it goes on with the same bits. After an error nothing has changed.
func (s *Simulator) UnmarshalBinary(data []byte) error {
	if len(data) != s.stateSize() {
		return fmt.Errorf("simulator: saved state has %d bytes, want %d: was it saved with another latency or physics step?", len(data), s.stateSize())
	}
	for i := 0; i < len(data); i += 8 {
		if x := math.Float64frombits(binary.LittleEndian.Uint64(data[i:])); !(math.Abs(x) <= MaxAngle) {
			return errors.New("simulator: saved state is damaged: it has a number that is not finite or too large")
		}
	}
	get := func(list []float64) {
		for i := range list {
			list[i] = math.Float64frombits(binary.LittleEndian.Uint64(data))
			data = data[8:]
		}
	}
	var q, v angles
	get(q[:])
	get(v[:])
	s.Place(&q, &v)
	get(s.set[:])
	get(s.backlash.gap[:])
	for i := range s.past.age {
		get(s.past.ring[i][:])
	}
	return nil
}
