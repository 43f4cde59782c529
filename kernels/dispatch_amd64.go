//go:build !purego

package kernels

import "github.com/klauspost/cpuid/v2"

// useVectors is what every operation asks: whether to run the assembly.
var useVectors bool

// useAVX512 is set besides useVectors, for the operations that have kernels of 16
// floats.
var useAVX512 bool

// lanes is the number of floats in a register of AVX2.
const lanes = 8

// available lists what this machine can run, the preferred one first. cpuid
// also asks the operating system whether it saves the wide registers.
func available() []string {
	names := []string{"base"}
	if cpuid.CPU.Supports(cpuid.AVX2, cpuid.FMA3) {
		names = append([]string{"avx2"}, names...)
		if cpuid.CPU.Supports(cpuid.AVX512F, cpuid.AVX512BW, cpuid.AVX512DQ, cpuid.AVX512VL) {
			names = append([]string{"avx512"}, names...)
		}
	}
	return names
}

func enable(name string) {
	useAVX512 = name == "avx512"
	useVectors = name == "avx2" || useAVX512
}
