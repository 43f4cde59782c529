// The exponential function for 4 floats, shared by lstm_arm64.s and
// softmax_arm64.s: formulas, coefficients and bounds are those of exp_amd64.h.
// Registers are fixed; V0 to V3 are the arguments and temporaries.

DATA expc<>+0(SB)/4, $0x3fb8aa3b // 1/ln 2
DATA expc<>+4(SB)/4, $0x3f318000 // ln 2, upper 9 bits: n·this is exact
DATA expc<>+8(SB)/4, $0xb95e8083 // ln 2, the rest
DATA expc<>+12(SB)/4, $0x3effffff // C2
DATA expc<>+16(SB)/4, $0x3e2aaa5a // C3
DATA expc<>+20(SB)/4, $0x3d2aab79 // C4
DATA expc<>+24(SB)/4, $0x3c0912b0 // C5
DATA expc<>+28(SB)/4, $0x3ab5ce55 // C6
DATA expc<>+32(SB)/4, $0x3f800000 // 1
DATA expc<>+36(SB)/4, $0x40000000 // 2
DATA expc<>+40(SB)/4, $0xc2ae0000 // -87
DATA expc<>+44(SB)/4, $0x42ae0000 // 87
DATA expc<>+48(SB)/4, $0xc1a00000 // -20
DATA expc<>+52(SB)/4, $0x41a00000 // 20

GLOBL expc<>(SB), RODATA|NOPTR, $56

// Where the constants are kept: numbers, for the macros of neon_arm64.h.
#define LOG2E 16
#define ONE 24
#define TWO 25
#define MIN87 26
#define MAX87 27
#define MIN20 28
#define MAX20 29

// EXPCONSTANTS loads them. It uses R26.
#define EXPCONSTANTS \
	MOVD    $expc<>(SB), R26 \
	VLD1R.P 4(R26), [V16.S4] \
	VLD1R.P 4(R26), [V17.S4] \
	VLD1R.P 4(R26), [V18.S4] \
	VLD1R.P 4(R26), [V19.S4] \
	VLD1R.P 4(R26), [V20.S4] \
	VLD1R.P 4(R26), [V21.S4] \
	VLD1R.P 4(R26), [V22.S4] \
	VLD1R.P 4(R26), [V23.S4] \
	VLD1R.P 4(R26), [V24.S4] \
	VLD1R.P 4(R26), [V25.S4] \
	VLD1R.P 4(R26), [V26.S4] \
	VLD1R.P 4(R26), [V27.S4] \
	VLD1R.P 4(R26), [V28.S4] \
	VLD1R   (R26), [V29.S4]

// EXPM1 takes y in V0, |y| ≤ 87, and leaves p in V0 and 2^n in V1: exp(y) =
// V1·(1 + V0). A NaN comes out in V0. It uses V2 and V3.
#define EXPM1 \
	FMUL(LOG2E, 0, 1)          \
	FRINTN(1, 1)               \
	VFMLS V17.S4, V1.S4, V0.S4 \
	VFMLS V18.S4, V1.S4, V0.S4 \
	FCVTNS(1, 1)               \
	VSHL  $23, V1.S4, V1.S4    \
	VADD  V24.S4, V1.S4, V1.S4 \
	VMOV  V22.B16, V2.B16      \
	VFMLA V23.S4, V0.S4, V2.S4 \
	VMOV  V21.B16, V3.B16      \
	VFMLA V2.S4, V0.S4, V3.S4  \
	VMOV  V20.B16, V2.B16      \
	VFMLA V3.S4, V0.S4, V2.S4  \
	VMOV  V19.B16, V3.B16      \
	VFMLA V2.S4, V0.S4, V3.S4  \
	FMUL(0, 0, 2)              \
	VFMLA V3.S4, V2.S4, V0.S4

// SIGMOID replaces V0 by 1/(1+exp(-V0)), with -V0 bounded to ±87.
#define SIGMOID \
	FNEG(0, 0)                \
	FMIN(MAX87, 0, 0)         \
	FMAX(MIN87, 0, 0)         \
	EXPM1                     \
	VMOV  V1.B16, V2.B16      \
	VFMLA V0.S4, V1.S4, V2.S4 \
	FADD(ONE, 2, 2)           \
	FDIV(2, ONE, 0)

// TANH replaces V0 by e/(e+2), e = exp(2·V0)-1, with 2·V0 bounded to ±20.
#define TANH \
	FADD(0, 0, 0)             \
	FMIN(MAX20, 0, 0)         \
	FMAX(MIN20, 0, 0)         \
	EXPM1                     \
	FSUB(ONE, 1, 2)           \
	VFMLA V0.S4, V1.S4, V2.S4 \
	FADD(TWO, 2, 3)           \
	FDIV(3, 2, 0)
