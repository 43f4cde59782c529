//go:build !purego

#include "textflag.h"
#include "go_asm.h"

// Poses of all bodies, from the base outwards: the operations of poseBody in the same order, so
// with the same bits. No product is fused with a sum. A register holds the three rows of a column;
// its fourth lane holds what nobody reads.
//
// Requires: AVX

// COLUMN sets out to the parent's columns Y0, Y1, Y2 times three numbers. It uses Y15.
#define COLUMN(x, y, z, out) \
	VBROADCASTSD x, out        \
	VMULPD       out, Y0, out  \
	VBROADCASTSD y, Y15        \
	VMULPD       Y15, Y1, Y15  \
	VADDPD       Y15, out, out \
	VBROADCASTSD z, Y15        \
	VMULPD       Y15, Y2, Y15  \
	VADDPD       Y15, out, out

// TRANSPOSE turns three rows into columns, or columns into rows. It uses Y15.
#define TRANSPOSE(a, b, c, xc, x, y, z) \
	VUNPCKLPD   b, a, x        \
	VUNPCKHPD   b, a, y        \
	VPERM2F128  $0x31, c, x, z \
	VINSERTF128 $1, xc, x, x   \
	VUNPCKHPD   c, c, Y15      \
	VINSERTF128 $1, X15, y, y

// func poseAll(m *Model, d *Data, sin, cos *[NumJoints]float64)
//
//	R8 R9    rotation and position of the body in its parent
//	R10 R11  its rotation and position in the world
//	SI DI    its sine and cosine
//	CX       bodies left up to the hand, below 0 for fingers
//	Y0-Y2    columns of the parent's rotation, Y3 its position
//	Y4-Y6    columns of the body's rotation, Y7 its position
//	Y8 Y9    the first two columns before the turn; then, with Y10, rows of the body's rotation
//	Y11 Y12  sine, cosine
//	Y14 Y15  scratch
TEXT ·poseAll(SB), NOSPLIT, $0-32
	MOVQ    m+0(FP), AX
	LEAQ    (Model_rot+72)(AX), R8
	LEAQ    (Model_pos+24)(AX), R9
	MOVQ    d+8(FP), AX
	LEAQ    Data_BodyRot(AX), R10
	LEAQ    Data_BodyPos(AX), R11
	MOVQ    sin+16(FP), SI
	MOVQ    cos+24(FP), DI
	MOVL    $const_Hand, CX
	VMOVUPD (R10), Y8
	VMOVUPD 24(R10), Y9
	VMOVUPD 48(R10), Y10
	VMOVUPD (R11), Y3
	TRANSPOSE(Y8, Y9, Y10, X10, Y0, Y1, Y2)

body:
	ADDQ         $72, R10
	ADDQ         $24, R11
	COLUMN(0(R8), 24(R8), 48(R8), Y8)
	COLUMN(8(R8), 32(R8), 56(R8), Y9)
	COLUMN(16(R8), 40(R8), 64(R8), Y6)
	COLUMN(0(R9), 8(R9), 16(R9), Y7)
	VBROADCASTSD (SI), Y11
	VBROADCASTSD (DI), Y12
	VMULPD       Y8, Y12, Y4
	VMULPD       Y9, Y11, Y14
	VADDPD       Y14, Y4, Y4
	VMULPD       Y9, Y12, Y5
	VMULPD       Y8, Y11, Y14
	VSUBPD       Y14, Y5, Y5
	VADDPD       Y7, Y3, Y7
	TRANSPOSE(Y4, Y5, Y6, X6, Y8, Y9, Y10)

	// The fourth lane of a row is overwritten by the next row.
	VMOVUPD      Y8, (R10)
	VMOVUPD      Y9, 24(R10)
	VEXTRACTF128 $1, Y10, X14
	VMOVUPD      X10, 48(R10)
	VMOVSD       X14, 64(R10)
	VEXTRACTF128 $1, Y7, X14
	VMOVUPD      X7, (R11)
	VMOVSD       X14, 16(R11)
	ADDQ         $72, R8
	ADDQ         $24, R9
	ADDQ         $8, SI
	ADDQ         $8, DI
	DECQ         CX
	JLT          finger
	VMOVAPD      Y4, Y0
	VMOVAPD      Y5, Y1
	VMOVAPD      Y6, Y2
	VMOVAPD      Y7, Y3
	JMP          body

finger:
	CMPQ CX, $(const_Hand+1-const_NumBodies)
	JNE  body
	VZEROUPPER
	RET
