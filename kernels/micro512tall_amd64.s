//go:build !purego

#include "textflag.h"
#include "go_asm.h"
#include "micro_amd64.h"
#include "micro512tall_amd64.h"

// The tall tile of AVX-512 of 32 columns: twice 6 rows.
// Go twin: the triple loops of gemm_generic.go and conv_generic.go; every sum is that of the other
// tiles to the bit.
//
// Requires: AVX-512F
//
// Z0-Z23 are the sums.
// Limit: the two FMA units, 12 cycles a step from 14 loads.

#define STEP12X32 \
	VMOVUPS (SI), Z24              \
	VMOVUPS (SI)(R14*1), Z25       \
	PAIR2(R8, Z0, Z1, Z12, Z13)    \
	PAIR2(R9, Z2, Z3, Z14, Z15)    \
	PAIR2(R10, Z4, Z5, Z16, Z17)   \
	PAIR2(R11, Z6, Z7, Z18, Z19)   \
	PAIR2(R12, Z8, Z9, Z20, Z21)   \
	PAIR2(R13, Z10, Z11, Z22, Z23) \
	ADDQ    DX, SI

// func micro12x32(t *micro)
TEXT ·micro12x32(SB), NOSPLIT, $0-8
	TILE
	MOVQ micro_last(DI), R14

again:
	ROWS
	ROWS6
	FETCH
	MOVQ    micro_bias(DI), CX
	VPXORD  Z0, Z0, Z0
	VPXORD  Z1, Z1, Z1
	TESTQ   CX, CX
	JZ      spread
	VMOVUPS (CX), Z0
	VMOVUPS (CX)(R14*1), Z1

spread:
	VMOVAPS Z0, Z2
	VMOVAPS Z1, Z3
	VMOVAPS Z0, Z4
	VMOVAPS Z1, Z5
	VMOVAPS Z0, Z6
	VMOVAPS Z1, Z7
	VMOVAPS Z0, Z8
	VMOVAPS Z1, Z9
	VMOVAPS Z0, Z10
	VMOVAPS Z1, Z11
	VMOVAPS Z0, Z12
	VMOVAPS Z1, Z13
	VMOVAPS Z0, Z14
	VMOVAPS Z1, Z15
	VMOVAPS Z0, Z16
	VMOVAPS Z1, Z17
	VMOVAPS Z0, Z18
	VMOVAPS Z1, Z19
	VMOVAPS Z0, Z20
	VMOVAPS Z1, Z21
	VMOVAPS Z0, Z22
	VMOVAPS Z1, Z23
	START

run:
	FARINDEX
	PCALIGN $32

step:
	STEP12X32
	ADDQ BX, AX
	ADDQ BX, DI
	DECQ CX
	JNZ  step
	TILE
	NEXT(out)
	JMP  run

out:
	OUTPUT
	CMPQ   micro_relu(DI), $0
	JEQ    write
	VPXORD Z26, Z26, Z26
	MAX0(Z0)
	MAX0(Z1)
	MAX0(Z2)
	MAX0(Z3)
	MAX0(Z4)
	MAX0(Z5)
	MAX0(Z6)
	MAX0(Z7)
	MAX0(Z8)
	MAX0(Z9)
	MAX0(Z10)
	MAX0(Z11)
	MAX0(Z12)
	MAX0(Z13)
	MAX0(Z14)
	MAX0(Z15)
	MAX0(Z16)
	MAX0(Z17)
	MAX0(Z18)
	MAX0(Z19)
	MAX0(Z20)
	MAX0(Z21)
	MAX0(Z22)
	MAX0(Z23)

write:
	CMPQ micro_accumulate(DI), $0
	JEQ  set
	ADD2(Z0, Z1, addfar)
	ADD2(Z2, Z3, addfar)
	ADD2(Z4, Z5, addfar)
	ADD2(Z6, Z7, addfar)
	ADD2(Z8, Z9, addfar)
	ADD2(Z10, Z11, addfar)

addfar:
	SECOND
	ADD2(Z12, Z13, done)
	ADD2(Z14, Z15, done)
	ADD2(Z16, Z17, done)
	ADD2(Z18, Z19, done)
	ADD2(Z20, Z21, done)
	ADD2(Z22, Z23, done)

set:
	SET2(Z0, Z1, setfar)
	SET2(Z2, Z3, setfar)
	SET2(Z4, Z5, setfar)
	SET2(Z6, Z7, setfar)
	SET2(Z8, Z9, setfar)
	SET2(Z10, Z11, setfar)

setfar:
	SECOND
	SET2(Z12, Z13, done)
	SET2(Z14, Z15, done)
	SET2(Z16, Z17, done)
	SET2(Z18, Z19, done)
	SET2(Z20, Z21, done)
	SET2(Z22, Z23, done)

done:
	AGAIN

end:
	VZEROUPPER
	RET
