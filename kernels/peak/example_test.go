package peak_test

import (
	"fmt"
	"time"

	"colonnade/kernels/peak"
)

// Say how a kernel's speed compares with what one core can do.
func ExampleFMA() {
	const kernel = 0.01 // GFLOP/s, as measured just before
	limit := peak.FMA(5 * time.Millisecond)
	if limit == 0 {
		limit = kernel // there is no way to measure it here
	}
	fmt.Println(kernel/limit <= 1)
	// Output:
	// true
}
