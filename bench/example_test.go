package bench_test

import (
	"fmt"

	"colonnade/bench"
)

// Train for two windows of 320 steps, which the two workers share.
func ExampleStartLoop() {
	l, err := bench.StartLoop(bench.Net{Recurrent: true}, 2, 320)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer l.Close()
	for range 2 {
		m, err := l.Next()
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(m.Steps >= 320, m.StepsPerSecond > 0)
	}
	// Output:
	// true true
	// true true
}
