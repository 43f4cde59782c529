// Package arm drives a Jaco: it connects, keeps its state up to date, streams joint velocities at
// 100 Hz, sends it home, and stops it whenever anything is not as it should be.
//
// # Who does what
//
// An Arm has one goroutine, which owns the connection and works in periods of 10 ms with absolute
// deadlines. In each it sends one trajectory point, if there is a velocity to send, and asks one
// question: the joint angles in every second period, and in the others in turn the fill of the
// arm's queue, velocities, torques, status and its own time. Methods hand their wishes to it and
// wait, or read what it left. All methods may be called by any goroutine; on a virtual clock by
// participants.
//
// # The stream
//
// A velocity point lasts for one tick of the arm, and the arm's ticks are not ours. So it keeps a
// few points in its queue, and the queue must stay short: a full one would go on for 20 s.
// Options.Depth points are kept there; the queue's fill, asked for every 40 ms, says whether to
// leave a point out or to send one more. What was sent and the clock bound that: an arm that says
// there are fewer, with over 4 points more than Options.Depth there, is stopped.
//
// # Watchdog
//
// Motion stops, and Err says why, when SetVelocity was not called for Options.Stale, when an
// exchange fails or has no answer in time, when the device is gone, when the arm says that API
// control was taken away, when what it says of its angles or its queue cannot be, and when one of
// three clocks stood still: this machine's in its sleep, this program's, or, as the arm's own
// tells, that of a virtual machine. Stop means: the home button up, if it may be down, a point of
// zero velocity, then command 301, which drops the queue. What the arm does not acknowledge of that
// is sent again until it does, over a new connection if need be; so long Err is also
// ErrUnacknowledged, and what moves the arm is the few points in its queue, or the button. After
// that nothing moves until Recover; State stays up to date. A packet that was acknowledged has been
// received, no more: that is all the protocol says.
//
// Home and Retract hold a button of the arm's joystick, whose state the arm keeps: if the program
// dies at that moment, or the cable for good, a real arm may go on to its ready pose.
//
// # Measured
//
// An AMD EPYC (Zen 4), 2 cores, 15 other busy threads on them, before the emulated arm in real
// time, whose answer takes 1 ms, as does a packet's way to it on a full-speed bus; 20 s of motion
// each (jacoctl jog -real-time, lines "1 0.3 10" and "1 -0.3 10"):
//
//	chrt -f 10    2,005 points; periods began at most 10.9 ms late, one of 2,000 over 5 ms; an
//	              exchange took 2.15 ms, at most 6.4
//	usual         at most 352 points until an answer was late by 30 ms, and the watchdog stopped
//	              the arm; an exchange took 2.5 to 5.2 ms, at most 184, and periods began 11 to
//	              53 ms late at most
//
// So before an arm: a machine of its own, or real-time priority. Through the Linux kernel see
// package testusb.
//
// Angles are in rad, velocities in rad/s, vectors of 9 in the order joint 1-6, finger 1-3. Nothing
// is clamped here beyond refusing impossible commands: limits, the table and the arm itself are the
// safety layer's business.
//
// Start reading at Connect and Arm.loop.
package arm
