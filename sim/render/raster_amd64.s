//go:build !purego

#include "textflag.h"
#include "go_asm.h"

// The raster for eight vertices, faces, polygons or rows at a time: the operations of project,
// appearance, turn, face and polygon in the same order, so with the same bits. No product is fused
// with a sum. Whole numbers below 2^53 are float64 here, which is exact, where Go has int64.
//
// polygon follows two chains of sides from row to row. Here every row takes all sides: its left end
// is the rightmost of the left sides, its right end the leftmost of the right sides, which is the
// same for a convex polygon. A side prolonged beyond its ends may be far away, but only on the side
// where it bounds nothing, so there it need not be exact.
//
// Requires: AVX-512 F, BW, DQ, VL; BMI2

DATA one<>+0(SB)/8, $(1.0)
DATA pointShift<>+0(SB)/8, $(2097152.0)
DATA depthScale<>+0(SB)/8, $(214747955.2)
DATA subpixels<>+0(SB)/8, $(256.0)
DATA perSubpixel<>+0(SB)/8, $(0.00390625)
DATA beforeHalf<>+0(SB)/8, $(127.0) // subpixels/2 - 1
DATA halfPixel<>+0(SB)/8, $(128.0) // subpixels/2
DATA edgeOrigin<>+0(SB)/8, $(4194176.0) // edgeShift·subpixels - subpixels/2
DATA half<>+0(SB)/8, $(0.5)
DATA smallArea<>+0(SB)/8, $(8192.0)
DATA farLeft<>+0(SB)/8, $(-1.0e18)
DATA farRight<>+0(SB)/8, $(1.0e18)
DATA eight<>+0(SB)/8, $(8.0)
DATA sign<>+0(SB)/8, $0x8000000000000000
GLOBL one<>(SB), RODATA|NOPTR, $8
GLOBL pointShift<>(SB), RODATA|NOPTR, $8
GLOBL depthScale<>(SB), RODATA|NOPTR, $8
GLOBL subpixels<>(SB), RODATA|NOPTR, $8
GLOBL perSubpixel<>(SB), RODATA|NOPTR, $8
GLOBL beforeHalf<>(SB), RODATA|NOPTR, $8
GLOBL halfPixel<>(SB), RODATA|NOPTR, $8
GLOBL edgeOrigin<>(SB), RODATA|NOPTR, $8
GLOBL half<>(SB), RODATA|NOPTR, $8
GLOBL smallArea<>(SB), RODATA|NOPTR, $8
GLOBL farLeft<>(SB), RODATA|NOPTR, $8
GLOBL farRight<>(SB), RODATA|NOPTR, $8
GLOBL eight<>(SB), RODATA|NOPTR, $8
GLOBL sign<>(SB), RODATA|NOPTR, $8

// 0, 1, ... 15 in bytes
DATA counting<>+0(SB)/8, $0x0706050403020100
DATA counting<>+8(SB)/8, $0x0F0E0D0C0B0A0908
GLOBL counting<>(SB), RODATA|NOPTR, $16

// ROW sets out to a row of the map times the vectors in Z0, Z1, Z2, plus a number.
#define ROW(a, b, c, plus, out) \
	VMULPD Z0, a, out     \
	VMULPD Z1, b, Z6      \
	VADDPD Z6, out, out   \
	VMULPD Z2, c, Z6      \
	VADDPD Z6, out, out   \
	VADDPD plus, out, out

// func project8(b *batches, first int, vertices *float64, n int, f *rasterFromBody, shiftedX, shiftedY float64)
//
//	Z0-Z2    vertex
//	Z3-Z5    x, y, z in raster space
//	Z16-Z27  the map
TEXT ·project8(SB), NOSPLIT, $0-56
	MOVQ         b+0(FP), DI
	MOVQ         first+8(FP), AX
	MOVQ         vertices+16(FP), SI
	MOVQ         n+24(FP), CX
	MOVQ         f+32(FP), DX
	LEAQ         (DI)(AX*8), DI
	VBROADCASTSD 0(DX), Z16
	VBROADCASTSD 8(DX), Z17
	VBROADCASTSD 16(DX), Z18
	VBROADCASTSD 24(DX), Z19
	VBROADCASTSD 32(DX), Z20
	VBROADCASTSD 40(DX), Z21
	VBROADCASTSD 48(DX), Z22
	VBROADCASTSD 56(DX), Z23
	VBROADCASTSD 64(DX), Z24
	VBROADCASTSD 72(DX), Z25
	VBROADCASTSD 80(DX), Z26
	VBROADCASTSD 88(DX), Z27
	VBROADCASTSD shiftedX+40(FP), Z28
	VBROADCASTSD shiftedY+48(FP), Z29
	VBROADCASTSD pointShift<>(SB), Z30
	VBROADCASTSD one<>(SB), Z31
	VBROADCASTSD depthScale<>(SB), Z7

