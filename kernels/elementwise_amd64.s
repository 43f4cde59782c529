//go:build !purego

#include "textflag.h"

// Kernels that pass once over their slices, 8 floats at a time; the last ones
// are loaded and stored under a mask, so that every element meets the same
// instruction wherever it stands. Go twins: elementwise_generic.go.
//
// Floor: one store and two loads a cycle from L1, else the bandwidth of the cache or
// the memory, 64 to 85 GB/s from L2 and L3. Reached on Zen 4 (go test -run - -bench
// Elementwise ./kernels, best of 32 short rounds on a shared machine), read and written:
// ReLU of 2.3 MB 76 GB/s and its gradient 45, SumRows 40 to 47, Normalize 25
// (20 of it stores).
//
// Requires: AVX2
//
// Registers
//	DI       output
//	SI, BX   inputs
//	CX       vectors left
//	DX       elements of the last, partial vector
//	AX       byte offset
//	R8 Y14   mask of the partial vector

// LENGTH splits n into vectors and the rest, and starts the offset.
#define LENGTH \
	MOVQ CX, DX \
	ANDQ $7, DX \
	SHRQ $3, CX \
	XORL AX, AX

// func reluAVX2(y, x *float32, n int, mask *[8]int32)
TEXT ·reluAVX2(SB), NOSPLIT, $0-32
	MOVQ   y+0(FP), DI
	MOVQ   x+8(FP), SI
	MOVQ   n+16(FP), CX
	MOVQ   mask+24(FP), R8
	VXORPS X15, X15, X15
	LENGTH
	TESTQ  CX, CX
	JZ     tail

loop:
	VMOVUPS (SI)(AX*1), Y0
	VMAXPS  Y0, Y15, Y0    // x where it is NaN or -0
	VMOVUPS Y0, (DI)(AX*1)
	ADDQ    $32, AX
	DECQ    CX
	JNZ     loop

tail:
	TESTQ      DX, DX
	JZ         done
	VMOVUPS    (R8), Y14
	VMASKMOVPS (SI)(AX*1), Y14, Y0
	VMAXPS     Y0, Y15, Y0
	VMASKMOVPS Y0, Y14, (DI)(AX*1)

done:
	VZEROUPPER
	RET

// func reluGradAVX2(dx, dy, y *float32, n int, mask *[8]int32)
TEXT ·reluGradAVX2(SB), NOSPLIT, $0-40
	MOVQ   dx+0(FP), DI
	MOVQ   dy+8(FP), SI
	MOVQ   y+16(FP), BX
	MOVQ   n+24(FP), CX
	MOVQ   mask+32(FP), R8
	VXORPS X15, X15, X15
	LENGTH
	TESTQ  CX, CX
	JZ     tail

loop:
	VCMPPS  $0x11, (BX)(AX*1), Y15, Y0 // 0 < y
	VANDPS  (SI)(AX*1), Y0, Y0
	VMOVUPS Y0, (DI)(AX*1)
	ADDQ    $32, AX
	DECQ    CX
	JNZ     loop

tail:
	TESTQ      DX, DX
	JZ         done
	VMOVUPS    (R8), Y14
	VMASKMOVPS (BX)(AX*1), Y14, Y0
	VMASKMOVPS (SI)(AX*1), Y14, Y1
	VCMPPS     $0x11, Y0, Y15, Y0
	VANDPS     Y1, Y0, Y0
	VMASKMOVPS Y0, Y14, (DI)(AX*1)

done:
	VZEROUPPER
	RET

// func sumRows64AVX2(x *float32, ldx, m int, sum *float32)
//
// 64 columns in 8 registers: two additions a cycle.
TEXT ·sumRows64AVX2(SB), NOSPLIT, $0-32
	MOVQ    x+0(FP), SI
	MOVQ    ldx+8(FP), DX
	MOVQ    m+16(FP), CX
	MOVQ    sum+24(FP), DI
	VMOVUPS (DI), Y0
	VMOVUPS 32(DI), Y1
	VMOVUPS 64(DI), Y2
	VMOVUPS 96(DI), Y3
	VMOVUPS 128(DI), Y4
	VMOVUPS 160(DI), Y5
	VMOVUPS 192(DI), Y6
	VMOVUPS 224(DI), Y7

