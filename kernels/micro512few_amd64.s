//go:build !purego

#include "textflag.h"
#include "go_asm.h"
#include "micro_amd64.h"
#include "micro512_amd64.h"

// The AVX-512 tiles of 32 columns by 4 rows and of 16 columns by 8.
// Go twin: the triple loops of gemm_generic.go and conv_generic.go; every sum is
// that of the AVX2 tiles to the bit.
//
// Requires: AVX-512F
//
// Z0-Z15 are the sums, Z20-Z23 elements of a.
// Limit: the FMA units, on Zen 4 a whole register a cycle: 8 cycles a step, from
// 4 broadcasts and 2 loads, or from a load and 8 multiply-adds that read memory.

#define STEP4x32 \
	VMOVUPS (SI), Z16       \
	VMOVUPS (SI)(DI*1), Z17 \
	STEP2(R8, Z20, Z0, Z1)  \
	STEP2(R9, Z21, Z2, Z3)  \
	STEP2(R10, Z22, Z4, Z5) \
	STEP2(R11, Z23, Z6, Z7) \
	ADDQ    DX, SI

// func micro4x32(t *micro)
TEXT ·micro4x32(SB), NOSPLIT, $0-8
	TILE

again:
	ROWS
	FETCH
	CMPQ micro_count(DI), $96
	JLT  begin
	FIRST
	TOUCH2
	TOUCH2

begin:
	MOVQ    micro_bias(DI), CX
	VPXORD  Z0, Z0, Z0
	VPXORD  Z1, Z1, Z1
	TESTQ   CX, CX
	JZ      spread
	VMOVUPS (CX), Z0
	MOVQ    micro_last(DI), AX
	VMOVUPS (CX)(AX*1), Z1

spread:
	VMOVAPS Z0, Z2
	VMOVAPS Z1, Z3
	VMOVAPS Z0, Z4
	VMOVAPS Z1, Z5
	VMOVAPS Z0, Z6
	VMOVAPS Z1, Z7
	START

run:
	LAST
	PCALIGN $32

step:
	STEP4x32
	ADDQ BX, AX
	DECQ CX
	JNZ  step
	TILE
	NEXT(out)
	JMP  run

out:
	OUTPUT
	MOVQ   micro_last(DI), R14
	CMPQ   micro_relu(DI), $0
	JEQ    write
	VPXORD Z16, Z16, Z16
	MAX0(Z0)
	MAX0(Z1)
	MAX0(Z2)
	MAX0(Z3)
	MAX0(Z4)
	MAX0(Z5)
	MAX0(Z6)
	MAX0(Z7)

write:
	CMPQ micro_accumulate(DI), $0
	JEQ  set
	ADD2(Z0, Z1)
	ADD2(Z2, Z3)
	ADD2(Z4, Z5)
	ADD2(Z6, Z7)

set:
	SET2(Z0, Z1)
	SET2(Z2, Z3)
	SET2(Z4, Z5)
	SET2(Z6, Z7)

done:
	AGAIN

end:
	VZEROUPPER
	RET

#define STEP8x16 \
	VMOVUPS (SI), Z16   \
	STEP1(R8, Z20, Z0)  \
	STEP1(R9, Z21, Z1)  \
	STEP1(R10, Z22, Z2) \
	STEP1(R11, Z23, Z3) \
	STEP1(R12, Z20, Z4) \
	STEP1(R13, Z21, Z5) \
	STEP1(R14, Z22, Z6) \
	STEP1(R15, Z23, Z7) \
	ADDQ    DX, SI

// func micro8x16z(t *micro)
TEXT ·micro8x16z(SB), NOSPLIT, $0-8
	MOVQ  t+0(FP), DI
	MOVQ  micro_kmask(DI), CX
	KMOVW CX, K1

again:
	ROWS
	ROWS8
	FETCH
	CMPQ micro_count(DI), $96
	JLT  begin
	FIRST
	TOUCH
	TOUCH
	TOUCH
	TOUCH

begin:
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
	START
	PCALIGN $32

step:
	STEP8x16
	ADDQ BX, AX
	DECQ CX
	JNZ  step
	NEXT(out)
	JMP  step

out:
	OUTPUT
	CMPQ   micro_relu(DI), $0
	JEQ    write
	VPXORD Z16, Z16, Z16
	MAX0(Z0)
	MAX0(Z1)
	MAX0(Z2)
	MAX0(Z3)
	MAX0(Z4)
	MAX0(Z5)
	MAX0(Z6)
	MAX0(Z7)

write:
	CMPQ micro_accumulate(DI), $0
	JEQ  set
	ADD1(Z0)
	ADD1(Z1)
	ADD1(Z2)
	ADD1(Z3)
	ADD1(Z4)
	ADD1(Z5)
	ADD1(Z6)
	ADD1(Z7)

set:
	SET1(Z0)
	SET1(Z1)
	SET1(Z2)
	SET1(Z3)
	SET1(Z4)
	SET1(Z5)
	SET1(Z6)
	SET1(Z7)

done:
	AGAIN

end:
	VZEROUPPER
	RET
