// Package cpu tells which instructions beyond Go's own the packages of this folder may use. They
// come with assembly for AVX-512 and with Go for everything else; both give the same bits.
package cpu

import "os"

// AVX512 is set where the assembly runs: the machine has AVX-512 F, BW, CD, DQ, VL and VBMI and
// BMI2 (Intel from Ice Lake on, AMD from Zen 4 on), the operating system saves the wide registers,
// and the environment variable KERNELS, which names the kernels of the networks, is empty or
// avx512.
var AVX512 = func() bool {
	name := os.Getenv("KERNELS")
	return (name == "" || name == "avx512") && supported()
}()
