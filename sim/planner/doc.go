// Package planner solves the reach task without learning, from the arm's true joint angles: a
// yardstick for what the task can yield, and a way to tell whether a simulated or real arm is fit
// for it.
//
// Each control step it looks one step ahead: of the 729 commands that the six joints of the arm can
// get (fingers rest) it takes the one whose pose after 100 ms, by kinematics alone, costs least.
// The cost is the distance of the palm from a point 7 cm above the target, with small terms that
// keep the arm from moving without need, from its joint limits and from the table. It scores about
// 40 of 50 (TestPlannerScore) and 39 in worlds whose arm lags, errs and has backlash, on the
// conveyor too (TestPlannerScoreInDomains; bench/results/simulator has the table).
package planner
