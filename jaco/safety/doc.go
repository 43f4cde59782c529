// Package safety stands between whatever drives the arm and the arm's driver. A Guard is the only
// way to a velocity that reaches a motor: no other package may import package arm, which a test in
// bench holds, and no option turns a check off.
//
// # What is checked
//
// Every velocity point, 100 times a second, right before it goes out. The Guard works out the way
// the arm will go until it stands if this point is the last one: from the newest joint angles, over
// the points that are under way in the cable and in the arm's queue, through the lag of its servos.
// Two poses on that way are measured by the simulator's model:
//
//	joint limits   of joints 2 and 3, at least Limits.Joint away
//	table          every moving link but the first, at least Limits.Table above it
//	self           every pair of links that could touch, at least Limits.Self apart
//	workspace      palm, fingertips and link frames within Limits.Box
//
// A point whose way keeps all of that is sent. Else the point is slowed down as a whole, to 0.6,
// 0.3 or nothing of it; a policy that is slowed to nothing for 300 ms, three control steps, is
// refused. As the way of the point before was checked, too, an arm that is stopped now, or whose
// cable is cut now, comes to rest within its limits. An arm that is nearer than a margin already
// may move where it comes no nearer.
//
// The model is that of a Jaco2 with six joints: an arm that says it is another one can be read, but
// not moved.
//
// What the arm reports is held against what it was told, with lag, play, sag and points under way:
// a joint that does not follow, runs the other way, follows too fast or moves uncommanded trips,
// and so do velocities and torques that do not belong to the angles, and a pose that no arm can
// have. An arm that moved while it was to stand trips before it moves again, and so does a cable
// that is too slow to watch the arm. No motion is computed from what is in doubt. README.md has a
// table of what was tried.
//
// Commands that are not finite or faster than the joint may turn are refused. Velocities change by
// no more than Limits.Acceleration; a stop is as fast as the arm can.
//
// # What a refusal does
//
// It trips: zero velocity, then command 301, which drops the arm's queue. The Trip says why, goes
// to the Log, and is what SetVelocity returns until Resume. An emergency stop (EmergencyStop, or a
// file that appears) stays through Resume, until ResetEmergencyStop.
//
// # Margins
//
// They cover what the model does not know: encoders that are off (Limits.Zero, which counts for
// more the farther the arm is stretched out; over a target it makes the margin of the table up to 2
// cm), play, a servo's overshoot. The way to a stop is not in the margins but looked ahead, sag
// included: Options.Stopping has what it is made of. Both were chosen on the emulated arm of domain
// robot; measure them anew for another one. Of 4,500 starts of nine hostile policies, up to six
// drives each, none led to a contact or a limit (go test ./jaco/safety -run Hostile -args -starts
// 500), and the planner still solves the task: package robot has that test. A point costs about 21
// µs of processor time far from everything, measured on a machine with other load (go test
// ./jaco/safety -run - -bench Govern).
//
// An arm within its margins gets out by Resume, which moves it along the gradient of what is near.
// 2 arms of those 4,500 did not find out: ErrStuck.
//
// Start reading at Guard.govern.
package safety
