//go:build !purego

package peak

import "github.com/klauspost/cpuid/v2"

//go:noescape
func chains(turns int)

// The work of one call: about 40 us.
const (
	turns        = 20000
	flopsPerTurn = 12 * 8 * 2
)

// work keeps the units busy and returns the operations done.
//
//go:noinline
func work() int {
	if !cpuid.CPU.Supports(cpuid.AVX2, cpuid.FMA3) {
		return 0
	}
	chains(turns)
	return turns * flopsPerTurn
}
