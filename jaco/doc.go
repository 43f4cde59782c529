// Package jaco is the real arm: what lies between a policy and a Kinova Jaco on a USB cable. The
// package itself is empty; this page says what is where.
//
//	protocol   packets, messages, and every layout with its evidence
//	clock      real and virtual time, for all that acts in time
//	transport  the cable: its interface, one in memory, and faults by rules
//	usbfs      the cable on Linux
//	emulator   an arm without the arm: the far end of a cable, moving the simulator
//	usbip      emulated arms as USB devices of another machine
//	testusb    the above against the real Linux kernel, in QEMU: make test-usb
//	camera     the pictures that a policy sees
//	arm        the driver: connect, state, the velocity stream, home, and the watchdog
//	tracker    where the target lies on the table, from pictures
//	record     what happened on an arm, in a file, and played back in the simulator
//	robot      the environment: the reach task on an arm, real or emulated
//	cmd        jacoctl brings up an arm and runs policies on it; jacoemu serves emulated arms
//	safety     the only way to the driver: every velocity point is looked ahead before it goes out
//
// Nothing here imports a learner: an environment made of these pieces has the methods that package
// a3c asks for, in built-in types. Degrees and finger units exist in protocol alone; everywhere
// else angles are in rad and vectors of 9 have joints 1-6, then fingers 1-3.
package jaco
