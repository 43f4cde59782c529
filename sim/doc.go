// Package sim simulates the Kinova Jaco: an arm of six joints with a hand of three fingers, on a
// table.
//
// # Vocabulary
//
// A Model is what does not change: the tree of bodies with their masses, joints, servos and shapes.
// Canonical is the project's arm; Compile makes variants. A Data is one arm in motion: angles Q,
// velocities V, and the poses of the bodies. A Model may be shared by any number of goroutines, a
// Data belongs to one. A Simulator puts the pieces together: fixed physics steps, finger stops, and
// a check for violations after each.
//
// Every 9-vector is in the order joint_1..6, finger_1..3; bodies are in the order base, link_1..5,
// hand, finger_1..3, and joint i moves body i+1 about that body's own z axis. The world frame is
// the base frame: origin on the table, z up. Units are m, kg, s, rad, N. Rotations are named for
// both frames: worldFromHand.
//
// # Steps
//
// StepReference is the scheme that MuJoCo calls implicitfast, for this arm. It reproduces MuJoCo's
// numbers to the last few bits, which TestGolden shows, but the servos chatter if it steps over
// more than 2 ms. StepImplicit may step at 10 or 20 ms. Step chooses by the length of the step.
//
// # Motion
//
// A Motion is what a real arm and its wiring add: pictures that are late, servos that lag or err in
// speed, backlash between servo and link, a payload, encoders with an offset. Simulator.SetMotion
// takes one; implicit.go tells how the backlash enters a step. Without motion the simulator is its
// model, to the bit.
//
// # Contact
//
// Bodies carry capsules and boxes. Nothing pushes: contact, like an arm joint beyond its limit, is
// a Violation, which ends an episode. All bodies but parent and child must not touch each other,
// and moving links not the table; shapes may come as near as they like. ExampleModel_Pairs prints
// the list, ExampleModel_Clearance how far the named poses are from every violation.
//
// Checker looks for the first violation after each step. For those who look ahead, Clearance
// measures the nearest of each cause, and Surroundings adds closest points and gradients.
//
// # Error, speed and memory
//
// The folder bench/results/simulator has them: the deviation from MuJoCo, the error of long steps,
// time and memory of a step, and what the planner scores.
//
// # The same bits everywhere
//
// The same commands lead to the same state and the same pictures on every machine. So Sincos is the
// package's own, and every product is rounded explicitly, float64(a*b), which forbids the compiler
// to fuse it with a sum (it does on arm64, and on amd64 with GOAMD64=v3). TestNotFused looks for
// such instructions, TestSnapshotTrajectories and TestSnapshotKinematics hold hashes. One step
// leaves this to math: Compile's principal axes of inertias. For the canonical model their bits are
// the same on amd64, with GOAMD64=v3 too, and on arm64, which the hashes show; those of another
// model may differ in the last place.
//
// # Where to start reading
//
// model.go and description.go for the arm, kinematics.go, dynamics.go and implicit.go for motion,
// solid.go, collision.go and clearance.go for contact,
// simulator.go for the whole. sim/render draws it, sim/domain describes worlds, sim/reach is the
// task and the planner that solves it.
package sim
