package reach

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"colonnade/sim"
)

// The saved state, little-endian: magic, version, task as one byte, seed as uint64, steps and
// episodes as uint32, running and the target's direction as one byte each, 3 float64 of the
// target's place and 2 of its past, the violation (cause as one byte, A and B as int32, distance as
// float64), then the simulator's own, whose length depends on the latency.
const (
	magic      = "reach"
	version    = 2
	headerSize = len(magic) + 2 + 8 + 4 + 4 + 1 + 1 + 8*5 + 1 + 4 + 4 + 8
)

// MarshalBinary returns the state of the environment. An Env with the same Options that reads it
// back goes on with the same bits.
func (e *Env) MarshalBinary() ([]byte, error) {
	b := make([]byte, 0, 1024)
	b = append(b, magic...)
	b = append(b, version, byte(e.opt.Task))
	b = binary.LittleEndian.AppendUint64(b, e.seed)
	b = binary.LittleEndian.AppendUint32(b, uint32(e.steps))
	b = binary.LittleEndian.AppendUint32(b, uint32(e.episodes))
	b = append(b, bit(e.running), bit(e.target.forward))
	for _, list := range [][]float64{e.target.at[:], e.target.past[:]} {
		for _, x := range list {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
		}
	}
	b = append(b, byte(e.violation.Cause))
	b = binary.LittleEndian.AppendUint32(b, uint32(int32(e.violation.A)))
	b = binary.LittleEndian.AppendUint32(b, uint32(int32(e.violation.B)))
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(e.violation.Distance))
	return e.sim.AppendBinary(b)
}

func bit(x bool) byte {
	if x {
		return 1
	}
	return 0
}

// UnmarshalBinary restores a state that MarshalBinary returned. After an error the environment is
// as before.
func (e *Env) UnmarshalBinary(data []byte) error {
	s, err := e.decode(data)
	if err != nil {
		return fmt.Errorf("reach: %w", err)
	}
	before, err := e.MarshalBinary()
	if err != nil {
		return err
	}
	old := e.state
	if err := e.restore(s, data[headerSize:]); err != nil {
		if undo := e.restore(old, before[headerSize:]); undo != nil {
			err = errors.Join(err, undo)
		}
		return fmt.Errorf("reach: %w", err)
	}
	return nil
}

// restore enters the world of a state, in which the simulator's part makes sense.
func (e *Env) restore(s state, arm []byte) error {
	if err := e.enter(s.seed); err != nil {
		return err
	}
	if err := e.sim.UnmarshalBinary(arm); err != nil {
		return err
	}
	e.state = s
	return nil
}

// decode reads all but the simulator's part.
func (e *Env) decode(data []byte) (s state, err error) {
	if len(data) < headerSize || string(data[:len(magic)]) != magic {
		return s, fmt.Errorf("not a saved environment: %d bytes, want at least %d that begin with %q", len(data),
			headerSize, magic)
	}
	rest := data[len(magic):headerSize]
	if rest[0] != version {
		return s, fmt.Errorf("saved environment has version %d, this program reads %d", rest[0], version)
	}
	if task := Task(rest[1]); task != e.opt.Task {
		return s, fmt.Errorf("saved environment has task %v, this one %v", task, e.opt.Task)
	}
	rest = rest[2:]
	octet := func() byte {
		x := rest[0]
		rest = rest[1:]
		return x
	}
	word := func() uint32 {
		x := binary.LittleEndian.Uint32(rest)
		rest = rest[4:]
		return x
	}
	long := func() uint64 {
		x := binary.LittleEndian.Uint64(rest)
		rest = rest[8:]
		return x
	}
	s.seed = long()
	steps, episodes := word(), word()
	running, forward := octet(), octet()
	for _, list := range [][]float64{s.target.at[:], s.target.past[:]} {
		for i := range list {
			list[i] = math.Float64frombits(long())
			if !(math.Abs(list[i]) <= sim.MaxAngle) {
				return s, errors.New("saved environment is damaged: it has a number that is not finite or too large")
			}
		}
	}
	s.violation.Cause = sim.Cause(octet())
	s.violation.A, s.violation.B = int(int32(word())), int(int32(word()))
	s.violation.Distance = math.Float64frombits(long())
	if steps > EpisodeSteps || episodes > uint32(e.opt.TargetEvery) || running > 1 || forward > 1 ||
		s.violation.Cause > sim.SelfContact {
		return s, errors.New("saved environment is damaged, or was saved with another target-every")
	}
	if n := sim.NumBodies; s.violation.A < -1 || s.violation.A >= n || s.violation.B < -1 || s.violation.B >= n {
		return s, errors.New("saved environment is damaged: it names a body that does not exist")
	}
	if running == 1 && (steps == EpisodeSteps || s.violation.Cause != sim.None) {
		return s, errors.New("saved environment is damaged: its episode has ended and goes on")
	}
	s.steps, s.episodes = int(steps), int(episodes)
	s.running, s.target.forward = running == 1, forward == 1
	return s, nil
}
