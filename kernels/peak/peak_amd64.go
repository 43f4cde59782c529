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

// work keeps the units busy and returns the operations done: with AVX-512 if wide is wanted and
// there is any, with AVX2 otherwise.
//
//go:noinline
func work(wide bool) int {
	switch {
	case !cpuid.CPU.Supports(cpuid.AVX2, cpuid.FMA3):
		return 0
	case wide && cpuid.CPU.Supports(cpuid.AVX512F):
		chains512(turns / 2)
		return turns * flopsPerTurn
	}
	chains(turns)
	return turns * flopsPerTurn
}
