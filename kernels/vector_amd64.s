//go:build !purego

#include "textflag.h"

// Kernels on whole parameter vectors. Register use and tails as in
// elementwise_amd64.s. Go twins: vector_generic.go.
//
// Floor: the bandwidth of L2 and L3, 64 to 85 GB/s for the 1.2 MB of a network;
// rmsPropAVX2 has a square root and a division besides. Reached on Zen 4 (go test -run - -bench Vector
// ./kernels, best of 32 short rounds on a shared machine): rmsPropAVX2 95 us and 63 GB/s,
// scaleAVX2 67 GB/s, scaleAddAVX2 54, sumSquaresAVX2, which adds in float64, 33.
//
// Requires: AVX2, FMA

#define LENGTH \
	MOVQ CX, DX \
	ANDQ $7, DX \
	SHRQ $3, CX \
	XORL AX, AX

// func scaleAddAVX2(y *float32, alpha float32, x *float32, n int, mask *[8]int32)
TEXT ·scaleAddAVX2(SB), NOSPLIT, $0-40
	MOVQ         y+0(FP), DI
	VBROADCASTSS alpha+8(FP), Y15
	MOVQ         x+16(FP), SI
	MOVQ         n+24(FP), CX
	MOVQ         mask+32(FP), R8
	LENGTH
	TESTQ        CX, CX
	JZ           tail

loop:
	VMOVUPS     (DI)(AX*1), Y0
	VFMADD231PS (SI)(AX*1), Y15, Y0 // y += alpha·x
	VMOVUPS     Y0, (DI)(AX*1)
	ADDQ        $32, AX
	DECQ        CX
	JNZ         loop

tail:
	TESTQ       DX, DX
	JZ          done
	VMOVUPS     (R8), Y14
	VMASKMOVPS  (DI)(AX*1), Y14, Y0
	VMASKMOVPS  (SI)(AX*1), Y14, Y1
	VFMADD231PS Y1, Y15, Y0
	VMASKMOVPS  Y0, Y14, (DI)(AX*1)

done:
	VZEROUPPER
	RET

// func scaleAVX2(y *float32, alpha float32, n int, mask *[8]int32)
TEXT ·scaleAVX2(SB), NOSPLIT, $0-32
	MOVQ         y+0(FP), DI
	VBROADCASTSS alpha+8(FP), Y15
	MOVQ         n+16(FP), CX
	MOVQ         mask+24(FP), R8
	LENGTH
	TESTQ        CX, CX
	JZ           tail

loop:
	VMULPS  (DI)(AX*1), Y15, Y0
	VMOVUPS Y0, (DI)(AX*1)
	ADDQ    $32, AX
	DECQ    CX
	JNZ     loop

tail:
	TESTQ      DX, DX
	JZ         done
	VMOVUPS    (R8), Y14
	VMASKMOVPS (DI)(AX*1), Y14, Y0
	VMULPS     Y0, Y15, Y0
	VMASKMOVPS Y0, Y14, (DI)(AX*1)

done:
	VZEROUPPER
	RET

// func sumSquaresAVX2(x *float32, n int, mask *[8]int32) float64
//
// Four partial sums of four float64 each: lane l of sum s takes the elements
// 4s+l modulo 16.
TEXT ·sumSquaresAVX2(SB), NOSPLIT, $0-32
	MOVQ   x+0(FP), SI
	MOVQ   n+8(FP), CX
	MOVQ   mask+16(FP), R8
	VXORPD X0, X0, X0
	VXORPD X1, X1, X1
	VXORPD X2, X2, X2
	VXORPD X3, X3, X3
	MOVQ   CX, DX
	ANDQ   $15, DX
	SHRQ   $4, CX
	JZ     half

loop:
	VCVTPS2PD   (SI), Y4
	VCVTPS2PD   16(SI), Y5
	VCVTPS2PD   32(SI), Y6
	VCVTPS2PD   48(SI), Y7
	VFMADD231PD Y4, Y4, Y0
	VFMADD231PD Y5, Y5, Y1
	VFMADD231PD Y6, Y6, Y2
	VFMADD231PD Y7, Y7, Y3
	ADDQ        $64, SI
	DECQ        CX
	JNZ         loop

