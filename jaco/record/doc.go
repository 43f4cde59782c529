// Package record keeps what happens on an arm: every step's frame, joints, action, reward and
// clocks, in a file that is only ever appended to, and plays it back in the simulator.
//
// # The file
//
// A line "jaco-record/1", then records, little-endian:
//
//	0   u32       bytes of the payload
//	4   u32       CRC-32C of the payload
//	8   payload   the fields of robot.Moment in order: u64 episode, u32 step, u64 seed, i64 clock,
//	              taken and measured (ns since clock.Epoch), 9 bytes of action, f32 reward, u8
//	              flags (1 terminated, 2 truncated), 9 f64 angles (rad), 9 f64 velocities (rad/s),
//	              2 f64 target (m), f64 confidence, u32 and bytes of the frame
//
// A record is one write; the file is synced where an episode begins and ends. A program or a
// machine that dies leaves at most one record torn, at the end, or zeros there: a Reader stops
// before that and says so, Append cuts it off, says so (Writer.Cut) and goes on, with the number of
// the next episode. One Writer at a time has a file.
package record
