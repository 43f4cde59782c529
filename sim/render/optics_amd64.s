//go:build !purego

#include "textflag.h"
#include "go_asm.h"

// Lens, blur and noise of eight pixels at a time: whole numbers, so the same bits as in Go.
//
// Requires: AVX-512 F, BW, DQ, VL, VBMI; BMI2

// PIXELS sets k to the mask of the next pixels, at most eight of the n that are left.
#define PIXELS(n, k) \
	MOVL    $8, AX     \
	CMPQ    n, AX      \
	CMOVQLT n, AX      \
	MOVL    $-1, DX    \
	BZHIL   AX, DX, DX \
	KMOVB   DX, k

// CONST sets all lanes of z to a number of 64 bits.
#define CONST(number, z) \
	MOVQ         $number, AX \
	VPBROADCASTQ AX, z

// func look8(out *uint64, n int, taps *tap, upper, lower *uint64)
//
//	Z0      taps
//	Z1      where they look
//	Z2 Z3   upper pixels, left and right
//	Z4 Z5   lower pixels
//	Z6 Z7   mixed along the upper and the lower row
TEXT ·look8(SB), NOSPLIT, $0-40
	MOVQ out+0(FP), DI
	MOVQ n+8(FP), CX
	MOVQ taps+16(FP), SI
	MOVQ upper+24(FP), R8
	MOVQ lower+32(FP), R9
	CONST(0xFFFFFFFF, Z16)
	CONST(0xFF, Z17)
	CONST((const_allLanes<<(12-const_fraction-1)), Z18)
	CONST((const_allLanes*128), Z19)
	CONST(const_valueMask, Z20)

pixels:
	PIXELS(CX, K1)
	VMOVDQU64.Z (SI), K1, Z0
	VPANDQ      Z16, Z0, Z1
	KMOVB       K1, K2
	VPXORQ      Z2, Z2, Z2
	VPGATHERQQ  (R8)(Z1*8), K2, Z2
	KMOVB       K1, K2
	VPXORQ      Z3, Z3, Z3
	VPGATHERQQ  8(R8)(Z1*8), K2, Z3
	KMOVB       K1, K2
	VPXORQ      Z4, Z4, Z4
	VPGATHERQQ  (R9)(Z1*8), K2, Z4
	KMOVB       K1, K2
	VPXORQ      Z5, Z5, Z5
	VPGATHERQQ  8(R9)(Z1*8), K2, Z5
	VPSRLQ      $32, Z0, Z8
	VPANDQ      Z17, Z8, Z8                  // fx
	VPSUBQ      Z2, Z3, Z3
	VPMULLQ     Z8, Z3, Z3
	VPSLLQ      $6, Z2, Z6
	VPADDQ      Z3, Z6, Z6
	VPSUBQ      Z4, Z5, Z5
	VPMULLQ     Z8, Z5, Z5
	VPSLLQ      $6, Z4, Z7
	VPADDQ      Z5, Z7, Z7
	VPSRLQ      $40, Z0, Z8
	VPANDQ      Z17, Z8, Z8                  // fy
	VPSUBQ      Z6, Z7, Z7
	VPMULLQ     Z8, Z7, Z7
	VPSLLQ      $6, Z6, Z6
	VPADDQ      Z7, Z6, Z6
	VPADDQ      Z18, Z6, Z6
	VPSRLQ      $(12-const_fraction), Z6, Z6
	VPANDQ      Z20, Z6, Z6
	VPSRLQ      $48, Z0, Z8                  // gain
	VPMULLQ     Z8, Z6, Z6
	VPADDQ      Z19, Z6, Z6
	VPSRLQ      $8, Z6, Z6
	VPANDQ      Z20, Z6, Z6
	VMOVDQU64   Z6, K1, (DI)
	ADDQ        $64, SI
	ADDQ        $64, DI
	SUBQ        $8, CX
	JG          pixels
	VZEROUPPER
	RET

