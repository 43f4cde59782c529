//go:build !purego

#include "textflag.h"

// Copies into panels of 8 columns. Go twins: the formulas above pack and
// packTransposed in pack_arm64.go. Strides are in bytes.
//
// Requires: NEON

// func pack8NEON(dst, src *float32, ldsrc, rows int)
//
//	dst[p*8+j] = src[p*ldsrc+j]     p<rows, j<8
//
// Limit: a load pair and a store pair for 8 floats, or the cache that src comes
// from.
TEXT ·pack8NEON(SB), NOSPLIT, $0-32
	MOVD dst+0(FP), R0
	MOVD src+8(FP), R1
	MOVD ldsrc+16(FP), R2
	MOVD rows+24(FP), R3

row:
	FLDPQ   (R1), (F0, F1)
	ADD     R2, R1
	FSTPQ.P (F0, F1), 32(R0)
	SUB     $1, R3
	CBNZ    R3, row
	RET

// TRANSPOSE4 makes columns of four rows of four: t0-t3 from r0-r3.
#define TRANSPOSE4(r0, r1, r2, r3, t0, t1, t2, t3) \
	VZIP1 r2.S4, r0.S4, t0.S4 \
	VZIP2 r2.S4, r0.S4, t1.S4 \
	VZIP1 r3.S4, r1.S4, t2.S4 \
	VZIP2 r3.S4, r1.S4, t3.S4 \
	VZIP1 t2.S4, t0.S4, r0.S4 \
	VZIP2 t2.S4, t0.S4, r1.S4 \
	VZIP1 t3.S4, t1.S4, r2.S4 \
	VZIP2 t3.S4, t1.S4, r3.S4

// func transpose8NEON(dst, src *float32, ldsrc, blocks int)
//
//	dst[p*8+j] = src[j*ldsrc+p]     j<8, p<4·blocks
//
// R1-R8 are the rows of src; 8 by 4 elements a turn, the halves V0-V3 and V4-V7
// of each row of dst. Limit: 8 loads, 16 shuffles and 4 store pairs for 32
// elements.
TEXT ·transpose8NEON(SB), NOSPLIT, $0-32
	MOVD dst+0(FP), R0
	MOVD src+8(FP), R1
	MOVD ldsrc+16(FP), R9
	MOVD blocks+24(FP), R10
	ADD  R9, R1, R2
	ADD  R9, R2, R3
	ADD  R9, R3, R4
	ADD  R9, R4, R5
	ADD  R9, R5, R6
	ADD  R9, R6, R7
	ADD  R9, R7, R8

block:
	FMOVQ.P 16(R1), F0
	FMOVQ.P 16(R2), F1
	FMOVQ.P 16(R3), F2
	FMOVQ.P 16(R4), F3
	FMOVQ.P 16(R5), F4
	FMOVQ.P 16(R6), F5
	FMOVQ.P 16(R7), F6
	FMOVQ.P 16(R8), F7
	TRANSPOSE4(V0, V1, V2, V3, V16, V17, V18, V19)
	TRANSPOSE4(V4, V5, V6, V7, V20, V21, V22, V23)
	FSTPQ.P (F0, F4), 32(R0)
	FSTPQ.P (F1, F5), 32(R0)
	FSTPQ.P (F2, F6), 32(R0)
	FSTPQ.P (F3, F7), 32(R0)
	SUB     $1, R10
	CBNZ    R10, block
	RET
