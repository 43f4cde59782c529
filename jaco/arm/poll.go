package arm

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"colonnade/jaco/protocol"
)

// The questions: one a period. Angles come first and, while streaming, every second time; the
// queue's fill is asked for every 40 ms then, and status and the arm's own clock every 240 ms.
var (
	whileStreaming = []protocol.Command{
		protocol.AngularPosition, protocol.QueueRead, protocol.AngularPosition, protocol.AngularVelocity,
		protocol.AngularPosition, protocol.QueueRead, protocol.AngularPosition, protocol.QuickStatusRead,
		protocol.AngularPosition, protocol.QueueRead, protocol.AngularPosition, protocol.AngularTorque,
		protocol.AngularPosition, protocol.QueueRead, protocol.AngularPosition, protocol.AngularVelocity,
		protocol.AngularPosition, protocol.QueueRead, protocol.AngularPosition, protocol.GeneralRead,
		protocol.AngularPosition, protocol.QueueRead, protocol.AngularPosition, protocol.AngularTorque,
	}
	whileResting = []protocol.Command{
		protocol.AngularPosition, protocol.AngularVelocity, protocol.QuickStatusRead, protocol.QueueRead,
		protocol.AngularTorque, protocol.ErrorCount,
	}
)

// questions are those asked at rest; a Jaco 1 has no error count.
func (a *Arm) questions() []protocol.Command {
	if a.caps.quickStatus {
		return whileResting
	}
	return whileResting[:len(whileResting)-1]
}

// poll asks the next question and keeps the answer.
func (a *Arm) poll(ctx context.Context, streaming bool) error {
	list := a.questions()
	if streaming {
		list = whileStreaming
	}
	a.turn = (a.turn + 1) % len(list)
	next := list[a.turn]
	if a.doubt && streaming && next != protocol.AngularPosition {
		next, a.doubt = protocol.AngularVelocity, false
	}
	err := a.question(ctx, next, streaming)
	if refused(err) && slices.Contains(optional, next) {
		return nil
	}
	return err
}

// optional are the questions that an arm may refuse to answer: nothing depends on them.
var optional = []protocol.Command{
	protocol.AngularVelocity, protocol.AngularTorque, protocol.ErrorCount, protocol.GeneralRead,
}

func (a *Arm) question(ctx context.Context, command protocol.Command, streaming bool) error {
	asked := a.opt.Clock.Now()
	switch command {
	case protocol.AngularPosition, protocol.AngularVelocity, protocol.AngularTorque:
		return a.pollJoints(ctx, command, asked)
	case protocol.QueueRead:
		m := &a.answer.queue
		if err := a.link.read(ctx, command, m); err != nil {
			return err
		}
		points := int(min(m.Points, 1<<20))
		a.update(func(s *State) { s.Queue, s.QueueTime = points, asked })
		if streaming {
			return a.adjust(points)
		}
	case protocol.ErrorCount:
		m := &a.answer.word
		if err := a.link.read(ctx, command, m); err != nil {
			return err
		}
		a.update(func(s *State) { s.Errors, s.ErrorsTime = int(*m), asked })
	case protocol.QuickStatusRead:
		return a.pollStatus(ctx, asked)
	case protocol.GeneralRead:
		var reply protocol.Packet
		if err := a.page(ctx, clockPage, &reply); err != nil {
			return err
		}
		said := math.Float64frombits(binary.LittleEndian.Uint64(reply.Data[clockOffset:]))
		return a.own.compare(said, asked)
	}
	return nil
}

// page asks for one page of the answer to 200, which has all that there is to know on 19.
func (a *Arm) page(ctx context.Context, number uint16, reply *protocol.Packet) error {
	request := protocol.Packet{Number: number, Count: 1, Command: protocol.GeneralRead, Size: 1}
	return a.link.exchange(ctx, &request, reply)
}

func (a *Arm) pollJoints(ctx context.Context, command protocol.Command, asked time.Time) error {
	m := &a.answer.joints
	err := a.link.read(ctx, command, m)
	if err != nil {
		return err
	}
	var v [NumJoints]float64
	switch command {
	case protocol.AngularPosition:
		v, err = a.settings.Angles(m)
	case protocol.AngularVelocity:
		v, err = a.settings.Velocities(m)
	default:
		v, err = m.Vector()
	}
	if err == nil && command == protocol.AngularPosition {
		err = a.plausible(&v, asked)
	}
	if err != nil {
		return err
	}
	a.update(func(s *State) {
		switch command {
		case protocol.AngularPosition:
			s.Q, s.QTime = v, asked
		case protocol.AngularVelocity:
			s.V, s.VTime = v, asked
		default:
			s.Torque, s.TorqueTime = v, asked
		}
	})
	return nil
}