// func mean8(out *uint64, n int, sides **uint64, weights *uint64, k int)
//
//	R8       offset in bytes
//	R9 R10   sides and weights that follow
//	Z0       sum
TEXT ·mean8(SB), NOSPLIT, $0-40
	MOVQ out+0(FP), DI
	MOVQ n+8(FP), CX
	MOVQ weights+24(FP), BX
	XORL R8, R8
	CONST(const_kernelHalf, Z19)
	CONST(const_valueMask, Z20)

pixels:
	PIXELS(CX, K1)
	MOVQ         sides+16(FP), R9
	MOVQ         BX, R10
	MOVQ         k+32(FP), R11
	MOVQ         (R9), SI
	VMOVDQU64.Z  (SI)(R8*1), K1, Z0
	VPMULLQ.BCST (R10), Z0, Z0
	VPADDQ       Z19, Z0, Z0

sides:
	ADDQ         $16, R9
	ADDQ         $8, R10
	DECQ         R11
	JZ           summed
	MOVQ         0(R9), SI
	MOVQ         8(R9), DX
	VMOVDQU64.Z  (SI)(R8*1), K1, Z1
	VMOVDQU64.Z  (DX)(R8*1), K1, Z2
	VPADDQ       Z2, Z1, Z1
	VPMULLQ.BCST (R10), Z1, Z1
	VPADDQ       Z1, Z0, Z0
	JMP          sides

summed:
	VPSRLQ    $const_kernelShift, Z0, Z0
	VPANDQ    Z20, Z0, Z0
	VMOVDQU64 Z0, K1, (DI)(R8*1)
	ADDQ      $64, R8
	SUBQ      $8, CX
	JG        pixels
	VZEROUPPER
	RET

// SPREAD turns eight colours red + green·2^8 + blue·2^16 in y into lanes.
#define SPREAD(y, z) \
	VPMOVZXDQ  y, z             \
	VPSLLQ     $13, z, Z3       \
	VPSLLQ     $26, z, Z4       \
	VPANDQ     Z16, z, z        \
	VPANDQ     Z17, Z3, Z3      \
	VPANDQ     Z18, Z4, Z4      \
	VPTERNLOGQ $0xFE, Z3, Z4, z

#define SPREADCONST \
	CONST(0xFF, Z16)                       \
	CONST((0xFF<<const_laneBits), Z17)     \
	CONST((0xFF<<(2*const_laneBits)), Z18)

// Where byte i of eight colours is in pixels; each fourth is not taken.
DATA colours<>+0(SB)/8, $0x0005040300020100
DATA colours<>+8(SB)/8, $0x000B0A0900080706
DATA colours<>+16(SB)/8, $0x0011100F000E0D0C
DATA colours<>+24(SB)/8, $0x0017161500141312
GLOBL colours<>(SB), RODATA|NOPTR, $32

// func expand8(out *uint64, n int, bytes *uint8)
TEXT ·expand8(SB), NOSPLIT, $0-24
	MOVQ      out+0(FP), DI
	MOVQ      n+8(FP), CX
	MOVQ      bytes+16(FP), SI
	VMOVDQU64 colours<>(SB), Y19
	MOVL      $0x77777777, AX
	KMOVD     AX, K3
	SPREADCONST

pixels:
	PIXELS(CX, K1)
	LEAL       (AX)(AX*2), AX
	MOVL       $-1, DX
	BZHIL      AX, DX, DX
	KMOVD      DX, K2
	VMOVDQU8.Z (SI), K2, Y0
	VPERMB.Z   Y0, Y19, K3, Y0
	SPREAD(Y0, Z1)
	VMOVDQU64  Z1, K1, (DI)
	ADDQ       $24, SI
	ADDQ       $64, DI
	SUBQ       $8, CX
	JG         pixels
	VZEROUPPER
	RET

