//go:build !purego

#include "textflag.h"

// func pack16AVX2(dst, src *float32, ldsrc, rows int)
//
//	dst[p*16+j] = src[p*ldsrc+j]     p<rows, j<16, ldsrc in bytes
//
// Go twin: pack in tile_amd64.go. Limit: two loads and two stores a row.
//
// Requires: AVX
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
