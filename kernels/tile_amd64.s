//go:build !purego

#include "textflag.h"
#include "go_asm.h"

// The three tiles. Go twin: the triple loops of gemm_generic.go and
// conv_generic.go.
//
// Requires: AVX2, FMA
//
// Registers
//	DI          the tile
//	AX BX       index into the rows of a, its step
//	SI DX       row of b, its step
//	CX          steps left in the run
//	R8-R13(R15) rows of a
//
// Limit: the two FMA units. 6x16 makes 12 multiply-adds a step (6 cycles) from
// 8 loads; 4x16 8 (4 cycles, just the latency of an addition) from 6 loads; 8x8
// 8 from 9 loads (4.5 cycles).

// ROWS loads the addresses of rows 0 to 3, and the walk through a and b.
#define ROWS \
	MOVQ tile_a(DI), AX         \
	MOVQ (tile_off+0)(DI), R8   \
	MOVQ (tile_off+8)(DI), R9   \
	MOVQ (tile_off+16)(DI), R10 \
	MOVQ (tile_off+24)(DI), R11 \
	ADDQ AX, R8                 \
	ADDQ AX, R9                 \
	ADDQ AX, R10                \
	ADDQ AX, R11                \
	MOVQ tile_b(DI), SI         \
	MOVQ tile_astep(DI), BX     \
	MOVQ tile_bstep(DI), DX     \
	MOVQ tile_outer(DI), CX     \
	MOVQ CX, tile_outerLeft(DI) \
	MOVQ tile_bias(DI), CX

// AGAIN goes on to the next tile of the series, if there is one.
#define AGAIN \
	DECQ tile_times(DI)     \
	JZ   end                \
	MOVQ tile_anext(DI), AX \
	MOVQ tile_cnext(DI), CX \
	ADDQ AX, tile_a(DI)     \
	ADDQ CX, tile_c(DI)     \
	JMP  again

// OUTPUT loads where the rows go: SI address, DX distance, CX rows left.
#define OUTPUT \
	MOVQ tile_c(DI), SI    \
	MOVQ tile_ldc(DI), DX  \
	MOVQ tile_rows(DI), CX

// STEP2 adds one element of a row of a times Y12, Y13 to a row of the tile.
#define STEP2(row, tmp, y0, y1) \
	VBROADCASTSS (row)(AX*1), tmp \
	VFMADD231PS  Y12, tmp, y0     \
	VFMADD231PS  Y13, tmp, y1

// STEP1 is STEP2 for a row of 8.
#define STEP1(row, tmp, y0) \
	VBROADCASTSS (row)(AX*1), tmp \
	VFMADD231PS  Y8, tmp, y0

// ADD2 writes a row: c += tile.
#define ADD2(y0, y1) \
	VADDPS  (SI), y0, y0   \
	VADDPS  32(SI), y1, y1 \
	VMOVUPS y0, (SI)       \
	VMOVUPS y1, 32(SI)     \
	DECQ    CX             \
	JZ      done           \
	ADDQ    DX, SI

// SET2 writes a row: c = tile.
#define SET2(y0, y1) \
	VMOVUPS y0, (SI)   \
	VMOVUPS y1, 32(SI) \
	DECQ    CX         \
	JZ      done       \
	ADDQ    DX, SI

// MASKADD2 and MASKSET2 do so for the columns 8 and up that Y13 has.
#define MASKADD2(y0, y1) \
	VADDPS     (SI), y0, y0     \
	VMASKMOVPS 32(SI), Y13, Y15 \
	VADDPS     Y15, y1, y1      \
	VMOVUPS    y0, (SI)         \
	VMASKMOVPS y1, Y13, 32(SI)  \
	DECQ       CX               \
	JZ         done             \
	ADDQ       DX, SI

#define MASKSET2(y0, y1) \
	VMOVUPS    y0, (SI)        \
	VMASKMOVPS y1, Y13, 32(SI) \
	DECQ       CX              \
	JZ         done            \
	ADDQ       DX, SI

#define ADD1(y0) \
	VADDPS  (SI), y0, y0 \
	VMOVUPS y0, (SI)     \
	DECQ    CX           \
	JZ      done         \
	ADDQ    DX, SI

#define SET1(y0) \
	VMOVUPS y0, (SI) \
	DECQ    CX       \
	JZ      done     \
	ADDQ    DX, SI

#define MASKADD1(y0) \
	VMASKMOVPS (SI), Y8, Y9 \
	VADDPS     Y9, y0, y0   \
	VMASKMOVPS y0, Y8, (SI) \
	DECQ       CX           \
	JZ         done         \
	ADDQ       DX, SI

#define MASKSET1(y0) \
	VMASKMOVPS y0, Y8, (SI) \
	DECQ       CX           \
	JZ         done         \
	ADDQ       DX, SI

// MAX0 is the ReLU; the order of the operands lets NaN and -0 pass.
#define MAX0(y, zero) VMAXPS y, zero, y

// func tile6x16(t *tile)
TEXT ·tile6x16(SB), NOSPLIT, $0-8
	MOVQ t+0(FP), DI

