// The steps and the output of the other micro-kernels of AVX-512. Z16 and Z17 are the row of b. Of 32
// columns, the second register of a row is DI after the first in the steps, and R14 in the output: DI
// is the tile elsewhere. Of 16 columns, K1 has those that exist.

// STEP2 adds one element of a row of a times Z16, Z17 to a row of the tile.
#define STEP2(row, tmp, z0, z1) \
	VBROADCASTSS (row)(AX*1), tmp \
	VFMADD231PS  Z16, tmp, z0     \
	VFMADD231PS  Z17, tmp, z1

// STEP1 is STEP2 for a row of 16.
#define STEP1(row, tmp, z0) \
	VBROADCASTSS (row)(AX*1), tmp \
	VFMADD231PS  Z16, tmp, z0

// LAST sets the distance of the second register of a row in the steps, TILE the tile again.
#define LAST MOVQ micro_last(DI), DI

#define TILE MOVQ t+0(FP), DI

// ADD2 writes a row: c += tile, SET2 c = tile; ADD1 and SET1 do so for a row of 16. The two registers
// of a row may overlap, with the same sums.
#define ADD2(z0, z1) \
	VADDPS  (SI), z0, z0        \
	VADDPS  (SI)(R14*1), z1, z1 \
	VMOVUPS z0, (SI)            \
	VMOVUPS z1, (SI)(R14*1)     \
	DECQ    CX                  \
	JZ      done                \
	ADDQ    DX, SI

#define SET2(z0, z1) \
	VMOVUPS z0, (SI)        \
	VMOVUPS z1, (SI)(R14*1) \
	DECQ    CX              \
	JZ      done            \
	ADDQ    DX, SI

#define ADD1(z0) \
	VMOVUPS.Z (SI), K1, Z16 \
	VADDPS    Z16, z0, z0   \
	VMOVUPS   z0, K1, (SI)  \
	DECQ      CX            \
	JZ        done          \
	ADDQ      DX, SI

#define SET1(z0) \
	VMOVUPS z0, K1, (SI) \
	DECQ    CX           \
	JZ      done         \
	ADDQ    DX, SI

// MAX0 is the ReLU; the order of the operands lets NaN and -0 pass.
#define MAX0(z) VMAXPS z, Z16, z
