//go:build !purego

#include "textflag.h"
#include "neon_arm64.h"

// Kernels on whole parameter vectors. Register use and the rest after the turns
// of 8 as in elementwise_arm64.s; the limit is the memory, but for rmsPropNEON,
// which waits for two square roots and two divisions a turn. Go twins:
// vector_generic.go.
//
// Requires: NEON

// func scaleAddNEON(y *float32, alpha float32, x *float32, n int)
TEXT ·scaleAddNEON(SB), NOSPLIT, $0-32
	MOVD  y+0(FP), R0
	FMOVS alpha+8(FP), F31
	MOVD  x+16(FP), R1
	MOVD  n+24(FP), R3
	VDUP  V31.S[0], V31.S4
	LENGTH
	CBZ   R3, tail

loop:
	FLDPQ.P 32(R1), (F0, F1)
	FLDPQ   (R0), (F2, F3)
	VFMLA   V31.S4, V0.S4, V2.S4 // y += alpha·x
	VFMLA   V31.S4, V1.S4, V3.S4
	FSTPQ.P (F2, F3), 32(R0)
	SUB     $1, R3
	CBNZ    R3, loop

tail:
	CBZ     R4, done
	FMOVS.P 4(R1), F0
	FMOVS   (R0), F2
	VFMLA   V31.S4, V0.S4, V2.S4
	FMOVS.P F2, 4(R0)
	SUB     $1, R4
	B       tail

done:
	RET

// func scaleNEON(y *float32, alpha float32, n int)
TEXT ·scaleNEON(SB), NOSPLIT, $0-24
	MOVD  y+0(FP), R0
	FMOVS alpha+8(FP), F31
	MOVD  n+16(FP), R3
	VDUP  V31.S[0], V31.S4
	LENGTH
	CBZ   R3, tail

loop:
	FLDPQ   (R0), (F0, F1)
	FMUL(31, 0, 0)
	FMUL(31, 1, 1)
	FSTPQ.P (F0, F1), 32(R0)
	SUB     $1, R3
	CBNZ    R3, loop

tail:
	CBZ     R4, done
	FMOVS   (R0), F0
	FMUL(31, 0, 0)
	FMOVS.P F0, 4(R0)
	SUB     $1, R4
	B       tail

done:
	RET

// func sumSquaresNEON(x *float32, n int) float64
//
// Four partial sums of two float64 each, V0-V3: lane l of sum s takes the
// elements 2s+l modulo 8.
TEXT ·sumSquaresNEON(SB), NOSPLIT, $0-24
	MOVD x+0(FP), R1
	MOVD n+8(FP), R3
	VEOR V0.B16, V0.B16, V0.B16
	VEOR V1.B16, V1.B16, V1.B16
	VEOR V2.B16, V2.B16, V2.B16
	VEOR V3.B16, V3.B16, V3.B16
	LENGTH
	CBZ  R3, tail

loop:
	FLDPQ.P 32(R1), (F4, F5)
	FCVTL(4, 6)
	FCVTL2(4, 7)
	FCVTL(5, 16)
	FCVTL2(5, 17)
	VFMLA   V6.D2, V6.D2, V0.D2
	VFMLA   V7.D2, V7.D2, V1.D2
	VFMLA   V16.D2, V16.D2, V2.D2
	VFMLA   V17.D2, V17.D2, V3.D2
	SUB     $1, R3
	CBNZ    R3, loop

tail:
	CBZ     R4, sum
	FMOVS.P 4(R1), F4
	FCVTL(4, 6)
	VFMLA   V6.D2, V6.D2, V0.D2
	SUB     $1, R4
	B       tail

sum:
	FADDD2(1, 0, 0)
	FADDD2(3, 2, 2)
	FADDD2(2, 0, 0)
	FADDPD2(0, 0)
	FMOVD F0, ret+16(FP)
	RET

// RMS updates theta and ms with grad, three registers, where V31 is lr, V30
// decay, V29 keep, V28 epsilon, V27 LeastSquare and V26 leastGrad. The comparisons are false for NaN,
// which stays. V25 is 0. It uses V6 and V7.
#define RMS(theta, ms, vms, grad, vgrad) \
	FACGT(grad, 26, 6)               \
	FCMGT(ms, 27, 7)                 \
	VBIT  V6.B16, V25.B16, vgrad.B16 \
	VBIT  V7.B16, V25.B16, vms.B16   \
	FMUL(grad, 29, 6)                \
	FMUL(30, ms, ms)                 \
	VFMLA V6.S4, vgrad.S4, vms.S4    \
	FSQRT(ms, 7)                     \
	FADD(28, 7, 7)                   \
	FMUL(31, grad, 6)                \
	FDIV(7, 6, 6)                    \
	FSUB(6, theta, theta)

// func rmsPropNEON(theta, ms, grad *float32, n int, lr, decay, keep, epsilon float32)
TEXT ·rmsPropNEON(SB), NOSPLIT, $0-48
	MOVD  theta+0(FP), R0
	MOVD  ms+8(FP), R1
	MOVD  grad+16(FP), R2
	MOVD  n+24(FP), R3
	FMOVS lr+32(FP), F31
	FMOVS decay+36(FP), F30
	FMOVS keep+40(FP), F29
	FMOVS epsilon+44(FP), F28
	VDUP  V31.S[0], V31.S4
	VDUP  V30.S[0], V30.S4
	VDUP  V29.S[0], V29.S4
	VDUP  V28.S[0], V28.S4
	MOVW  $0x06800000, R5           // 2^-114
	VDUP  R5, V27.S4
	MOVW  $0x23000000, R5           // 2^-57
	VDUP  R5, V26.S4
	VEOR  V25.B16, V25.B16, V25.B16
	LENGTH
	CBZ   R3, tail

loop:
	FLDPQ   (R0), (F0, F1)
	FLDPQ   (R1), (F2, F3)
	FLDPQ.P 32(R2), (F4, F5)
	RMS(0, 2, V2, 4, V4)
	RMS(1, 3, V3, 5, V5)
	FSTPQ.P (F0, F1), 32(R0)
	FSTPQ.P (F2, F3), 32(R1)
	SUB     $1, R3
	CBNZ    R3, loop

tail:
	CBZ     R4, done
	FMOVS   (R0), F0
	FMOVS   (R1), F2
	FMOVS.P 4(R2), F4
	RMS(0, 2, V2, 4, V4)
	FMOVS.P F0, 4(R0)
	FMOVS.P F2, 4(R1)
	SUB     $1, R4
	B       tail

done:
	RET