again:
	ROWS
	MOVQ    (tile_off+32)(DI), R12
	MOVQ    (tile_off+40)(DI), R13
	ADDQ    AX, R12
	ADDQ    AX, R13
	VXORPS  X0, X0, X0
	VXORPS  X1, X1, X1
	TESTQ   CX, CX
	JZ      spread
	VMOVUPS (CX), Y0
	VMOVUPS 32(CX), Y1

spread:
	VMOVAPS Y0, Y2
	VMOVAPS Y1, Y3
	VMOVAPS Y0, Y4
	VMOVAPS Y1, Y5
	VMOVAPS Y0, Y6
	VMOVAPS Y1, Y7
	VMOVAPS Y0, Y8
	VMOVAPS Y1, Y9
	VMOVAPS Y0, Y10
	VMOVAPS Y1, Y11
	XORL    AX, AX

outer:
	MOVQ tile_runs(DI), CX
	MOVQ CX, tile_runsLeft(DI)

run:
	MOVQ    tile_run(DI), CX
	PCALIGN $32

step:
	VMOVUPS (SI), Y12
	VMOVUPS 32(SI), Y13
	STEP2(R8, Y14, Y0, Y1)
	STEP2(R9, Y15, Y2, Y3)
	STEP2(R10, Y14, Y4, Y5)
	STEP2(R11, Y15, Y6, Y7)
	STEP2(R12, Y14, Y8, Y9)
	STEP2(R13, Y15, Y10, Y11)
	ADDQ    BX, AX
	ADDQ    DX, SI
	DECQ    CX
	JNZ     step

	ADDQ tile_askip(DI), AX
	DECQ tile_runsLeft(DI)
	JNZ  run
	ADDQ tile_aouter(DI), AX
	DECQ tile_outerLeft(DI)
	JNZ  outer

	OUTPUT
	CMPQ   tile_relu(DI), $0
	JEQ    write
	VXORPS X12, X12, X12
	MAX0(Y0, Y12)
	MAX0(Y1, Y12)
	MAX0(Y2, Y12)
	MAX0(Y3, Y12)
	MAX0(Y4, Y12)
	MAX0(Y5, Y12)
	MAX0(Y6, Y12)
	MAX0(Y7, Y12)
	MAX0(Y8, Y12)
	MAX0(Y9, Y12)
	MAX0(Y10, Y12)
	MAX0(Y11, Y12)

write:
	MOVQ  tile_mask(DI), R8
	CMPQ  tile_accumulate(DI), $0
	JEQ   set
	TESTQ R8, R8
	JNZ   maskadd
	ADD2(Y0, Y1)
	ADD2(Y2, Y3)
	ADD2(Y4, Y5)
	ADD2(Y6, Y7)
	ADD2(Y8, Y9)
	ADD2(Y10, Y11)

set:
	TESTQ R8, R8
	JNZ   maskset
	SET2(Y0, Y1)
	SET2(Y2, Y3)
	SET2(Y4, Y5)
	SET2(Y6, Y7)
	SET2(Y8, Y9)
	SET2(Y10, Y11)

maskadd:
	VMOVUPS (R8), Y13
	MASKADD2(Y0, Y1)
	MASKADD2(Y2, Y3)
	MASKADD2(Y4, Y5)
	MASKADD2(Y6, Y7)
	MASKADD2(Y8, Y9)
	MASKADD2(Y10, Y11)

maskset:
	VMOVUPS (R8), Y13
	MASKSET2(Y0, Y1)
	MASKSET2(Y2, Y3)
	MASKSET2(Y4, Y5)
	MASKSET2(Y6, Y7)
	MASKSET2(Y8, Y9)
	MASKSET2(Y10, Y11)

done:
	AGAIN

end:
	VZEROUPPER
	RET

// func tile4x16(t *tile)
TEXT ·tile4x16(SB), NOSPLIT, $0-8
	MOVQ t+0(FP), DI

again:
	ROWS
	VXORPS  X0, X0, X0
	VXORPS  X1, X1, X1
	TESTQ   CX, CX
	JZ      spread
	VMOVUPS (CX), Y0
	VMOVUPS 32(CX), Y1

spread:
	VMOVAPS Y0, Y2
	VMOVAPS Y1, Y3
	VMOVAPS Y0, Y4
	VMOVAPS Y1, Y5
	VMOVAPS Y0, Y6
	VMOVAPS Y1, Y7
	XORL    AX, AX

outer:
	MOVQ tile_runs(DI), CX
	MOVQ CX, tile_runsLeft(DI)

run:
	MOVQ    tile_run(DI), CX
	PCALIGN $32

