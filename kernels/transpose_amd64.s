//go:build !purego

#include "textflag.h"

// func transpose8AVX2(dst *float32, lddst int, src *float32, ldsrc, blocks int)
//
//	dst[p*lddst+j] = src[j*ldsrc+p]     j<8, p<8·blocks, strides in bytes
//
// 8 rows of src become 8 columns of dst, 8 by 8 elements a turn.
// Go twin: packTransposed in gemm_amd64.go.
//
// Requires: AVX
//
// R8 and R9 are rows 0 and 4 of src, BX its stride and DX thrice that, DI and R10
// rows 0 and 4 of dst, R11 and R12 its stride, R13 eight of those.
// Limit: 24 shuffles for 64 elements.
TEXT ·transpose8AVX2(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ lddst+8(FP), R11
	MOVQ src+16(FP), R8
	MOVQ ldsrc+24(FP), BX
	MOVQ blocks+32(FP), CX
	LEAQ (BX)(BX*2), DX
	LEAQ (R8)(BX*4), R9
	LEAQ (R11)(R11*2), R12
	LEAQ (DI)(R11*4), R10
	MOVQ R11, R13
	SHLQ $3, R13

block:
	// Halves of rows j and j+4 side by side: columns 0-3 in Y0-Y3, 4-7 in Y4-Y7.
	VMOVUPS     (R8), X0
	VMOVUPS     (R8)(BX*1), X1
	VMOVUPS     (R8)(BX*2), X2
	VMOVUPS     (R8)(DX*1), X3
	VINSERTF128 $1, (R9), Y0, Y0
	VINSERTF128 $1, (R9)(BX*1), Y1, Y1
	VINSERTF128 $1, (R9)(BX*2), Y2, Y2
	VINSERTF128 $1, (R9)(DX*1), Y3, Y3
	VMOVUPS     16(R8), X4
	VMOVUPS     16(R8)(BX*1), X5
	VMOVUPS     16(R8)(BX*2), X6
	VMOVUPS     16(R8)(DX*1), X7
	VINSERTF128 $1, 16(R9), Y4, Y4
	VINSERTF128 $1, 16(R9)(BX*1), Y5, Y5
	VINSERTF128 $1, 16(R9)(BX*2), Y6, Y6
	VINSERTF128 $1, 16(R9)(DX*1), Y7, Y7

	// 4 by 4 transposes in both halves.
	VUNPCKLPS Y1, Y0, Y8
	VUNPCKHPS Y1, Y0, Y9
	VUNPCKLPS Y3, Y2, Y10
	VUNPCKHPS Y3, Y2, Y11
	VUNPCKLPD Y10, Y8, Y0
	VUNPCKHPD Y10, Y8, Y1
	VUNPCKLPD Y11, Y9, Y2
	VUNPCKHPD Y11, Y9, Y3
	VUNPCKLPS Y5, Y4, Y8
	VUNPCKHPS Y5, Y4, Y9
	VUNPCKLPS Y7, Y6, Y10
	VUNPCKHPS Y7, Y6, Y11
	VUNPCKLPD Y10, Y8, Y4
	VUNPCKHPD Y10, Y8, Y5
	VUNPCKLPD Y11, Y9, Y6
	VUNPCKHPD Y11, Y9, Y7

	VMOVUPS Y0, (DI)
	VMOVUPS Y1, (DI)(R11*1)
	VMOVUPS Y2, (DI)(R11*2)
	VMOVUPS Y3, (DI)(R12*1)
	VMOVUPS Y4, (R10)
	VMOVUPS Y5, (R10)(R11*1)
	VMOVUPS Y6, (R10)(R11*2)
	VMOVUPS Y7, (R10)(R12*1)
	ADDQ    $32, R8
	ADDQ    $32, R9
	ADDQ    R13, DI
	ADDQ    R13, R10
	DECQ    CX
	JNZ     block
	VZEROUPPER
	RET
