//go:build !purego

#include "textflag.h"
#include "go_asm.h"
#include "neon_arm64.h"

// The two 8x8 tiles. Go twin: the triple loops of gemm_generic.go and
// conv_generic.go.
//
// Requires: NEON
//
// Registers
//	R0       the tile
//	V0-V15   the sums: row q in V(2q) and V(2q+1)
//	V16-V23  rows of b
//	V24-V31  elements of a
//	R9 R10   row of b, its step
//	R15 R16  offsets of the rows in a and in c
//	R17      tiles left
//
// Floor: 16 multiply-adds a step, 8 cycles with two 128-bit units, 16 with one.
// Beside them microRowMajor has, for 4 steps, 12 loads (a quarter of its 84
// instructions is not multiply-add) and microKMajor 2 loads a step (a fifth).

// TABLES points at the offsets of the first tile.
#define TABLES \
	MOVD micro_first(R0), R20  \
	ADD  R20<<3, R0, R16       \
	ADD  $micro_aoff, R16, R15 \
	ADD  $micro_coff, R16, R16 \
	MOVD micro_times(R0), R17  \
	MOVD micro_bstep(R0), R10

// SPREAD copies the first row to all others.
#define SPREAD \
	VMOV V0.B16, V2.B16  \
	VMOV V1.B16, V3.B16  \
	VMOV V0.B16, V4.B16  \
	VMOV V1.B16, V5.B16  \
	VMOV V0.B16, V6.B16  \
	VMOV V1.B16, V7.B16  \
	VMOV V0.B16, V8.B16  \
	VMOV V1.B16, V9.B16  \
	VMOV V0.B16, V10.B16 \
	VMOV V1.B16, V11.B16 \
	VMOV V0.B16, V12.B16 \
	VMOV V1.B16, V13.B16 \
	VMOV V0.B16, V14.B16 \
	VMOV V1.B16, V15.B16

// ALONG adds the products of one step: row q of the tile gets element i of
// V(24+q) times the row b0 b1 of b.
#define ALONG(i, b0, b1) \
	FMLAE(24, i, b0, 0)  \
	FMLAE(24, i, b1, 1)  \
	FMLAE(25, i, b0, 2)  \
	FMLAE(25, i, b1, 3)  \
	FMLAE(26, i, b0, 4)  \
	FMLAE(26, i, b1, 5)  \
	FMLAE(27, i, b0, 6)  \
	FMLAE(27, i, b1, 7)  \
	FMLAE(28, i, b0, 8)  \
	FMLAE(28, i, b1, 9)  \
	FMLAE(29, i, b0, 10) \
	FMLAE(29, i, b1, 11) \
	FMLAE(30, i, b0, 12) \
	FMLAE(30, i, b1, 13) \
	FMLAE(31, i, b0, 14) \
	FMLAE(31, i, b1, 15)

// ACROSS does so where a0 and a1 hold the elements of rows 0-3 and 4-7.
#define ACROSS(a0, a1, b0, b1) \
	FMLAE(a0, 0, b0, 0)  \
	FMLAE(a0, 0, b1, 1)  \
	FMLAE(a0, 1, b0, 2)  \
	FMLAE(a0, 1, b1, 3)  \
	FMLAE(a0, 2, b0, 4)  \
	FMLAE(a0, 2, b1, 5)  \
	FMLAE(a0, 3, b0, 6)  \
	FMLAE(a0, 3, b1, 7)  \
	FMLAE(a1, 0, b0, 8)  \
	FMLAE(a1, 0, b1, 9)  \
	FMLAE(a1, 1, b0, 10) \
	FMLAE(a1, 1, b1, 11) \
	FMLAE(a1, 2, b0, 12) \
	FMLAE(a1, 2, b1, 13) \
	FMLAE(a1, 3, b0, 14) \
	FMLAE(a1, 3, b1, 15)