// func resolve8(out *uint64, n int, words *uint32, p *palette)
TEXT ·resolve8(SB), NOSPLIT, $0-32
	MOVQ         out+0(FP), DI
	MOVQ         n+8(FP), CX
	MOVQ         words+16(FP), SI
	MOVQ         p+24(FP), R8
	MOVL         $const_indexMask, AX
	VPBROADCASTD AX, Y19
	SPREADCONST

pixels:
	PIXELS(CX, K1)
	VMOVDQU32.Z (SI), K1, Y0
	VPANDD      Y19, Y0, Y0
	VPXORQ      Y1, Y1, Y1
	KMOVB       K1, K2
	VPGATHERDD  (R8)(Y0*4), K2, Y1
	SPREAD(Y1, Z1)
	VMOVDQU64   Z1, K1, (DI)
	ADDQ        $32, SI
	ADDQ        $64, DI
	SUBQ        $8, CX
	JG          pixels
	VZEROUPPER
	RET

// 1, 2, ... 8.
DATA steps<>+0(SB)/8, $0x0807060504030201
GLOBL steps<>(SB), RODATA|NOPTR, $8

// 0, 2, ... 30.
DATA evens<>+0(SB)/8, $0x0E0C0A0806040200
DATA evens<>+8(SB)/8, $0x1E1C1A1816141210
GLOBL evens<>(SB), RODATA|NOPTR, $16

// Which of eight random numbers serves which pixel.
DATA serves<>+0(SB)/8, $0x0101010100000000
GLOBL serves<>(SB), RODATA|NOPTR, $8

// Where bytes 0, 2 and 4 begin in lanes, and bytes 1, 3 and 5 in a random number.
DATA brightness<>+0(SB)/8, $0x0000002C00170002
GLOBL brightness<>(SB), RODATA|NOPTR, $8

DATA amounts<>+0(SB)/8, $0x00000A0005000000
DATA amounts<>+8(SB)/8, $0x0000190014000F00
DATA amounts<>+16(SB)/8, $0x0000280023001E00
DATA amounts<>+24(SB)/8, $0x0000370032002D00
DATA amounts<>+32(SB)/8, $0x00000A0005000000
DATA amounts<>+40(SB)/8, $0x0000190014000F00
DATA amounts<>+48(SB)/8, $0x0000280023001E00
DATA amounts<>+56(SB)/8, $0x0000370032002D00
GLOBL amounts<>(SB), RODATA|NOPTR, $64

// Where byte i of sixteen pixels is in as many words that hold red, green, nothing, blue.
DATA pixels<>+0(SB)/8, $0x0908070504030100
DATA pixels<>+8(SB)/8, $0x141311100F0D0C0B
DATA pixels<>+16(SB)/8, $0x1F1D1C1B19181715
DATA pixels<>+24(SB)/8, $0x2928272524232120
DATA pixels<>+32(SB)/8, $0x343331302F2D2C2B
DATA pixels<>+40(SB)/8, $0x3F3D3C3B39383735
DATA pixels<>+48(SB)/8, $0x0000000000000000
DATA pixels<>+56(SB)/8, $0x0000000000000000
GLOBL pixels<>(SB), RODATA|NOPTR, $64

// ENTRIES sets the entries of eight pixels, served by the random numbers with the given numbers.
#define ENTRIES(i, numbers, out) \
	VPERMQ         Z1, numbers, Z4      \
	VPMULTISHIFTQB Z4, Z20, Z4          \
	VPMULTISHIFTQB (64*i)(SI), Z19, out \
	VPTERNLOGQ     $0xE4, Z21, Z4, out  \
	VPANDQ         Z22, out, out

