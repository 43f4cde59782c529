// The exponential function for 8 floats, shared by lstm_amd64.s and
// softmax_amd64.s.
//
//	exp(y) = 2^n·exp(r)        n = round(y/ln 2), r = y - n·ln 2 in two parts
//	exp(r) = 1 + p(r)          p(r) = r + r²·(C2 + C3·r + C4·r² + C5·r³ + C6·r⁴)
//
// C2 to C6 are a minimax fit of our own of (exp(r)-1-r)/r² on |r| ≤ ln 2 / 2,
// coefficients rounded to float32 one after another: |p - (exp(r)-1)| is at
// most 2^-26 of exp(r)-1 before rounding. Keeping p apart from 1 keeps the
// accuracy of exp(y)-1 near y = 0, which tanh needs.

#define SPLAT(name, at, v) \
DATA name<>+(at+0)(SB)/4, v \
DATA name<>+(at+4)(SB)/4, v \
DATA name<>+(at+8)(SB)/4, v \
DATA name<>+(at+12)(SB)/4, v \
DATA name<>+(at+16)(SB)/4, v \
DATA name<>+(at+20)(SB)/4, v \
DATA name<>+(at+24)(SB)/4, v \
DATA name<>+(at+28)(SB)/4, v

SPLAT(expc, 0, $0x3fb8aa3b)   // 1/ln 2
SPLAT(expc, 32, $0x3f318000)  // ln 2, upper 9 bits: n·this is exact
SPLAT(expc, 64, $0xb95e8083)  // ln 2, the rest
SPLAT(expc, 96, $0x3effffff)  // C2
SPLAT(expc, 128, $0x3e2aaa5a) // C3
SPLAT(expc, 160, $0x3d2aab79) // C4
SPLAT(expc, 192, $0x3c0912b0) // C5
SPLAT(expc, 224, $0x3ab5ce55) // C6
SPLAT(expc, 256, $0x3f800000) // 1
SPLAT(expc, 288, $0x42ae0000) // 87
SPLAT(expc, 320, $0xc2ae0000) // -87
SPLAT(expc, 352, $0x41a00000) // 20
SPLAT(expc, 384, $0xc1a00000) // -20
SPLAT(expc, 416, $0x40000000) // 2

GLOBL expc<>(SB), RODATA|NOPTR, $448

#define LOG2E expc<>+0(SB)
#define LN2HI expc<>+32(SB)
#define LN2LO expc<>+64(SB)
#define C2 expc<>+96(SB)
#define C3 expc<>+128(SB)
#define C4 expc<>+160(SB)
#define C5 expc<>+192(SB)
#define C6 expc<>+224(SB)
#define ONE expc<>+256(SB)
#define MAX87 expc<>+288(SB)
#define MIN87 expc<>+320(SB)
#define MAX20 expc<>+352(SB)
#define MIN20 expc<>+384(SB)
#define TWO expc<>+416(SB)

// EXPM1 splits exp(y) into two = 2^n and p with exp(y) = two·(1 + p), for |y| ≤
// 87. It destroys y and uses q. A NaN comes out in p.
#define EXPM1(y, two, p, q) \
	VMULPS       LOG2E, y, two \
	VROUNDPS     $8, two, two  \
	VFNMADD231PS LN2HI, two, y \
	VFNMADD231PS LN2LO, two, y \
	VCVTPS2DQ    two, two      \
	VPSLLD       $23, two, two \
	VPADDD       ONE, two, two \
	VMOVUPS      C6, p         \
	VFMADD213PS  C5, y, p      \
	VFMADD213PS  C4, y, p      \
	VFMADD213PS  C3, y, p      \
	VFMADD213PS  C2, y, p      \
	VMULPS       y, y, q       \
	VFMADD213PS  y, q, p       // r + r²·(...)

// SIGMOID replaces x by 1/(1+exp(-x)), with -x bounded to ±87. zero holds 0.
#define SIGMOID(x, zero, two, p, q) \
	VSUBPS      x, zero, x  \
	VMOVUPS     MAX87, q    \
	VMINPS      x, q, x     \
	VMOVUPS     MIN87, q    \
	VMAXPS      x, q, x     \
	EXPM1(x, two, p, q)     \
	VFMADD213PS two, two, p \
	VMOVUPS     ONE, q      \
	VADDPS      q, p, p     \
	VDIVPS      p, q, x

// TANH replaces x by e/(e+2), e = exp(2x)-1, with 2x bounded to ±20.
#define TANH(x, two, p, q) \
	VADDPS      x, x, x     \
	VMOVUPS     MAX20, q    \
	VMINPS      x, q, x     \
	VMOVUPS     MIN20, q    \
	VMAXPS      x, q, x     \
	EXPM1(x, two, p, q)     \
	VSUBPS      ONE, two, q \
	VFMADD213PS q, two, p   \
	VADDPS      TWO, p, q   \
	VDIVPS      q, p, x
