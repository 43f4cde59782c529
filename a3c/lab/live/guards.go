package live

import (
	"errors"
	"fmt"
	"time"

	"colonnade/jaco/safety"
)

// Guarded is the arms of a run, emulated or real, by their safety layers, which come and go.
type Guarded func() []*safety.Guard

// Stop implements Arm: an emergency stop of all of them.
func (g Guarded) Stop() error {
	all := g()
	if len(all) == 0 {
		return errors.New("no arm is in use at the moment")
	}
	for _, guard := range all {
		guard.EmergencyStop("the live page")
	}
	return nil
}

// Safety implements Arm.
func (g Guarded) Safety() Safety {
	all := g()
	s := Safety{State: "obeys", Fine: true}
	if len(all) == 0 {
		s.State = "not in use"
		return s
	}
	trips, exchanges, failures := 0, 0, 0
	var took time.Duration
	for _, guard := range all {
		if err := guard.Err(); err != nil {
			s.State, s.Fine = err.Error(), false
			s.Stopped = s.Stopped || errors.Is(err, safety.ErrEmergency)
		}
		for _, n := range guard.Trips() {
			trips += n
		}
		stats := guard.Stats()
		exchanges, failures, took = exchanges+stats.Exchanges, failures+stats.Failures, took+stats.ExchangeTime
	}
	s.Details = []Detail{{"arms", fmt.Sprint(len(all))}, {"refused motions", fmt.Sprint(trips)}, {"packets without answer", fmt.Sprint(failures)}}
	if exchanges > 0 {
		s.Details = append(s.Details, Detail{"an exchange takes", (took / time.Duration(exchanges)).Round(10 * time.Microsecond).String()})
	}
	return s
}
