//go:build !purego

#include "textflag.h"
#include "go_asm.h"
#include "micro_amd64.h"
#include "micro512tall_amd64.h"

// The tall tiles of AVX-512 of 16 columns: twice 8 and twice 6 rows.
// Go twin: the triple loops of gemm_generic.go and conv_generic.go; every sum is that of the other
// tiles to the bit.
//
// Requires: AVX-512F
//
// Z0-Z15 are the sums.
// Limit: the FMA units, 8 cycles a step from 17 loads and 6 from 13.

#define STEP16X16 \
	VMOVUPS (SI), Z24   \
	PAIR1(R8, Z0, Z8)   \
	PAIR1(R9, Z1, Z9)   \
	PAIR1(R10, Z2, Z10) \
	PAIR1(R11, Z3, Z11) \
	PAIR1(R12, Z4, Z12) \
	PAIR1(R13, Z5, Z13) \
	PAIR1(R14, Z6, Z14) \
	PAIR1(R15, Z7, Z15) \
	ADDQ    DX, SI

// func micro16x16(t *micro)
TEXT ·micro16x16(SB), NOSPLIT, $0-8
	TILE
	MOVQ  micro_kmask(DI), CX
	KMOVW CX, K1

again:
	ROWS
	ROWS8
	FETCH
	MOVQ    micro_bias(DI), CX
	VPXORD  Z0, Z0, Z0
	TESTQ   CX, CX
	JZ      spread
	VMOVUPS (CX), Z0

spread:
	VMOVAPS Z0, Z1
	VMOVAPS Z0, Z2
	VMOVAPS Z0, Z3
	VMOVAPS Z0, Z4
	VMOVAPS Z0, Z5
	VMOVAPS Z0, Z6
	VMOVAPS Z0, Z7
	VMOVAPS Z0, Z8
	VMOVAPS Z0, Z9
	VMOVAPS Z0, Z10
	VMOVAPS Z0, Z11
	VMOVAPS Z0, Z12
	VMOVAPS Z0, Z13
	VMOVAPS Z0, Z14
	VMOVAPS Z0, Z15
	START

run:
	FARINDEX
	PCALIGN $32

step:
	STEP16X16
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

write:
	CMPQ micro_accumulate(DI), $0
	JEQ  set
	ADD1(Z0, addfar)
	ADD1(Z1, addfar)
	ADD1(Z2, addfar)
	ADD1(Z3, addfar)
	ADD1(Z4, addfar)
	ADD1(Z5, addfar)
	ADD1(Z6, addfar)
	ADD1(Z7, addfar)

addfar:
	SECOND
	ADD1(Z8, done)
	ADD1(Z9, done)
	ADD1(Z10, done)
	ADD1(Z11, done)
	ADD1(Z12, done)
	ADD1(Z13, done)
	ADD1(Z14, done)
	ADD1(Z15, done)

set:
	SET1(Z0, setfar)
	SET1(Z1, setfar)
	SET1(Z2, setfar)
	SET1(Z3, setfar)
	SET1(Z4, setfar)
	SET1(Z5, setfar)
	SET1(Z6, setfar)
	SET1(Z7, setfar)

setfar:
	SECOND
	SET1(Z8, done)
	SET1(Z9, done)
	SET1(Z10, done)
	SET1(Z11, done)
	SET1(Z12, done)
	SET1(Z13, done)
	SET1(Z14, done)
	SET1(Z15, done)

done:
	AGAIN

end:
	VZEROUPPER
	RET

#define STEP12X16Z \
	VMOVUPS (SI), Z24   \
	PAIR1(R8, Z0, Z6)   \
	PAIR1(R9, Z1, Z7)   \
	PAIR1(R10, Z2, Z8)  \
	PAIR1(R11, Z3, Z9)  \
	PAIR1(R12, Z4, Z10) \
	PAIR1(R13, Z5, Z11) \
	ADDQ    DX, SI

// func micro12x16z(t *micro)
TEXT ·micro12x16z(SB), NOSPLIT, $0-8
	TILE
	MOVQ  micro_kmask(DI), CX
	KMOVW CX, K1

again:
	ROWS
	ROWS6
	FETCH
	MOVQ    micro_bias(DI), CX
	VPXORD  Z0, Z0, Z0
	TESTQ   CX, CX
	JZ      spread
	VMOVUPS (CX), Z0

spread:
	VMOVAPS Z0, Z1
	VMOVAPS Z0, Z2
	VMOVAPS Z0, Z3
	VMOVAPS Z0, Z4
	VMOVAPS Z0, Z5
	VMOVAPS Z0, Z6
	VMOVAPS Z0, Z7
	VMOVAPS Z0, Z8
	VMOVAPS Z0, Z9
	VMOVAPS Z0, Z10
	VMOVAPS Z0, Z11
	START

run:
	FARINDEX
	PCALIGN $32

step:
	STEP12X16Z
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

write:
	CMPQ micro_accumulate(DI), $0
	JEQ  set
	ADD1(Z0, addfar)
	ADD1(Z1, addfar)
	ADD1(Z2, addfar)
	ADD1(Z3, addfar)
	ADD1(Z4, addfar)
	ADD1(Z5, addfar)

addfar:
	SECOND
	ADD1(Z6, done)
	ADD1(Z7, done)
	ADD1(Z8, done)
	ADD1(Z9, done)
	ADD1(Z10, done)
	ADD1(Z11, done)

set:
	SET1(Z0, setfar)
	SET1(Z1, setfar)
	SET1(Z2, setfar)
	SET1(Z3, setfar)
	SET1(Z4, setfar)
	SET1(Z5, setfar)

setfar:
	SECOND
	SET1(Z6, done)
	SET1(Z7, done)
	SET1(Z8, done)
	SET1(Z9, done)
	SET1(Z10, done)
	SET1(Z11, done)

done:
	AGAIN

end:
	VZEROUPPER
	RET