vertices:
	VMOVUPD 0(SI), Z0
	VMOVUPD 64(SI), Z1
	VMOVUPD 128(SI), Z2
	ROW(Z22, Z23, Z24, Z27, Z5)
	VDIVPD  Z5, Z31, Z5
	ROW(Z16, Z17, Z18, Z25, Z3)
	ROW(Z19, Z20, Z21, Z26, Z4)

	// Cutting to whole numbers is rounding towards zero.
	VMULPD      Z5, Z3, Z3
	VADDPD      Z28, Z3, Z3
	VRNDSCALEPD $11, Z3, Z3
	VSUBPD      Z30, Z3, Z3
	VMOVUPD     Z3, batches_x(DI)
	VMULPD      Z5, Z4, Z4
	VADDPD      Z29, Z4, Z4
	VRNDSCALEPD $11, Z4, Z4
	VSUBPD      Z30, Z4, Z4
	VMOVUPD     Z4, batches_y(DI)
	VMULPD      Z5, Z7, Z5
	VRNDSCALEPD $11, Z5, Z5
	VMOVUPD     Z5, batches_depth(DI)
	ADDQ        $192, SI
	ADDQ        $64, DI
	DECQ        CX
	JNZ         vertices
	VZEROUPPER
	RET

// func light8(b *batches, first int, normals *float64, indices *uint32, n int, lamp *sim.Vec3, l *lamp)
TEXT ·light8(SB), NOSPLIT, $0-56
	MOVQ         b+0(FP), DI
	MOVQ         first+8(FP), AX
	MOVQ         normals+16(FP), SI
	MOVQ         indices+24(FP), R8
	MOVQ         n+32(FP), CX
	MOVQ         lamp+40(FP), DX
	MOVQ         l+48(FP), R9
	LEAQ         batches_index(DI)(AX*4), DI
	VBROADCASTSD 0(DX), Z16
	VBROADCASTSD 8(DX), Z17
	VBROADCASTSD 16(DX), Z18
	VBROADCASTSD lamp_ambient(R9), Z19
	VBROADCASTSD lamp_diffuse(R9), Z20
	VPBROADCASTD lamp_darkest(R9), Y21
	MOVL         $((const_levels<<const_levelBits)-((1<<const_levelBits)/2)), AX
	VPBROADCASTD AX, Y22

faces:
	VMULPD     0(SI), Z16, Z0
	VMULPD     64(SI), Z17, Z1
	VADDPD     Z1, Z0, Z0
	VMULPD     128(SI), Z18, Z1
	VADDPD     Z1, Z0, Z0
	VMULPD     Z20, Z0, Z0
	VADDPD     Z19, Z0, Z0
	VCVTTPD2DQ Z0, Y0
	VPMAXSD    Y21, Y0, Y0
	VPMINSD    Y22, Y0, Y0
	VPSRLD     $const_levelBits, Y0, Y0
	VPADDD     (R8), Y0, Y0
	VMOVDQU32  Y0, (DI)
	ADDQ       $192, SI
	ADDQ       $32, R8
	ADDQ       $32, DI
	DECQ       CX
	JNZ        faces
	VZEROUPPER
	RET

// GATHER reads a quantity of the vertices with the numbers in y. It sets z to 0 first, so that it
// need not wait for what was in it.
#define GATHER(quantity, y, z) \
	KXNORB     K1, K1, K1               \
	VPXORQ     z, z, z                  \
	VGATHERDPD quantity(DI)(y*8), K1, z