// RELU clips all sums at 0. The elements of a are no longer needed.
#define RELU \
	VEOR V31.B16, V31.B16, V31.B16 \
	CLIP(0, V0, 1, V1)             \
	CLIP(2, V2, 3, V3)             \
	CLIP(4, V4, 5, V5)             \
	CLIP(6, V6, 7, V7)             \
	CLIP(8, V8, 9, V9)             \
	CLIP(10, V10, 11, V11)         \
	CLIP(12, V12, 13, V13)         \
	CLIP(14, V14, 15, V15)

// ADDROW writes a row: c += tile. Rows may overlap, so each is read after the
// one before is written.
#define ADDROW(n0, f0, n1, f1) \
	MOVD.P 8(R16), R20       \
	ADD    R19, R20          \
	FLDPQ  (R20), (F16, F17) \
	FADD(16, n0, n0)         \
	FADD(17, n1, n1)         \
	FSTPQ  (f0, f1), (R20)

// SETROW writes a row: c = tile.
#define SETROW(f0, f1) \
	MOVD.P 8(R16), R20     \
	ADD    R19, R20        \
	FSTPQ  (f0, f1), (R20)

// SETALL and ADDALL write all rows to c, KEEP writes them to t.out.
#define SETALL \
	MOVD micro_c(R0), R19 \
	SETROW(F0, F1)        \
	SETROW(F2, F3)        \
	SETROW(F4, F5)        \
	SETROW(F6, F7)        \
	SETROW(F8, F9)        \
	SETROW(F10, F11)      \
	SETROW(F12, F13)      \
	SETROW(F14, F15)

#define ADDALL \
	MOVD micro_c(R0), R19    \
	ADDROW(0, F0, 1, F1)     \
	ADDROW(2, F2, 3, F3)     \
	ADDROW(4, F4, 5, F5)     \
	ADDROW(6, F6, 7, F7)     \
	ADDROW(8, F8, 9, F9)     \
	ADDROW(10, F10, 11, F11) \
	ADDROW(12, F12, 13, F13) \
	ADDROW(14, F14, 15, F15)

#define KEEP \
	ADD     $micro_out, R0, R19 \
	FSTPQ.P (F0, F1), 32(R19)   \
	FSTPQ.P (F2, F3), 32(R19)   \
	FSTPQ.P (F4, F5), 32(R19)   \
	FSTPQ.P (F6, F7), 32(R19)   \
	FSTPQ.P (F8, F9), 32(R19)   \
	FSTPQ.P (F10, F11), 32(R19) \
	FSTPQ.P (F12, F13), 32(R19) \
	FSTPQ.P (F14, F15), 32(R19)

// func microRowMajor(t *micro)
//
// Every row of a has its own address, R1-R8, and its elements follow each
// other: 4 steps at a time, each with another lane of V24-V31.
TEXT ·microRowMajor(SB), NOSPLIT, $0-8
	MOVD t+0(FP), R0
	TABLES
	MOVD micro_run(R0), R22
	AND  $3, R22, R23
	LSR  $2, R22, R22
	MOVD micro_askip(R0), R14

tile:
	MOVD  micro_a(R0), R20
	LDP.P 16(R15), (R1, R2)
	LDP.P 16(R15), (R3, R4)
	LDP.P 16(R15), (R5, R6)
	LDP.P 16(R15), (R7, R8)
	ADD   R20, R1
	ADD   R20, R2
	ADD   R20, R3
	ADD   R20, R4
	ADD   R20, R5
	ADD   R20, R6
	ADD   R20, R7
	ADD   R20, R8
	MOVD  micro_b(R0), R9
	MOVD  micro_runs(R0), R13
	VEOR  V0.B16, V0.B16, V0.B16
	VEOR  V1.B16, V1.B16, V1.B16
	MOVD  micro_bias(R0), R20
	CBZ   R20, spread
	FLDPQ (R20), (F0, F1)

spread:
	SPREAD

run:
	MOVD R22, R11
	MOVD R23, R12
	CBZ  R11, rest

