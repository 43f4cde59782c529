package main

import (
	"context"
	"fmt"
	"io"
	"math"

	"colonnade/a3c/cli"
	"colonnade/jaco/clock"
	"colonnade/jaco/cmd/workcell"
	"colonnade/jaco/protocol"
	"colonnade/jaco/robot"
	"colonnade/jaco/safety"
	"colonnade/sim"
)

// statusResult is an arm as it stands.
type statusResult struct {
	Arm identity `json:"arm"`
	// s since the joint angles were asked for; null: they are of before the arm was lost
	Age        *float64                `json:"age"`
	Joints     [sim.NumJoints]float64  `json:"joints"`     // rad, as the arm counts them
	Velocities *[sim.NumJoints]float64 `json:"velocities"` // rad/s, as it reports them; null: it does not
	// N m; of fingers the unit is not known; null: it does not report them
	Torques *[sim.NumJoints]float64 `json:"torques"`
	// it is an arm that the model describes: else palm, near and within_limits are missing
	Driven      bool                    `json:"driven"`
	Palm        *sim.Vec3               `json:"palm,omitempty"` // world, m
	State       string                  `json:"state"`          // of its own way home
	API         bool                    `json:"api"`            // API control is on
	Fingers     [sim.NumFingers]bool    `json:"fingers_initialised"`
	LimitFault  bool                    `json:"limit_fault"`
	Queue       int                     `json:"queue"`  // trajectory points in the arm
	Errors      *int                    `json:"errors"` // in its log; null: it does not tell
	Near        map[safety.Cause]margin `json:"near,omitempty"`
	WithinLimit bool                    `json:"within_limits"` // the Guard would let it move
}

// identity is who an arm says it is.
type identity struct {
	Type     string `json:"type"`
	Serial   string `json:"serial"`
	Model    string `json:"model"`
	Firmware string `json:"firmware"`
}

// margin is how near something is.
type margin struct {
	What     string  `json:"what"`
	Distance float64 `json:"distance"` // m; of joint limits rad
}

func identify(i protocol.Info) identity {
	firmware := unknown
	if i.Major != 0 || i.Minor != 0 || i.Release != 0 {
		firmware = fmt.Sprintf("%d.%d.%d", i.Major, i.Minor, i.Release)
	}
	return identity{i.Type.String(), i.Serial.String(), i.Model.String(), firmware}
}

// unknown is printed of what an arm does not tell: a zero would be a value.
const unknown = "unknown"

func status(ctx context.Context, args []string, c console) (any, error) {
	s := newSetup("status -arm usb", c)
	if err := s.parse(args); err != nil {
		return nil, err
	}
	at, err := s.open(ctx, workcell.Wants{})
	if err != nil {
		return nil, err
	}
	r := at.status()
	r.write(s.stderr)
	return r, at.close(at.Guard.Pose())
}

func (at *site) status() *statusResult {
	state := at.Guard.State()
	r := &statusResult{
		Arm: identify(at.Guard.Info()), Joints: state.Q, State: state.Retract.String(),
		API: state.API, Fingers: state.Fingers, LimitFault: state.LimitFault, Queue: state.Queue,
	}
	if !state.QTime.IsZero() {
		age := at.Clock.Now().Sub(state.QTime).Seconds()
		r.Age = &age
	}
	if !state.VTime.IsZero() {
		r.Velocities = &state.V
	}
	if !state.TorqueTime.IsZero() {
		r.Torques = &state.Torque
	}
	if !state.ErrorsTime.IsZero() {
		r.Errors = &state.Errors
	}
	if r.Driven = robot.Driven(at.Guard.Info().Type) == nil; !r.Driven {
		return r
	}
	r.WithinLimit = at.Guard.Fits(&state.Q)
	m := sim.Canonical()
	d := m.NewData()
	d.Q = state.Q
	near := m.Clearance(d)
	r.Palm = &d.Palm
	r.Near = map[safety.Cause]margin{
		safety.JointLimit: {m.JointName(near.Limit.A), near.Limit.Distance},
		safety.Table:      {m.BodyName(near.Table.A), near.Table.Distance},
		safety.Self:       {m.BodyName(near.Self.A) + " and " + m.BodyName(near.Self.B), near.Self.Distance},
	}
	return r
}

func (r *statusResult) write(w io.Writer) {
	fmt.Fprintf(w, "%s, model %q, serial number %q, firmware %s\n", r.Arm.Type, r.Arm.Model, r.Arm.Serial,
		r.Arm.Firmware)
	switch {
	case r.Age == nil:
		fmt.Fprintln(w, "the arm has not answered since it was lost: it may stand elsewhere by now, or move")
	case *r.Age > settling.Seconds():
		fmt.Fprintf(w, "the arm has not answered for %.1f s: it may stand elsewhere by now, or move\n", *r.Age)
	}
	m := sim.Canonical()
	for i := range r.Joints {
		velocity, torque := unknown, unknown
		if r.Velocities != nil {
			velocity = fmt.Sprintf("%.3f", r.Velocities[i])
		}
		if r.Torques != nil {
			torque = fmt.Sprintf("%.2f", r.Torques[i])
		}
		fmt.Fprintf(w, "  %-9s %8.3f rad %8.1f degrees %8s rad/s %8s\n", m.JointName(i), r.Joints[i],
			r.Joints[i]*180/math.Pi, velocity, torque)
	}
	logged := unknown
	if r.Errors != nil {
		logged = fmt.Sprint(*r.Errors)
	}
	if r.Palm != nil {
		fmt.Fprintf(w, "palm at x %+.3f, y %+.3f, z %.3f m\n", r.Palm[0], r.Palm[1], r.Palm[2])
	}
	fmt.Fprintf(w,
		"state: %s; API control %s; fingers initialised %v; %d points queued; errors in its log: %s; limit fault %t\n",
		r.State, on(r.API), r.Fingers, r.Queue, logged, r.LimitFault)
	if !r.Driven {
		fmt.Fprintln(w, "this arm is only read: what the model says of palm and distances does not hold for it;",
			robot.DrivenArms)
		return
	}
	limit, table, self := r.Near[safety.JointLimit], r.Near[safety.Table], r.Near[safety.Self]
	fmt.Fprintf(w, "nearest: %s %.2f rad from its limit; %s %.0f mm above the table; %s %.0f mm apart\n",
		limit.What, limit.Distance, table.What, 1000*table.Distance, self.What, 1000*self.Distance)
	if !r.WithinLimit {
		fmt.Fprintln(w,
			"the arm stands within its safety margins: it moves away from them only, or goes home by itself")
	}
}

func on(b bool) string {
	if b {
		return "on"
	}
	return "off"
}

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
	at, err := s.open(ctx, workcell.Wants{Move: true})
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
