//go:build !purego

#include "textflag.h"
#include "go_asm.h"

// Taps of four pixels at a time: the operations of tapRow.generic in the same order, so with the
// same bits. No product is fused with a sum.
//
// Requires: AVX2

// The middles of the first four pixels.
DATA middles<>+0(SB)/8, $(0.5)
DATA middles<>+8(SB)/8, $(1.5)
DATA middles<>+16(SB)/8, $(2.5)
DATA middles<>+24(SB)/8, $(3.5)
GLOBL middles<>(SB), RODATA|NOPTR, $32
DATA tapHalf<>+0(SB)/8, $(0.5)
GLOBL tapHalf<>(SB), RODATA|NOPTR, $8
DATA tapOne<>+0(SB)/8, $(1.0)
GLOBL tapOne<>(SB), RODATA|NOPTR, $8
DATA tapFour<>+0(SB)/8, $(4.0)
GLOBL tapFour<>(SB), RODATA|NOPTR, $8
DATA tapSteps<>+0(SB)/8, $(64.0)
GLOBL tapSteps<>(SB), RODATA|NOPTR, $8
DATA tapGain<>+0(SB)/8, $(256.0)
GLOBL tapGain<>(SB), RODATA|NOPTR, $8

// PLACE sets whole to the pixel at which a tap looks, and part to the 1/64 pixels beyond it. y holds
// the distance from the middle of the ideal picture, and is overwritten. It uses Y15.
#define PLACE(y, middle, most, last, whole, part) \
	VBROADCASTSD middle(R8), Y15   \
	VADDPD       Y15, y, y         \
	VMAXPD       Y14, y, y         \
	VBROADCASTSD most(R8), Y15     \
	VMINPD       Y15, y, y         \
	VMULPD       Y12, y, y         \
	VADDPD       Y13, y, y         \
	VCVTTPD2DQY  y, part           \
	VPSRAD       $6, part, whole   \
	VPBROADCASTD last(R8), X15     \
	VPMINSD      X15, whole, whole \
	VPSLLD       $6, whole, X15    \
	VPSUBD       X15, part, part

// func taps4(taps *tap, columns *int32, r *tapRow, blocks int)
//
//	DI SI    taps, columns
//	R8 R9    row, sensor
//	CX       blocks of four pixels left
//	Y0       middles of the pixels
//	Y1       u
//	Y2       r2, then gain
//	Y3       k
//	Y4 Y5    place, x and y
//	X6 X7    its column, 1/64 pixels beyond
//	X8 X9    its row, 1/64 pixels beyond
//	Y11-Y14  1, 64, 1/2, 0
//	Y15      scratch
TEXT ·taps4(SB), NOSPLIT, $0-32
	MOVQ         taps+0(FP), DI
	MOVQ         columns+8(FP), SI
	MOVQ         r+16(FP), R8
	MOVQ         blocks+24(FP), CX
	MOVQ         tapRow_sensor(R8), R9
	VMOVUPD      middles<>(SB), Y0
	VBROADCASTSD tapOne<>(SB), Y11
	VBROADCASTSD tapSteps<>(SB), Y12
	VBROADCASTSD tapHalf<>(SB), Y13
	VXORPD       Y14, Y14, Y14

pixels:
	VBROADCASTSD tapRow_midX(R8), Y15
	VSUBPD       Y15, Y0, Y1
	VBROADCASTSD tapRow_half(R8), Y15
	VDIVPD       Y15, Y1, Y1
	VMULPD       Y1, Y1, Y2
	VBROADCASTSD tapRow_v2(R8), Y4
	VADDPD       Y4, Y2, Y2
	VBROADCASTSD Sensor_K2(R9), Y3
	VMULPD       Y2, Y3, Y3
	VBROADCASTSD Sensor_K1(R9), Y4
	VADDPD       Y4, Y3, Y3
	VMULPD       Y2, Y3, Y3
	VADDPD       Y11, Y3, Y3
	VMULPD       Y15, Y3, Y3
	VBROADCASTSD tapRow_widen(R8), Y15
	VDIVPD       Y15, Y3, Y3
	VMULPD       Y3, Y1, Y4
	VBROADCASTSD tapRow_v(R8), Y5
	VMULPD       Y3, Y5, Y5
	PLACE(Y4, tapRow_fromX, tapRow_mostX, tapRow_lastX, X6, X7)
	PLACE(Y5, tapRow_fromY, tapRow_mostY, tapRow_lastY, X8, X9)
	VMOVDQU      X6, (SI)
	VPMINSD      tapRow_first(R8), X8, X15
	VMOVDQU      X15, tapRow_first(R8)
	VPMAXSD      tapRow_last(R8), X8, X15
	VMOVDQU      X15, tapRow_last(R8)

	// The lower half of a tap, then the upper one.
	VPBROADCASTD tapRow_width(R8), X15
	VPMULLD      X15, X8, X8
	VPADDD       X6, X8, X8
	VBROADCASTSD Sensor_Vignette(R9), Y15
	VMULPD       Y15, Y2, Y2
	VMULPD       Y13, Y2, Y2
	VSUBPD       Y2, Y11, Y2
	VMAXPD       Y14, Y2, Y2
	VBROADCASTSD tapGain<>(SB), Y15
	VMULPD       Y15, Y2, Y2
	VADDPD       Y13, Y2, Y2
	VCVTTPD2DQY  Y2, X2
	VPSLLD       $16, X2, X2
	VPSLLD       $8, X9, X9
	VPOR         X9, X7, X7
	VPOR         X2, X7, X7
	VPUNPCKLDQ   X7, X8, X15
	VMOVDQU      X15, (DI)
	VPUNPCKHDQ   X7, X8, X15
	VMOVDQU      X15, 16(DI)
	VBROADCASTSD tapFour<>(SB), Y15
	VADDPD       Y15, Y0, Y0
	ADDQ         $32, DI
	ADDQ         $16, SI
	DECQ         CX
	JNZ          pixels
	VZEROUPPER
	RET