// TURN sets out to twice the area of the triangle with corners 0, 1, 2, from the differences of
// corners 2 and 1 to corner 0.
#define TURN(x2, y2, x1, y1, out) \
	VMULPD y1, x2, out   \
	VMULPD y2, x1, Z22   \
	VSUBPD Z22, out, out

// EMIT appends the polygons of a mask to those in DI, of which there are R8.
#define EMIT(k, a, b, c, d, area) \
	VPCOMPRESSD.Z a, k, Y22                                             \
	VMOVDQU32     Y22, (batches_corner+0*4*const_polygonRoom)(DI)(R8*4) \
	VPCOMPRESSD.Z b, k, Y22                                             \
	VMOVDQU32     Y22, (batches_corner+1*4*const_polygonRoom)(DI)(R8*4) \
	VPCOMPRESSD.Z c, k, Y22                                             \
	VMOVDQU32     Y22, (batches_corner+2*4*const_polygonRoom)(DI)(R8*4) \
	VPCOMPRESSD.Z d, k, Y22                                             \
	VMOVDQU32     Y22, (batches_corner+3*4*const_polygonRoom)(DI)(R8*4) \
	VPCOMPRESSD.Z Y23, k, Y22                                           \
	VMOVDQU32     Y22, batches_colour(DI)(R8*4)                         \
	VCOMPRESSPD.Z area, k, Z22                                          \
	VMOVUPD       Z22, batches_area(DI)(R8*8)                           \
	KMOVB         k, AX                                                 \
	POPCNTL       AX, AX                                                \
	ADDQ          AX, R8

// func cull8(b *batches, corners, index *uint32, n int) int
//
//	Y0-Y3    corners a, b, c, d
//	Z4-Z11   their x and y
//	Z12-Z15  x and y of b - a, of c - a
//	Z16 Z17  turns abc, acd
//	Z18      turn bcd
//	Z19      abc + acd
//	Y23      index
//	K2 K3    abc > 0, acd > 0
//	K4       drawn at once; K5, K6 as triangle abc, acd
TEXT ·cull8(SB), NOSPLIT, $0-40
	MOVQ   b+0(FP), DI
	MOVQ   corners+8(FP), SI
	MOVQ   index+16(FP), DX
	MOVQ   n+24(FP), CX
	XORL   R8, R8
	VPXORQ Z31, Z31, Z31

faces:
	VMOVDQU32 0(SI), Y0
	VMOVDQU32 32(SI), Y1
	VMOVDQU32 64(SI), Y2
	VMOVDQU32 96(SI), Y3
	VMOVDQU32 (DX), Y23
	GATHER(batches_x, Y0, Z4)
	GATHER(batches_y, Y0, Z5)
	GATHER(batches_x, Y1, Z6)
	GATHER(batches_y, Y1, Z7)
	GATHER(batches_x, Y2, Z8)
	GATHER(batches_y, Y2, Z9)
	GATHER(batches_x, Y3, Z10)
	GATHER(batches_y, Y3, Z11)
	VSUBPD    Z4, Z6, Z12
	VSUBPD    Z5, Z7, Z13
	VSUBPD    Z4, Z8, Z14
	VSUBPD    Z5, Z9, Z15
	TURN(Z14, Z15, Z12, Z13, Z16)
	VSUBPD    Z4, Z10, Z18
	VSUBPD    Z5, Z11, Z19
	TURN(Z18, Z19, Z14, Z15, Z17)
	VSUBPD    Z6, Z8, Z20
	VSUBPD    Z7, Z9, Z21
	VSUBPD    Z6, Z10, Z24
	VSUBPD    Z7, Z11, Z25
	TURN(Z24, Z25, Z20, Z21, Z18)
	VADDPD    Z17, Z16, Z19
	VCMPPD    $30, Z31, Z16, K2
	VCMPPD    $30, Z31, Z17, K3
	VCMPPD    $30, Z31, Z18, K2, K4
	VCMPPD    $17, Z19, Z18, K4, K4
	KANDB     K3, K4, K4
	KANDNB    K2, K4, K5
	KANDNB    K3, K4, K6
	EMIT(K4, Y0, Y1, Y2, Y3, Z19)
	KORTESTB  K5, K6
	JZ        next
	EMIT(K5, Y0, Y0, Y1, Y2, Z16)
	EMIT(K6, Y0, Y0, Y2, Y3, Z17)

