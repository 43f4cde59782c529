package main

import (
	"context"

	"colonnade/a3c/lab/cli"
	"colonnade/a3c/lab/rig"
	"colonnade/jaco/clock"
)

func home(ctx context.Context, args []string, c console) (any, error) {
	s := newSetup("home -arm usb -move -fingers", c).moves()
	retract := s.Bool("retract", false, "go on to the retracted pose in the end")
	fingers := s.Bool("fingers", false, "open the hand there, which fingers need once after power-up")
	within := s.Duration("max-time", defaultHomeTime, "give up after this `time` of the arm's clock")
	if err := s.parse(args); err != nil {
		return nil, err
	}
	if *within <= 0 {
		return nil, cli.Usagef("-max-time is %v, want more than 0", *within)
	}
	at, err := s.open(ctx, rig.Wants{Move: true})
	if err != nil {
		return nil, err
	}
	end := at.guardKeys()
	var limit clock.Deadline
	limit.Set(ctx, at.Clock.Now().Add(*within))
	err = at.Guard.Home(&limit)
	if err == nil && *fingers {
		err = at.Guard.InitFingers(&limit) // here, where there is room for a hand that opens
	}
	if err == nil && *retract {
		err = at.Guard.Retract(&limit)
	}
	end()
	at.settle(err)
	r := at.status()
	r.write(s.stderr)
	return r, at.close(err)
}

// causeOf returns why the arm stopped, where err only says that it did.
func (at *site) causeOf(err error) error {
	if err == nil {
		return nil
	}
	if cause := at.Guard.Err(); cause != nil {
		return cause
	}
	return err
}
