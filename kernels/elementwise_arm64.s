//go:build !purego

#include "textflag.h"
#include "neon_arm64.h"

// Kernels that pass once over their slices: 8 floats a turn, then one at a time
// with the same instructions in the lowest lane, so that every element meets
// the same arithmetic wherever it stands. Go twins: elementwise_generic.go.
//
// Requires: NEON
//
// Registers
//	R0      output
//	R1, R2  inputs
//	R3      floats, then turns left
//	R4      floats left after the turns
//
// Limit: for 8 floats one or two load pairs and one store pair, or the memory.

// func reluNEON(y, x *float32, n int)
TEXT ·reluNEON(SB), NOSPLIT, $0-24
	MOVD y+0(FP), R0
	MOVD x+8(FP), R1
	MOVD n+16(FP), R3
	VEOR V31.B16, V31.B16, V31.B16
	LENGTH
	CBZ  R3, tail

loop:
	FLDPQ.P 32(R1), (F0, F1)
	CLIP(0, V0, 1, V1)
	FSTPQ.P (F0, F1), 32(R0)
	SUB     $1, R3
	CBNZ    R3, loop

tail:
	CBZ     R4, done
	FMOVS.P 4(R1), F0
	CLIP(0, V0, 0, V0)
	FMOVS.P F0, 4(R0)
	SUB     $1, R4
	B       tail

done:
	RET

// func reluGradNEON(dx, dy, y *float32, n int)
TEXT ·reluGradNEON(SB), NOSPLIT, $0-32
	MOVD dx+0(FP), R0
	MOVD dy+8(FP), R1
	MOVD y+16(FP), R2
	MOVD n+24(FP), R3
	VEOR V31.B16, V31.B16, V31.B16
	LENGTH
	CBZ  R3, tail

loop:
	FLDPQ.P 32(R1), (F0, F1)
	FLDPQ.P 32(R2), (F2, F3)
	FCMGT(31, 2, 2)                // y > 0
	FCMGT(31, 3, 3)
	VAND    V2.B16, V0.B16, V0.B16
	VAND    V3.B16, V1.B16, V1.B16
	FSTPQ.P (F0, F1), 32(R0)
	SUB     $1, R3
	CBNZ    R3, loop

tail:
	CBZ     R4, done
	FMOVS.P 4(R1), F0
	FMOVS.P 4(R2), F2
	FCMGT(31, 2, 2)
	VAND    V2.B16, V0.B16, V0.B16
	FMOVS.P F0, 4(R0)
	SUB     $1, R4
	B       tail

done:
	RET

// ADDPAIR adds 8 floats of a row, at off in it, to two sums.
#define ADDPAIR(off, y0, y1) \
	FLDPQ off(R1), (F16, F17) \
	FADD(16, y0, y0)          \
	FADD(17, y1, y1)

// func sumRows64NEON(x *float32, ldx, m int, sum *float32)
//
// 64 columns in V0-V15. R5 is ldx in bytes, R0 the sums.
TEXT ·sumRows64NEON(SB), NOSPLIT, $0-32
	MOVD  x+0(FP), R1
	MOVD  ldx+8(FP), R5
	MOVD  m+16(FP), R3
	MOVD  sum+24(FP), R0
	FLDPQ (R0), (F0, F1)
	FLDPQ 32(R0), (F2, F3)
	FLDPQ 64(R0), (F4, F5)
	FLDPQ 96(R0), (F6, F7)
	FLDPQ 128(R0), (F8, F9)
	FLDPQ 160(R0), (F10, F11)
	FLDPQ 192(R0), (F12, F13)
	FLDPQ 224(R0), (F14, F15)

row:
	ADDPAIR(0, 0, 1)
	ADDPAIR(32, 2, 3)
	ADDPAIR(64, 4, 5)
	ADDPAIR(96, 6, 7)
	ADDPAIR(128, 8, 9)
	ADDPAIR(160, 10, 11)
	ADDPAIR(192, 12, 13)
	ADDPAIR(224, 14, 15)
	ADD  R5, R1
	SUB  $1, R3
	CBNZ R3, row

	FSTPQ (F0, F1), (R0)
	FSTPQ (F2, F3), 32(R0)
	FSTPQ (F4, F5), 64(R0)
	FSTPQ (F6, F7), 96(R0)
	FSTPQ (F8, F9), 128(R0)
	FSTPQ (F10, F11), 160(R0)
	FSTPQ (F12, F13), 192(R0)
	FSTPQ (F14, F15), 224(R0)
	RET

// func sumRows4NEON(x *float32, ldx, m int, sum *float32)
//
// 4 columns, for what 64 leave.
TEXT ·sumRows4NEON(SB), NOSPLIT, $0-32
	MOVD  x+0(FP), R1
	MOVD  ldx+8(FP), R5
	MOVD  m+16(FP), R3
	MOVD  sum+24(FP), R0
	FMOVQ (R0), F0

row:
	FMOVQ (R1), F16
	FADD(16, 0, 0)
	ADD   R5, R1
	SUB   $1, R3
	CBNZ  R3, row
	FMOVQ F0, (R0)
	RET

// func sumRows1NEON(x *float32, ldx, m int, sum *float32)
TEXT ·sumRows1NEON(SB), NOSPLIT, $0-32
	MOVD  x+0(FP), R1
	MOVD  ldx+8(FP), R5
	MOVD  m+16(FP), R3
	MOVD  sum+24(FP), R0
	FMOVS (R0), F0

row:
	FMOVS (R1), F16
	FADDS F16, F0, F0
	ADD   R5, R1
	SUB   $1, R3
	CBNZ  R3, row
	FMOVS F0, (R0)
	RET

// func normalizeNEON(dst *float32, src *uint8, turns int, mean, inverse *float32, period int)
//
//	dst[i] = (src[i] - mean[i mod period]) * inverse[i mod period]     i < turns·period
//
// period is a multiple of 8. R5 and R6 walk over the patterns, R7 counts the
// vectors of one turn. Limit: 17 instructions for 8 bytes.
TEXT ·normalizeNEON(SB), NOSPLIT, $0-48
	MOVD dst+0(FP), R0
	MOVD src+8(FP), R1
	MOVD turns+16(FP), R3
	MOVD period+40(FP), R8
	LSR  $3, R8, R8

turn:
	MOVD mean+24(FP), R5
	MOVD inverse+32(FP), R6
	MOVD R8, R7

loop:
	FMOVD.P 8(R1), F0
	VUXTL   V0.B8, V0.H8
	VUXTL2  V0.H8, V1.S4
	VUXTL   V0.H4, V0.S4
	UCVTF(0, 0)
	UCVTF(1, 1)
	FLDPQ.P 32(R5), (F2, F3)
	FLDPQ.P 32(R6), (F4, F5)
	FSUB(2, 0, 0)
	FSUB(3, 1, 1)
	FMUL(4, 0, 0)
	FMUL(5, 1, 1)
	FSTPQ.P (F0, F1), 32(R0)
	SUB     $1, R7
	CBNZ    R7, loop
	SUB     $1, R3
	CBNZ    R3, turn
	RET