next:
	ADDQ $128, SI
	ADDQ $32, DX
	DECQ CX
	JNZ  faces
	MOVQ R8, ret+32(FP)
	VZEROUPPER
	RET

// The fields of fillWork, from the address of batches.
#define Y      (batches_work+fillWork_y)
#define ROWS   (batches_work+fillWork_rows)
#define DEPTH  (batches_work+fillWork_d)
#define DEPTHX (batches_work+fillWork_dx)
#define DEPTHY (batches_work+fillWork_dy)
#define INDEX  (batches_work+fillWork_index)
#define FIRST  (batches_work+fillWork_first)
#define COUNT  (batches_work+fillWork_count)
#define START  (batches_work+fillWork_start)
#define EDGE(i, field) (batches_work+fillWork_edges+i*fillEdge__size+field)

// PIXEL turns the coordinate v in subpixels into that of the first pixel at or after it.
#define PIXEL(v) \
	VADDPD.BCST beforeHalf<>(SB), v, v  \
	VMULPD.BCST perSubpixel<>(SB), v, v \
	VRNDSCALEPD $9, v, v

// SIDE works out the sides from (px, py) to (qx, qy).
#define SIDE(i, px, py, qx, qy) \
	VSUBPD      px, qx, Z20                        \
	VSUBPD      py, qy, Z21                        \
	VADDPD.BCST edgeOrigin<>(SB), px, Z22          \
	VMULPD      Z21, Z22, Z22                      \
	VSUBPD      py, Z19, Z23                       \
	VMULPD      Z20, Z23, Z23                      \
	VADDPD      Z23, Z22, Z22                      \
	VCMPPD      $30, Z31, Z21, K1                  \
	VCMPPD      $17, Z31, Z21, K2                  \
	KORB        K1, K2, K3                         \
	VANDPD      Z25, Z21, Z24                      \
	VXORPD      Z24, Z20, Z20                      \
	VXORPD      Z24, Z21, Z21                      \
	VXORPD      Z24, Z22, Z22                      \
	VSUBPD.BCST half<>(SB), Z22, Z22               \
	VMOVUPD     Z22, EDGE(i, fillEdge_n)(DI)       \
	VMULPD      Z28, Z20, Z20                      \
	VMOVUPD     Z20, EDGE(i, fillEdge_step)(DI)    \
	VMULPD      Z28, Z21, Z21                      \
	VDIVPD.Z    Z21, Z30, K3, Z21                  \
	VMOVUPD     Z21, EDGE(i, fillEdge_inverse)(DI) \
	VBLENDMPD   Z31, Z26, K1, Z22                  \
	VMOVUPD     Z22, EDGE(i, fillEdge_left)(DI)    \
	VBLENDMPD   Z31, Z27, K2, Z22                  \
	VMOVUPD     Z22, EDGE(i, fillEdge_right)(DI)

// ENDS moves the ends of eight rows, left in Z3 and right in Z4, to a side.
#define ENDS(i) \
	VMULPD.BCST EDGE(i, fillEdge_step)(R10), Z0, Z5    \
	VADDPD.BCST EDGE(i, fillEdge_n)(R10), Z5, Z5       \
	VMULPD.BCST EDGE(i, fillEdge_inverse)(R10), Z5, Z5 \
	VADDPD.BCST EDGE(i, fillEdge_left)(R10), Z5, Z6    \
	VMAXPD      Z6, Z3, Z3                             \
	VADDPD.BCST EDGE(i, fillEdge_right)(R10), Z5, Z5   \
	VMINPD      Z5, Z4, Z4

