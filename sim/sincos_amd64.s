//go:build !purego

#include "textflag.h"
#include "go_asm.h"

// Sines and cosines of eight angles at a time: the operations of Sincos in the same order, so with
// the same bits. No product is fused with a sum.
//
// Requires: AVX-512 F, DQ

DATA maxAngle<>+0(SB)/8, $(1.0e6)
GLOBL maxAngle<>(SB), RODATA|NOPTR, $8
DATA minAngle<>+0(SB)/8, $(-1.0e6)
GLOBL minAngle<>(SB), RODATA|NOPTR, $8
DATA twoOverPi<>+0(SB)/8, $(0.63661977236758138)
GLOBL twoOverPi<>(SB), RODATA|NOPTR, $8
DATA rounding<>+0(SB)/8, $(6755399441055744.0)
GLOBL rounding<>(SB), RODATA|NOPTR, $8
DATA piOver2a<>+0(SB)/8, $(1.5707963267341256)
GLOBL piOver2a<>(SB), RODATA|NOPTR, $8
DATA piOver2b<>+0(SB)/8, $(6.077100506303966e-11)
GLOBL piOver2b<>(SB), RODATA|NOPTR, $8
DATA piOver2c<>+0(SB)/8, $(2.0222662487959506e-21)
GLOBL piOver2c<>(SB), RODATA|NOPTR, $8
DATA s0<>+0(SB)/8, $(-0.16666666666666632)
GLOBL s0<>(SB), RODATA|NOPTR, $8
DATA s1<>+0(SB)/8, $(0.008333333333322316)
GLOBL s1<>(SB), RODATA|NOPTR, $8
DATA s2<>+0(SB)/8, $(-0.00019841269829725248)
GLOBL s2<>(SB), RODATA|NOPTR, $8
DATA s3<>+0(SB)/8, $(2.755731366207464e-06)
GLOBL s3<>(SB), RODATA|NOPTR, $8
DATA s4<>+0(SB)/8, $(-2.5050753267459485e-08)
GLOBL s4<>(SB), RODATA|NOPTR, $8
DATA s5<>+0(SB)/8, $(1.5896505127766658e-10)
GLOBL s5<>(SB), RODATA|NOPTR, $8
DATA c0<>+0(SB)/8, $(0.041666666666666602)
GLOBL c0<>(SB), RODATA|NOPTR, $8
DATA c1<>+0(SB)/8, $(-0.001388888888887399)
GLOBL c1<>(SB), RODATA|NOPTR, $8
DATA c2<>+0(SB)/8, $(2.4801587289394977e-05)
GLOBL c2<>(SB), RODATA|NOPTR, $8
DATA c3<>+0(SB)/8, $(-2.7557314326045664e-07)
GLOBL c3<>(SB), RODATA|NOPTR, $8
DATA c4<>+0(SB)/8, $(2.0875719560801665e-09)
GLOBL c4<>(SB), RODATA|NOPTR, $8
DATA c5<>+0(SB)/8, $(-1.1359448791770288e-11)
GLOBL c5<>(SB), RODATA|NOPTR, $8
DATA half<>+0(SB)/8, $(0.5)
GLOBL half<>(SB), RODATA|NOPTR, $8
DATA one<>+0(SB)/8, $(1.0)
GLOBL one<>(SB), RODATA|NOPTR, $8
DATA notANumber<>+0(SB)/8, $0x7FF8000000000001
GLOBL notANumber<>(SB), RODATA|NOPTR, $8

// STEP is one of Horner's: p·z plus a constant.
#define STEP(c) \
	VMULPD      Z6, Z8, Z8      \
	VADDPD.BCST c<>(SB), Z8, Z8

