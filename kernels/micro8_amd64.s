//go:build !purego

#include "textflag.h"
#include "go_asm.h"
#include "micro_amd64.h"

// The tile of 8 columns. Go twin: the triple loops of gemm_generic.go and
// conv_generic.go.
//
// Requires: AVX2, FMA
//
// Limit: 8 multiply-adds a step (4 cycles, just the latency of an addition) from
// 9 loads (4.5 cycles).

// STEP1 is STEP2 for a row of 8.
#define STEP1(row, tmp, y0) \
	VBROADCASTSS (row)(AX*1), tmp \
	VFMADD231PS  Y8, tmp, y0

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

#define STEP8x8 \
	VMOVUPS (SI), Y8    \
	STEP1(R8, Y9, Y0)   \
	STEP1(R9, Y10, Y1)  \
	STEP1(R10, Y11, Y2) \
	STEP1(R11, Y12, Y3) \
	STEP1(R12, Y13, Y4) \
	STEP1(R13, Y14, Y5) \
	STEP1(R14, Y15, Y6) \
	STEP1(R15, Y9, Y7)  \
	ADDQ    DX, SI

// func micro8x8(t *micro)
TEXT ·micro8x8(SB), NOSPLIT, $0-8
	MOVQ t+0(FP), DI

again:
	ROWS
	ROWS8
	FETCH
	CMPQ micro_count(DI), $96
	JLT  begin
	FIRST
	TOUCH
	TOUCH
	TOUCH
	TOUCH

begin:
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
	START
	PCALIGN $32

step:
	STEP8x8
	ADDQ BX, AX
	DECQ CX
	JNZ  step
	NEXT(out)
	JMP  step

out:
	OUTPUT
	CMPQ   micro_relu(DI), $0
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
	MOVQ  micro_mask(DI), R8
	CMPQ  micro_accumulate(DI), $0
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
