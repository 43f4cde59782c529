package main

import (
	"context"
	"fmt"

	"colonnade/a3c/cli"
	"colonnade/jaco/cmd/workcell"
	"colonnade/jaco/robot"
	"colonnade/sim"
)

// zeroed is the result of calibrate -encoders.
type zeroed struct {
	Poses    int                    `json:"poses"`
	Offset   [sim.NumJoints]float64 `json:"offset_mrad"`   // what the joints report beyond the true angles
	Interval [sim.NumJoints]float64 `json:"interval_mrad"` // half of the 95 % interval
	Residual float64                `json:"residual"`      // difference of the pictures in the end, grey levels
	Out      string                 `json:"out,omitempty"`
}

// calibrateEncoders estimates the encoder offsets. The file of -out is written in the end, whole,
// or not touched.
func (s *calibrating) calibrateEncoders(ctx context.Context) (any, error) {
	switch {
	case *s.places != "" || *s.points != "" || *s.overlay != "" || *s.picture != "":
		return nil, cli.Usagef("-places, -points, -overlay and -picture are for the table: not with -encoders")
	case *s.poses < 20 || *s.poses > 200:
		return nil, cli.Usagef("-poses is %d, want 20 to 200", *s.poses)
	}
	at, err := s.open(ctx, workcell.Wants{Camera: true, Plane: true, Move: true})
	if err != nil {
		return nil, err
	}
	end := at.guardKeys()
	var sights *robot.Sights
	err = at.outside(func() (err error) {
		sights, err = robot.See(ctx, at.Workcell, s.Domain.FixedWorld(), *s.poses)
		return err
	})
	end()
	plane := at.Plane
	if err = at.close(err); err != nil {
		return nil, err
	}
	zeros, err := sights.Zeros()
	if err != nil {
		return nil, err
	}
	r := &zeroed{Poses: zeros.Poses, Residual: zeros.Residual, Out: *s.out}
	for i := range r.Offset {
		r.Offset[i], r.Interval[i] = 1000*zeros.Offset[i], 1000*zeros.Interval[i]
		fmt.Fprintf(s.stderr, "%s reports %+.1f +- %.1f mrad too much (95 %%)\n", sim.Canonical().JointName(i),
			r.Offset[i],
			r.Interval[i])
	}
	if *s.out == "" {
		return r, nil
	}
	plane.SetZeros(zeros.Offset)
	return r, plane.Save(*s.out)
}
