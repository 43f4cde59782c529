// Package transport is the cable between a driver and an arm: two pipes that carry packets of 64
// bytes, one out and one in. Conn is all that a driver sees of it. Here are a cable in memory, at
// whose other end is any Device, and an Injector, which spoils the transfers of another Conn by
// rules; package usbfs has the real one.
//
// # Rules of a Conn
//
// A transfer takes a context; the context's deadline ends it with ErrTimeout, its cancellation with
// the context's error. A count below the length may come with an error: so much went over before. A
// timed-out Read leaves the reply to come: read it off before the next request. Close may be called
// at any time and any number of times; it ends transfers under way with ErrClosed and returns when
// they are over. One Read and one Write may be under way at a time.
//
// A Conn whose device is gone stays dead; open another when the device is back.
//
// # Faults
//
// An Injector spoils a Conn, by its Opener, or the far end of a cable that is elsewhere, by its
// Device. It is driven by a list of Rules and a seed, and nothing else: the same transfers meet
// the same faults. ParseRules reads the rules from text, one a line or separated by semicolons:
//
//	lose in transfer 7            the 7th reply does not arrive
//	lose out every 100            every 100th packet to the arm is lost
//	delay in chance 0.01 for 30ms a reply in a hundred comes 30 ms late
//	stall out transfer 3          the endpoint refuses
//	short in chance 0.001         a packet ends early
//	garbage in every 500          some bytes are wrong
//	unplug byte 1234 for 2s       the cable comes out within a packet, and is back after 2 s
package transport
