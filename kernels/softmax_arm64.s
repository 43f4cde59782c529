//go:build !purego

#include "textflag.h"
#include "neon_arm64.h"
#include "exp_arm64.h"

// The logarithm for LogSoftmax3, as in softmax_amd64.s:
//
//	log(1+u) = 2t + t·z·(L0 + L1·z + ... + L5·z⁵)     t = u/(u+2), z = t²

DATA logc<>+0(SB)/4, $0x3f2aaa9f // L0
DATA logc<>+4(SB)/4, $0x3eccd39f // L1
DATA logc<>+8(SB)/4, $0x3e91a024 // L2
DATA logc<>+12(SB)/4, $0x3e7265a5 // L3
DATA logc<>+16(SB)/4, $0x3dd09257 // L4
DATA logc<>+20(SB)/4, $0x3eb589b8 // L5

GLOBL logc<>(SB), RODATA|NOPTR, $24

// EXP puts exp(V0), with V0 ≤ 0 raised to -87, into to, register and number
// not 0 to 3. A NaN passes.
#define EXP(to) \
	FMAX(MIN87, 0, 0)         \
	EXPM1                     \
	VMOV  V1.B16, to.B16      \
	VFMLA V0.S4, V1.S4, to.S4

// func logSoftmax3Vectors(logp, logits *float32, blocks int)
//
// 4 groups of 3 a turn: V4-V6 are their first, second and third logits. The
// largest one's exponential is 1, so the sum is 1+u with two exponentials.
// V14, V15 and V28-V31 are L0 to L5. Go twin: logSoftmax3Generic.
//
// Requires: NEON
//
// Limit: about 85 instructions and one division for 4 groups.
TEXT ·logSoftmax3Vectors(SB), NOSPLIT, $0-24
	MOVD    logp+0(FP), R0
	MOVD    logits+8(FP), R1
	MOVD    blocks+16(FP), R2
	EXPCONSTANTS
	MOVD    $logc<>(SB), R3
	VLD1R.P 4(R3), [V14.S4]
	VLD1R.P 4(R3), [V15.S4]
	VLD1R.P 4(R3), [V28.S4]
	VLD1R.P 4(R3), [V29.S4]
	VLD1R.P 4(R3), [V30.S4]
	VLD1R   (R3), [V31.S4]

block:
	VLD3.P 48(R1), [V4.S4, V5.S4, V6.S4]

	// Largest in V7, the other two in V8 and V9.
	FMAX(5, 4, 10)
	FMIN(5, 4, 11)
	FMAX(6, 10, 7)
	FMIN(6, 10, 10)
	FMAX(10, 11, 8)
	FMIN(10, 11, 9)
	FSUB(7, 8, 8)
	FSUB(7, 9, 9)
	FSUB(7, 4, 4)
	FSUB(7, 5, 5)
	FSUB(7, 6, 6)

	// V10 is a NaN where the group has one, or a largest that is infinite; V11
	// is all ones elsewhere.
	FADD(5, 4, 10)
	FADD(6, 10, 10)
	FCMEQ(10, 10, 11)

	VMOV   V8.B16, V0.B16
	EXP(V12)
	VMOV   V9.B16, V0.B16
	EXP(V13)
	FADD(13, 12, 12)                     // u
	FADD(TWO, 12, 13)
	FDIV(13, 12, 12)                     // t
	FMUL(12, 12, 13)                     // z
	VMOV   V30.B16, V1.B16
	VFMLA  V31.S4, V13.S4, V1.S4
	VMOV   V29.B16, V2.B16
	VFMLA  V1.S4, V13.S4, V2.S4
	VMOV   V28.B16, V1.B16
	VFMLA  V2.S4, V13.S4, V1.S4
	VMOV   V15.B16, V2.B16
	VFMLA  V1.S4, V13.S4, V2.S4
	VMOV   V14.B16, V1.B16
	VFMLA  V2.S4, V13.S4, V1.S4
	FMUL(13, 1, 1)
	FADD(TWO, 1, 1)
	FMUL(12, 1, 1)                       // log(1+u)
	VBIF   V11.B16, V10.B16, V1.B16
	FSUB(1, 4, 4)
	FSUB(1, 5, 5)
	FSUB(1, 6, 6)
	VST3.P [V4.S4, V5.S4, V6.S4], 48(R0)
	SUB    $1, R2
	CBNZ   R2, block
	RET
