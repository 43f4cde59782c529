//go:build !purego

package kernels

import "github.com/klauspost/cpuid/v2"

// useAVX2 is what every operation asks.
var useAVX2 bool

// available lists what this machine can run, the preferred one first. cpuid
// also asks the operating system whether it saves the wide registers.
func available() []string {
	if cpuid.CPU.Supports(cpuid.AVX2, cpuid.FMA3) {
		return []string{"avx2", "base"}
	}
	return []string{"base"}
}

func enable(name string) { useAVX2 = name == "avx2" }
