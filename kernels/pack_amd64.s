//go:build !purego

#include "textflag.h"

// Copies of columns into panels. Go twin of all three: the formula above pack
// in pack_amd64.go.
//
//	dst[p*width+j] = src[p*ldsrc+j]     p<rows, j<width, ldsrc in bytes
//
// Requires: AVX
//
// Limit: a load and a store for 8 floats, or the cache that src comes from.

// func pack16AVX2(dst, src *float32, ldsrc, rows int)
TEXT ·pack16AVX2(SB), NOSPLIT, $0-32
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ ldsrc+16(FP), DX
	MOVQ rows+24(FP), CX

row:
	VMOVUPS (SI), Y0
	VMOVUPS 32(SI), Y1
	VMOVUPS Y0, (DI)
	VMOVUPS Y1, 32(DI)
	ADDQ    DX, SI
	ADDQ    $64, DI
	DECQ    CX
	JNZ     row
	VZEROUPPER
	RET

// func pack16MaskAVX2(dst, src *float32, ldsrc, rows int, mask *[8]int32)
//
// The last 8 columns are zero where the words at mask are clear.
TEXT ·pack16MaskAVX2(SB), NOSPLIT, $0-40
	MOVQ    dst+0(FP), DI
	MOVQ    src+8(FP), SI
	MOVQ    ldsrc+16(FP), DX
	MOVQ    rows+24(FP), CX
	MOVQ    mask+32(FP), R8
	VMOVUPS (R8), Y14

row:
	VMOVUPS    (SI), Y0
	VMASKMOVPS 32(SI), Y14, Y1
	VMOVUPS    Y0, (DI)
	VMOVUPS    Y1, 32(DI)
	ADDQ       DX, SI
	ADDQ       $64, DI
	DECQ       CX
	JNZ        row
	VZEROUPPER
	RET

// func pack8MaskAVX2(dst *float32, lddst int, src *float32, ldsrc, rows int, mask *[8]int32)
//
// Panels of 8, lddst bytes from row to row: zero where the 8 words at mask are clear.
TEXT ·pack8MaskAVX2(SB), NOSPLIT, $0-48
	MOVQ    dst+0(FP), DI
	MOVQ    lddst+8(FP), BX
	MOVQ    src+16(FP), SI
	MOVQ    ldsrc+24(FP), DX
	MOVQ    rows+32(FP), CX
	MOVQ    mask+40(FP), R8
	VMOVUPS (R8), Y14

row:
	VMASKMOVPS (SI), Y14, Y0
	VMOVUPS    Y0, (DI)
	ADDQ       DX, SI
	ADDQ       BX, DI
	DECQ       CX
	JNZ        row
	VZEROUPPER
	RET