// DEVELOP writes sixteen pixels, looking up red, green (into byte 1) and blue (into byte 3). It sets
// registers to 0 first, so that gathers need not wait for what was in them.
#define DEVELOP(to) \
	VMOVDQA64  Z29, Z7                                      \
	VPERMI2D   Z3, Z2, Z7                                   \
	VPERMT2D   Z3, Z30, Z2                                  \
	VPANDD     Z31, Z7, Z8                                  \
	VPSRLD     $16, Z7, Z7                                  \
	KXNORW     K1, K1, K1                                   \
	VPXORD     Z4, Z4, Z4                                   \
	VPGATHERDD (R8)(Z8*1), K1, Z4                           \
	KXNORW     K1, K1, K1                                   \
	VPXORD     Z5, Z5, Z5                                   \
	VPGATHERDD ((const_noiseLevels<<8)-1)(R8)(Z7*1), K1, Z5 \
	KXNORW     K1, K1, K1                                   \
	VPXORD     Z6, Z6, Z6                                   \
	VPGATHERDD ((const_noiseLevels<<9)-3)(R8)(Z2*1), K1, Z6 \
	VPTERNLOGD $0xE4, Z15, Z5, Z4                           \
	VPTERNLOGD $0xE4, Z31, Z6, Z4                           \
	VPERMB     Z4, Z14, Z4                                  \
	VMOVDQU8   Z4, K3, to(DI)

// func noisy8(pixels *uint8, in *uint64, t *developTable, blocks int, state uint64)
//
//	CX       blocks of 32 pixels left
//	Z0       state of the generator, eight steps
//	Z1       eight random numbers
//	Z2 Z3    of sixteen pixels: brightness and noise, entries of three tables in 16 bits each
//	Z4-Z6    red, green and blue from the tables
//	Z14-Z31  constants
TEXT ·noisy8(SB), NOSPLIT, $0-40
	MOVQ         pixels+0(FP), DI
	MOVQ         in+8(FP), SI
	MOVQ         t+16(FP), R8
	MOVQ         blocks+24(FP), CX
	VPMOVZXBQ    steps<>(SB), Z0
	CONST(const_golden, Z16)
	VPMULLQ      Z16, Z0, Z0
	VPADDQ.BCST  state+32(FP), Z0, Z0
	VPSLLQ       $3, Z16, Z16
	CONST(0xbf58476d1ce4e5b9, Z17)
	CONST(0x94d049bb133111eb, Z18)
	VPBROADCASTQ brightness<>(SB), Z19
	VMOVDQU64    amounts<>(SB), Z20
	CONST(0x00FF00FF00FF, Z21)
	CONST((0x00FF00FF00FF|(const_noiseLevels-1)*0x010001000100), Z22)
	CONST(2, Z24)
	VPMOVZXBQ    serves<>(SB), Z25
	VPADDQ       Z24, Z25, Z26
	VPADDQ       Z24, Z26, Z27
	VPADDQ       Z24, Z27, Z28
	VPMOVZXBD    evens<>(SB), Z29
	MOVL         $1, AX
	VPBROADCASTD AX, Z30
	VPADDD       Z30, Z29, Z30
	MOVL         $0xFFFF, AX
	VPBROADCASTD AX, Z31
	MOVL         $0xFF, AX
	VPBROADCASTD AX, Z15
	VMOVDQU64    pixels<>(SB), Z14
	MOVQ         $0xFFFFFFFFFFFF, AX
	KMOVQ        AX, K3

blocks:
	VPSRLQ  $30, Z0, Z1
	VPXORQ  Z0, Z1, Z1
	VPMULLQ Z17, Z1, Z1
	VPSRLQ  $27, Z1, Z2
	VPXORQ  Z2, Z1, Z1
	VPMULLQ Z18, Z1, Z1
	VPSRLQ  $31, Z1, Z2
	VPXORQ  Z2, Z1, Z1
	VPADDQ  Z16, Z0, Z0
	ENTRIES(0, Z25, Z2)
	ENTRIES(1, Z26, Z3)
	DEVELOP(0)
	ENTRIES(2, Z27, Z2)
	ENTRIES(3, Z28, Z3)
	DEVELOP(48)
	ADDQ    $96, DI
	ADDQ    $256, SI
	DECQ    CX
	JNZ     blocks
	VZEROUPPER
	RET
