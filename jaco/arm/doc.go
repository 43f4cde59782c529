// Package arm drives a Jaco: it connects, keeps its state up to date, streams joint velocities at 100 Hz, sends it
// home, and stops it whenever anything is not as it should be.
//
// # Who does what
//
// An Arm has one goroutine, which owns the connection and works in periods of 10 ms with absolute deadlines. In
// each it sends one trajectory point, if there is a velocity to send, and asks one question: the joint angles in
// every second period, and in the others in turn the fill of the arm's queue, velocities, status and torques.
// Methods hand their wishes to it and wait, or read what it left. All methods may be called by any goroutine; on a
// virtual clock by participants.
//
// # The stream
//
// A velocity point lasts for one tick of the arm, and the arm's ticks are not ours. So it keeps a few points in its
// queue, and the queue must stay short: a full one would go on for 20 s. Options.Depth points are kept there; the
// queue's fill, asked for every 40 ms, says whether to leave a point out or to send one more.
//
// # Watchdog
//
// Motion stops, and Err says why, when SetVelocity was not called for Options.Stale, when an exchange fails or has
// no answer in time, when the device is gone, and when the arm says that API control was taken away. Stop means: a
// point of zero velocity, then command 301, which drops the queue. If even that cannot be sent, the few points in
// the queue run out. After that nothing moves until Recover. A packet that was acknowledged has been
// received, no more: that is all the protocol says.
//
// Home and Retract hold a button of the arm's joystick, whose state the arm keeps: if the program or the cable dies at
// that moment a real arm may go on to its ready pose.
//
// Angles are in rad, velocities in rad/s, vectors of 9 in the order joint 1-6, finger 1-3. Nothing is clamped
// here beyond refusing impossible commands: limits, the table and the arm itself are the safety layer's business.
//
// Start reading at Connect and Arm.loop.
package arm