// SINCOS works out the angles in Z0 whose mask is in K1, and stores them at an offset.
//
//	Z1       quarter turns, in the lowest bits
//	Z4 Z5    r and t of Sincos
//	Z6       z = r²
//	Z7       1 - z/2
//	Z8       polynomials
//	Z9       sine
//	Z10      cosine
#define SINCOS(offset) \
	VCMPPD.BCST  $18, maxAngle<>(SB), Z0, K2     \
	VCMPPD.BCST  $29, minAngle<>(SB), Z0, K2, K2 \
	VMULPD.BCST  twoOverPi<>(SB), Z0, Z1         \
	VADDPD.BCST  rounding<>(SB), Z1, Z1          \
	VSUBPD.BCST  rounding<>(SB), Z1, Z2          \
	VMULPD.BCST  piOver2a<>(SB), Z2, Z3          \
	VSUBPD       Z3, Z0, Z3                      \
	VMULPD.BCST  piOver2b<>(SB), Z2, Z4          \
	VSUBPD       Z4, Z3, Z5                      \
	VSUBPD       Z5, Z3, Z3                      \
	VSUBPD       Z4, Z3, Z3                      \
	VMULPD.BCST  piOver2c<>(SB), Z2, Z2          \
	VSUBPD       Z3, Z2, Z2                      \
	VSUBPD       Z2, Z5, Z4                      \
	VSUBPD       Z4, Z5, Z5                      \
	VSUBPD       Z2, Z5, Z5                      \
	VMULPD       Z4, Z4, Z6                      \
	VMULPD.BCST  half<>(SB), Z6, Z2              \
	VSUBPD       Z2, Z11, Z7                     \
	VBROADCASTSD s5<>(SB), Z8                    \
	STEP(s4)                                     \
	STEP(s3)                                     \
	STEP(s2)                                     \
	STEP(s1)                                     \
	STEP(s0)                                     \
	VMULPD       Z4, Z6, Z9                      \
	VMULPD       Z8, Z9, Z9                      \
	VMULPD       Z7, Z5, Z10                     \
	VADDPD       Z10, Z9, Z9                     \
	VADDPD       Z9, Z4, Z9                      \
	VBROADCASTSD c5<>(SB), Z8                    \
	STEP(c4)                                     \
	STEP(c3)                                     \
	STEP(c2)                                     \
	STEP(c1)                                     \
	STEP(c0)                                     \
	VMULPD       Z6, Z6, Z10                     \
	VMULPD       Z8, Z10, Z10                    \
	VMULPD       Z5, Z4, Z3                      \
	VSUBPD       Z3, Z10, Z10                    \
	VSUBPD       Z7, Z11, Z3                     \
	VSUBPD       Z2, Z3, Z3                      \
	VADDPD       Z10, Z3, Z3                     \
	VADDPD       Z3, Z7, Z10                     \
	VPTESTMQ     Z12, Z1, K3                     \
	VBLENDMPD    Z10, Z9, K3, Z2                 \
	VBLENDMPD    Z9, Z10, K3, Z3                 \
	VPANDQ       Z13, Z1, Z4                     \
	VPSLLQ       $62, Z4, Z4                     \
	VPXORQ       Z4, Z2, Z2                      \
	VPADDQ       Z12, Z1, Z4                     \
	VPANDQ       Z13, Z4, Z4                     \
	VPSLLQ       $62, Z4, Z4                     \
	VPXORQ       Z4, Z3, Z3                      \
	VBLENDMPD    Z2, Z14, K2, Z2                 \
	VBLENDMPD    Z3, Z14, K2, Z3                 \
	VMOVUPD      Z2, K1, offset(DI)              \
	VMOVUPD      Z3, K1, offset(DX)

// func sincos8(q, sin, cos *[NumJoints]float64)
TEXT ·sincos8(SB), NOSPLIT, $0-24
	MOVQ         q+0(FP), SI
	MOVQ         sin+8(FP), DI
	MOVQ         cos+16(FP), DX
	VBROADCASTSD one<>(SB), Z11
	MOVL         $1, AX
	VPBROADCASTQ AX, Z12
	VPADDQ       Z12, Z12, Z13
	VBROADCASTSD notANumber<>(SB), Z14
	KXNORB       K1, K1, K1
	VMOVUPD      (SI), Z0
	SINCOS(0)
	KMOVB        AX, K1
	VMOVUPD.Z    64(SI), K1, Z0
	SINCOS(64)
	VZEROUPPER
	RET
