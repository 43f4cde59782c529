// Package protocol is what a Kinova Jaco speaks over USB: packets of 64 bytes, messages of several
// packets, and the layout of every message that a driver or an emulator of the arm needs.
//
// # Vocabulary
//
// A packet has 8 bytes of header and 56 of data. A message is a payload cut into pieces of 56
// bytes, one a packet. The host speaks first, always: it sends one packet and the arm answers with
// exactly one. To write (a SET) the host sends the packets of its message one by one, each
// acknowledged. To read (a GET) it asks for page 1, 2, ... of an answer until it holds as many
// bytes as the arm says there are. The arm refuses by setting a bit in the command id of its reply:
// NACK, or Failed.
//
// # Two generations
//
// A Jaco 1 counts fingers from 0 to about 60, a Jaco2 to about 6800, and the two trajectory
// messages are 4 bytes longer on newer software. Only arms of six joints are spoken to; the
// seven-joint arm (device type 8) has other offsets in most messages, and Info tells it apart.
//
// # Units
//
// The types of messages hold what is on the wire: degrees, degrees per second, finger units.
// Settings turns them into rad and back and knows the quirks of firmwares; nothing outside of this
// package needs degrees.
//
// # Evidence
//
// Nobody had an arm to look at. PROTOCOL.md beside this file has what is known and from where: the
// USB device, the commands, motion, and what nobody knows. Each table has a mark for where a layout
// is known from:
//
//	K    libkindrv's source (fawkesrobotics/libkindrv), or K-dsp for its branch dsp_50533
//	S    packets that Kinova's own SDK (kinova-ros, noetic-devel 924781d) was seen to send, or bytes it was seen to use
//	S0   the same for the SDK of the Jaco 1 (tag jaco-0.0.1); S50 for SDK 5.0 (tag 1.0.0)
//	H    the SDK's header files
//	R    kinova-ros: source, URDF, README
//	inf  inferred
//	?    not known
//
// All numbers are little-endian; f32 and f64 are IEEE 754. Offsets count from the start of the
// payload.
//
// # Where to start reading
//
// Packet and Reply for what a single exchange is, Reading and Writing for the two kinds of message,
// JointVector and BasicPoint for the layouts used a hundred times a second.
package protocol
