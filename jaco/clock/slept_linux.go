package clock

import (
	"time"

	"golang.org/x/sys/unix"
)

// bootAhead returns by how much the time since boot is ahead of the monotonic clock, which stands
// still while the machine sleeps.
func bootAhead() time.Duration {
	var boot, monotonic unix.Timespec
	if unix.ClockGettime(unix.CLOCK_MONOTONIC, &monotonic) != nil ||
		unix.ClockGettime(unix.CLOCK_BOOTTIME, &boot) != nil {
		return 0
	}
	return time.Duration(boot.Nano() - monotonic.Nano())
}