four:
	FMOVQ.P 16(R1), F24
	FMOVQ.P 16(R2), F25
	FMOVQ.P 16(R3), F26
	FMOVQ.P 16(R4), F27
	FMOVQ.P 16(R5), F28
	FMOVQ.P 16(R6), F29
	FMOVQ.P 16(R7), F30
	FMOVQ.P 16(R8), F31
	FLDPQ   (R9), (F16, F17)
	ADD     R10, R9
	FLDPQ   (R9), (F18, F19)
	ADD     R10, R9
	ALONG(0, 16, 17)
	FLDPQ   (R9), (F20, F21)
	ADD     R10, R9
	ALONG(1, 18, 19)
	FLDPQ   (R9), (F22, F23)
	ADD     R10, R9
	ALONG(2, 20, 21)
	ALONG(3, 22, 23)
	SUB     $1, R11
	CBNZ    R11, four

rest:
	CBZ     R12, ran
	FMOVS.P 4(R1), F24
	FMOVS.P 4(R2), F25
	FMOVS.P 4(R3), F26
	FMOVS.P 4(R4), F27
	FMOVS.P 4(R5), F28
	FMOVS.P 4(R6), F29
	FMOVS.P 4(R7), F30
	FMOVS.P 4(R8), F31
	FLDPQ   (R9), (F16, F17)
	ADD     R10, R9
	ALONG(0, 16, 17)
	SUB     $1, R12
	B       rest

ran:
	SUB $1, R13
	CBZ R13, write
	ADD R14, R1
	ADD R14, R2
	ADD R14, R3
	ADD R14, R4
	ADD R14, R5
	ADD R14, R6
	ADD R14, R7
	ADD R14, R8
	B   run

write:
	MOVD micro_relu(R0), R20
	CBZ  R20, place
	RELU

place:
	MOVD micro_keep(R0), R20
	CBNZ R20, keep
	MOVD micro_accumulate(R0), R20
	CBNZ R20, add
	SETALL
	B    next

add:
	ADDALL

next:
	SUB  $1, R17
	CBNZ R17, tile
	RET

keep:
	KEEP
	RET

// func microKMajor(t *micro)
//
// The 8 elements of a step lie side by side: R1 walks over them with step R2,
// R3 and R4 are its jumps after a run and after a turn of the outer loop.
TEXT ·microKMajor(SB), NOSPLIT, $0-8
	MOVD t+0(FP), R0
	TABLES
	MOVD micro_astep(R0), R2
	MOVD micro_askip(R0), R3
	MOVD micro_aouter(R0), R4

tile:
	MOVD.P 64(R15), R1
	MOVD   micro_a(R0), R20
	ADD    R20, R1
	MOVD   micro_b(R0), R9
	MOVD   micro_outer(R0), R14
	VEOR   V0.B16, V0.B16, V0.B16
	VEOR   V1.B16, V1.B16, V1.B16
	SPREAD

outer:
	MOVD micro_runs(R0), R13

run:
	MOVD  micro_run(R0), R11
	TBZ   $0, R11, two
	FLDPQ (R1), (F24, F25)
	ADD   R2, R1
	FLDPQ (R9), (F16, F17)
	ADD   R10, R9
	ACROSS(24, 25, 16, 17)
	SUBS  $1, R11
	BEQ   ran

two:
	FLDPQ (R1), (F24, F25)
	ADD   R2, R1
	FLDPQ (R9), (F16, F17)
	ADD   R10, R9
	FLDPQ (R1), (F26, F27)
	ADD   R2, R1
	FLDPQ (R9), (F18, F19)
	ADD   R10, R9
	ACROSS(24, 25, 16, 17)
	ACROSS(26, 27, 18, 19)
	SUBS  $2, R11
	BNE   two

ran:
	ADD  R3, R1
	SUB  $1, R13
	CBNZ R13, run
	ADD  R4, R1
	SUB  $1, R14
	CBNZ R14, outer

	MOVD micro_keep(R0), R20
	CBNZ R20, keep
	MOVD micro_accumulate(R0), R20
	CBNZ R20, add
	SETALL
	B    next

add:
	ADDALL

next:
	SUB  $1, R17
	CBNZ R17, tile
	RET

keep:
	KEEP
	RET
