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

// func packTiles12AVX512(dst *float32, tile int, src *float32, ldsrc, steps, kmask int)
//
//	dst[q*tile/4+p*12+j] = src[p*ldsrc/4+q*12+j]     q<4, p<steps, j<12 under bit q*12+j of kmask
//
// Four tiles of 12 rows of a at once, so that of the cache lines of src nearly all are read once.
// tile and ldsrc are in bytes. Go twin: factor.load in gemm_amd64.go.
//
// Requires: AVX-512F
//
// Limit: four stores a step, of which half cross cache lines.
TEXT ·packTiles12AVX512(SB), NOSPLIT, $0-48
	MOVQ  dst+0(FP), DI
	MOVQ  tile+8(FP), R8
	MOVQ  src+16(FP), SI
	MOVQ  ldsrc+24(FP), DX
	MOVQ  steps+32(FP), CX
	MOVQ  kmask+40(FP), AX
	LEAQ  (R8)(R8*2), R9
	MOVL  $0xfff, BX
	KMOVW BX, K5
	KMOVW AX, K1
	SHRQ  $12, AX
	KMOVW AX, K2
	SHRQ  $12, AX
	KMOVW AX, K3
	SHRQ  $12, AX
	KMOVW AX, K4
	KANDW K5, K1, K1
	KANDW K5, K2, K2
	KANDW K5, K3, K3
	KANDW K5, K4, K4

step:
	VMOVUPS.Z (SI), K1, Z0
	VMOVUPS.Z 48(SI), K2, Z1
	VMOVUPS.Z 96(SI), K3, Z2
	VMOVUPS.Z 144(SI), K4, Z3
	VMOVUPS   Z0, K1, (DI)
	VMOVUPS   Z1, K2, (DI)(R8*1)
	VMOVUPS   Z2, K3, (DI)(R8*2)
	VMOVUPS   Z3, K4, (DI)(R9*1)
	ADDQ      DX, SI
	ADDQ      $48, DI
	DECQ      CX
	JNZ       step
	VZEROUPPER
	RET
