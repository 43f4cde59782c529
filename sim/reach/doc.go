// Package reach is the task of the project: a Jaco arm that must bring its palm over a red disc on
// the table, seen as a small picture. Env has the methods that package a3c asks of an environment.
//
// # Episodes
//
// An action is nine factors, one for each joint in the order joint_1..6, finger_1..3, each 0, 1 or
// 2: turn backwards, rest, turn forwards with the joint's fixed velocity. A control step is 100 ms;
// an episode has at most 50. It ends early when the arm breaks a rule: it touches itself or the
// table, or exceeds the range of an arm joint. Each step that ends with the palm within 10 cm of
// the target earns 1, so the score of an episode lies between 0 and 50; random actions score 0.02,
// the planner ([Planner]) 40.
//
// There are two tasks. On Reach the target lies still. On Conveyor it glides along x at 0.05 m/s,
// its y drawn per episode; it turns at the ends of the area, and with probability 0.02 at the
// beginning of a step.
//
// # Observations
//
// A picture of 64x64 pixels, and, for those who want it, proprioception, 18 numbers that are not
// scaled:
//
//	 0.. 5   angles of joint_1..6, rad, as the arm counts them, not wrapped
//	 6.. 8   angles of finger_1..3, rad
//	 9..14   velocities of joint_1..6, rad/s
//	15..17   velocities of finger_1..3, rad/s
//
// Both are what camera and encoders report in the world that the episode is set in (package
// domain): the picture has the camera's faults and may be up to 100 ms old, the angles have the
// encoders' errors. Rewards and violations, as Joints, Palm, Target and Picture, tell the truth.
//
// # The twin
//
// With Options.Twin, Env.Twin draws the present state a second time, as another world shows it: a
// policy that knows only that world can act by such pictures. It is drawn from the encoders, at the
// moment of decision, so it has their errors, but for those that are known ([Options].Zeros), and
// none of the camera's lateness.
//
// # Randomness
//
// Everything random follows from the seed given to Reset and the number of the step, each thing in
// a stream of its own: start and target, the draw of a domain with ranges, the conveyor's turns,
// the camera's noise. So an episode depends on its seed and the actions alone (if the target gets a
// new place in every episode), a seed has the same start and target in all domains, and a saved
// state holds no generators.
//
// # Many environments
//
// Options.Share lets environments of one world draw with the same renderers: less memory, and the
// core's cache keeps them. Environments may be used from different goroutines, each from one at a
// time.
//
// Start reading at Env.Step.
package reach
