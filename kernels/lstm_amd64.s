//go:build !purego

#include "textflag.h"
#include "exp_amd64.h"

// One row of LSTMForward and of LSTMBackward, 8 cells at a time. Go twins:
// lstm.go.
//
// Requires: AVX2, FMA
//
// Floor: about 100 instructions and 5 divisions for 8 cells forward, 45 and one
// backward: some 50 and 20 cycles, 1.8 and 0.7 ns a cell at 3.5 GHz. Reached on Zen 4
// (go test -run - -bench LSTM ./kernels, best of 32 short rounds on a shared machine): 3.2
// and 1.0 ns a cell in 16 rows of 128.

// func lstmForwardVectors(gates *float32, stride int, cPrev, c, h *float32, n int)
//
// Gate j begins j·stride bytes after gates; n is a positive multiple of 8.
// R8-R11 are the gates i f g o, SI cPrev, DI c, BX h, AX the byte offset.
TEXT ·lstmForwardVectors(SB), NOSPLIT, $0-48
	MOVQ   gates+0(FP), R8
	MOVQ   stride+8(FP), DX
	MOVQ   cPrev+16(FP), SI
	MOVQ   c+24(FP), DI
	MOVQ   h+32(FP), BX
	MOVQ   n+40(FP), CX
	LEAQ   (R8)(DX*1), R9
	LEAQ   (R8)(DX*2), R10
	LEAQ   (R9)(DX*2), R11
	VXORPS X15, X15, X15
	XORL   AX, AX
	SHRQ   $3, CX

loop:
	VMOVUPS     (R8)(AX*1), Y0
	VMOVUPS     (R9)(AX*1), Y1
	VMOVUPS     (R10)(AX*1), Y2
	VMOVUPS     (R11)(AX*1), Y3
	SIGMOID(Y0, Y15, Y4, Y5, Y6)
	SIGMOID(Y1, Y15, Y7, Y8, Y9)
	TANH(Y2, Y10, Y11, Y12)
	SIGMOID(Y3, Y15, Y4, Y5, Y6)
	VMOVUPS     Y0, (R8)(AX*1)
	VMOVUPS     Y1, (R9)(AX*1)
	VMOVUPS     Y2, (R10)(AX*1)
	VMOVUPS     Y3, (R11)(AX*1)
	VMULPS      Y0, Y2, Y0
	VFMADD132PS (SI)(AX*1), Y0, Y1 // c = f·cPrev + i·g
	VMOVUPS     Y1, (DI)(AX*1)
	TANH(Y1, Y7, Y8, Y9)
	VMULPS      Y1, Y3, Y3
	VMOVUPS     Y3, (BX)(AX*1)     // h = o·tanh(c)
	ADDQ        $32, AX
	DECQ        CX
	JNZ         loop
	VZEROUPPER
	RET

// func lstmBackwardVectors(gates *float32, stride int, cPrev, c, dh, dc, dgates *float32, n int)
//
// Strides and n as above. R8-R11 are the gates i f g o, R12 and up dgates, SI
// cPrev, DI c, BX dh, DX dc, AX the byte offset.
TEXT ·lstmBackwardVectors(SB), NOSPLIT, $0-64
	MOVQ    gates+0(FP), R8
	MOVQ    stride+8(FP), CX
	MOVQ    cPrev+16(FP), SI
	MOVQ    c+24(FP), DI
	MOVQ    dh+32(FP), BX
	MOVQ    dc+40(FP), DX
	MOVQ    dgates+48(FP), R12
	LEAQ    (R8)(CX*1), R9
	LEAQ    (R8)(CX*2), R10
	LEAQ    (R9)(CX*2), R11
	LEAQ    (R12)(CX*1), R13
	VMOVUPS ONE, Y15
	XORL    AX, AX

loop:
	VMOVUPS      (DI)(AX*1), Y0
	TANH(Y0, Y1, Y2, Y3)
	VMOVUPS      (BX)(AX*1), Y1     // dh
	VMOVUPS      (R8)(AX*1), Y4     // i
	VMOVUPS      (R9)(AX*1), Y5     // f
	VMOVUPS      (R10)(AX*1), Y6    // g
	VMOVUPS      (R11)(AX*1), Y7    // o
	VMULPS       Y7, Y1, Y2         // dh·o
	VMOVAPS      Y15, Y3
	VFNMADD231PS Y0, Y0, Y3         // 1 - tanh²
	VFMADD213PS  (DX)(AX*1), Y3, Y2 // d = dc + dh·o·(1-tanh²)
	VMULPS       Y5, Y2, Y3
	VMOVUPS      Y3, (DX)(AX*1)     // dc = d·f
	VMULPS       Y0, Y1, Y1         // dh·tanh
	VSUBPS       Y7, Y15, Y8
	VMULPS       Y8, Y7, Y7         // o(1-o)
	VMULPS       Y1, Y7, Y7
	VSUBPS       Y5, Y15, Y8
	VMULPS       Y8, Y5, Y5         // f(1-f)
	VMULPS       (SI)(AX*1), Y2, Y9
	VMULPS       Y9, Y5, Y5
	VSUBPS       Y4, Y15, Y8
	VMULPS       Y8, Y4, Y8         // i(1-i)
	VMULPS       Y6, Y2, Y9
	VMULPS       Y9, Y8, Y8
	VMULPS       Y4, Y2, Y2         // d·i
	VMOVAPS      Y15, Y9
	VFNMADD231PS Y6, Y6, Y9         // 1 - g²
	VMULPS       Y9, Y2, Y2
	VMOVUPS      Y8, (R12)(AX*1)
	VMOVUPS      Y5, (R13)(AX*1)
	LEAQ         (R12)(CX*2), R14
	VMOVUPS      Y2, (R14)(AX*1)
	LEAQ         (R13)(CX*2), R14
	VMOVUPS      Y7, (R14)(AX*1)
	ADDQ         $32, AX
	SUBQ         $8, n+56(FP)
	JNZ          loop
	VZEROUPPER
	RET
