// The steps and the output of the AVX-512 tiles. Z16 and Z17 are the row of b, K1
// has the last 16 columns that exist.

// STEP2 adds one element of a row of a times Z16, Z17 to a row of the tile.
#define STEP2(row, tmp, z0, z1) \
	VBROADCASTSS (row)(AX*1), tmp \
	VFMADD231PS  Z16, tmp, z0     \
	VFMADD231PS  Z17, tmp, z1

// STEP1 is STEP2 for a row of 16.
#define STEP1(row, z0) VFMADD231PS.BCST (row)(AX*1), Z16, z0

// ADD2 writes a row: c += tile.
#define ADD2(z0, z1) \
	VADDPS    (SI), z0, z0        \
	VMOVUPS.Z 64(SI), K1, Z16     \
	VADDPS    Z16, z1, z1         \
	VMOVUPS   z0, (SI)            \
	VMOVUPS   z1, K1, 64(SI)      \
	DECQ      CX                  \
	JZ        done                \
	ADDQ      DX, SI

// SET2 writes a row: c = tile.
#define SET2(z0, z1) \
	VMOVUPS z0, (SI)       \
	VMOVUPS z1, K1, 64(SI) \
	DECQ    CX             \
	JZ      done           \
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