// func fill8(b *batches, n int, words *uint32, rows *span, width, height int, flat bool)
//
// First it works out eight polygons:
//
//	Z4-Z11   x and y of their corners
//	Z12-Z15  depth of their corners
//	Z16 Z17  first row, row after the last
//	Z19      the first row's centre, subpixels
//	Z25-Z31  constants
//
// then it draws one after the other:
//
//	DI       b
//	R10      b + 8·number of the polygon: its quantities are at the same offsets
//	R13 R12  row, rows left
//	DX       words of the row
//	R11      b + 8·number of the row in its group of eight
//	Z0 Z1    numbers of the rows, as float64 and as integers
//	Z3 Z4    ends of the rows
//	Z5       depths from the first pixel on
//	Z13 Z15  change of depth over 0..15 pixels, over 16
//	Z14      index
//	Z16-Z21  constants
TEXT ·fill8(SB), NOSPLIT, $24-49
	MOVQ  b+0(FP), DI
	MOVQ  rows+24(FP), BX
	MOVQ  width+32(FP), R9
	MOVQ  $0, polygon-8(SP)
	MOVQ  n+8(FP), AX
	MOVQ  AX, left-16(SP)
	MOVL  $0x5555, AX
	KMOVW AX, K5
	MOVL  $0xAAAA, AX
	KMOVW AX, K6