step:
	VMOVUPS (SI), Y12
	VMOVUPS 32(SI), Y13
	STEP2(R8, Y14, Y0, Y1)
	STEP2(R9, Y15, Y2, Y3)
	STEP2(R10, Y14, Y4, Y5)
	STEP2(R11, Y15, Y6, Y7)
	ADDQ    BX, AX
	ADDQ    DX, SI
	DECQ    CX
	JNZ     step

	ADDQ tile_askip(DI), AX
	DECQ tile_runsLeft(DI)
	JNZ  run
	ADDQ tile_aouter(DI), AX
	DECQ tile_outerLeft(DI)
	JNZ  outer

	OUTPUT
	CMPQ   tile_relu(DI), $0
	JEQ    write
	VXORPS X12, X12, X12
	MAX0(Y0, Y12)
	MAX0(Y1, Y12)
	MAX0(Y2, Y12)
	MAX0(Y3, Y12)
	MAX0(Y4, Y12)
	MAX0(Y5, Y12)
	MAX0(Y6, Y12)
	MAX0(Y7, Y12)

write:
	MOVQ  tile_mask(DI), R8
	CMPQ  tile_accumulate(DI), $0
	JEQ   set
	TESTQ R8, R8
	JNZ   maskadd
	ADD2(Y0, Y1)
	ADD2(Y2, Y3)
	ADD2(Y4, Y5)
	ADD2(Y6, Y7)

set:
	TESTQ R8, R8
	JNZ   maskset
	SET2(Y0, Y1)
	SET2(Y2, Y3)
	SET2(Y4, Y5)
	SET2(Y6, Y7)

maskadd:
	VMOVUPS (R8), Y13
	MASKADD2(Y0, Y1)
	MASKADD2(Y2, Y3)
	MASKADD2(Y4, Y5)
	MASKADD2(Y6, Y7)

maskset:
	VMOVUPS (R8), Y13
	MASKSET2(Y0, Y1)
	MASKSET2(Y2, Y3)
	MASKSET2(Y4, Y5)
	MASKSET2(Y6, Y7)

done:
	AGAIN

end:
	VZEROUPPER
	RET

// func tile8x8(t *tile)
TEXT ·tile8x8(SB), NOSPLIT, $0-8
	MOVQ t+0(FP), DI

again:
	ROWS
	MOVQ    (tile_off+32)(DI), R12
	MOVQ    (tile_off+40)(DI), R13
	MOVQ    (tile_off+48)(DI), R14
	MOVQ    (tile_off+56)(DI), R15
	ADDQ    AX, R12
	ADDQ    AX, R13
	ADDQ    AX, R14
	ADDQ    AX, R15
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
	XORL    AX, AX

outer:
	MOVQ tile_runs(DI), CX
	MOVQ CX, tile_runsLeft(DI)

run:
	MOVQ    tile_run(DI), CX
	PCALIGN $32

step:
	VMOVUPS (SI), Y8
	STEP1(R8, Y9, Y0)
	STEP1(R9, Y10, Y1)
	STEP1(R10, Y11, Y2)
	STEP1(R11, Y12, Y3)
	STEP1(R12, Y13, Y4)
	STEP1(R13, Y14, Y5)
	STEP1(R14, Y15, Y6)
	STEP1(R15, Y9, Y7)
	ADDQ    BX, AX
	ADDQ    DX, SI
	DECQ    CX
	JNZ     step

	ADDQ tile_askip(DI), AX
	DECQ tile_runsLeft(DI)
	JNZ  run
	ADDQ tile_aouter(DI), AX
	DECQ tile_outerLeft(DI)
	JNZ  outer

	OUTPUT
	CMPQ   tile_relu(DI), $0
	JEQ    write
	VXORPS X8, X8, X8
	MAX0(Y0, Y8)
	MAX0(Y1, Y8)
	MAX0(Y2, Y8)
	MAX0(Y3, Y8)
	MAX0(Y4, Y8)
	MAX0(Y5, Y8)
	MAX0(Y6, Y8)
	MAX0(Y7, Y8)

write:
	MOVQ  tile_mask(DI), R8
	CMPQ  tile_accumulate(DI), $0
	JEQ   set
	TESTQ R8, R8
	JNZ   maskadd
	ADD1(Y0)
	ADD1(Y1)
	ADD1(Y2)
	ADD1(Y3)
	ADD1(Y4)
	ADD1(Y5)
	ADD1(Y6)
	ADD1(Y7)

set:
	TESTQ R8, R8
	JNZ   maskset
	SET1(Y0)
	SET1(Y1)
	SET1(Y2)
	SET1(Y3)
	SET1(Y4)
	SET1(Y5)
	SET1(Y6)
	SET1(Y7)

maskadd:
	VMOVUPS (R8), Y8
	MASKADD1(Y0)
	MASKADD1(Y1)
	MASKADD1(Y2)
	MASKADD1(Y3)
	MASKADD1(Y4)
	MASKADD1(Y5)
	MASKADD1(Y6)
	MASKADD1(Y7)

maskset:
	VMOVUPS (R8), Y8
	MASKSET1(Y0)
	MASKSET1(Y1)
	MASKSET1(Y2)
	MASKSET1(Y3)
	MASKSET1(Y4)
	MASKSET1(Y5)
	MASKSET1(Y6)
	MASKSET1(Y7)

done:
	AGAIN

end:
	VZEROUPPER
	RET
