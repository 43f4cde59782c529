//go:build !purego

#include "textflag.h"
#include "go_asm.h"
#include "tile_amd64.h"

// The tall tiles of AVX-512: twice 6 rows by 32 columns and twice 8 rows by 16. The second half reads
// at a fixed distance from the first, as in tile12_amd64.s. Go twin: the triple loops of
// gemm_generic.go and conv_generic.go; every sum is that of the other tiles to the bit.
//
// Requires: AVX-512F
//
// Z0-Z23 are the sums, Z24 and Z25 the row of b, Z26-Z29 elements of a; K1 has the last 16 columns
// that exist. DI is the index of the second half in the steps, the tile elsewhere.
// Limit: the two FMA units: 12 cycles a step from 14 loads, or 8 from 17 (8.5).

// PAIR2 adds one element of a row of a in each half, times Z24, Z25, to a row of each half.
#define PAIR2(row, s0, s1, u0, u1) \
	VBROADCASTSS (row)(AX*1), Z26 \
	VBROADCASTSS (row)(DI*1), Z27 \
	VFMADD231PS  Z24, Z26, s0     \
	VFMADD231PS  Z25, Z26, s1     \
	VFMADD231PS  Z24, Z27, u0     \
	VFMADD231PS  Z25, Z27, u1

// PAIR1 is PAIR2 for rows of 16.
#define PAIR1(row, s, u) \
	VFMADD231PS.BCST (row)(AX*1), Z24, s \
	VFMADD231PS.BCST (row)(DI*1), Z24, u

// ADD2 writes a row: c += tile, SET2 c = tile; ADD1 and SET1 do so for a row of 16.
#define ADD2(z0, z1, next) \
	VADDPS    (SI), z0, z0        \
	VMOVUPS.Z 64(SI), K1, Z26     \
	VADDPS    Z26, z1, z1         \
	VMOVUPS   z0, (SI)            \
	VMOVUPS   z1, K1, 64(SI)      \
	DECQ      CX                  \
	JZ        next                \
	ADDQ      DX, SI

#define SET2(z0, z1, next) \
	VMOVUPS z0, (SI)       \
	VMOVUPS z1, K1, 64(SI) \
	DECQ    CX             \
	JZ      next           \
	ADDQ    DX, SI

#define ADD1(z, next) \
	VMOVUPS.Z (SI), K1, Z26 \
	VADDPS    Z26, z, z     \
	VMOVUPS   z, K1, (SI)   \
	DECQ      CX            \
	JZ        next          \
	ADDQ      DX, SI

#define SET1(z, next) \
	VMOVUPS z, K1, (SI) \
	DECQ    CX          \
	JZ      next        \
	ADDQ    DX, SI

// MAX0 is the ReLU; the order of the operands lets NaN and -0 pass.
#define MAX0(z) VMAXPS z, Z26, z

// FARINDEX sets the index of the second half, and TILE the tile again.
#define FARINDEX \
	MOVQ tile_afar(DI), DI \
	ADDQ AX, DI

#define TILE MOVQ t+0(FP), DI

// SECOND goes on to the rows of the second half.
#define SECOND \
	MOVQ tile_c(DI), SI    \
	ADDQ tile_cfar(DI), SI \
	MOVQ tile_rows(DI), CX

#define STEP12X32 \
	VMOVUPS   (SI), Z24            \
	VMOVUPS.Z 64(SI), K1, Z25      \
	PAIR2(R8, Z0, Z1, Z12, Z13)    \
	PAIR2(R9, Z2, Z3, Z14, Z15)    \
	PAIR2(R10, Z4, Z5, Z16, Z17)   \
	PAIR2(R11, Z6, Z7, Z18, Z19)   \
	PAIR2(R12, Z8, Z9, Z20, Z21)   \
	PAIR2(R13, Z10, Z11, Z22, Z23) \
	ADDQ DX, SI

// func tile12x32(t *tile)
TEXT ·tile12x32(SB), NOSPLIT, $0-8
	TILE
	MOVQ  tile_kmask(DI), CX
	KMOVW CX, K1

again:
	ROWS
	ROWS6
	FETCH
	MOVQ    tile_bias(DI), CX
	VPXORD  Z0, Z0, Z0
	VPXORD  Z1, Z1, Z1
	TESTQ   CX, CX
	JZ      spread
	VMOVUPS (CX), Z0
	VMOVUPS 64(CX), Z1

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
	CMPQ   tile_relu(DI), $0
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
	CMPQ tile_accumulate(DI), $0
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

#define STEP16X16 \
	VMOVUPS.Z (SI), K1, Z24 \
	PAIR1(R8, Z0, Z8)       \
	PAIR1(R9, Z1, Z9)       \
	PAIR1(R10, Z2, Z10)     \
	PAIR1(R11, Z3, Z11)     \
	PAIR1(R12, Z4, Z12)     \
	PAIR1(R13, Z5, Z13)     \
	PAIR1(R14, Z6, Z14)     \
	PAIR1(R15, Z7, Z15)     \
	ADDQ DX, SI

// func tile16x16(t *tile)
TEXT ·tile16x16(SB), NOSPLIT, $0-8
	TILE
	MOVQ  tile_kmask(DI), CX
	KMOVW CX, K1

again:
	ROWS
	ROWS8
	FETCH
	MOVQ    tile_bias(DI), CX
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
	CMPQ   tile_relu(DI), $0
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
	CMPQ tile_accumulate(DI), $0
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
	VMOVUPS.Z (SI), K1, Z24 \
	PAIR1(R8, Z0, Z6)       \
	PAIR1(R9, Z1, Z7)       \
	PAIR1(R10, Z2, Z8)      \
	PAIR1(R11, Z3, Z9)      \
	PAIR1(R12, Z4, Z10)     \
	PAIR1(R13, Z5, Z11)     \
	ADDQ DX, SI

// func tile12x16z(t *tile)
TEXT ·tile12x16z(SB), NOSPLIT, $0-8
	TILE
	MOVQ  tile_kmask(DI), CX
	KMOVW CX, K1

again:
	ROWS
	ROWS6
	FETCH
	MOVQ    tile_bias(DI), CX
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
	CMPQ   tile_relu(DI), $0
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
	CMPQ tile_accumulate(DI), $0
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
