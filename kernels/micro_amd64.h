// The walk of a tile, shared by the tiles of AVX2 and of AVX-512.
//
// Registers
//	DI          the tile
//	AX BX       index into the rows of a, its step
//	SI DX       row of b, its step
//	CX          steps left in the run
//	R8-R13(R15) rows of a

// ROWS loads the addresses of rows 0 to 3, and the walk through a and b.
#define ROWS \
	MOVQ micro_a(DI), AX         \
	MOVQ (micro_off+0)(DI), R8   \
	MOVQ (micro_off+8)(DI), R9   \
	MOVQ (micro_off+16)(DI), R10 \
	MOVQ (micro_off+24)(DI), R11 \
	ADDQ AX, R8                 \
	ADDQ AX, R9                 \
	ADDQ AX, R10                \
	ADDQ AX, R11                \
	MOVQ micro_b(DI), SI         \
	MOVQ micro_bstep(DI), DX     \
	MOVQ micro_astep(DI), BX

// ROWS6 and ROWS8 load the other rows.
#define ROWS6 \
	MOVQ (micro_off+32)(DI), R12 \
	MOVQ (micro_off+40)(DI), R13 \
	ADDQ AX, R12                \
	ADDQ AX, R13

#define ROWS8 \
	ROWS6                       \
	MOVQ (micro_off+48)(DI), R14 \
	MOVQ (micro_off+56)(DI), R15 \
	ADDQ AX, R14                \
	ADDQ AX, R15

// START begins the first run, NEXT another one if there is one.
#define START \
	MOVQ micro_runs(DI), AX   \
	MOVQ micro_starts(DI), CX \
	MOVQ AX, micro_left(DI)   \
	MOVQ CX, micro_next(DI)   \
	MOVQ (CX), AX            \
	MOVQ micro_run(DI), CX

#define NEXT(last) \
	DECQ micro_left(DI)     \
	JZ   last              \
	MOVQ micro_next(DI), CX \
	ADDQ $8, CX            \
	MOVQ CX, micro_next(DI) \
	MOVQ (CX), AX          \
	MOVQ micro_run(DI), CX

// FETCH asks for what the next tiles need, a few pairs of cache lines a tile.
#define FETCH \
	MOVQ       micro_lines(DI), CX \
	TESTQ      CX, CX             \
	JZ         8(PC)              \
	MOVQ       micro_fetch(DI), AX \
	PREFETCHT1 (AX)               \
	PREFETCHT1 64(AX)             \
	ADDQ       micro_fstep(DI), AX \
	DECQ       CX                 \
	JNZ        -4(PC)             \
	MOVQ       AX, micro_fetch(DI)

// TOUCH asks for two rows of the output: they are there when the sums are. FIRST
// goes before.
#define FIRST \
	MOVQ micro_c(DI), CX   \
	MOVQ micro_ldc(DI), AX

#define TOUCH \
	PREFETCHT0 (CX)          \
	PREFETCHT0 (CX)(AX*1)    \
	LEAQ       (CX)(AX*2), CX

// TOUCH2 does so for rows of two cache lines.
#define TOUCH2 \
	PREFETCHT0 64(CX)        \
	PREFETCHT0 64(CX)(AX*1)  \
	TOUCH

// AGAIN goes on to the next tile of the series, if there is one.
#define AGAIN \
	DECQ micro_times(DI)     \
	JZ   end                \
	MOVQ micro_anext(DI), AX \
	MOVQ micro_cnext(DI), CX \
	MOVQ micro_bnext(DI), DX \
	ADDQ AX, micro_a(DI)     \
	ADDQ CX, micro_c(DI)     \
	ADDQ DX, micro_b(DI)     \
	JMP  again

// OUTPUT loads where the rows go: SI address, DX distance, CX rows left.
#define OUTPUT \
	MOVQ micro_c(DI), SI    \
	MOVQ micro_ldc(DI), DX  \
	MOVQ micro_rows(DI), CX
