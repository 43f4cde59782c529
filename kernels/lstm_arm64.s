//go:build !purego

#include "textflag.h"
#include "neon_arm64.h"
#include "exp_arm64.h"

// One row of LSTMForward and of LSTMBackward, 4 cells at a time. Go twins:
// lstm.go.
//
// Requires: NEON
//
// Limit: about 145 instructions and 5 divisions for 4 cells forward, 60 and one
// backward. The functions of one cell depend on each other, those of the next
// gate do not: a processor that reorders overlaps them.

// func lstmForwardVectors(gates *float32, stride int, cPrev, c, h *float32, n int)
//
// Gate j begins j·stride bytes after gates; n is a positive multiple of 4.
// R0-R3 are the gates i f g o, R4 cPrev, R5 c, R6 h, R7 cells left.
TEXT ·lstmForwardVectors(SB), NOSPLIT, $0-48
	MOVD gates+0(FP), R0
	MOVD stride+8(FP), R8
	MOVD cPrev+16(FP), R4
	MOVD c+24(FP), R5
	MOVD h+32(FP), R6
	MOVD n+40(FP), R7
	ADD  R8, R0, R1
	ADD  R8, R1, R2
	ADD  R8, R2, R3
	EXPCONSTANTS

loop:
	FMOVQ   (R0), F0
	SIGMOID
	VMOV    V0.B16, V4.B16      // i
	FMOVQ.P F0, 16(R0)
	FMOVQ   (R1), F0
	SIGMOID
	VMOV    V0.B16, V5.B16      // f
	FMOVQ.P F0, 16(R1)
	FMOVQ   (R2), F0
	TANH
	VMOV    V0.B16, V6.B16      // g
	FMOVQ.P F0, 16(R2)
	FMOVQ   (R3), F0
	SIGMOID
	VMOV    V0.B16, V7.B16      // o
	FMOVQ.P F0, 16(R3)
	FMOVQ.P 16(R4), F1
	FMUL(6, 4, 0)
	VFMLA   V1.S4, V5.S4, V0.S4 // c = f·cPrev + i·g
	FMOVQ.P F0, 16(R5)
	TANH
	FMUL(7, 0, 0)               // h = o·tanh(c)
	FMOVQ.P F0, 16(R6)
	SUB     $4, R7
	CBNZ    R7, loop
	RET

// func lstmBackwardVectors(gates *float32, stride int, cPrev, c, dh, dc, dgates *float32, n int)
//
// Strides and n as above. R0-R3 are the gates i f g o, R9-R12 dgates, R4 cPrev,
// R5 c, R6 dh, R8 dc, R7 cells left.
TEXT ·lstmBackwardVectors(SB), NOSPLIT, $0-64
	MOVD gates+0(FP), R0
	MOVD stride+8(FP), R13
	MOVD cPrev+16(FP), R4
	MOVD c+24(FP), R5
	MOVD dh+32(FP), R6
	MOVD dc+40(FP), R8
	MOVD dgates+48(FP), R9
	MOVD n+56(FP), R7
	ADD  R13, R0, R1
	ADD  R13, R1, R2
	ADD  R13, R2, R3
	ADD  R13, R9, R10
	ADD  R13, R10, R11
	ADD  R13, R11, R12
	EXPCONSTANTS

loop:
	FMOVQ.P 16(R5), F0
	TANH
	FMOVQ.P 16(R6), F1           // dh
	FMOVQ.P 16(R0), F4           // i
	FMOVQ.P 16(R1), F5           // f
	FMOVQ.P 16(R2), F6           // g
	FMOVQ.P 16(R3), F7           // o
	FMOVQ   (R8), F8             // dc
	FMOVQ.P 16(R4), F9           // cPrev
	FMUL(7, 1, 2)                // dh·o
	VMOV    V24.B16, V3.B16
	VFMLS   V0.S4, V0.S4, V3.S4  // 1 - tanh²
	VFMLA   V3.S4, V2.S4, V8.S4  // d = dc + dh·o·(1-tanh²)
	FMUL(5, 8, 3)
	FMOVQ.P F3, 16(R8)           // dc = d·f
	FMUL(0, 1, 1)                // dh·tanh
	FSUB(7, ONE, 10)
	FMUL(10, 7, 7)               // o(1-o)
	FMUL(1, 7, 7)
	FSUB(5, ONE, 10)
	FMUL(10, 5, 5)               // f(1-f)
	FMUL(9, 8, 9)                // d·cPrev
	FMUL(9, 5, 5)
	FSUB(4, ONE, 10)
	FMUL(10, 4, 10)              // i(1-i)
	FMUL(6, 8, 11)               // d·g
	FMUL(11, 10, 10)
	FMUL(4, 8, 8)                // d·i
	VMOV    V24.B16, V11.B16
	VFMLS   V6.S4, V6.S4, V11.S4 // 1 - g²
	FMUL(11, 8, 8)
	FMOVQ.P F10, 16(R9)
	FMOVQ.P F5, 16(R10)
	FMOVQ.P F8, 16(R11)
	FMOVQ.P F7, 16(R12)
	SUB     $4, R7
	CBNZ    R7, loop
	RET
