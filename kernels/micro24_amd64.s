//go:build !purego

#include "textflag.h"
#include "go_asm.h"
#include "micro_amd64.h"

// The turned tile of 24 rows by 4 columns, for gradients of weights of 8 channels:
// its registers hold 8 rows of a column, so a step loads 3 vectors of a, each at an
// offset of its own, and broadcasts 4 elements of b. Go twin: the triple loops of
// conv_generic.go; every sum is that of the tile of 8 columns to the bit.
//
// Requires: AVX2, FMA
//
// Y0-Y11 are the sums, column by column, Y12-Y14 the vectors of a.
// Limit: 12 multiply-adds a step (6 cycles) from 7 loads, where the tall tile of 8
// columns takes 13.

// COLUMN adds the three vectors of a times one element of b to a column.
#define COLUMN(at, y0, y1, y2) \
	VBROADCASTSS at(SI), Y15  \
	VFMADD231PS  Y12, Y15, y0 \
	VFMADD231PS  Y13, Y15, y1 \
	VFMADD231PS  Y14, Y15, y2

// ADDROW adds 4 sums to a row of c.
#define ADDROW(x) \
	VADDPS  (SI), x, x \
	VMOVUPS x, (SI)    \
	ADDQ    DX, SI

// TURN makes 8 rows of a vector of each column and adds them to c: first rows 0 to 3,
// the lower halves, then 4 to 7.
#define TURN(y0, y1, y2, y3) \
	VUNPCKLPS    y1, y0, Y12  \
	VUNPCKHPS    y1, y0, Y13  \
	VUNPCKLPS    y3, y2, Y14  \
	VUNPCKHPS    y3, y2, Y15  \
	VUNPCKLPD    Y14, Y12, y0 \
	VUNPCKHPD    Y14, Y12, y1 \
	VUNPCKLPD    Y15, Y13, y2 \
	VUNPCKHPD    Y15, Y13, y3 \
	VEXTRACTF128 $1, y0, X12  \
	VEXTRACTF128 $1, y1, X13  \
	VEXTRACTF128 $1, y2, X14  \
	VEXTRACTF128 $1, y3, X15

// func micro24x4(t *micro)
TEXT ·micro24x4(SB), NOSPLIT, $0-8
	MOVQ    t+0(FP), DI
	ROWS
	FETCH
	VXORPS  X0, X0, X0
	VXORPS  X1, X1, X1
	VXORPS  X2, X2, X2
	VXORPS  X3, X3, X3
	VXORPS  X4, X4, X4
	VXORPS  X5, X5, X5
	VXORPS  X6, X6, X6
	VXORPS  X7, X7, X7
	VXORPS  X8, X8, X8
	VXORPS  X9, X9, X9
	VXORPS  X10, X10, X10
	VXORPS  X11, X11, X11
	START
	PCALIGN $32

step:
	VMOVUPS (R8)(AX*1), Y12
	VMOVUPS (R9)(AX*1), Y13
	VMOVUPS (R10)(AX*1), Y14
	COLUMN(0, Y0, Y1, Y2)
	COLUMN(4, Y3, Y4, Y5)
	COLUMN(8, Y6, Y7, Y8)
	COLUMN(12, Y9, Y10, Y11)
	ADDQ    DX, SI
	ADDQ    BX, AX
	DECQ    CX
	JNZ     step
	NEXT(out)
	JMP     step

out:
	OUTPUT
	TURN(Y0, Y3, Y6, Y9)
	ADDROW(X0)
	ADDROW(X3)
	ADDROW(X6)
	ADDROW(X9)
	ADDROW(X12)
	ADDROW(X13)
	ADDROW(X14)
	ADDROW(X15)
	DECQ CX
	JZ   end
	TURN(Y1, Y4, Y7, Y10)
	ADDROW(X1)
	ADDROW(X4)
	ADDROW(X7)
	ADDROW(X10)
	ADDROW(X12)
	ADDROW(X13)
	ADDROW(X14)
	ADDROW(X15)
	DECQ CX
	JZ   end
	TURN(Y2, Y5, Y8, Y11)
	ADDROW(X2)
	ADDROW(X5)
	ADDROW(X8)
	ADDROW(X11)
	ADDROW(X12)
	ADDROW(X13)
	ADDROW(X14)
	ADDROW(X15)

end:
	VZEROUPPER
	RET
