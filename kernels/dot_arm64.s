//go:build !purego

#include "textflag.h"
#include "go_asm.h"
#include "neon_arm64.h"

// func dots3x4(d *dots)
//
// A tile of 3 rows of a by 4 rows of b of dot products over k, 4 products of
// each at a time, then one:
//
//	sum[4i+j] = Σ_p a_i[p]*b_j[p]     i<3, j<4
//
// Go twin: addDots in gemm_generic.go.
//
// Requires: NEON
//
// R1-R3 are rows of a, R4-R7 rows of b, V0-V11 the sums (V(4i+j)), V16-V18 a,
// V20-V23 b.
// Floor: 12 multiply-adds and 7 loads for 4 products of each.

// DOT adds the products of one row of a with all rows of b.
#define DOT(a, y0, y1, y2, y3) \
	VFMLA V20.S4, a.S4, y0.S4 \
	VFMLA V21.S4, a.S4, y1.S4 \
	VFMLA V22.S4, a.S4, y2.S4 \
	VFMLA V23.S4, a.S4, y3.S4

#define DOTS \
	DOT(V16, V0, V1, V2, V3)   \
	DOT(V17, V4, V5, V6, V7)   \
	DOT(V18, V8, V9, V10, V11)

// FOLD adds up the lanes of four sums into the four lanes of the first.
#define FOLD(y0, y1, y2, y3) \
	FADDP(y1, y0, y0) \
	FADDP(y3, y2, y2) \
	FADDP(y2, y0, y0)

TEXT ·dots3x4(SB), NOSPLIT, $0-8
	MOVD d+0(FP), R0
	MOVD (dots_a+0)(R0), R1
	MOVD (dots_a+8)(R0), R2
	MOVD (dots_a+16)(R0), R3
	MOVD (dots_b+0)(R0), R4
	MOVD (dots_b+8)(R0), R5
	MOVD (dots_b+16)(R0), R6
	MOVD (dots_b+24)(R0), R7
	MOVD dots_k(R0), R11
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
	CBZ  R11, rest

four:
	FMOVQ.P 16(R1), F16
	FMOVQ.P 16(R2), F17
	FMOVQ.P 16(R3), F18
	FMOVQ.P 16(R4), F20
	FMOVQ.P 16(R5), F21
	FMOVQ.P 16(R6), F22
	FMOVQ.P 16(R7), F23
	DOTS
	SUB     $1, R11
	CBNZ    R11, four

rest:
	CBZ     R12, fold
	FMOVS.P 4(R1), F16
	FMOVS.P 4(R2), F17
	FMOVS.P 4(R3), F18
	FMOVS.P 4(R4), F20
	FMOVS.P 4(R5), F21
	FMOVS.P 4(R6), F22
	FMOVS.P 4(R7), F23
	DOTS
	SUB     $1, R12
	B       rest

fold:
	FOLD(0, 1, 2, 3)
	FOLD(4, 5, 6, 7)
	FOLD(8, 9, 10, 11)
	FMOVQ F0, (dots_sum+0)(R0)
	FMOVQ F4, (dots_sum+16)(R0)
	FMOVQ F8, (dots_sum+32)(R0)
	RET
