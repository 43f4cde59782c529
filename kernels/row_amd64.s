//go:build !purego

#include "textflag.h"
#include "go_asm.h"

// func tile1x64(t *tile)
//
// One row by 64 columns, for products with a single row: b passes by only once,
// so wide rows of it matter more than reuse. Takes a, b, c, astep, count, bstep
// and accumulate of the tile; every sum is that of tile6x16 to the bit. Go twin:
// addRowTimes in gemm_generic.go.
//
// Requires: AVX, FMA
//
// R8 is a, SI b, BX and DX their steps, CX the steps left, Y0-Y7 the sums.
// Limit: 8 loads a step (4 cycles) from L1; 8 cycles and more from farther away.
TEXT ·tile1x64(SB), NOSPLIT, $0-8
	MOVQ    t+0(FP), DI
	MOVQ    tile_a(DI), R8
	MOVQ    tile_b(DI), SI
	MOVQ    tile_astep(DI), BX
	MOVQ    tile_bstep(DI), DX
	MOVQ    tile_count(DI), CX
	VXORPS  X0, X0, X0
	VXORPS  X1, X1, X1
	VXORPS  X2, X2, X2
	VXORPS  X3, X3, X3
	VXORPS  X4, X4, X4
	VXORPS  X5, X5, X5
	VXORPS  X6, X6, X6
	VXORPS  X7, X7, X7
	PCALIGN $32

step:
	VBROADCASTSS (R8), Y8
	VFMADD231PS  (SI), Y8, Y0
	VFMADD231PS  32(SI), Y8, Y1
	VFMADD231PS  64(SI), Y8, Y2
	VFMADD231PS  96(SI), Y8, Y3
	VFMADD231PS  128(SI), Y8, Y4
	VFMADD231PS  160(SI), Y8, Y5
	VFMADD231PS  192(SI), Y8, Y6
	VFMADD231PS  224(SI), Y8, Y7
	ADDQ         BX, R8
	ADDQ         DX, SI
	DECQ         CX
	JNZ          step

	MOVQ   tile_c(DI), SI
	CMPQ   tile_accumulate(DI), $0
	JEQ    set
	VADDPS (SI), Y0, Y0
	VADDPS 32(SI), Y1, Y1
	VADDPS 64(SI), Y2, Y2
	VADDPS 96(SI), Y3, Y3
	VADDPS 128(SI), Y4, Y4
	VADDPS 160(SI), Y5, Y5
	VADDPS 192(SI), Y6, Y6
	VADDPS 224(SI), Y7, Y7

set:
	VMOVUPS Y0, (SI)
	VMOVUPS Y1, 32(SI)
	VMOVUPS Y2, 64(SI)
	VMOVUPS Y3, 96(SI)
	VMOVUPS Y4, 128(SI)
	VMOVUPS Y5, 160(SI)
	VMOVUPS Y6, 192(SI)
	VMOVUPS Y7, 224(SI)
	VZEROUPPER
	RET
