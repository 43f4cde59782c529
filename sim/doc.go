// Package sim simulates the Kinova Jaco: an arm of six joints with a hand of three fingers, on a table.
//
// # Vocabulary
//
// A Model is what does not change: the tree of bodies with their masses, joints, servos and shapes. Canonical is the
// project's arm; Compile makes variants. A Data is one arm in motion: angles Q, velocities V, and the poses
// of the bodies. A Model may be shared by any number of goroutines, a Data belongs to one. A Simulator
// puts the pieces together: fixed physics steps, finger stops, and a check for violations after each.
//
// Every 9-vector is in the order joint_1..6, finger_1..3; bodies are in the order base, link_1..5, hand,
// finger_1..3, and joint i moves body i+1 about that body's own z axis. The world frame is the base
// frame: origin on the table, z up. Units are m, kg, s, rad, N. Rotations are named for both frames:
// worldFromHand.
//
// # Steps
//
// StepReference is the scheme that MuJoCo calls implicitfast, for this arm. It reproduces MuJoCo's numbers to the last
// few bits, which TestGolden shows, but the servos chatter if it steps over more than 2 ms. StepImplicit
// may step at 10 or 20 ms. Step chooses by the length of the step.
//
// Error of StepImplicit against StepReference at 2 ms, over 5 s of new random commands every 100 ms, from
// 40 poses (TestImplicitAgainstReference):
//
//	step     joints, rms    palm, rms    palm, most
//	10 ms    3.0 mrad       2.3 mm        8 mm
//	20 ms    7.5 mrad       6.9 mm       26 mm
//
// Measured on one core of an AMD EPYC (Zen 4, 3.5 GHz), a
// control step of 100 ms with 10 physics steps and their checks takes 11 µs, with 5 steps 6 µs, with 50
// reference steps 50 µs (BenchmarkStep).
//
// # Contact
//
// Bodies carry capsules and boxes. Nothing pushes: contact, like an arm joint beyond its limit, is a Violation, which
// ends an episode. Checker looks for the first one after each step, Clearance measures how near the
// nearest ones are.
//
// # The same bits everywhere
//
// The same commands lead to the same state and the same pictures on every machine. So Sincos is the package's own,
// and every product is rounded explicitly, float64(a*b), which forbids the compiler to fuse it with a sum
// (it does on arm64, and on amd64 with GOAMD64=v3). TestNotFused looks for such instructions,
// TestSnapshotTrajectories and TestSnapshotKinematics hold hashes.
//
// # Where to start reading
//
// model.go and description.go for the arm, kinematics.go, dynamics.go with step.go for motion, distance.go, solid.go,
// checker.go and collision.go for contact, simulator.go for the whole. sim/render draws it, sim/reach is
// the task, sim/planner solves it.
package sim
