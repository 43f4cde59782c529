// Package reach is the task of the project: a Jaco arm that must bring its palm over a red disc on the
// table, seen as a small picture. Env has the methods that package a3c asks of an environment.
//
// An action is nine factors, one for each joint in the order joint_1..6, finger_1..3, each 0, 1 or 2:
// turn backwards, rest, turn forwards with the joint's fixed velocity. A control step is 100 ms; an
// episode has at most 50. It ends early when the arm breaks a rule: it touches itself or the table,
// or exceeds the range of an arm joint. Each step that ends with the palm within 10 cm of the target
// earns 1, so the score of an episode lies between 0 and 50; random actions score 0.02, the planner
// in sim/planner 40.
//
// Nothing here is random but Reset, which draws target and start pose from its seed.
//
// Start reading at Env.Step.
package reach