half:
	CMPQ        DX, $8
	JLT         tail
	VCVTPS2PD   (SI), Y4
	VCVTPS2PD   16(SI), Y5
	VFMADD231PD Y4, Y4, Y0
	VFMADD231PD Y5, Y5, Y1
	ADDQ        $32, SI
	SUBQ        $8, DX

tail:
	TESTQ        DX, DX
	JZ           sum
	VMOVUPS      (R8), Y14
	VMASKMOVPS   (SI), Y14, Y8
	VEXTRACTF128 $1, Y8, X9
	VCVTPS2PD    X8, Y4
	VCVTPS2PD    X9, Y5
	VFMADD231PD  Y4, Y4, Y2
	VFMADD231PD  Y5, Y5, Y3

sum:
	VADDPD       Y1, Y0, Y0
	VADDPD       Y3, Y2, Y2
	VADDPD       Y2, Y0, Y0
	VEXTRACTF128 $1, Y0, X1
	VADDPD       X1, X0, X0
	VPERMILPD    $1, X0, X1
	VADDSD       X1, X0, X0
	VMOVSD       X0, ret+24(FP)
	VZEROUPPER
	RET

// SPREAD puts a constant into all lanes.
#define SPREAD(bits, x, y) \
	MOVL         bits, AX \
	VMOVD        AX, x    \
	VBROADCASTSS x, y

// RMS updates Y0 = theta, Y1 = ms with Y2 = grad. Y8 is LeastSquare, Y9 leastGrad and Y10 has all
// bits but the sign. The comparisons are true for NaN, which stays.
#define RMS \
	VANDPS      Y10, Y2, Y3    \
	VCMPPS      $5, Y9, Y3, Y3 \
	VCMPPS      $5, Y8, Y1, Y4 \
	VANDPS      Y3, Y2, Y2     \
	VANDPS      Y4, Y1, Y1     \
	VMULPS      Y2, Y13, Y3    \
	VMULPS      Y15, Y1, Y1    \
	VFMADD231PS Y3, Y2, Y1     \
	VSQRTPS     Y1, Y4         \
	VADDPS      Y11, Y4, Y4    \
	VMULPS      Y12, Y2, Y3    \
	VDIVPS      Y4, Y3, Y3     \
	VSUBPS      Y3, Y0, Y0

// func rmsPropAVX2(theta, ms, grad *float32, n int, mask *[8]int32, lr, decay, keep, epsilon float32)
TEXT ·rmsPropAVX2(SB), NOSPLIT, $0-56
	MOVQ         theta+0(FP), DI
	MOVQ         ms+8(FP), SI
	MOVQ         grad+16(FP), BX
	MOVQ         n+24(FP), CX
	MOVQ         mask+32(FP), R8
	VBROADCASTSS lr+40(FP), Y12
	VBROADCASTSS decay+44(FP), Y15
	VBROADCASTSS keep+48(FP), Y13
	VBROADCASTSS epsilon+52(FP), Y11
	SPREAD($0x06800000, X8, Y8)      // 2^-114
	SPREAD($0x23000000, X9, Y9)      // 2^-57
	SPREAD($0x7fffffff, X10, Y10)
	LENGTH
	TESTQ        CX, CX
	JZ           tail

loop:
	VMOVUPS (DI)(AX*1), Y0
	VMOVUPS (SI)(AX*1), Y1
	VMOVUPS (BX)(AX*1), Y2
	RMS
	VMOVUPS Y0, (DI)(AX*1)
	VMOVUPS Y1, (SI)(AX*1)
	ADDQ    $32, AX
	DECQ    CX
	JNZ     loop

tail:
	TESTQ      DX, DX
	JZ         done
	VMOVUPS    (R8), Y14
	VMASKMOVPS (DI)(AX*1), Y14, Y0
	VMASKMOVPS (SI)(AX*1), Y14, Y1
	VMASKMOVPS (BX)(AX*1), Y14, Y2
	RMS
	VMASKMOVPS Y0, Y14, (DI)(AX*1)
	VMASKMOVPS Y1, Y14, (SI)(AX*1)

done:
	VZEROUPPER
	RET
