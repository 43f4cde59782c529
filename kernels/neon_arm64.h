// The instructions that Go's assembler lacks, as words, and what several files
// share. Operands are numbers of
// vector registers, in Go's order: second source, first source, destination.
// TestNEONWords has each of them read back by the disassembler of the Go
// distribution, whose tables come from Arm's own description of the set.
//
//	S4: four float32     D2: two float64

#define FADD(m, n, d) WORD $(0x4e20d400 | (m)<<16 | (n)<<5 | (d)) // d = n + m, S4
#define FSUB(m, n, d) WORD $(0x4ea0d400 | (m)<<16 | (n)<<5 | (d)) // d = n - m, S4
#define FMUL(m, n, d) WORD $(0x6e20dc00 | (m)<<16 | (n)<<5 | (d)) // d = n · m, S4
#define FDIV(m, n, d) WORD $(0x6e20fc00 | (m)<<16 | (n)<<5 | (d)) // d = n / m, S4
#define FMAX(m, n, d) WORD $(0x4e20f400 | (m)<<16 | (n)<<5 | (d)) // d = max(n, m), NaN if one is, S4
#define FMIN(m, n, d) WORD $(0x4ea0f400 | (m)<<16 | (n)<<5 | (d)) // d = min(n, m), NaN if one is, S4
#define FCMGT(m, n, d) WORD $(0x6ea0e400 | (m)<<16 | (n)<<5 | (d)) // d = all ones where n > m, S4
#define FCMEQ(m, n, d) WORD $(0x4e20e400 | (m)<<16 | (n)<<5 | (d)) // d = all ones where n = m, S4
#define FACGT(m, n, d) WORD $(0x6ea0ec00 | (m)<<16 | (n)<<5 | (d)) // d = all ones where |n| > |m|, S4
#define FADDP(m, n, d) WORD $(0x6e20d400 | (m)<<16 | (n)<<5 | (d)) // d = n0+n1 n2+n3 m0+m1 m2+m3, S4
#define FNEG(n, d) WORD $(0x6ea0f800 | (n)<<5 | (d)) // d = -n, S4
#define FSQRT(n, d) WORD $(0x6ea1f800 | (n)<<5 | (d)) // d = √n, S4
#define FRINTN(n, d) WORD $(0x4e218800 | (n)<<5 | (d)) // d = n rounded, ties to even, S4
#define FCVTNS(n, d) WORD $(0x4e21a800 | (n)<<5 | (d)) // d = int32(n), rounded so, S4
#define UCVTF(n, d) WORD $(0x6e21d800 | (n)<<5 | (d)) // d = float32(n), n uint32, S4
#define FCVTL(n, d) WORD $(0x0e617800 | (n)<<5 | (d)) // d = float64(n0 n1), D2
#define FCVTL2(n, d) WORD $(0x4e617800 | (n)<<5 | (d)) // d = float64(n2 n3), D2
#define FADDD2(m, n, d) WORD $(0x4e60d400 | (m)<<16 | (n)<<5 | (d)) // d = n + m, D2
#define FADDPD2(n, d) WORD $(0x7e70d800 | (n)<<5 | (d)) // d = n0 + n1, float64

// FMLAE is d += n · m[i], one rounding, S4: the element i of m times all of n.
#define FMLAE(m, i, n, d) WORD $(0x4f801000 | ((i)&1)<<21 | ((i)&2)<<10 | (m)<<16 | (n)<<5 | (d))

// LENGTH splits the number of floats in R3 into turns of 8 and the rest, in R4.
#define LENGTH \
	AND $7, R3, R4 \
	LSR $3, R3, R3

// CLIP raises two registers, each given as number and name, to V31 where V31 is
// greater: NaN stays, and so does -0 against 0. It uses V29 and V30.
#define CLIP(x0, v0, x1, v1) \
	FCMGT(x0, 31, 29)             \
	FCMGT(x1, 31, 30)             \
	VBIT V29.B16, V31.B16, v0.B16 \
	VBIT V30.B16, V31.B16, v1.B16
