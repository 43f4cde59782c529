// Package emulator is a Kinova Jaco without the arm: a Device takes the packets that a real one
// takes, answers as it would, and moves the simulator's arm accordingly. It is the far end of
// package transport's cable in memory, under virtual or real time, and of any other cable that
// hands it packets and the time.
//
// # Time
//
// A Device never waits and has no goroutine: each call brings the time, and the Device first makes
// up for what has passed since the last one, in ticks of 10 ms. In a tick it takes one point from
// its trajectory queue, or follows a joystick, or moves on its way home, and lets the physics run
// for as long. After a pause of over a minute the time before the last minute is skipped: no motion
// but a joystick held against a limit lasts as long.
//
// # What moves it
//
// The arm keeps a set point for each joint: its commanded angle. Position points (types 1 and 2),
// cartesian velocities (type 7), the joystick and the arm's own ways to ready and retracted move
// the set points, and the servos follow them. A position point ends when the set points have
// arrived, exactly, so small steps add up; what the servos lack then is seen in 104 and 105 against
// 106 and 107 (a weight on joint 2 is worth up to 8 mrad). A point that makes no headway for half a
// second, in contact or out of reach, is dropped. Angles beyond a limit count as the limit.
//
// Joint velocities (type 8) are given to the servos as they are, one point a tick; with the queue
// empty each joint is held where it stops. Nothing moves before API control is started; points that
// come then are acknowledged and forgotten.
//
// The joystick's state is kept until the next comes, or until 301 or 303. Its button 2 moves the
// arm to its ready pose and on to retracted, as long as it is held; released half-way, the next
// push goes back. Command 311 goes to ready by itself.
//
// The arm stops before the limits of joints 2 and 3, with the cartesian fault set, and where it
// would touch itself or the table it stays as it was the tick before; Contacts counts that. Fingers
// that meet each other stop alone. On its own way home the arm does not mind contact.
//
// # What is not known of a real arm
//
// Choices has a switch for each answer that nobody knows; its zero value, and what is chosen
// without a switch, is in section 10 of jaco/protocol/PROTOCOL.md. These are invented without a
// switch: currents (0.1 A for each N m, 0.5 A at rest), temperatures (30 °C), and that an angular
// position point goes straight in joint space, all joints arriving together. A Jaco 1 knows only
// the commands of its own SDK and those libkindrv uses on it.
package emulator
