//go:build !purego

#include "textflag.h"
#include "go_asm.h"

// The walks of row_amd64.s along whole registers of 16 floats, with the same sums to the bit. Go twin:
// addRowTimes in gemm_generic.go.
//
// Requires: AVX-512F
//
// Floor: 4 bytes of b for 2 operations, from L2 at most 64 bytes a cycle.

// func rowTimes512(r *microRow)
//
//	c[j] (+)= Σ_p a[p*astep]*b[p*bstep+j]     p<count, j<128
//
// R8 is a, SI b, BX and DX their steps, CX the steps left, R9 c, Z0-Z7 the sums.
// Limit: the latency of 8 multiply-adds, 4 cycles a step, or the cache that b comes from.
TEXT ·rowTimes512(SB), NOSPLIT, $0-8
	MOVQ    r+0(FP), DI
	MOVQ    microRow_a(DI), R8
	MOVQ    microRow_b(DI), SI
	MOVQ    microRow_c(DI), R9
	MOVQ    microRow_astep(DI), BX
	MOVQ    microRow_bstep(DI), DX
	MOVQ    microRow_count(DI), CX
	VPXORD  Z0, Z0, Z0
	VPXORD  Z1, Z1, Z1
	VPXORD  Z2, Z2, Z2
	VPXORD  Z3, Z3, Z3
	VPXORD  Z4, Z4, Z4
	VPXORD  Z5, Z5, Z5
	VPXORD  Z6, Z6, Z6
	VPXORD  Z7, Z7, Z7
	PCALIGN $32

step:
	VBROADCASTSS (R8), Z8
	ADDQ         BX, R8
	VFMADD231PS  (SI), Z8, Z0
	VFMADD231PS  64(SI), Z8, Z1
	VFMADD231PS  128(SI), Z8, Z2
	VFMADD231PS  192(SI), Z8, Z3
	VFMADD231PS  256(SI), Z8, Z4
	VFMADD231PS  320(SI), Z8, Z5
	VFMADD231PS  384(SI), Z8, Z6
	VFMADD231PS  448(SI), Z8, Z7
	ADDQ         DX, SI
	DECQ         CX
	JNZ          step
	CMPQ         microRow_accumulate(DI), $0
	JEQ          set
	VADDPS       (R9), Z0, Z0
	VADDPS       64(R9), Z1, Z1
	VADDPS       128(R9), Z2, Z2
	VADDPS       192(R9), Z3, Z3
	VADDPS       256(R9), Z4, Z4
	VADDPS       320(R9), Z5, Z5
	VADDPS       384(R9), Z6, Z6
	VADDPS       448(R9), Z7, Z7

set:
	VMOVUPS Z0, (R9)
	VMOVUPS Z1, 64(R9)
	VMOVUPS Z2, 128(R9)
	VMOVUPS Z3, 192(R9)
	VMOVUPS Z4, 256(R9)
	VMOVUPS Z5, 320(R9)
	VMOVUPS Z6, 384(R9)
	VMOVUPS Z7, 448(R9)
	VZEROUPPER
	RET

// ADDROW adds the product with one row of b to a register of c in Z8.
#define ADDROW(row, a) VFMADD231PS (row)(AX*1), a, Z8

// EIGHTROWS adds all eight.
#define EIGHTROWS \
	ADDROW(R8, Z0)  \
	ADDROW(R9, Z1)  \
	ADDROW(R10, Z2) \
	ADDROW(R11, Z3) \
	ADDROW(R12, Z4) \
	ADDROW(R13, Z5) \
	ADDROW(R14, Z6) \
	ADDROW(R15, Z7)

// func addEightRows512(c, a, b *float32, bstep, vectors, fresh int)
//
//	c[j] (+)= Σ_p a[p]*b[p*bstep+j]     p<8, j<16·vectors, bstep in bytes
//
// As addEightRows, with registers of 16.
TEXT ·addEightRows512(SB), NOSPLIT, $0-48
	MOVQ         c+0(FP), DI
	MOVQ         a+8(FP), SI
	MOVQ         b+16(FP), R8
	MOVQ         bstep+24(FP), DX
	MOVQ         vectors+32(FP), CX
	MOVQ         fresh+40(FP), BX
	LEAQ         (R8)(DX*1), R9
	LEAQ         (R8)(DX*2), R10
	LEAQ         (R9)(DX*2), R11
	LEAQ         (R8)(DX*4), R12
	LEAQ         (R9)(DX*4), R13
	LEAQ         (R10)(DX*4), R14
	LEAQ         (R11)(DX*4), R15
	VBROADCASTSS (SI), Z0
	VBROADCASTSS 4(SI), Z1
	VBROADCASTSS 8(SI), Z2
	VBROADCASTSS 12(SI), Z3
	VBROADCASTSS 16(SI), Z4
	VBROADCASTSS 20(SI), Z5
	VBROADCASTSS 24(SI), Z6
	VBROADCASTSS 28(SI), Z7
	XORL         AX, AX
	TESTQ        BX, BX
	JNZ          fresh
	PCALIGN      $32

add:
	VMOVUPS (DI)(AX*1), Z8
	EIGHTROWS
	VMOVUPS Z8, (DI)(AX*1)
	ADDQ    $64, AX
	DECQ    CX
	JNZ     add
	VZEROUPPER
	RET

	PCALIGN $32

fresh:
	VPXORD  Z8, Z8, Z8
	EIGHTROWS
	VMOVUPS Z8, (DI)(AX*1)
	ADDQ    $64, AX
	DECQ    CX
	JNZ     fresh
	VZEROUPPER
	RET
