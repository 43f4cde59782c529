//go:build !purego

#include "textflag.h"
#include "go_asm.h"

// The table of a laboratory, eight pixels at a time: the operations of backdrop.word, tableColour,
// pattern.at and linear in the same order, so with the same bits.
//
// Requires: AVX-512 F, BW, DQ, VL, CD; BMI2

DATA maxAhead<>+0(SB)/8, $(200.0)
GLOBL maxAhead<>(SB), RODATA|NOPTR, $8
DATA depthPerMetre<>+0(SB)/8, $(214747955.2) // depthScale
GLOBL depthPerMetre<>(SB), RODATA|NOPTR, $8
DATA mostDepth<>+0(SB)/8, $(4294959104.0) // depthScale / nearPlane
GLOBL mostDepth<>(SB), RODATA|NOPTR, $8
DATA whole<>+0(SB)/8, $(255.0)
GLOBL whole<>(SB), RODATA|NOPTR, $8
DATA perAmount<>+0(SB)/8, $(0.49803921568627450980392156862745098) // (tableColours-1) / 255
GLOBL perAmount<>(SB), RODATA|NOPTR, $8
DATA oneHalf<>+0(SB)/8, $(0.5)
GLOBL oneHalf<>(SB), RODATA|NOPTR, $8

// 0, 1, ... 7
DATA lane<>+0(SB)/8, $0x0706050403020100
GLOBL lane<>(SB), RODATA|NOPTR, $8

#define BROADCASTQ(number, z) \
	MOVQ         $number, AX \
	VPBROADCASTQ AX, z

#define BROADCASTD(number, y) \
	MOVL         $number, AX \
	VPBROADCASTD AX, y

// RAY sets a component of the rays.
#define RAY(i, z) \
	VMULPD.BCST (tableView_right+8*i)(R8), Z0, z \
	VADDPD.BCST (tableView_down+8*i)(R8), z, z   \
	VADDPD.BCST (tableView_ahead+8*i)(R8), z, z

// PLACE works out where the level in Z10 has the texels to mix, with its side in Z11 and where it
// begins in Z12: the number of the upper left one, the length of a row, and the parts to the right
// and down in 1/256. It uses Z13 to Z15.
#define PLACE(at, row, yx, yy) \
	VPSRAVQ  Z10, Z7, Z13  \
	VPSUBQ   Z26, Z13, Z13 \
	VPSRAVQ  Z10, Z8, Z14  \
	VPSUBQ   Z26, Z14, Z14 \
	VPMOVQD  Z13, yx       \
	VPANDD   Y27, yx, yx   \
	VPMOVQD  Z14, yy       \
	VPANDD   Y27, yy, yy   \
	VPADDQ   Z28, Z11, row \
	VPSUBQ   Z28, Z11, Z15 \
	VPSRAQ   $8, Z13, Z13  \
	VPANDQ   Z15, Z13, Z13 \
	VPSRAQ   $8, Z14, Z14  \
	VPANDQ   Z15, Z14, Z14 \
	VPMULUDQ row, Z14, Z14 \
	VPADDQ   Z13, Z12, at  \
	VPADDQ   Z14, at, at   \
	VPADDQ   at, row, row

// ALONG mixes two texels of a row, which begin at z in the pattern R9, times 256. It uses Y13 and
// Y14.
#define ALONG(z, yx, y) \
	KXNORB     K2, K2, K2         \
	VPXORD     Y13, Y13, Y13      \
	VPGATHERQD (R9)(z*1), K2, Y13 \
	VPSRLD     $8, Y13, Y14       \
	VPANDD     Y27, Y13, Y13      \
	VPANDD     Y27, Y14, Y14      \
	VPSUBD     Y13, Y14, Y14      \
	VPMULLD    yx, Y14, Y14       \
	VPSLLD     $8, Y13, y         \
	VPADDD     Y14, y, y

