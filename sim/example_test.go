package sim_test

import (
	"fmt"

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
