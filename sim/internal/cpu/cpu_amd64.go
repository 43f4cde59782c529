//go:build !purego

package cpu

// Bits of CPUID and of XCR0 (Intel SDM, volume 2, CPUID; volume 1, section 13.3).
const (
	osxsave = 1 << 27 // leaf 1, ECX: the operating system uses XSAVE

	avx2     = 1 << 5 // leaf 7, EBX
	bmi2     = 1 << 8
	avx512f  = 1 << 16
	avx512dq = 1 << 17
	avx512cd = 1 << 28
	avx512bw = 1 << 30
	avx512vl = 1 << 31
	needed   = bmi2 | avx512f | avx512dq | avx512cd | avx512bw | avx512vl

	vbmi = 1 << 1 // leaf 7, ECX

	avxState  = 0x06 // SSE, AVX
	wideState = 0xe6 // SSE, AVX, and the three parts of AVX-512
)

//go:noescape
func cpuid(leaf, subleaf uint32) (eax, ebx, ecx, edx uint32)

// xgetbv returns the lower half of XCR0: which registers the operating system saves. It may only be
// called with osxsave.
//
//go:noescape
func xgetbv() uint32

// registers tells whether the operating system saves the given registers.
func registers(state uint32) bool {
	_, _, ecx, _ := cpuid(1, 0)
	return ecx&osxsave != 0 && xgetbv()&state == state
}

// features returns EBX and ECX of leaf 7, 0 where there is none.
func features() (ebx, ecx uint32) {
	if leaves, _, _, _ := cpuid(0, 0); leaves >= 7 {
		_, ebx, ecx, _ = cpuid(7, 0)
	}
	return ebx, ecx
}

func hasAVX512() bool {
	ebx, ecx := features()
	return ebx&needed == needed && ecx&vbmi != 0 && registers(wideState)
}

func hasAVX2() bool {
	ebx, _ := features()
	return ebx&avx2 != 0 && registers(avxState)
}