// jump is how far an angle may be from the last reading beyond what triple speed explains, rad.
const jump = 0.5

// plausible checks angles against the last ones: the protocol has no checksum, and a wrong angle is
// worse than none.
func (a *Arm) plausible(q *[NumJoints]float64, asked time.Time) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.state.QTime.IsZero() {
		return nil
	}
	since := asked.Sub(a.state.QTime).Seconds()
	for i := range q {
		if d := math.Abs(q[i] - a.state.Q[i]); d > jump+3*a.opt.MaxSpeed[i]*since {
			return fmt.Errorf("joint or finger %d of 9 from %.3g to %.3g rad in %.3f s: %w", i+1, a.state.Q[i], q[i],
				since, ErrImplausible)
		}
	}
	return nil
}

// Places in the answer to 200: the time since the arm was switched on, and the retract state, of
// whose page libkindrv reads no more either (K).
const (
	clockPage     = 1
	clockOffset   = 8
	retractPage   = 2
	retractOffset = 52
)

// pollStatus asks for the status. A Jaco 1 has its retract state only in 200.
func (a *Arm) pollStatus(ctx context.Context, asked time.Time) error {
	if a.caps.quickStatus {
		m := &a.answer.status
		if err := a.link.read(ctx, protocol.QuickStatusRead, m); err != nil {
			return err
		}
		a.update(func(s *State) {
			s.Retract, s.StatusTime = protocol.RetractState(m.Retract), asked
			if s.Retract > protocol.NotInitialised {
				s.Retract = protocol.RetractError // 25000, of which a byte has a part at most
			}
			s.API, s.LimitFault = m.ControlDisabled == 0, m.CartesianFault != 0
			for i, flag := range m.FingerInitialised {
				s.Fingers[i] = flag != 0
			}
		})
		return nil
	}
	var reply protocol.Packet
	if err := a.page(ctx, retractPage, &reply); err != nil {
		return err
	}
	word := &a.answer.word
	if err := word.Decode(reply.Data[retractOffset:]); err != nil {
		return err
	}
	a.update(func(s *State) { s.Retract, s.StatusTime = protocol.RetractState(*word), asked })
	return nil
}

func (a *Arm) update(f func(s *State)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	f(&a.state)
}

// refused tells an answer that says no from a failure on the wire.
func refused(err error) bool {
	return errors.Is(err, protocol.ErrNACK) || errors.Is(err, protocol.ErrFailed)
}

// State is what is known of the arm. Each group has the time at which it was asked for; zero: not
// yet.
type State struct {
	Q     [NumJoints]float64 // measured angles, rad, not wrapped
	QTime time.Time

	V     [NumJoints]float64 // velocities as the arm reports them, rad/s
	VTime time.Time

	// Doubt is set by Options.Govern where the velocities cannot be: they are asked for again at
	// once.
	Doubt bool

	Torque     [NumJoints]float64 // N m; what a finger reports is not known
	TorqueTime time.Time

	Retract    protocol.RetractState
	Fingers    [3]bool // initialised; always false on a Jaco 1, which does not say
	API        bool    // API control is on, as far as the arm says
	LimitFault bool    // the arm's cartesian fault: a limit stopped it
	StatusTime time.Time

	Queue     int // trajectory points in the arm
	QueueTime time.Time

	Errors     int // entries in the arm's error log; read only while nothing is streamed
	ErrorsTime time.Time
}

// Stats counts what happened on the wire.
type Stats struct {
	Exchanges    int           // packets answered
	Failures     int           // packets without an answer, or with one that did not fit
	Points       int           // velocity points sent
	Skipped      int           // periods without a point, because the arm's queue was too long
	Extra        int           // points sent in addition, because it was too short
	Late         int           // periods that began over half a period late
	Stops        int           // stops by the watchdog
	MaxLateness  time.Duration // of the beginning of a period
	ExchangeTime time.Duration // of all Exchanges together
	MaxExchange  time.Duration
}

func (s *Stats) exchanged(took time.Duration) {
	s.Exchanges++
	s.ExchangeTime += took
	s.MaxExchange = max(s.MaxExchange, took)
}
