package units_test

import (
	"fmt"
	"strings"

	"colonnade/bench/internal/units"
)

// The lines that stand before results, so that benchstat knows what is better.
func ExampleHeader() {
	fmt.Println(strings.Split(units.Header(), "\n")[0])
	// Output:
	// Unit GFLOP/s better=higher
}
