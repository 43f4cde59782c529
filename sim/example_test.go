package sim_test

import (
	"fmt"
	"strings"

	"colonnade/sim"
)

// Move the arm down from its start pose until it touches the table.
func Example() {
	s, err := sim.NewSimulator(sim.Canonical(), sim.TrainingStep, sim.ControlStep)
	if err != nil {
		fmt.Println(err)
		return
	}
	start, _ := s.Model.Keyframe("reach_start")
	s.Place(&start, new([sim.NumJoints]float64))
	fmt.Printf("palm %.2f m above the table\n", s.Data.Palm[2])

	command := [sim.NumJoints]float64{1: s.Model.MaxSpeed(1)}
	for step := 1; ; step++ {
		violation, err := s.Advance(&command)
		if err != nil {
			fmt.Println(err)
			return
		}
		if violation.Cause != sim.None {
			fmt.Printf("step %d: %s, %s\n", step, violation.Cause, s.Model.BodyName(violation.A))
			return
		}
	}
	// Output:
	// palm 0.25 m above the table
	// step 7: table touch, finger_2
}

// A heavier hand, and the torque that it takes to hold it.
func ExampleCompile() {
	var torque [sim.NumJoints]float64
	for _, payload := range []float64{0, 0.5} {
		description := sim.Canonical().Description()
		description.Links[sim.Hand].Mass += payload
		model, err := sim.Compile(description)
		if err != nil {
			fmt.Println(err)
			return
		}
		arm := model.NewData()
		arm.Q, _ = model.Keyframe("reach_start")
		model.Bias(arm, &torque)
		fmt.Printf("%.1f kg: %.1f N m\n", payload, torque[1])
	}
	// Output:
	// 0.0 kg: -11.2 N m
	// 0.5 kg: -13.3 N m
}

// The pairs that must not touch, for each body those further out, and the table.
func ExampleModel_Pairs() {
	m := sim.Canonical()
	var apart [sim.NumBodies][]string
	for _, p := range m.Pairs() {
		apart[p[0]] = append(apart[p[0]], m.BodyName(p[1]))
	}
	for b := range apart {
		if b > sim.Base {
			apart[b] = append(apart[b], "table")
		}
		fmt.Printf("%-8s  %s\n", m.BodyName(b), strings.Join(apart[b], " "))
	}
	// Output:
	// base      link_2 link_3 link_4 link_5 hand finger_1 finger_2 finger_3
	// link_1    link_3 link_4 link_5 hand finger_1 finger_2 finger_3 table
	// link_2    link_4 link_5 hand finger_1 finger_2 finger_3 table
	// link_3    link_5 hand finger_1 finger_2 finger_3 table
	// link_4    hand finger_1 finger_2 finger_3 table
	// link_5    finger_1 finger_2 finger_3 table
	// hand      table
	// finger_1  finger_2 finger_3 table
	// finger_2  finger_3 table
	// finger_3  table
}

// How far named poses are from every violation: none is near one by mistake.
func ExampleModel_Clearance() {
	m := sim.Canonical()
	d := m.NewData()
	poses := []struct {
		name string
		q    [sim.NumJoints]float64
	}{
		{name: "home"}, {name: "reach_start"},
		// From the maker's motion planner, where the arm folds up.
		{"retract", [sim.NumJoints]float64{-1.56695, 2.6189, 0.4688, -1.6088, 0.0904, 1.741, 0.2, 0.2, 0.2}},
	}
	for _, p := range poses {
		if q, ok := m.Keyframe(p.name); ok {
			p.q = q
		}
		d.Q = p.q
		c := m.Clearance(d)
		fmt.Printf("%-11s  %s; %s; %s\n", p.name, m.Describe(c.Limit), m.Describe(c.Table), m.Describe(c.Self))
	}
	// Output:
	// home         joint_3 0.6704 rad from its limit; link_2 0.2395 m above the table; finger_2 0.0242 m from finger_3
	// reach_start  joint_3 1.2198 rad from its limit; finger_2 0.2177 m above the table; finger_2 0.0245 m from finger_3
	// retract      joint_3 0.1372 rad from its limit; link_2 0.2395 m above the table; link_2 0.0213 m from hand
}
