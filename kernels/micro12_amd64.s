//go:build !purego

#include "textflag.h"
#include "go_asm.h"
#include "micro_amd64.h"

// The tall tile of 8 columns: twice 6 rows. The second half reads at a fixed
// distance from the first, which is how 12 rows do with 6 address registers, and
// goes to a fixed distance from it. Go twin: the triple loops of conv_generic.go.
//
// Requires: AVX2, FMA
//
// R14 is the index of the second half.
// Limit: 12 multiply-adds a step (6 cycles) from 13 loads (6.5 cycles). Where the
// elements of a row are neighbours (a convolution forward), four of them are loaded at
// once for two of the rows and spread by shuffles, which have a unit that the
// multiply-adds leave free: 46 loads for 4 steps (23 of 24 cycles). On Zen 4 chains of
// 192 steps in the L1 cache went from 83 to 91 % of the FMA peak.

#define STEP12(row, y0, y1) \
	VBROADCASTSS (row)(AX*1), Y13  \
	VBROADCASTSS (row)(R14*1), Y14 \
	VFMADD231PS  Y12, Y13, y0      \
	VFMADD231PS  Y12, Y14, y1

// FAR12 is STEP12 a few bytes further on.
#define FAR12(at, row, y0, y1) \
	VBROADCASTSS at(row)(AX*1), Y15  \
	VFMADD231PS  Y12, Y15, y0        \
	VBROADCASTSS at(row)(R14*1), Y15 \
	VFMADD231PS  Y12, Y15, y1

// ONEOF4 is one of four steps, of which Y13 and Y14 have the elements of rows 0 and 6; at
// is its byte offset in the rows of a, lane chooses its element.
#define ONEOF4(at, lane) \
	VMOVUPS     (8*at)(SI), Y12 \
	VPERMILPS   $lane, Y13, Y15 \
	VFMADD231PS Y12, Y15, Y0    \
	VPERMILPS   $lane, Y14, Y15 \
	VFMADD231PS Y12, Y15, Y6    \
	FAR12(at, R9, Y1, Y7)       \
	FAR12(at, R10, Y2, Y8)      \
	FAR12(at, R11, Y3, Y9)      \
	FAR12(at, R12, Y4, Y10)     \
	FAR12(at, R13, Y5, Y11)

#define ADD(y, next) \
	VADDPS  (SI), y, y \
	VMOVUPS y, (SI)    \
	DECQ    CX         \
	JZ      next       \
	ADDQ    DX, SI

#define SET(y, next) \
	VMOVUPS y, (SI) \
	DECQ    CX      \
	JZ      next    \
	ADDQ    DX, SI

// SECOND goes on to the rows of the second half.
#define SECOND \
	MOVQ micro_c(DI), SI    \
	ADDQ micro_cfar(DI), SI \
	MOVQ micro_rows(DI), CX

// MAX0 is the ReLU; the order of the operands lets NaN and -0 pass.
#define MAX0(y) VMAXPS y, Y12, y

// func micro12x8(t *micro)
TEXT ·micro12x8(SB), NOSPLIT, $0-8
	MOVQ t+0(FP), DI

again:
	ROWS
	ROWS6
	FETCH
	MOVQ    micro_bias(DI), CX
	VXORPS  X0, X0, X0
	TESTQ   CX, CX
	JZ      spread
	VMOVUPS (CX), Y0

spread:
	VMOVAPS Y0, Y1
	VMOVAPS Y0, Y2
	VMOVAPS Y0, Y3
	VMOVAPS Y0, Y4
	VMOVAPS Y0, Y5
	VMOVAPS Y0, Y6
	VMOVAPS Y0, Y7
	VMOVAPS Y0, Y8
	VMOVAPS Y0, Y9
	VMOVAPS Y0, Y10
	VMOVAPS Y0, Y11
	START

run:
	MOVQ    micro_afar(DI), R14
	ADDQ    AX, R14
	CMPQ    BX, $4              // neighbours,
	JNE     step
	CMPQ    DX, $32             // a packed b,
	JNE     step
	TESTQ   $3, CX              // and whole quads
	JNZ     step
	PCALIGN $32

quad:
	VBROADCASTF128 (R8)(AX*1), Y13
	VBROADCASTF128 (R8)(R14*1), Y14
	ONEOF4(0, 0x00)
	ONEOF4(4, 0x55)
	ONEOF4(8, 0xAA)
	ONEOF4(12, 0xFF)
	ADDQ           $16, AX
	ADDQ           $16, R14
	ADDQ           $128, SI
	SUBQ           $4, CX
	JNZ            quad
	NEXT(out)
	JMP            run
	PCALIGN $32

step:
	VMOVUPS (SI), Y12
	STEP12(R8, Y0, Y6)
	STEP12(R9, Y1, Y7)
	STEP12(R10, Y2, Y8)
	STEP12(R11, Y3, Y9)
	STEP12(R12, Y4, Y10)
	STEP12(R13, Y5, Y11)
	ADDQ    BX, AX
	ADDQ    BX, R14
	ADDQ    DX, SI
	DECQ    CX
	JNZ     step
	NEXT(out)
	JMP     run

out:
	OUTPUT
	CMPQ   micro_relu(DI), $0
	JEQ    write
	VXORPS X12, X12, X12
	MAX0(Y0)
	MAX0(Y1)
	MAX0(Y2)
	MAX0(Y3)
	MAX0(Y4)
	MAX0(Y5)
	MAX0(Y6)
	MAX0(Y7)
	MAX0(Y8)
	MAX0(Y9)
	MAX0(Y10)
	MAX0(Y11)

write:
	CMPQ micro_accumulate(DI), $0
	JEQ  set
	ADD(Y0, second)
	ADD(Y1, second)
	ADD(Y2, second)
	ADD(Y3, second)
	ADD(Y4, second)
	ADD(Y5, second)

second:
	SECOND
	ADD(Y6, done)
	ADD(Y7, done)
	ADD(Y8, done)
	ADD(Y9, done)
	ADD(Y10, done)
	ADD(Y11, done)

set:
	SET(Y0, other)
	SET(Y1, other)
	SET(Y2, other)
	SET(Y3, other)
	SET(Y4, other)
	SET(Y5, other)

other:
	SECOND
	SET(Y6, done)
	SET(Y7, done)
	SET(Y8, done)
	SET(Y9, done)
	SET(Y10, done)
	SET(Y11, done)

done:
	AGAIN

end:
	VZEROUPPER
	RET
