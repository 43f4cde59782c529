//go:build !purego

package peak

import "github.com/klauspost/cpuid/v2"

//go:noescape
func chains(turns int)

//go:noescape
func chains512(turns int)

// The work of one call: about 40 us.
const (
	turns        = 20000
	flopsPerTurn = 12 * 8 * 2 // of chains, with registers of 8 floats
)

// work keeps the units busy and returns the operations done: with AVX2 in even
// turns, with AVX-512 in odd ones if there is.
//
//go:noinline
func work(turn int) int {
	switch {
	case !cpuid.CPU.Supports(cpuid.AVX2, cpuid.FMA3):
		return 0
	case turn%2 == 1 && cpuid.CPU.Supports(cpuid.AVX512F):
		chains512(turns / 2)
		return turns * flopsPerTurn
	}
	chains(turns)
	return turns * flopsPerTurn
}
