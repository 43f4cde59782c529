//go:build !purego

#include "textflag.h"
#include "go_asm.h"

// Outer products, line by line: c[i*ldc+j] (+)= a[i*astep] * b[j]. Go twin of both:
// gemmTNGeneric in gemm_generic.go.
//
// Floor: 4 bytes stored for 2 operations if c is overwritten, 32 bytes a cycle into L2.
// Reached on Zen 4 (in bench/peers: go run . -isa avx2 -batches 1 -filter 'gradweights
// (fc|LSTM|heads)', as in row_amd64.s): 256x512 111 GB/s and 1152x128 102 GB/s into
// L2, over 90 % of that; 1152x512 into L3 90 GB/s; 128x28 77 GB/s.
//
// Requires: AVX2, FMA

// SETV writes a vector of a row: c = a_i·b. ADDV adds to it: c = a_i·b + c.
#define SETV(at) \
	VMULPS  at(SI)(AX*1), Y0, Y1 \
	VMOVUPS Y1, at(DI)(AX*1)

#define ADDV(at) \
	VMOVUPS     at(DI)(AX*1), Y1     \
	VFMADD231PS at(SI)(AX*1), Y0, Y1 \
	VMOVUPS     Y1, at(DI)(AX*1)

// func outerNarrow(o *outer)
//
// outerRows for n≤32, four vectors a line or, for n≤16, two: those that there are, one
// that ends with the line, and it again. What a line adds to is read before any of it is
// written.
//
//	c[i*ldc+at_q+j] (+)= a[i*astep] * b[at_q+j]     i<rows, j<8, q<4 or 2, at in bytes
//
// DI is a line of c, R8 a, CX lines left, R9-R12 the offsets, Y4-Y7 b, Y0-Y3 the
// line, Y8 a_i.
// Limit: the stores, 4 or 2 cycles a line.
TEXT ·outerNarrow(SB), NOSPLIT, $0-8
	MOVQ    o+0(FP), DX
	MOVQ    outer_c(DX), DI
	MOVQ    outer_b(DX), SI
	MOVQ    outer_a(DX), R8
	MOVQ    outer_rows(DX), CX
	MOVQ    (outer_at+0)(DX), R9
	MOVQ    (outer_at+8)(DX), R10
	MOVQ    (outer_at+16)(DX), R11
	MOVQ    (outer_at+24)(DX), R12
	MOVQ    outer_ldc(DX), R13
	MOVQ    outer_astep(DX), BX
	VMOVUPS (SI)(R9*1), Y4
	VMOVUPS (SI)(R10*1), Y5
	CMPQ    R10, R11
	JEQ     two
	VMOVUPS (SI)(R11*1), Y6
	VMOVUPS (SI)(R12*1), Y7
	CMPQ    outer_accumulate(DX), $0
	JNE     add
	PCALIGN $32

set:
	VBROADCASTSS (R8), Y8
	VMULPS       Y4, Y8, Y0
	VMULPS       Y5, Y8, Y1
	VMULPS       Y6, Y8, Y2
	VMULPS       Y7, Y8, Y3
	VMOVUPS      Y0, (DI)(R9*1)
	VMOVUPS      Y1, (DI)(R10*1)
	VMOVUPS      Y2, (DI)(R11*1)
	VMOVUPS      Y3, (DI)(R12*1)
	ADDQ         BX, R8
	ADDQ         R13, DI
	DECQ         CX
	JNZ          set
	VZEROUPPER
	RET

	PCALIGN $32

add:
	VBROADCASTSS (R8), Y8
	VMOVUPS      (DI)(R9*1), Y0
	VMOVUPS      (DI)(R10*1), Y1
	VMOVUPS      (DI)(R11*1), Y2
	VMOVUPS      (DI)(R12*1), Y3
	VFMADD231PS  Y4, Y8, Y0
	VFMADD231PS  Y5, Y8, Y1
	VFMADD231PS  Y6, Y8, Y2
	VFMADD231PS  Y7, Y8, Y3
	VMOVUPS      Y0, (DI)(R9*1)
	VMOVUPS      Y1, (DI)(R10*1)
	VMOVUPS      Y2, (DI)(R11*1)
	VMOVUPS      Y3, (DI)(R12*1)
	ADDQ         BX, R8
	ADDQ         R13, DI
	DECQ         CX
	JNZ          add
	VZEROUPPER
	RET

