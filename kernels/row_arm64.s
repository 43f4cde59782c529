//go:build !purego

#include "textflag.h"
#include "go_asm.h"
#include "neon_arm64.h"

// func microRow(t *micro)
//
// One row by 64 columns, for products of few rows: b passes by only once a row,
// so wide rows of it matter more than reuse. Takes a, b, c, bstep, run and
// accumulate of the tile; every sum is that of microRowMajor to the bit. Go twin:
// addRowTimes in gemm_generic.go.
//
// Requires: NEON
//
// R1 is a, R9 b, R10 its step, V0-V15 the sums, V24 four elements of a.
// Floor: for 64 columns a step 8 load pairs beside 16 multiply-adds, from L1;
// what b comes from decides.

// PAIR adds element i of V24 times 8 columns to two sums.
#define PAIR(i, at, f0, n0, f1, n1, y0, y1) \
	FLDPQ at(R9), (f0, f1) \
	FMLAE(24, i, n0, y0)   \
	FMLAE(24, i, n1, y1)

#define ROWSTEP(i) \
	PAIR(i, 0, F16, 16, F17, 17, 0, 1)     \
	PAIR(i, 32, F18, 18, F19, 19, 2, 3)    \
	PAIR(i, 64, F20, 20, F21, 21, 4, 5)    \
	PAIR(i, 96, F22, 22, F23, 23, 6, 7)    \
	PAIR(i, 128, F26, 26, F27, 27, 8, 9)   \
	PAIR(i, 160, F28, 28, F29, 29, 10, 11) \
	PAIR(i, 192, F30, 30, F31, 31, 12, 13) \
	PAIR(i, 224, F16, 16, F17, 17, 14, 15) \
	ADD R10, R9

// ADDPAIR adds 8 columns of c.
#define ADDPAIR(at, y0, y1) \
	FLDPQ at(R2), (F16, F17) \
	FADD(16, y0, y0)         \
	FADD(17, y1, y1)

TEXT ·microRow(SB), NOSPLIT, $0-8
	MOVD t+0(FP), R0
	MOVD micro_a(R0), R1
	MOVD micro_c(R0), R2
	MOVD micro_b(R0), R9
	MOVD micro_bstep(R0), R10
	MOVD micro_run(R0), R11
	AND  $3, R11, R12
	LSR  $2, R11, R11
	VEOR V0.B16, V0.B16, V0.B16
	VEOR V1.B16, V1.B16, V1.B16
	VEOR V2.B16, V2.B16, V2.B16
	VEOR V3.B16, V3.B16, V3.B16
	VEOR V4.B16, V4.B16, V4.B16
	VEOR V5.B16, V5.B16, V5.B16
	VEOR V6.B16, V6.B16, V6.B16
	VEOR V7.B16, V7.B16, V7.B16
	VEOR V8.B16, V8.B16, V8.B16
	VEOR V9.B16, V9.B16, V9.B16
	VEOR V10.B16, V10.B16, V10.B16
	VEOR V11.B16, V11.B16, V11.B16
	VEOR V12.B16, V12.B16, V12.B16
	VEOR V13.B16, V13.B16, V13.B16
	VEOR V14.B16, V14.B16, V14.B16
	VEOR V15.B16, V15.B16, V15.B16
	CBZ  R11, rest

four:
	FMOVQ.P 16(R1), F24
	ROWSTEP(0)
	ROWSTEP(1)
	ROWSTEP(2)
	ROWSTEP(3)
	SUB     $1, R11
	CBNZ    R11, four

rest:
	CBZ     R12, ran
	FMOVS.P 4(R1), F24
	ROWSTEP(0)
	SUB     $1, R12
	B       rest

ran:
	MOVD micro_accumulate(R0), R20
	CBZ  R20, set
	ADDPAIR(0, 0, 1)
	ADDPAIR(32, 2, 3)
	ADDPAIR(64, 4, 5)
	ADDPAIR(96, 6, 7)
	ADDPAIR(128, 8, 9)
	ADDPAIR(160, 10, 11)
	ADDPAIR(192, 12, 13)
	ADDPAIR(224, 14, 15)

set:
	FSTPQ (F0, F1), (R2)
	FSTPQ (F2, F3), 32(R2)
	FSTPQ (F4, F5), 64(R2)
	FSTPQ (F6, F7), 96(R2)
	FSTPQ (F8, F9), 128(R2)
	FSTPQ (F10, F11), 160(R2)
	FSTPQ (F12, F13), 192(R2)
	FSTPQ (F14, F15), 224(R2)
	RET
