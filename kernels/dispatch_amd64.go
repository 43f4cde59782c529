//go:build !purego

package kernels

import "github.com/klauspost/cpuid/v2"

// useAVX2 is what every operation asks; useAVX512 is set besides, for those that
// have kernels of 16 floats.
var useAVX2, useAVX512 bool

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
	useAVX2 = name == "avx2" || useAVX512
}
