// Package cpu tells which instructions beyond Go's own the packages of this folder may use. They
// come with assembly for AVX-512, some of it for AVX2, and with Go for everything else; all give
// the same bits.
package cpu

import "os"

// AVX512 is set where the assembly for it runs: the machine has AVX-512 F, BW, CD, DQ, VL and VBMI
// and BMI2 (Intel from Ice Lake on, AMD from Zen 4 on), the operating system saves the wide
// registers, and the environment variable KERNELS, which names the kernels of the networks, is
// empty or avx512.
var AVX512 = asked("avx512") && hasAVX512()

// AVX2 is set where the assembly for AVX2 runs: the machine has it, the operating system saves its
// registers, and KERNELS is empty, avx2 or avx512.
var AVX2 = (asked("avx2") || asked("avx512")) && hasAVX2()

// asked tells whether KERNELS is empty or names an instruction set.
func asked(set string) bool {
	name := os.Getenv("KERNELS")
	return name == "" || name == set
}
