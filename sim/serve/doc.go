// Package serve lets a learner in another process, written in any language, step environments of
// package reach. Observations, actions and rewards lie in memory that both processes map; pixels
// never pass through a socket. The command simserve is its main, sim/python/colonnade.py a client.
//
// A [Server] owns N environments and steps them with a few threads. [Server.Serve] talks to one
// client through a Unix socket and returns when the client is gone, however it went. The memory is
// a file of mode 0600 that is unlinked before anyone learns of it: the client receives its
// descriptor, so nothing is left behind when a process is killed. [Listen] and [Inherited] make
// the [Conn] and refuse a peer of another user.
//
// Everything is little-endian and aligned to its size.
//
// # Control
//
// The client sends requests of 32 bytes and waits for the reply of 256 bytes to each:
//
//	request                          reply
//	 0  uint32  op                    0  uint32  status: 0 done, 1 refused
//	 4  uint32  number                4  uint32  number of the request
//	 8  uint64  a                     8  uint32  buffer that holds the observations
//	16  uint64  b                    12  uint32  0
//	24  uint64  0                    16  [240]   why it was refused, UTF-8, padded with zeros
//
//	op  name    a                     b         what it does
//	1   hello   magic                 version   comes first; the reply carries the memory's descriptor
//	2   step    0                     0         steps every environment with its actions
//	3   reset   0                     0         begins an episode where mask is 1 or 2, with its seed
//	4   render  environment           0         draws it large, into picture
//	5   close   0                     0         ends the server
//
// The magic is the number whose bytes are "COLONSIM". A request that does not fit the table is
// refused and changes nothing. After a wrong hello, or a torn request, the server ends. Mask 2 also
// begins the count of -target-every anew, so that the seed alone decides the episode.
//
// # Memory
//
// The header holds, as uint32 unless it says otherwise:
//
//	 0  [8]uint8  magic              64  uint64  offset of actions, int64 [N, F]
//	 8  version                      72  uint64  offset of seeds, uint64 [N]
//	12  environments, N              80  uint64  offset of mask, uint8 [N]
//	16  height, H                    88  uint64  offset of picture, uint8 [P, P, 3]
//	20  width, W                     96  uint64  offset of buffer 0
//	24  channels, C                 104  uint64  bytes from one buffer to the next
//	28  proprioception, Q           112  uint64  in a buffer: pixels, uint8 [N, H, W, C]
//	32  factors of the action, F    120  uint64    proprioception, float32 [N, Q]
//	36  choices of each factor      128  uint64    reward, float64 [N]
//	40  buffers, B                  136  uint64    terminated, uint8 [N]
//	44  autoreset: 0, 1, 2          144  uint64    truncated, uint8 [N]
//	48  side of the picture, P      152  uint64    violation, uint8 [N]: a sim.Cause
//	52  most steps of an episode    160  uint64    final pixels, uint8 [N, H, W, C]
//	56  0                           168  uint64    final proprioception, float32 [N, Q]
//	60  0                           176  uint64  bytes of the whole memory
//
// The client writes actions, seeds and mask, the server all the rest, and each only while it is its
// turn: the client between a reply and the next request. The final observations are there with
// autoreset 1 (same step) only; else their offsets are 0.
//
// Each step and reset fills the next of B buffers in turn. So an observation is valid until B-1
// further steps or resets were asked for.
//
// # Episodes
//
// Seeds are the client's: seed i is read when environment i begins an episode, and the client
// writes another before the next one. What happens at the end of an episode is the autoreset:
//
//	0  next step  the next step ignores the action of an environment whose episode has ended and begins an episode
//	1  same step  the same step begins an episode; what the ended one showed last is in the final observation
//	2  disabled   nothing; a step is refused until the environment is reset
//
// Start reading at [Server.Serve].
package serve
