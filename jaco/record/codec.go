package record

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"time"

	"colonnade/jaco/camera"
	"colonnade/jaco/robot"
	"colonnade/sim"
)

const (
	header     = "jaco-record/1\n"
	headSize   = 8
	fixedSize  = 8 + 4 + 8 + 3*8 + sim.NumJoints + 4 + 1 + 2*8*sim.NumJoints + 2*8 + 8 + 4
	mostBytes  = fixedSize + camera.FrameSize
	terminated = 1
	truncated  = 2
)

var table = crc32.MakeTable(crc32.Castagnoli)

// ErrDamaged is wrapped by what a Reader returns for a record whose bytes are not what was written.
// ErrTorn is wrapped by what it returns for a record that was not written to its end.
var (
	ErrDamaged = errors.New("damaged record")
	ErrTorn    = errors.New("the last record was not written to its end")
)

var order = binary.LittleEndian

// appendRecord appends a record with its head to b.
func appendRecord(b []byte, m *robot.Moment) []byte {
	start := len(b)
	b = append(b, make([]byte, headSize)...)
	b = order.AppendUint64(b, m.Episode)
	b = order.AppendUint32(b, uint32(m.Step))
	b = order.AppendUint64(b, m.Seed)
	for _, d := range [...]time.Duration{m.Clock, m.Taken, m.Measured} {
		b = order.AppendUint64(b, uint64(d))
	}
	b = append(b, m.Action[:]...)
	b = order.AppendUint32(b, math.Float32bits(m.Reward))
	flags := byte(0)
	if m.Terminated {
		flags |= terminated
	}
	if m.Truncated {
		flags |= truncated
	}
	b = append(b, flags)
	number := func(values ...float64) {
		for _, x := range values {
			b = order.AppendUint64(b, math.Float64bits(x))
		}
	}
	number(m.Q[:]...)
	number(m.V[:]...)
	number(m.Target[:]...)
	number(m.Confidence)
	b = order.AppendUint32(b, uint32(len(m.Frame)))
	b = append(b, m.Frame...)
	payload := b[start+headSize:]
	order.PutUint32(b[start:], uint32(len(payload)))
	order.PutUint32(b[start+4:], crc32.Checksum(payload, table))
	return b
}

// decode reads a payload into m, whose Frame's memory is used again.
func decode(p []byte, m *robot.Moment) error {
	if len(p) < fixedSize {
		return fmt.Errorf("%w: %d bytes", ErrDamaged, len(p))
	}
	next := func(n int) []byte {
		field := p[:n]
		p = p[n:]
		return field
	}
	word := func() uint64 { return order.Uint64(next(8)) }
	m.Episode, m.Step, m.Seed = word(), int(order.Uint32(next(4))), word()
	m.Clock, m.Taken, m.Measured = time.Duration(word()), time.Duration(word()), time.Duration(word())
	copy(m.Action[:], next(sim.NumJoints))
	m.Reward = math.Float32frombits(order.Uint32(next(4)))
	flags := next(1)[0]
	m.Terminated, m.Truncated = flags&terminated != 0, flags&truncated != 0
	number := func() float64 { return math.Float64frombits(word()) }
	for i := range m.Q {
		m.Q[i] = number()
	}
	for i := range m.V {
		m.V[i] = number()
	}
	m.Target[0], m.Target[1], m.Confidence = number(), number(), number()
	if n := order.Uint32(next(4)); int64(n) != int64(len(p)) {
		return fmt.Errorf("%w: a frame of %d bytes in %d", ErrDamaged, n, len(p))
	}
	m.Frame = append(m.Frame[:0], p...)
	return nil
}
