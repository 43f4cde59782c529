//go:build !purego

#include "textflag.h"
#include "go_asm.h"

// A single row times a matrix: b passes by only once, so nothing is packed. Every
// sum is that of the tiles to the bit. Go twin of both: addRowTimes in
// gemm_generic.go.
//
// Requires: AVX2, FMA
//
// Floor: 4 bytes of b for 2 operations; b passes once from the cache that holds it, 32
// bytes a cycle from L2. Reached on Zen 4 (in bench/peers: go run . -isa avx2 -batches 1
// -filter 'forward (fc|LSTM|heads)', processor time on a shared machine, best
// of several runs, 3.5 GHz): 1152->128 and 256->512 from L2 100 GB/s, 90 % of that floor;
// 1152->512 from L3 70 GB/s; 128->28 39 GFLOP/s, 5 cycles a step, where an addition takes
// 4. 288->16 has only two chains of 288 additions: 25 GFLOP/s, 84 % of their 1152 cycles.

// LOADROW multiplies a vector of a row of b by Y8 and adds it to a sum.
#define LOADROW(at, sum) VFMADD231PS at(SI), Y8, sum

// LOADLAST does so for the last vector, of which Y9 has the columns.
#define LOADLAST(at, sum) \
	VMASKMOVPS  at(SI), Y9, Y10 \
	VFMADD231PS Y10, Y8, sum

// STEPROW begins a step with the element of a, and goes on.
#define STEPROW \
	VBROADCASTSS (R8), Y8 \
	ADDQ         BX, R8

#define NEXTROW(loop) \
	ADDQ DX, SI \
	DECQ CX     \
	JNZ  loop

// PUTROW writes a vector of c, PUTLAST the last one.
#define PUTROW(at, sum) \
	TESTQ   AX, AX           \
	JZ      2(PC)            \
	VADDPS  at(R9), sum, sum \
	VMOVUPS sum, at(R9)

#define PUTLAST(at, sum) \
	VMASKMOVPS at(R9), Y9, Y10 \
	TESTQ      AX, AX          \
	JZ         2(PC)           \
	VADDPS     Y10, sum, sum   \
	VMASKMOVPS sum, Y9, at(R9)

// func rowTimes(r *microRow)
//
//	c[j] (+)= Σ_p a[p*astep]*b[p*bstep+j]     p<count, j<8·vectors, the last 8 under mask
//
// R8 is a, SI b, BX and DX their steps, CX the steps left, R9 c, Y0-Y7 the sums.
// Limit: with 8 vectors 8 loads a step (4 cycles) from L1, 8 cycles and more from
// farther away; with fewer the 4 cycles of an addition.
TEXT ·rowTimes(SB), NOSPLIT, $0-8
	MOVQ    r+0(FP), DI
	MOVQ    microRow_a(DI), R8
	MOVQ    microRow_b(DI), SI
	MOVQ    microRow_c(DI), R9
	MOVQ    microRow_astep(DI), BX
	MOVQ    microRow_bstep(DI), DX
	MOVQ    microRow_count(DI), CX
	MOVQ    microRow_accumulate(DI), AX
	MOVQ    microRow_mask(DI), R10
	MOVQ    microRow_vectors(DI), R11
	VMOVUPS (R10), Y9
	VXORPS  X0, X0, X0
	VXORPS  X1, X1, X1
	VXORPS  X2, X2, X2
	VXORPS  X3, X3, X3
	VXORPS  X4, X4, X4
	VXORPS  X5, X5, X5
	VXORPS  X6, X6, X6
	VXORPS  X7, X7, X7
	CMPQ    R11, $2
	JLT     one
	JEQ     two
	CMPQ    R11, $4
	JEQ     four
	PCALIGN $32

eight:
	STEPROW
	LOADROW(0, Y0)
	LOADROW(32, Y1)
	LOADROW(64, Y2)
	LOADROW(96, Y3)
	LOADROW(128, Y4)
	LOADROW(160, Y5)
	LOADROW(192, Y6)
	LOADLAST(224, Y7)
	NEXTROW(eight)
	PUTROW(0, Y0)
	PUTROW(32, Y1)
	PUTROW(64, Y2)
	PUTROW(96, Y3)
	PUTROW(128, Y4)
	PUTROW(160, Y5)
	PUTROW(192, Y6)
	PUTLAST(224, Y7)
	JMP done

	PCALIGN $32

four:
	STEPROW
	LOADROW(0, Y0)
	LOADROW(32, Y1)
	LOADROW(64, Y2)
	LOADLAST(96, Y3)
	NEXTROW(four)
	PUTROW(0, Y0)
	PUTROW(32, Y1)
	PUTROW(64, Y2)
	PUTLAST(96, Y3)
	JMP done

	PCALIGN $32

two:
	STEPROW
	LOADROW(0, Y0)
	LOADLAST(32, Y1)
	NEXTROW(two)
	PUTROW(0, Y0)
	PUTLAST(32, Y1)
	JMP done

	PCALIGN $32

one:
	STEPROW
	LOADLAST(0, Y0)
	NEXTROW(one)
	PUTLAST(0, Y0)

done:
	VZEROUPPER
	RET

// ADDROW adds the product with one row of b to a vector of c in Y8.
#define ADDROW(row, a) VFMADD231PS (row)(AX*1), a, Y8

// EIGHTROWS adds all eight.
#define EIGHTROWS \
	ADDROW(R8, Y0)  \
	ADDROW(R9, Y1)  \
	ADDROW(R10, Y2) \
	ADDROW(R11, Y3) \
	ADDROW(R12, Y4) \
	ADDROW(R13, Y5) \
	ADDROW(R14, Y6) \
	ADDROW(R15, Y7)

// func addEightRows(c, a, b *float32, bstep, vectors, fresh int)
//
//	c[j] (+)= Σ_p a[p]*b[p*bstep+j]     p<8, j<8·vectors, bstep in bytes
//
// c starts from zero if fresh is not 0. The walk is along the rows of b, eight at a
// time, which is what the prefetchers of the caches follow.
//
// R8-R15 are rows of b, Y0-Y7 elements of a, AX the byte offset.
// Limit: 9 loads (4.5 cycles) a vector from L1, 8 cycles from L2.
TEXT ·addEightRows(SB), NOSPLIT, $0-48
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
	VBROADCASTSS (SI), Y0
	VBROADCASTSS 4(SI), Y1
	VBROADCASTSS 8(SI), Y2
	VBROADCASTSS 12(SI), Y3
	VBROADCASTSS 16(SI), Y4
	VBROADCASTSS 20(SI), Y5
	VBROADCASTSS 24(SI), Y6
	VBROADCASTSS 28(SI), Y7
	XORL         AX, AX
	TESTQ        BX, BX
	JNZ          fresh
	PCALIGN      $32

add:
	VMOVUPS (DI)(AX*1), Y8
	EIGHTROWS
	VMOVUPS Y8, (DI)(AX*1)
	ADDQ    $32, AX
	DECQ    CX
	JNZ     add
	VZEROUPPER
	RET

	PCALIGN $32

fresh:
	VXORPS  X8, X8, X8
	EIGHTROWS
	VMOVUPS Y8, (DI)(AX*1)
	ADDQ    $32, AX
	DECQ    CX
	JNZ     fresh
	VZEROUPPER
	RET