polygons:
	CMPQ         left-16(SP), $0
	JLE          done
	MOVQ         polygon-8(SP), R8
	VPXORQ       Z31, Z31, Z31
	VBROADCASTSD one<>(SB), Z30
	VBROADCASTSD subpixels<>(SB), Z28
	VBROADCASTSD farRight<>(SB), Z27
	VBROADCASTSD farLeft<>(SB), Z26
	VBROADCASTSD sign<>(SB), Z25
	VMOVDQU32    (batches_corner+0*4*const_polygonRoom)(DI)(R8*4), Y0
	VMOVDQU32    (batches_corner+1*4*const_polygonRoom)(DI)(R8*4), Y1
	VMOVDQU32    (batches_corner+2*4*const_polygonRoom)(DI)(R8*4), Y2
	VMOVDQU32    (batches_corner+3*4*const_polygonRoom)(DI)(R8*4), Y3
	GATHER(batches_x, Y0, Z4)
	GATHER(batches_y, Y0, Z5)
	GATHER(batches_x, Y1, Z6)
	GATHER(batches_y, Y1, Z7)
	GATHER(batches_x, Y2, Z8)
	GATHER(batches_y, Y2, Z9)
	GATHER(batches_x, Y3, Z10)
	GATHER(batches_y, Y3, Z11)
	GATHER(batches_depth, Y0, Z12)
	GATHER(batches_depth, Y1, Z13)
	GATHER(batches_depth, Y2, Z14)
	GATHER(batches_depth, Y3, Z15)

	// Rows; none if there is no column.
	VMINPD       Z4, Z6, Z20
	VMINPD       Z8, Z10, Z21
	VMINPD       Z21, Z20, Z20
	PIXEL(Z20)
	VMAXPD       Z31, Z20, Z20
	VMAXPD       Z4, Z6, Z21
	VMAXPD       Z8, Z10, Z22
	VMAXPD       Z22, Z21, Z21
	PIXEL(Z21)
	VCVTSI2SDQ   R9, X22, X22
	VBROADCASTSD X22, Z22
	VMINPD       Z22, Z21, Z21
	VCMPPD       $17, Z21, Z20, K1
	VMINPD       Z5, Z7, Z16
	VMINPD       Z9, Z11, Z17
	VMINPD       Z17, Z16, Z16
	PIXEL(Z16)
	VMAXPD       Z31, Z16, Z16
	VMAXPD       Z5, Z7, Z17
	VMAXPD       Z9, Z11, Z18
	VMAXPD       Z18, Z17, Z17
	PIXEL(Z17)
	VCVTSI2SDQ   height+40(FP), X22, X22
	VBROADCASTSD X22, Z22
	VMINPD       Z22, Z17, Z17
	VSUBPD.Z     Z16, Z17, K1, Z17
	VCVTTPD2QQ   Z17, Z17
	VMOVDQU64    Z17, ROWS(DI)
	VCVTTPD2QQ   Z16, Z18
	VMOVDQU64    Z18, Y(DI)
	VMULPD       Z28, Z16, Z19
	VADDPD.BCST  halfPixel<>(SB), Z19, Z19
	VPMOVZXDQ    batches_colour(DI)(R8*4), Z20
	VMOVDQU64    Z20, INDEX(DI)

	// Depth, from the diagonals.
	VMOVUPD      batches_area(DI)(R8*8), Z20
	VBROADCASTSD smallArea<>(SB), Z21
	VCMPPD       $29, Z21, Z20, K1
	VDIVPD.Z     Z20, Z28, K1, Z20
	VSUBPD       Z12, Z14, Z0
	VSUBPD       Z13, Z15, Z1
	VSUBPD       Z5, Z9, Z2
	VSUBPD       Z7, Z11, Z3
	VMULPD       Z2, Z1, Z2
	VMULPD       Z3, Z0, Z3
	VSUBPD       Z3, Z2, Z2
	VMULPD       Z20, Z2, Z2                 // slope along a row
	VSUBPD       Z6, Z10, Z3
	VSUBPD       Z4, Z8, Z21
	VMULPD       Z3, Z0, Z3
	VMULPD       Z21, Z1, Z21
	VSUBPD       Z21, Z3, Z3
	VMULPD       Z20, Z3, Z3                 // slope from row to row
	VCVTTPD2QQ   Z2, Z20
	VMOVDQU64    Z20, DEPTHX(DI)
	VCVTTPD2QQ   Z3, Z20
	VMOVDQU64    Z20, DEPTHY(DI)
	VPMULUDQ     Z18, Z20, Z20
	VCVTTPD2QQ   Z12, Z12
	VPADDQ       Z12, Z20, Z20
	VBROADCASTSD halfPixel<>(SB), Z21
	VSUBPD       Z4, Z21, Z0
	VSUBPD       Z5, Z21, Z1
	VMULPD.BCST  perSubpixel<>(SB), Z0, Z0
	VMULPD.BCST  perSubpixel<>(SB), Z1, Z1
	VMULPD       Z0, Z2, Z2
	VMULPD       Z1, Z3, Z3
	VADDPD       Z3, Z2, Z2
	VCVTTPD2QQ   Z2, Z2
	VPADDQ       Z2, Z20, Z20
	VMOVDQU64    Z20, DEPTH(DI)
	SIDE(0, Z4, Z5, Z6, Z7)
	SIDE(1, Z6, Z7, Z8, Z9)
	SIDE(2, Z8, Z9, Z10, Z11)
	SIDE(3, Z10, Z11, Z4, Z5)

	VPMOVZXBD    counting<>(SB), Z18
	VPMOVZXBQ    counting<>(SB), Z17
	VCVTQQ2PD    Z17, Z16
	MOVQ         $(1-const_edgeShift), AX
	VPBROADCASTQ AX, Z19
	VPBROADCASTQ R9, Z20
	MOVL         $~const_indexMask, AX
	VPBROADCASTD AX, Z21
	MOVQ         DI, R10
	MOVQ         left-16(SP), AX
	SUBQ         $8, AX
	MOVQ         AX, left-16(SP)
	ADDQ         $8, polygon-8(SP)
	ADDQ         $8, AX
	MOVL         $8, CX
	CMPQ         AX, CX
	CMOVQGT      CX, AX
	MOVQ         AX, batch-24(SP)

polygon:
	MOVQ         ROWS(R10), R12
	TESTQ        R12, R12
	JLE          next
	MOVQ         Y(R10), R13
	MOVQ         R13, DX
	IMULQ        R9, DX
	SHLQ         $2, DX
	ADDQ         words+16(FP), DX
	VPBROADCASTD DEPTHX(R10), Z13
	VPSLLD       $4, Z13, Z15
	VPMULLD      Z18, Z13, Z13
	VPBROADCASTD INDEX(R10), Z14
	VMOVAPD      Z16, Z0
	VMOVDQA64    Z17, Z1

