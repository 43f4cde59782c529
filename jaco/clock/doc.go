// Package clock is where everything that acts in time gets its time from: driver, watchdog, safety,
// camera, tracker and environment. On a real arm the time is real. Before the emulated arm it is
// virtual: it stands still while anybody computes and jumps when all wait, so four hours of robot
// time take seconds and come out the same every time.
//
// # Waiting
//
// Whoever waits does it by Clock.Wait or Clock.SleepUntil, for a Signal, a time, or a context. A
// Signal counts how often it was raised; the waiter says up to which count it has seen, so nothing
// is lost between looking at a condition and waiting for it to change:
//
//	for {
//		seen := signal.Count()
//		if condition() {
//			break
//		}
//		if err := c.Wait(ctx, signal, seen, until); err != nil {
//			return err
//		}
//	}
//
// A deadline in the clock's time travels in a context as a Deadline. The deadlines of package
// context are in real time and mean nothing to a virtual clock until they cancel.
//
// # Participants of virtual time
//
// A goroutine that waits on a Virtual clock must be one of its participants: started by Go, or
// between Enter and Leave. Participants run one at a time, each until it waits or ends, in the
// order in which they became able to; so a run depends on nothing but what the participants do.
// Nobody may wait for another participant by any other means than the clock (a channel, a
// WaitGroup, a mutex held while waiting): that would stop time.
//
// Time moves only while somebody is between Enter and Leave. A driver's goroutine, started by Go,
// is frozen between two steps of an environment, wherever the learner spends that time.
//
// A Real clock has all of these methods; Enter and Leave do nothing there.
package clock