two:
	CMPQ    outer_accumulate(DX), $0
	JNE     addtwo
	PCALIGN $32

settwo:
	VBROADCASTSS (R8), Y8
	VMULPS       Y4, Y8, Y0
	VMULPS       Y5, Y8, Y1
	VMOVUPS      Y0, (DI)(R9*1)
	VMOVUPS      Y1, (DI)(R10*1)
	ADDQ         BX, R8
	ADDQ         R13, DI
	DECQ         CX
	JNZ          settwo
	VZEROUPPER
	RET

	PCALIGN $32

addtwo:
	VBROADCASTSS (R8), Y8
	VMOVUPS      (DI)(R9*1), Y0
	VMOVUPS      (DI)(R10*1), Y1
	VFMADD231PS  Y4, Y8, Y0
	VFMADD231PS  Y5, Y8, Y1
	VMOVUPS      Y0, (DI)(R9*1)
	VMOVUPS      Y1, (DI)(R10*1)
	ADDQ         BX, R8
	ADDQ         R13, DI
	DECQ         CX
	JNZ          addtwo
	VZEROUPPER
	RET

// func outerRows(o *outer)
//
// For any i<rows and j<n, n≥8. The last n mod 8 columns are part of a vector that ends
// with the line; what it adds to is read before the line is written.
//
// DI is a line of c, SI b, R8 a, R9 lines left, R10 and R11 vectors left in fours
// and in ones, R12 the byte offset of the last vector or -1, AX the byte offset,
// Y0 a_i, Y2 the last vector.
// Limit: the stores, one vector a cycle into L1, 2 cycles and more farther away.
TEXT ·outerRows(SB), NOSPLIT, $0-8
	MOVQ o+0(FP), DX
	MOVQ outer_c(DX), DI
	MOVQ outer_b(DX), SI
	MOVQ outer_a(DX), R8
	MOVQ outer_rows(DX), R9
	MOVQ outer_last(DX), R12
	MOVQ outer_ldc(DX), R13
	MOVQ outer_astep(DX), BX
	MOVQ outer_vectors(DX), R14
	MOVQ outer_accumulate(DX), R15

line:
	VBROADCASTSS (R8), Y0
	MOVQ         R14, R10
	MOVQ         R14, R11
	SHRQ         $2, R10
	ANDQ         $3, R11
	XORL         AX, AX
	TESTQ        R15, R15
	JNZ          add
	TESTQ        R10, R10
	JZ           setones
	PCALIGN      $32

setfours:
	SETV(0)
	SETV(32)
	SETV(64)
	SETV(96)
	ADDQ $128, AX
	DECQ R10
	JNZ  setfours

setones:
	TESTQ R11, R11
	JZ    setlast

setone:
	SETV(0)
	ADDQ $32, AX
	DECQ R11
	JNZ  setone

setlast:
	TESTQ R12, R12
	JLT   next
	MOVQ  R12, AX
	SETV(0)
	JMP   next

add:
	TESTQ   R12, R12
	JLT     2(PC)
	VMOVUPS (DI)(R12*1), Y2
	TESTQ   R10, R10
	JZ      addones
	PCALIGN $32

addfours:
	ADDV(0)
	ADDV(32)
	ADDV(64)
	ADDV(96)
	ADDQ $128, AX
	DECQ R10
	JNZ  addfours

addones:
	TESTQ R11, R11
	JZ    addlast

addone:
	ADDV(0)
	ADDQ $32, AX
	DECQ R11
	JNZ  addone

addlast:
	TESTQ       R12, R12
	JLT         next
	VFMADD231PS (SI)(R12*1), Y0, Y2
	VMOVUPS     Y2, (DI)(R12*1)

next:
	ADDQ BX, R8
	ADDQ R13, DI
	DECQ R9
	JNZ  line
	VZEROUPPER
	RET