group:
	VBROADCASTSD  farLeft<>(SB), Z3
	VBROADCASTSD  farRight<>(SB), Z4
	ENDS(0)
	ENDS(1)
	ENDS(2)
	ENDS(3)
	VCVTTPD2QQ    Z3, Z3
	VPADDQ        Z19, Z3, Z3
	VPXORQ        Z6, Z6, Z6
	VPMAXSQ       Z6, Z3, Z3          // first pixel
	VCVTTPD2QQ    Z4, Z4
	VPADDQ        Z19, Z4, Z4
	VPMINSQ       Z20, Z4, Z4         // pixel after the last
	MOVL          $8, AX
	CMPQ          R12, AX
	CMOVQLT       R12, AX
	MOVL          $-1, CX
	BZHIL         AX, CX, CX
	KMOVB         CX, K1
	VPCMPQ        $1, Z4, Z3, K1, K2
	VPSUBQ.Z      Z3, Z4, K2, Z5
	VMOVDQU64     Z5, COUNT(DI)
	VMOVDQU64     Z3, FIRST(DI)
	VPBROADCASTQ  DEPTH(R10), Z5
	VPMULUDQ.BCST DEPTHY(R10), Z1, Z6
	VPADDQ        Z6, Z5, Z5
	VPMULUDQ.BCST DEPTHX(R10), Z3, Z6
	VPADDQ        Z6, Z5, Z5
	VMOVDQU64     Z5, START(DI)

	// What was drawn on, row by row.
	VMOVDQU64.Z (BX)(R13*8), K2, Z6
	VPTERNLOGQ  $255, Z7, Z7, Z7
	VPADDQ      Z7, Z4, Z4
	VPSLLQ      $32, Z4, Z4
	VPORQ       Z3, Z4, Z4
	VPMINSD     Z4, Z6, K5, Z6
	VPMAXSD     Z4, Z6, K6, Z6
	VMOVDQU64   Z6, K2, (BX)(R13*8)
	MOVQ        DI, R11
	CMPB        flat+48(FP), $0
	JEQ         mark

flat:
	MOVQ         COUNT(R11), CX
	MOVQ         FIRST(R11), R8
	LEAQ         (DX)(R8*4), R8
	VPBROADCASTD START(R11), Z5
	VPADDD       Z13, Z5, Z5

flatPixels:
	CMPQ        CX, $16
	JGE         flatWhole
	MOVL        $-1, SI
	BZHIL       CX, SI, SI
	KMOVW       SI, K1
	VMOVDQU32.Z (R8), K1, Z6
	VPANDD      Z21, Z5, Z7
	VPORD       Z14, Z7, Z7
	VPMAXUD     Z6, Z7, Z7
	VMOVDQU32   Z7, K1, (R8)
	LEAQ        (DX)(R9*4), DX
	ADDQ        $8, R11
	DECQ        AX
	JNZ         flat
	JMP         grouped

flatWhole:
	VPANDD    Z21, Z5, Z7
	VPORD     Z14, Z7, Z7
	VPMAXUD   (R8), Z7, Z7
	VMOVDQU32 Z7, (R8)
	VPADDD    Z15, Z5, Z5
	ADDQ      $64, R8
	SUBQ      $16, CX
	JMP       flatPixels

mark:
	MOVQ COUNT(R11), CX
	MOVQ FIRST(R11), R8
	LEAQ (DX)(R8*4), R8

markPixels:
	CMPQ        CX, $16
	JGE         markWhole
	MOVL        $-1, SI
	BZHIL       CX, SI, SI
	KMOVW       SI, K1
	VMOVDQU32.Z (R8), K1, Z6
	VPORD       Z14, Z6, Z6
	VMOVDQU32   Z6, K1, (R8)
	LEAQ        (DX)(R9*4), DX
	ADDQ        $8, R11
	DECQ        AX
	JNZ         mark
	JMP         grouped

markWhole:
	VPORD     (R8), Z14, Z6
	VMOVDQU32 Z6, (R8)
	ADDQ      $64, R8
	SUBQ      $16, CX
	JMP       markPixels

grouped:
	SUBQ         $8, R12
	JLE          next
	ADDQ         $8, R13
	VADDPD.BCST  eight<>(SB), Z0, Z0
	MOVL         $8, AX
	VPBROADCASTQ AX, Z6
	VPADDQ       Z6, Z1, Z1
	JMP          group

next:
	ADDQ $8, R10
	DECQ batch-24(SP)
	JNZ  polygon
	JMP  polygons

done:
	VZEROUPPER
	RET
