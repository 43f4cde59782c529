package arm

import (
	"time"

	"colonnade/jaco/protocol"
)

// State is what is known of the arm. Each group has the time at which it was asked for; zero: not yet.
type State struct {
	Q     [NumJoints]float64 // measured angles, rad, not wrapped
	QTime time.Time

	V     [NumJoints]float64 // velocities as the arm reports them, rad/s
	VTime time.Time

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