// LINEAR sets y to pattern.linear of the pattern R9. It uses Y12 to Y14.
#define LINEAR(upper, lower, yx, yy, y) \
	ALONG(upper, yx, y)   \
	ALONG(lower, yx, Y12) \
	VPSUBD  y, Y12, Y12   \
	VPMULLD yy, Y12, Y12  \
	VPSLLD  $8, y, y      \
	VPADDD  Y12, y, y     \
	VPADDD  Y29, y, y     \
	VPSRAD  $16, y, y

// AMOUNT sets Z10 to pattern.at of the pattern R9.
#define AMOUNT \
	LINEAR(Z16, Z17, Y18, Y19, Y10) \
	LINEAR(Z20, Z21, Y22, Y23, Y11) \
	VPSUBD    Y10, Y11, Y11         \
	VPMULLD   Y24, Y11, Y11         \
	VPSRAD    $8, Y11, Y11          \
	VPADDD    Y11, Y10, Y10         \
	VCVTDQ2PD Y10, Z10

// func table8(v *tableView, words *uint32, x, n int) (others uint8)
//
//	R8       v
//	R9       texels
//	K1       pixels that show the table
//	Z0       pixel on the picture, in focal lengths
//	Z1-Z3    ray
//	Z4       how far ahead the table is
//	Z5 Z6    place on the table, m
//	Z7 Z8    place in the pattern, 1/256 texel of level 0
//	Z9       footprint, the same
//	Z10-Z12  level, its side, its start
//	Z16-Z19  texels of the finer level, see PLACE; Z20-Z23 of the coarser one
//	Y24      blend of the two
//	Z25      amount without pattern
//	Z26-Z29  constants
TEXT ·table8(SB), NOSPLIT, $0-33
	MOVQ v+0(FP), R8

	VPBROADCASTQ x+16(FP), Z0
	VPMOVZXBQ    lane<>(SB), Z1
	VPADDQ       Z1, Z0, Z0
	VPSLLQ       $8, Z0, Z0
	BROADCASTQ(128, Z26)
	VPADDQ       Z26, Z0, Z0
	VCVTQQ2PD    Z0, Z0
	VSUBPD.BCST  tableView_centre(R8), Z0, Z0
	VMULPD.BCST  tableView_perFocal(R8), Z0, Z0
	RAY(0, Z1)
	RAY(1, Z2)
	RAY(2, Z3)
	VBROADCASTSD tableView_minusEyeZ(R8), Z4
	VDIVPD       Z3, Z4, Z4
	VMULPD       Z1, Z4, Z5
	VADDPD.BCST  tableView_eyeX(R8), Z5, Z5
	VMULPD       Z2, Z4, Z6
	VADDPD.BCST  tableView_eyeY(R8), Z6, Z6

	// Where is the table?
	MOVQ        n+24(FP), AX
	MOVL        $-1, DX
	BZHIL       AX, DX, DX
	KMOVB       DX, K1
	VPXORQ      Z10, Z10, Z10
	VCMPPD      $17, Z10, Z3, K1, K1
	VCMPPD.BCST $17, maxAhead<>(SB), Z4, K1, K1
	VCMPPD.BCST $29, tableView_left(R8), Z5, K1, K1
	VCMPPD.BCST $18, tableView_east(R8), Z5, K1, K1
	VCMPPD.BCST $29, tableView_near(R8), Z6, K1, K1
	VCMPPD.BCST $18, tableView_far(R8), Z6, K1, K1
	KMOVB       K1, AX
	XORL        AX, DX
	MOVB        DX, others+32(FP)
	TESTL       AX, AX
	JZ          done

	VBROADCASTSD whole<>(SB), Z25
	MOVQ         tableView_wood(R8), AX
	ORQ          tableView_cloth(R8), AX
	JZ           colour

	// Where is it in the pattern?
	BROADCASTD(255, Y27)
	BROADCASTQ(1, Z28)
	BROADCASTD(32768, Y29)
	VMULPD.BCST tableView_cos(R8), Z5, Z7
	VMULPD.BCST tableView_sin(R8), Z6, Z8
	VADDPD      Z8, Z7, Z7
	VMULPD.BCST tableView_scale(R8), Z7, Z7
	VRNDSCALEPD $9, Z7, Z7
	VCVTTPD2QQ  Z7, Z7
	VMULPD.BCST tableView_cos(R8), Z6, Z8
	VMULPD.BCST tableView_sin(R8), Z5, Z9
	VSUBPD      Z9, Z8, Z8
	VMULPD.BCST tableView_scale(R8), Z8, Z8
	VRNDSCALEPD $9, Z8, Z8
	VCVTTPD2QQ  Z8, Z8
	VMULPD.BCST tableView_spread(R8), Z4, Z9
	VDIVPD      Z3, Z9, Z10
	VSUBPD      Z10, Z9, Z9
	VMULPD.BCST oneHalf<>(SB), Z9, Z9
	VCVTTPD2QQ  Z9, Z9

	// The level is 0 below a footprint of 512, then one more for each doubling, at most the last
	// but one.
	BROADCASTQ(55, Z10)
	VPLZCNTQ Z9, Z11
	VPSUBQ   Z11, Z10, Z10
	VPXORQ   Z12, Z12, Z12
	VPMAXSQ  Z12, Z10, Z10
	BROADCASTQ((const_patternLevels-2), Z11)
	VPMINSQ  Z11, Z10, Z10
	VPSRAVQ  Z10, Z9, Z24
	BROADCASTQ(256, Z11)
	VPSUBQ   Z11, Z24, Z24
	VPMAXSQ  Z12, Z24, Z24
	VPMINSQ  Z11, Z24, Z24
	VPMOVQD  Z24, Y24
	VPSRLVQ  Z10, Z11, Z11
	VPERMQ   tableView_start(R8), Z10, Z12
	PLACE(Z16, Z17, Y18, Y19)
	VPERMQ   (tableView_start+8)(R8), Z10, Z12
	VPADDQ   Z28, Z10, Z10
	VPSRLQ   $1, Z11, Z11
	PLACE(Z20, Z21, Y22, Y23)

	MOVQ        tableView_wood(R8), R9
	TESTQ       R9, R9
	JZ          cloth
	AMOUNT
	VMULPD.BCST tableView_grain(R8), Z10, Z10
	VSUBPD      Z10, Z25, Z25

