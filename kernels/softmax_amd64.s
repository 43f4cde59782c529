//go:build !purego

#include "textflag.h"
#include "exp_amd64.h"

// The logarithm for LogSoftmax3:
//
//	log(1+u) = 2·atanh(t) = 2t + t·z·(L0 + L1·z + ... + L5·z⁵)     t = u/(u+2), z = t²
//
// L0 to L5 are a minimax fit of our own on 0 ≤ u ≤ 2, coefficients rounded to
// float32 one after another: within 2^-29 of the result before rounding.

SPLAT(logc, 0, $0x3f2aaa9f)   // L0
SPLAT(logc, 32, $0x3eccd39f)  // L1
SPLAT(logc, 64, $0x3e91a024)  // L2
SPLAT(logc, 96, $0x3e7265a5)  // L3
SPLAT(logc, 128, $0x3dd09257) // L4
SPLAT(logc, 160, $0x3eb589b8) // L5

GLOBL logc<>(SB), RODATA|NOPTR, $192

// EXP replaces y, at most 0, by exp(y), and a y below -87 by exp(-87). A NaN
// passes.
#define EXP(y, two, p, q) \
	VMOVUPS     MIN87, q    \
	VMAXPS      y, q, y     \
	EXPM1(y, two, p, q)     \
	VFMADD213PS two, two, p \
	VMOVAPS     p, y

// func logSoftmax3Vectors(logp, logits *float32, blocks int)
//
// 8 groups of 3 a turn: Y0-Y2 are their first, second and third logits. The
// largest one's exponential is 1, so the sum is 1+u with two exponentials.
// Go twin: logSoftmax3Generic.
//
// Requires: AVX2, FMA
//
// Floor: about 80 instructions and one division for 8 groups: some 40 cycles, 1.4 ns a
// group at 3.5 GHz. Reached on Zen 4 (go test -run - -bench LogSoftmax3 ./kernels, best of 32
// short rounds on a shared machine): 2.0 ns a group in 144 of them.
TEXT ·logSoftmax3Vectors(SB), NOSPLIT, $0-24
	MOVQ logp+0(FP), DI
	MOVQ logits+8(FP), SI
	MOVQ blocks+16(FP), CX

block:
	// Groups 0-3 in the low halves, 4-7 in the high ones, then apart.
	VMOVUPS     (SI), X3
	VMOVUPS     16(SI), X4
	VMOVUPS     32(SI), X5
	VINSERTF128 $1, 48(SI), Y3, Y3 // x0 y0 z0 x1
	VINSERTF128 $1, 64(SI), Y4, Y4 // y1 z1 x2 y2
	VINSERTF128 $1, 80(SI), Y5, Y5 // z2 x3 y3 z3
	VSHUFPS     $0x9e, Y5, Y4, Y6  // x2 y2 x3 y3
	VSHUFPS     $0x49, Y4, Y3, Y7  // y0 z0 y1 z1
	VSHUFPS     $0x8c, Y6, Y3, Y0
	VSHUFPS     $0xd8, Y6, Y7, Y1
	VSHUFPS     $0xcd, Y5, Y7, Y2

	// Largest in Y3, the other two in Y4 and Y5.
	VMAXPS Y1, Y0, Y6
	VMINPS Y1, Y0, Y7
	VMAXPS Y2, Y6, Y3
	VMINPS Y2, Y6, Y6
	VMAXPS Y6, Y7, Y4
	VMINPS Y6, Y7, Y5
	VSUBPS Y3, Y4, Y4
	VSUBPS Y3, Y5, Y5
	VSUBPS Y3, Y0, Y0
	VSUBPS Y3, Y1, Y1
	VSUBPS Y3, Y2, Y2

	// Y15: all ones where the group has a NaN, or a largest that is infinite.
	VADDPS Y1, Y0, Y15
	VADDPS Y2, Y15, Y15
	VCMPPS $3, Y15, Y15, Y15

	EXP(Y4, Y6, Y7, Y8)
	EXP(Y5, Y9, Y10, Y11)
	VADDPS      Y5, Y4, Y4             // u
	VADDPS      TWO, Y4, Y5
	VDIVPS      Y5, Y4, Y4             // t
	VMULPS      Y4, Y4, Y5             // z
	VMOVUPS     logc<>+160(SB), Y6
	VFMADD213PS logc<>+128(SB), Y5, Y6
	VFMADD213PS logc<>+96(SB), Y5, Y6
	VFMADD213PS logc<>+64(SB), Y5, Y6
	VFMADD213PS logc<>+32(SB), Y5, Y6
	VFMADD213PS logc<>+0(SB), Y5, Y6
	VMULPS      Y5, Y6, Y6
	VADDPS      TWO, Y6, Y6
	VMULPS      Y4, Y6, Y6             // log(1+u)
	VORPS       Y15, Y6, Y6
	VSUBPS      Y6, Y0, Y0
	VSUBPS      Y6, Y1, Y1
	VSUBPS      Y6, Y2, Y2

	// Back in order.
	VSHUFPS      $0x88, Y1, Y0, Y6 // x0 x2 y0 y2
	VSHUFPS      $0xdd, Y2, Y1, Y7 // y1 y3 z1 z3
	VSHUFPS      $0xd8, Y0, Y2, Y8 // z0 z2 x1 x3
	VSHUFPS      $0x88, Y8, Y6, Y3
	VSHUFPS      $0xd8, Y6, Y7, Y4
	VSHUFPS      $0xdd, Y7, Y8, Y5
	VMOVUPS      X3, (DI)
	VMOVUPS      X4, 16(DI)
	VMOVUPS      X5, 32(DI)
	VEXTRACTF128 $1, Y3, 48(DI)
	VEXTRACTF128 $1, Y4, 64(DI)
	VEXTRACTF128 $1, Y5, 80(DI)
	ADDQ         $96, SI
	ADDQ         $96, DI
	DECQ         CX
	JNZ          block
	VZEROUPPER
	RET
