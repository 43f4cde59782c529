//go:build !purego

#include "textflag.h"
#include "go_asm.h"

// Outer products of up to 64 columns, line by line, with b in registers. Go twin: gemmTNGeneric in
// gemm_generic.go; every element is that of outer_amd64.s to the bit.
//
// Requires: AVX-512F
//
// Limit: the stores, one register of 16 floats a cycle into L1.

// SET sets a register of a line: c = a_i·b. ADD adds to it: c = a_i·b + c.
#define SET(at, mask, b, c) \
	VMULPS  b, Z8, c        \
	VMOVUPS c, mask, at(DI)

#define ADD(at, mask, b, c) \
	VMOVUPS.Z   at(DI), mask, c \
	VFMADD231PS b, Z8, c        \
	VMOVUPS     c, mask, at(DI)

// LINE begins a line with its element of a, NEXTLINE goes on.
#define LINE VBROADCASTSS (R8), Z8

#define NEXTLINE(loop) \
	ADDQ BX, R8  \
	ADDQ R13, DI \
	DECQ CX      \
	JNZ  loop

// func outer512(o *outer)
//
//	c[i*ldc+j] (+)= a[i*astep] * b[j]     i<rows, j<64 under cmask
//
// DI is a line of c, R8 a, CX lines left, K1-K4 the columns, Z4-Z7 b, Z0-Z3 the line, Z8 a_i.
TEXT ·outer512(SB), NOSPLIT, $0-8
	MOVQ      o+0(FP), DX
	MOVQ      outer_c(DX), DI
	MOVQ      outer_b(DX), SI
	MOVQ      outer_a(DX), R8
	MOVQ      outer_rows(DX), CX
	MOVQ      outer_ldc(DX), R13
	MOVQ      outer_astep(DX), BX
	MOVQ      outer_cmask(DX), AX
	KMOVW     AX, K1
	MOVQ      AX, R9
	SHRQ      $16, R9
	KMOVW     R9, K2
	SHRQ      $16, R9
	KMOVW     R9, K3
	SHRQ      $16, R9
	KMOVW     R9, K4
	VMOVUPS.Z (SI), K1, Z4
	VMOVUPS.Z 64(SI), K2, Z5
	VMOVUPS.Z 128(SI), K3, Z6
	VMOVUPS.Z 192(SI), K4, Z7
	CMPQ      outer_accumulate(DX), $0
	JNE       add
	SHRQ      $16, AX
	JZ        setone
	SHRQ      $16, AX
	JNZ       setfour
	PCALIGN   $32

settwo:
	LINE
	SET(0, K1, Z4, Z0)
	SET(64, K2, Z5, Z1)
	NEXTLINE(settwo)
	JMP done
	PCALIGN $32

setone:
	LINE
	SET(0, K1, Z4, Z0)
	NEXTLINE(setone)
	JMP done
	PCALIGN $32

setfour:
	LINE
	SET(0, K1, Z4, Z0)
	SET(64, K2, Z5, Z1)
	SET(128, K3, Z6, Z2)
	SET(192, K4, Z7, Z3)
	NEXTLINE(setfour)
	JMP done

add:
	SHRQ    $16, AX
	JZ      addone
	SHRQ    $16, AX
	JNZ     addfour
	PCALIGN $32

addtwo:
	LINE
	ADD(0, K1, Z4, Z0)
	ADD(64, K2, Z5, Z1)
	NEXTLINE(addtwo)
	JMP done
	PCALIGN $32

addone:
	LINE
	ADD(0, K1, Z4, Z0)
	NEXTLINE(addone)
	JMP done
	PCALIGN $32

addfour:
	LINE
	ADD(0, K1, Z4, Z0)
	ADD(64, K2, Z5, Z1)
	ADD(128, K3, Z6, Z2)
	ADD(192, K4, Z7, Z3)
	NEXTLINE(addfour)

done:
	VZEROUPPER
	RET