cloth:
	MOVQ         tableView_cloth(R8), R9
	TESTQ        R9, R9
	JZ           colour
	AMOUNT
	VMULPD.BCST  tableView_weave(R8), Z10, Z10
	VMULPD       Z10, Z25, Z10
	VBROADCASTSD whole<>(SB), Z11
	VDIVPD       Z11, Z10, Z10
	VSUBPD       Z10, Z25, Z25

colour:
	VBROADCASTSD whole<>(SB), Z10
	VSUBPD       Z25, Z10, Z10
	VMULPD.BCST  perAmount<>(SB), Z10, Z10
	VADDPD.BCST  oneHalf<>(SB), Z10, Z10
	VCVTTPD2DQ   Z10, Y10
	VPSLLD       $2, Y10, Y10
	VBROADCASTSD depthPerMetre<>(SB), Z11
	VDIVPD       Z4, Z11, Z11
	VMINPD.BCST  mostDepth<>(SB), Z11, Z11
	VCVTTPD2QQ   Z11, Z11
	VPMOVQD      Z11, Y11
	BROADCASTD(~const_indexMask, Y12)
	VPANDD       Y12, Y11, Y11
	BROADCASTD(const_indexBackdrop, Y12)
	VPORD        Y12, Y11, Y11
	VPORD        Y10, Y11, Y11
	MOVQ         words+8(FP), DI
	VMOVDQU32    Y11, K1, (DI)

done:
	VZEROUPPER
	RET
