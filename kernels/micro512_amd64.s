//go:build !purego

#include "textflag.h"
#include "go_asm.h"
#include "micro_amd64.h"
#include "micro512_amd64.h"

// The AVX-512 tiles of 32 columns by 8 and by 6 rows.
// Go twin: the triple loops of gemm_generic.go and conv_generic.go; every sum is
// that of the AVX2 tiles to the bit.
//
// Requires: AVX-512F
//
// Z0-Z15 are the sums, Z20-Z23 elements of a.
// Limit: the FMA units, on Zen 4 a whole register a cycle: 16 and 12 cycles a
// step, from 8 and 6 broadcasts and 2 loads.
//
// Products of 8 and 16 rows use a panel of weights once or twice, so 8x32 asks for rows of b ahead:
// the eighth from here, and the same row of the next panel for weights that the L2 cache does not hold
// (fc of the feedforward network: 1.5 times as fast on an Intel Xeon, the others the same).

#define STEP8x32 \
	VMOVUPS    (SI), Z16       \
	VMOVUPS    (SI)(DI*1), Z17 \
	STEP2(R8, Z20, Z0, Z1)     \
	STEP2(R9, Z21, Z2, Z3)     \
	STEP2(R10, Z22, Z4, Z5)    \
	STEP2(R11, Z23, Z6, Z7)    \
	STEP2(R12, Z20, Z8, Z9)    \
	STEP2(R13, Z21, Z10, Z11)  \
	STEP2(R14, Z22, Z12, Z13)  \
	STEP2(R15, Z23, Z14, Z15)  \
	PREFETCHT0 (SI)(DX*8)      \
	PREFETCHT0 64(SI)(DX*8)    \
	PREFETCHT1 128(SI)         \
	PREFETCHT1 192(SI)         \
	ADDQ       DX, SI

// func micro8x32(t *micro)
TEXT ·micro8x32(SB), NOSPLIT, $0-8
	TILE

again:
	ROWS
	ROWS8
	FETCH
	CMPQ micro_count(DI), $96
	JLT  begin
	FIRST
	TOUCH2
	TOUCH2
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
	VMOVAPS Z0, Z8
	VMOVAPS Z1, Z9
	VMOVAPS Z0, Z10
	VMOVAPS Z1, Z11
	VMOVAPS Z0, Z12
	VMOVAPS Z1, Z13
	VMOVAPS Z0, Z14
	VMOVAPS Z1, Z15
	START

run:
	LAST
	PCALIGN $32

step:
	STEP8x32
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
	ADD2(Z0, Z1)
	ADD2(Z2, Z3)
	ADD2(Z4, Z5)
	ADD2(Z6, Z7)
	ADD2(Z8, Z9)
	ADD2(Z10, Z11)
	ADD2(Z12, Z13)
	ADD2(Z14, Z15)

set:
	SET2(Z0, Z1)
	SET2(Z2, Z3)
	SET2(Z4, Z5)
	SET2(Z6, Z7)
	SET2(Z8, Z9)
	SET2(Z10, Z11)
	SET2(Z12, Z13)
	SET2(Z14, Z15)

done:
	AGAIN

end:
	VZEROUPPER
	RET

#define STEP6x32 \
	VMOVUPS (SI), Z16         \
	VMOVUPS (SI)(DI*1), Z17   \
	STEP2(R8, Z20, Z0, Z1)    \
	STEP2(R9, Z21, Z2, Z3)    \
	STEP2(R10, Z22, Z4, Z5)   \
	STEP2(R11, Z23, Z6, Z7)   \
	STEP2(R12, Z20, Z8, Z9)   \
	STEP2(R13, Z21, Z10, Z11) \
	ADDQ    DX, SI

// func micro6x32(t *micro)
TEXT ·micro6x32(SB), NOSPLIT, $0-8
	TILE

again:
	ROWS
	ROWS6
	FETCH
	CMPQ micro_count(DI), $96
	JLT  begin
	FIRST
	TOUCH2
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
	VMOVAPS Z0, Z8
	VMOVAPS Z1, Z9
	VMOVAPS Z0, Z10
	VMOVAPS Z1, Z11
	START

run:
	LAST
	PCALIGN $32

step:
	STEP6x32
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
	MAX0(Z8)
	MAX0(Z9)
	MAX0(Z10)
	MAX0(Z11)

write:
	CMPQ micro_accumulate(DI), $0
	JEQ  set
	ADD2(Z0, Z1)
	ADD2(Z2, Z3)
	ADD2(Z4, Z5)
	ADD2(Z6, Z7)
	ADD2(Z8, Z9)
	ADD2(Z10, Z11)

set:
	SET2(Z0, Z1)
	SET2(Z2, Z3)
	SET2(Z4, Z5)
	SET2(Z6, Z7)
	SET2(Z8, Z9)
	SET2(Z10, Z11)

done:
	AGAIN

end:
	VZEROUPPER
	RET
