//go:build !purego

#include "textflag.h"
#include "go_asm.h"

#define TIMES(b, y) VFMADD231PS (b)(AX*1), Y8, y

#define MASKTIMES(b, y) \
	VMASKMOVPS  (b)(AX*1), Y9, Y10 \
	VFMADD231PS Y10, Y8, y

// func dots1x8(d *dots)
//
// Dot products of a with 8 rows of b, times times, 8 products of each at a time,
// the last ones under a mask:
//
//	c[j] (+)= Σ_p a[p]*b_j[p]     j<8 under cmask
//
// Go twin: addDots in gemm_generic.go.
//
// Requires: AVX2, FMA
//
// SI is a, R8-R15 are rows of b, AX the byte offset, Y0-Y7 the sums, Y8 a.
// Floor: 8 multiply-adds and 9 loads a turn (4.5 cycles) from L1, 8 cycles from L2; then
// about 20 cycles to add up the sums. Reached on Zen 4 (in bench/peers: go run . -isa
// avx2 -batches 1 -filter 'gradinput (fc|LSTM|heads)', as in row_amd64.s):
// 512->256 from L2 92 GB/s, 82 % of its bandwidth; 512->1152 from L3 69 GB/s; sums of 28
// 25 GFLOP/s, where adding up takes as long as multiplying.
TEXT ·dots1x8(SB), NOSPLIT, $0-8
	MOVQ d+0(FP), DI
	MOVQ dots_a(DI), SI
	MOVQ (dots_b+0)(DI), R8
	MOVQ (dots_b+8)(DI), R9
	MOVQ (dots_b+16)(DI), R10
	MOVQ (dots_b+24)(DI), R11
	MOVQ (dots_b+32)(DI), R12
	MOVQ (dots_b+40)(DI), R13
	MOVQ (dots_b+48)(DI), R14
	MOVQ (dots_b+56)(DI), R15

again:
	MOVQ    dots_k(DI), CX
	MOVQ    CX, BX
	ANDQ    $7, BX
	SHRQ    $3, CX
	XORL    AX, AX
	VXORPS  X0, X0, X0
	VXORPS  X1, X1, X1
	VXORPS  X2, X2, X2
	VXORPS  X3, X3, X3
	VXORPS  X4, X4, X4
	VXORPS  X5, X5, X5
	VXORPS  X6, X6, X6
	VXORPS  X7, X7, X7
	TESTQ   CX, CX
	JZ      tail
	PCALIGN $32

loop:
	VMOVUPS (SI)(AX*1), Y8
	TIMES(R8, Y0)
	TIMES(R9, Y1)
	TIMES(R10, Y2)
	TIMES(R11, Y3)
	TIMES(R12, Y4)
	TIMES(R13, Y5)
	TIMES(R14, Y6)
	TIMES(R15, Y7)
	ADDQ    $32, AX
	DECQ    CX
	JNZ     loop

tail:
	TESTQ      BX, BX
	JZ         fold
	MOVQ       dots_kmask(DI), DX
	VMOVUPS    (DX), Y9
	VMASKMOVPS (SI)(AX*1), Y9, Y8
	MASKTIMES(R8, Y0)
	MASKTIMES(R9, Y1)
	MASKTIMES(R10, Y2)
	MASKTIMES(R11, Y3)
	MASKTIMES(R12, Y4)
	MASKTIMES(R13, Y5)
	MASKTIMES(R14, Y6)
	MASKTIMES(R15, Y7)

fold:
	VHADDPS    Y1, Y0, Y0
	VHADDPS    Y3, Y2, Y2
	VHADDPS    Y5, Y4, Y4
	VHADDPS    Y7, Y6, Y6
	VHADDPS    Y2, Y0, Y0
	VHADDPS    Y6, Y4, Y4
	VPERM2F128 $0x20, Y4, Y0, Y1
	VPERM2F128 $0x31, Y4, Y0, Y2
	VADDPS     Y2, Y1, Y0
	MOVQ       dots_c(DI), BX
	MOVQ       dots_cmask(DI), DX
	CMPQ       dots_accumulate(DI), $0
	JEQ        set
	VMOVUPS    (DX), Y9
	VMASKMOVPS (BX), Y9, Y1
	VADDPS     Y1, Y0, Y0

set:
	CMPQ    dots_cols(DI), $8
	JNE     masked
	VMOVUPS Y0, (BX)
	DECQ    dots_times(DI)
	JZ      done
	ADDQ    $32, BX
	MOVQ    BX, dots_c(DI)
	MOVQ    dots_next(DI), DX
	ADDQ    DX, R8
	ADDQ    DX, R9
	ADDQ    DX, R10
	ADDQ    DX, R11
	ADDQ    DX, R12
	ADDQ    DX, R13
	ADDQ    DX, R14
	ADDQ    DX, R15
	JMP     again

masked:  // which goes much slower
	VMOVUPS    (DX), Y9
	VMASKMOVPS Y0, Y9, (BX)

done:
	VZEROUPPER
	RET
