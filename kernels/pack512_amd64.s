//go:build !purego

#include "textflag.h"

// func pack32AVX512(dst, src *float32, ldsrc, rows, kmask int)
//
//	dst[p*32+j] = src[p*ldsrc+j]     p<rows, j<32, ldsrc in bytes
//
// The last 16 columns are zero where the bits of kmask are clear. Go twin: the
// formula above pack in pack_amd64.go.
//
// Requires: AVX-512F
//
// Limit: two loads, which cross cache lines where src is not aligned, and two
// stores for 32 floats.
TEXT ·pack32AVX512(SB), NOSPLIT, $0-40
	MOVQ  dst+0(FP), DI
	MOVQ  src+8(FP), SI
	MOVQ  ldsrc+16(FP), DX
	MOVQ  rows+24(FP), CX
	MOVQ  kmask+32(FP), AX
	KMOVW AX, K1

row:
	VMOVUPS   (SI), Z0
	VMOVUPS.Z 64(SI), K1, Z1
	VMOVUPS   Z0, (DI)
	VMOVUPS   Z1, 64(DI)
	ADDQ      DX, SI
	ADDQ      $128, DI
	DECQ      CX
	JNZ       row
	VZEROUPPER
	RET
