// The steps and the output of the tall micro-kernels of AVX-512, of which the second half reads at a
// fixed distance from the first, as in micro12_amd64.s. DI is the index of the second half in the
// steps, the tile elsewhere. R14 is the distance of the second register of a row of 32 columns from
// the first; K1 has the columns of 16 that exist.
//
// Elements of a are broadcast by instructions of their own: multiply-adds that broadcast from memory
// take 9 cycles where these take 8 (16 sums, Intel Xeon family 6 model 207).

// PAIR2 adds one element of a row of a in each half, times Z24, Z25, to a row of each half.
#define PAIR2(row, s0, s1, u0, u1) \
	VBROADCASTSS (row)(AX*1), Z26 \
	VBROADCASTSS (row)(DI*1), Z27 \
	VFMADD231PS  Z24, Z26, s0     \
	VFMADD231PS  Z25, Z26, s1     \
	VFMADD231PS  Z24, Z27, u0     \
	VFMADD231PS  Z25, Z27, u1

// PAIR1 is PAIR2 for rows of 16.
#define PAIR1(row, s, u) \
	VBROADCASTSS (row)(AX*1), Z26 \
	VBROADCASTSS (row)(DI*1), Z27 \
	VFMADD231PS  Z24, Z26, s      \
	VFMADD231PS  Z24, Z27, u

// ADD2 writes a row: c += tile, SET2 c = tile; ADD1 and SET1 do so for a row of 16. The two registers
// of a row may overlap, with the same sums.
#define ADD2(z0, z1, next) \
	VADDPS  (SI), z0, z0         \
	VADDPS  (SI)(R14*1), z1, z1  \
	VMOVUPS z0, (SI)             \
	VMOVUPS z1, (SI)(R14*1)      \
	DECQ    CX                   \
	JZ      next                 \
	ADDQ    DX, SI

#define SET2(z0, z1, next) \
	VMOVUPS z0, (SI)        \
	VMOVUPS z1, (SI)(R14*1) \
	DECQ    CX              \
	JZ      next            \
	ADDQ    DX, SI

#define ADD1(z, next) \
	VMOVUPS.Z (SI), K1, Z26 \
	VADDPS    Z26, z, z     \
	VMOVUPS   z, K1, (SI)   \
	DECQ      CX            \
	JZ        next          \
	ADDQ      DX, SI

#define SET1(z, next) \
	VMOVUPS z, K1, (SI) \
	DECQ    CX          \
	JZ      next        \
	ADDQ    DX, SI

// MAX0 is the ReLU; the order of the operands lets NaN and -0 pass.
#define MAX0(z) VMAXPS z, Z26, z

// FARINDEX sets the index of the second half, and TILE the tile again.
#define FARINDEX \
	MOVQ micro_afar(DI), DI \
	ADDQ AX, DI

#define TILE MOVQ t+0(FP), DI

// SECOND goes on to the rows of the second half.
#define SECOND \
	MOVQ micro_c(DI), SI    \
	ADDQ micro_cfar(DI), SI \
	MOVQ micro_rows(DI), CX
