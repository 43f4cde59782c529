package reach

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"colonnade/sim"
)

// The saved state, little-endian: magic, version, 18 float64 of the arm, 3 of the target, steps and
// episodes as uint32, running as one byte, then the violation: cause as one byte, A and B as int32,
// distance as float64.
const (
	magic       = "reach"
	version     = 1
	encodedSize = len(magic) + 1 + 8*(2*sim.NumJoints+3) + 4 + 4 + 1 + 1 + 4 + 4 + 8
)

// MarshalBinary returns the state of the environment. An Env with the same Options that reads it back goes
// on with the same bits.
func (e *Env) MarshalBinary() ([]byte, error) {
	b := make([]byte, 0, encodedSize)
	b = append(b, magic...)
	b = append(b, version)
	q, v := e.Joints()
	for _, list := range [][]float64{q[:], v[:], e.target[:]} {
		for _, x := range list {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
		}
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(e.steps))
	b = binary.LittleEndian.AppendUint32(b, uint32(e.episodes))
	running := byte(0)
	if e.running {
		running = 1
	}
	b = append(b, running, byte(e.violation.Cause))
	b = binary.LittleEndian.AppendUint32(b, uint32(int32(e.violation.A)))
	b = binary.LittleEndian.AppendUint32(b, uint32(int32(e.violation.B)))
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(e.violation.Distance)), nil
}

// UnmarshalBinary restores a state that MarshalBinary returned. After an error the environment is as before.
func (e *Env) UnmarshalBinary(data []byte) error {
	if len(data) != encodedSize || string(data[:len(magic)]) != magic {
		return fmt.Errorf("reach: not a saved environment: %d bytes, want %d that begin with %q", len(data), encodedSize, magic)
	}
	if data[len(magic)] != version {
		return fmt.Errorf("reach: saved environment has version %d, this program reads %d", data[len(magic)], version)
	}
	rest := data[len(magic)+1:]
	word := func() uint32 {
		x := binary.LittleEndian.Uint32(rest)
		rest = rest[4:]
		return x
	}
	number := func() float64 {
		x := math.Float64frombits(binary.LittleEndian.Uint64(rest))
		rest = rest[8:]
		return x
	}
	var s state
	var q, v [sim.NumJoints]float64
	for _, list := range [][]float64{q[:], v[:], s.target[:]} {
		for i := range list {
			list[i] = number()
			if !(math.Abs(list[i]) <= sim.MaxAngle) {
				return errors.New("reach: saved environment is damaged: it has a number that is not finite or too large")
			}
		}
	}
	steps, episodes := word(), word()
	if steps > EpisodeSteps || episodes > uint32(e.opt.TargetEvery) || rest[0] > 1 || sim.Cause(rest[1]) > sim.SelfContact {
		return errors.New("reach: saved environment is damaged, or was saved with another target-every")
	}
	s.steps, s.episodes = int(steps), int(episodes)
	s.running, s.violation.Cause = rest[0] == 1, sim.Cause(rest[1])
	rest = rest[2:]
	s.violation.A, s.violation.B = int(int32(word())), int(int32(word()))
	s.violation.Distance = number()
	if n := sim.NumBodies; s.violation.A < -1 || s.violation.A >= n || s.violation.B < -1 || s.violation.B >= n {
		return errors.New("reach: saved environment is damaged: it names a body that does not exist")
	}
	e.sim.Place(&q, &v)
	e.state = s
	return nil
}
