//go:build !purego

#include "textflag.h"
#include "go_asm.h"
#include "micro_amd64.h"

// The tiles of 16 columns. Go twin: the triple loops of gemm_generic.go and
// conv_generic.go.
//
// Requires: AVX2, FMA
//
// Limit: the two FMA units. 6x16 makes 12 multiply-adds a step (6 cycles) from
// 8 loads; 4x16 8 (4 cycles, just the latency of an addition) from 6 loads.

// STEP2 adds one element of a row of a times Y12, Y13 to a row of the tile.
#define STEP2(row, tmp, y0, y1) \
	VBROADCASTSS (row)(AX*1), tmp \
	VFMADD231PS  Y12, tmp, y0     \
	VFMADD231PS  Y13, tmp, y1

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

// MAX0 is the ReLU; the order of the operands lets NaN and -0 pass.
#define MAX0(y, zero) VMAXPS y, zero, y

#define STEP6x16 \
	VMOVUPS (SI), Y12         \
	VMOVUPS 32(SI), Y13       \
	STEP2(R8, Y14, Y0, Y1)    \
	STEP2(R9, Y15, Y2, Y3)    \
	STEP2(R10, Y14, Y4, Y5)   \
	STEP2(R11, Y15, Y6, Y7)   \
	STEP2(R12, Y14, Y8, Y9)   \
	STEP2(R13, Y15, Y10, Y11) \
	ADDQ    DX, SI

// func micro6x16(t *micro)
TEXT ·micro6x16(SB), NOSPLIT, $0-8
	MOVQ t+0(FP), DI

again:
	ROWS
	ROWS6
	FETCH
	CMPQ micro_count(DI), $96
	JLT  begin
	FIRST
	TOUCH
	TOUCH
	TOUCH

begin:
	MOVQ    micro_bias(DI), CX
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
	START
	PCALIGN $32

step:
	STEP6x16
	ADDQ BX, AX
	DECQ CX
	JNZ  step
	NEXT(out)
	JMP  step

out:
	OUTPUT
	CMPQ   micro_relu(DI), $0
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
	MOVQ  micro_mask(DI), R8
	CMPQ  micro_accumulate(DI), $0
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

// Products of 8 and 16 rows use a panel of weights once or twice, so 4x16 asks for rows of b ahead: the
// eighth from here, and the same row of the next panel (fc of the feedforward network with AVX2, 8 rows
// 1.4 to 2.6 times as fast on an Intel Xeon, 16 rows 1.2). In 6x16 that costs more than it gains.
#define STEP4x16 \
	VMOVUPS    (SI), Y12    \
	VMOVUPS    32(SI), Y13  \
	STEP2(R8, Y14, Y0, Y1)  \
	STEP2(R9, Y15, Y2, Y3)  \
	STEP2(R10, Y14, Y4, Y5) \
	STEP2(R11, Y15, Y6, Y7) \
	PREFETCHT0 (SI)(DX*8)   \
	PREFETCHT1 64(SI)       \
	ADDQ       DX, SI

// func micro4x16(t *micro)
TEXT ·micro4x16(SB), NOSPLIT, $0-8
	MOVQ t+0(FP), DI

again:
	ROWS
	FETCH
	CMPQ micro_count(DI), $96
	JLT  begin
	FIRST
	TOUCH
	TOUCH

begin:
	MOVQ    micro_bias(DI), CX
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
	START
	PCALIGN $32

step:
	STEP4x16
	ADDQ BX, AX
	DECQ CX
	JNZ  step
	NEXT(out)
	JMP  step

out:
	OUTPUT
	CMPQ   micro_relu(DI), $0
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
	MOVQ  micro_mask(DI), R8
	CMPQ  micro_accumulate(DI), $0
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
