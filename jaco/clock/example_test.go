package clock_test

import (
	"context"
	"fmt"
	"time"

	"colonnade/jaco/clock"
)

// A ticker in the background while the foreground sleeps for 35 ms of virtual time.
func ExampleVirtual() {
	v := clock.NewVirtual()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	v.Enter()
	defer v.Leave()
	v.Go(func() {
		for next := v.Now(); ; {
			next = next.Add(10 * time.Millisecond)
			if v.SleepUntil(ctx, next) != nil {
				return
			}
			fmt.Println("tick at", v.Now().Sub(clock.Epoch))
		}
	})
	clock.Sleep(ctx, v, 35*time.Millisecond)
	// Output:
	// tick at 10ms
	// tick at 20ms
	// tick at 30ms
}