row:
	VADDPS (SI), Y0, Y0
	VADDPS 32(SI), Y1, Y1
	VADDPS 64(SI), Y2, Y2
	VADDPS 96(SI), Y3, Y3
	VADDPS 128(SI), Y4, Y4
	VADDPS 160(SI), Y5, Y5
	VADDPS 192(SI), Y6, Y6
	VADDPS 224(SI), Y7, Y7
	ADDQ   DX, SI
	DECQ   CX
	JNZ    row

	VMOVUPS Y0, (DI)
	VMOVUPS Y1, 32(DI)
	VMOVUPS Y2, 64(DI)
	VMOVUPS Y3, 96(DI)
	VMOVUPS Y4, 128(DI)
	VMOVUPS Y5, 160(DI)
	VMOVUPS Y6, 192(DI)
	VMOVUPS Y7, 224(DI)
	VZEROUPPER
	RET

// func sumRows8AVX2(x *float32, ldx, m int, sum *float32, mask *[8]int32)
//
// Up to 8 columns under a mask.
TEXT ·sumRows8AVX2(SB), NOSPLIT, $0-40
	MOVQ       x+0(FP), SI
	MOVQ       ldx+8(FP), DX
	MOVQ       m+16(FP), CX
	MOVQ       sum+24(FP), DI
	MOVQ       mask+32(FP), R8
	VMOVUPS    (R8), Y14
	VMASKMOVPS (DI), Y14, Y0

row:
	VMASKMOVPS (SI), Y14, Y1
	VADDPS     Y1, Y0, Y0
	ADDQ       DX, SI
	DECQ       CX
	JNZ        row

	VMASKMOVPS Y0, Y14, (DI)
	VZEROUPPER
	RET

// func normalizeAVX2(dst *float32, src *uint8, turns int, mean, inverse *float32, period int)
//
//	dst[i] = (src[i] - mean[i mod period]) * inverse[i mod period]     i < turns·period
//
// period is a multiple of 16. R9 and R10 are the patterns, BX the vectors of one
// turn, AX the offset in them.
TEXT ·normalizeAVX2(SB), NOSPLIT, $0-48
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ turns+16(FP), CX
	MOVQ mean+24(FP), R9
	MOVQ inverse+32(FP), R10
	MOVQ period+40(FP), BX
	SHLQ $2, BX

turn:
	XORL AX, AX

loop:
	VPMOVZXBD (SI), Y0
	VCVTDQ2PS Y0, Y0
	VSUBPS    (R9)(AX*1), Y0, Y0
	VMULPS    (R10)(AX*1), Y0, Y0
	VMOVUPS   Y0, (DI)
	ADDQ      $8, SI
	ADDQ      $32, DI
	ADDQ      $32, AX
	CMPQ      AX, BX
	JNE       loop
	DECQ      CX
	JNZ       turn
	VZEROUPPER
	RET

// func normalizeAVX512(dst *float32, src *uint8, turns int, mean, inverse *float32, period int)
//
// normalizeAVX2 with registers of 16 floats.
//
// Requires: AVX-512F
TEXT ·normalizeAVX512(SB), NOSPLIT, $0-48
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ turns+16(FP), CX
	MOVQ mean+24(FP), R9
	MOVQ inverse+32(FP), R10
	MOVQ period+40(FP), BX
	SHLQ $2, BX

turn:
	XORL AX, AX

loop:
	VPMOVZXBD (SI), Z0
	VCVTDQ2PS Z0, Z0
	VSUBPS    (R9)(AX*1), Z0, Z0
	VMULPS    (R10)(AX*1), Z0, Z0
	VMOVUPS   Z0, (DI)
	ADDQ      $16, SI
	ADDQ      $64, DI
	ADDQ      $64, AX
	CMPQ      AX, BX
	JNE       loop
	DECQ      CX
	JNZ       turn
	VZEROUPPER
	RET
