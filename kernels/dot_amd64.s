//go:build !purego

#include "textflag.h"
#include "go_asm.h"

// func dots3x4(d *dots)
//
// A tile of 3 rows of a by 4 rows of b of dot products over k, 8 products of
// each at a time, the last ones under a mask:
//
//	c[i*ldc+j] (+)= Σ_p a_i[p]*b_j[p]     i<rows≤3, j<4 under cmask
//
// Go twin: addDots in gemm_generic.go.
//
// Requires: AVX2, FMA
//
// R8-R10 are rows of a, R11-R13 and SI rows of b, AX the byte offset, Y0-Y11
// the sums (Y(4i+j)), Y12-Y14 a, Y15 b.
// Limit: 12 multiply-adds and 7 loads a turn (6 cycles), then about 40 cycles to
// add up the sums.

#define COLUMN(b, y0, y1, y2) \
	VMOVUPS     (b)(AX*1), Y15 \
	VFMADD231PS Y15, Y12, y0   \
	VFMADD231PS Y15, Y13, y1   \
	VFMADD231PS Y15, Y14, y2

#define MASKCOLUMN(b, y0, y1, y2) \
	VMOVUPS     (R15), Y15          \
	VMASKMOVPS  (b)(AX*1), Y15, Y15 \
	VFMADD231PS Y15, Y12, y0        \
	VFMADD231PS Y15, Y13, y1        \
	VFMADD231PS Y15, Y14, y2

// FOLD adds up four sums into the four floats x0 (the low half of y0).
#define FOLD(y0, y1, y2, y3, x0) \
	VHADDPS      y1, y0, y0  \
	VHADDPS      y3, y2, y2  \
	VHADDPS      y2, y0, y0  \
	VEXTRACTF128 $1, y0, X15 \
	VADDPS       X15, x0, x0

// PUT writes a row of c.
#define PUT(x0) \
	TESTQ      BX, BX         \
	JZ         3(PC)          \
	VMASKMOVPS (DI), X14, X13 \
	VADDPS     X13, x0, x0    \
	VMASKMOVPS x0, X14, (DI)  \
	DECQ       CX             \
	JZ         done           \
	ADDQ       DX, DI

TEXT ·dots3x4(SB), NOSPLIT, $0-8
	MOVQ   d+0(FP), DX
	MOVQ   (dots_a+0)(DX), R8
	MOVQ   (dots_a+8)(DX), R9
	MOVQ   (dots_a+16)(DX), R10
	MOVQ   (dots_b+0)(DX), R11
	MOVQ   (dots_b+8)(DX), R12
	MOVQ   (dots_b+16)(DX), R13
	MOVQ   (dots_b+24)(DX), SI
	MOVQ   dots_k(DX), CX
	MOVQ   dots_kmask(DX), R15
	MOVQ   CX, BX
	ANDQ   $7, BX
	SHRQ   $3, CX
	XORL   AX, AX
	VXORPS X0, X0, X0
	VXORPS X1, X1, X1
	VXORPS X2, X2, X2
	VXORPS X3, X3, X3
	VXORPS X4, X4, X4
	VXORPS X5, X5, X5
	VXORPS X6, X6, X6
	VXORPS X7, X7, X7
	VXORPS X8, X8, X8
	VXORPS X9, X9, X9
	VXORPS X10, X10, X10
	VXORPS X11, X11, X11
	TESTQ  CX, CX
	JZ     tail

loop:
	VMOVUPS (R8)(AX*1), Y12
	VMOVUPS (R9)(AX*1), Y13
	VMOVUPS (R10)(AX*1), Y14
	COLUMN(R11, Y0, Y4, Y8)
	COLUMN(R12, Y1, Y5, Y9)
	COLUMN(R13, Y2, Y6, Y10)
	COLUMN(SI, Y3, Y7, Y11)
	ADDQ    $32, AX
	DECQ    CX
	JNZ     loop

tail:
	TESTQ      BX, BX
	JZ         fold
	VMOVUPS    (R15), Y15
	VMASKMOVPS (R8)(AX*1), Y15, Y12
	VMASKMOVPS (R9)(AX*1), Y15, Y13
	VMASKMOVPS (R10)(AX*1), Y15, Y14
	MASKCOLUMN(R11, Y0, Y4, Y8)
	MASKCOLUMN(R12, Y1, Y5, Y9)
	MASKCOLUMN(R13, Y2, Y6, Y10)
	MASKCOLUMN(SI, Y3, Y7, Y11)

fold:
	FOLD(Y0, Y1, Y2, Y3, X0)
	FOLD(Y4, Y5, Y6, Y7, X4)
	FOLD(Y8, Y9, Y10, Y11, X8)
	MOVQ    dots_c(DX), DI
	MOVQ    dots_rows(DX), CX
	MOVQ    dots_accumulate(DX), BX
	MOVQ    dots_cmask(DX), AX
	MOVQ    dots_ldc(DX), DX
	VMOVUPS (AX), X14
	VXORPS  X13, X13, X13
	PUT(X0)
	PUT(X4)
	PUT(X8)

done:
	VZEROUPPER
	RET
