//go:build !purego

#include "textflag.h"
#include "go_asm.h"

// Mass matrix and bias of eight bodies at a time: the operations of outward, momentum and
// evaluateGeneric in the same order, so with the same bits. No product is fused with a sum.
//
// Requires: AVX-512 F, DQ, VL
//
// Registers of both routines
//	R8       dataLanes
//	R9       modelLanes
//	Z31      scratch of the macros

// 0, 3, ... 21: numbers of the bodies' positions; 0, 9, ... 63: of their rotations; the lanes of
// their parents, of which the first has none.
DATA threes<>+0(SB)/8, $0x15120F0C09060300
GLOBL threes<>(SB), RODATA|NOPTR, $8
DATA nines<>+0(SB)/8, $0x3F362D241B120900
GLOBL nines<>(SB), RODATA|NOPTR, $8
DATA parent<>+0(SB)/8, $0x0505040302010000
GLOBL parent<>(SB), RODATA|NOPTR, $8
DATA minus<>+0(SB)/8, $0x8000000000000000
GLOBL minus<>(SB), RODATA|NOPTR, $8

// DOT sets out to a·x + b·y + c·z.
#define DOT(a, b, c, x, y, z, out) \
	VMULPD x, a, out     \
	VMULPD y, b, Z31     \
	VADDPD Z31, out, out \
	VMULPD z, c, Z31     \
	VADDPD Z31, out, out

// MINOR sets out to a·b - c·d.
#define MINOR(a, b, c, d, out) \
	VMULPD b, a, out     \
	VMULPD d, c, Z31     \
	VSUBPD Z31, out, out

// OUTER adds the outer product of a and b, which point the same way, to the second moments.
#define OUTER(ax, ay, az, bx, by, bz) \
	VMULPD bx, ax, Z31   \
	VADDPD Z31, Z21, Z21 \
	VMULPD by, ay, Z31   \
	VADDPD Z31, Z22, Z22 \
	VMULPD bz, az, Z31   \
	VADDPD Z31, Z23, Z23 \
	VMULPD by, ax, Z31   \
	VADDPD Z31, Z27, Z27 \
	VMULPD bz, ax, Z31   \
	VADDPD Z31, Z28, Z28 \
	VMULPD bz, ay, Z31   \
	VADDPD Z31, Z29, Z29

// ROD adds rod number k of the bodies.
#define ROD(k) \
	DOT(Z3, Z4, Z5, (modelLanes_axis+192*k)(R9), (modelLanes_axis+192*k+64)(R9), (modelLanes_axis+192*k+128)(R9), Z18)   \
	DOT(Z6, Z7, Z8, (modelLanes_axis+192*k)(R9), (modelLanes_axis+192*k+64)(R9), (modelLanes_axis+192*k+128)(R9), Z19)   \
	DOT(Z9, Z10, Z11, (modelLanes_axis+192*k)(R9), (modelLanes_axis+192*k+64)(R9), (modelLanes_axis+192*k+128)(R9), Z20) \
	VMULPD (modelLanes_rod+64*k)(R9), Z18, Z24                                                                           \
	VMULPD (modelLanes_rod+64*k)(R9), Z19, Z25                                                                           \
	VMULPD (modelLanes_rod+64*k)(R9), Z20, Z26

#define GATHER(index, i, z) \
	KXNORB     K1, K1, K1                 \
	VPXORQ     z, z, z                    \
	VGATHERDPD (8*i)(R10)(index*8), K1, z

#define SUM(i) (dataLanes_sums+128*(i))(R8)

// STEP sets out to the part of the acceleration of the origin that a row adds to the parent's.
#define STEP(x, y, z, out) \
	VPERMPD.Z x, Z30, K2, Z12           \
	VPERMPD.Z y, Z30, K2, Z13           \
	VPERMPD.Z z, Z30, K2, Z14           \
	VSUBPD    x, Z12, Z12               \
	VSUBPD    y, Z13, Z13               \
	VSUBPD    z, Z14, Z14               \
	DOT(Z12, Z13, Z14, Z0, Z1, Z2, out)

// ORIGIN adds the steps of component k from the base outwards.
#define ORIGIN(k, x, y) \
	VMOVSD (dataLanes_gravity+8*k)(R8), x     \
	VADDSD (dataLanes_step+64*k)(R8), x, x    \
	VMOVSD x, (dataLanes_origin+64*k)(R8)     \
	VADDSD (dataLanes_step+64*k+8)(R8), x, x  \
	VMOVSD x, (dataLanes_origin+64*k+8)(R8)   \
	VADDSD (dataLanes_step+64*k+16)(R8), x, x \
	VMOVSD x, (dataLanes_origin+64*k+16)(R8)  \
	VADDSD (dataLanes_step+64*k+24)(R8), x, x \
	VMOVSD x, (dataLanes_origin+64*k+24)(R8)  \
	VADDSD (dataLanes_step+64*k+32)(R8), x, x \
	VMOVSD x, (dataLanes_origin+64*k+32)(R8)  \
	VADDSD (dataLanes_step+64*k+40)(R8), x, x \
	VMOVSD x, (dataLanes_origin+64*k+40)(R8)  \
	VADDSD (dataLanes_step+64*k+48)(R8), x, y \
	VMOVSD y, (dataLanes_origin+64*k+48)(R8)  \
	VADDSD (dataLanes_step+64*k+56)(R8), x, y \
	VMOVSD y, (dataLanes_origin+64*k+56)(R8)

// FORCE sets out to a component of the force: row·first + mass·acceleration.
#define FORCE(x, y, z, accel, out) \
	DOT(x, y, z, Z15, Z16, Z17, out) \
	VMULPD accel, Z30, Z31           \
	VADDPD Z31, out, out

// MOMENT sets a component of the moment: a cross product, then two rows times columns of the second
// moments, subtracted.
#define MOMENT(a, b, c, d, ux, uy, uz, p, q, r, vx, vy, vz, s, t, u, i) \
	DOT(ux, uy, uz, p, q, r, Z0)       \
	DOT(vx, vy, vz, s, t, u, Z1)       \
	VSUBPD  Z1, Z0, Z0                 \
	MINOR(a, b, c, d, Z1)              \
	VADDPD  Z0, Z1, Z1                 \
	VMOVUPD Z1, SUM(const_sumMoment+i)

// func outward8(l *dataLanes, m *modelLanes, d *Data)
//
//	Z0-Z2    position
//	Z3-Z11   rotation, row by row; then omega and alpha
//	Z12-Z14  centre of mass; then scratch
//	Z15-Z17  first moments
//	Z21-Z23  second moments xx, yy, zz
//	Z27-Z29  xy, xz, yz
//	Z18-Z20  a rod; then the first row of the motion
//	Z24-Z26  the same times its strength; then the second row
//	Z3-Z5    the third row
//	Z9-Z11   acceleration of the origin
//	Z30      parents; mass
TEXT ·outward8(SB), NOSPLIT, $0-24
	MOVQ      l+0(FP), R8
	MOVQ      m+8(FP), R9
	MOVQ      d+16(FP), R11
	VPMOVZXBD threes<>(SB), Y30
	LEAQ      (Data_BodyPos+24)(R11), R10
	GATHER(Y30, 0, Z0)
	GATHER(Y30, 1, Z1)
	GATHER(Y30, 2, Z2)
	VPMOVZXBD nines<>(SB), Y30
	LEAQ      (Data_BodyRot+72)(R11), R10
	GATHER(Y30, 0, Z3)
	GATHER(Y30, 1, Z4)
	GATHER(Y30, 2, Z5)
	GATHER(Y30, 3, Z6)
	GATHER(Y30, 4, Z7)
	GATHER(Y30, 5, Z8)
	GATHER(Y30, 6, Z9)
	GATHER(Y30, 7, Z10)
	GATHER(Y30, 8, Z11)
	VMOVUPD   Z5, (dataLanes_axis+0)(R8)
	VMOVUPD   Z8, (dataLanes_axis+64)(R8)
	VMOVUPD   Z11, (dataLanes_axis+128)(R8)
	MINOR(Z1, Z11, Z2, Z8, Z12)
	VMOVUPD   Z12, (dataLanes_arm+0)(R8)
	MINOR(Z2, Z5, Z0, Z11, Z12)
	VMOVUPD   Z12, (dataLanes_arm+64)(R8)
	MINOR(Z0, Z8, Z1, Z5, Z12)
	VMOVUPD   Z12, (dataLanes_arm+128)(R8)

	// Where the mass is.
	DOT(Z3, Z4, Z5, (modelLanes_com+0)(R9), (modelLanes_com+64)(R9), (modelLanes_com+128)(R9), Z12)
	VADDPD  Z12, Z0, Z12
	DOT(Z6, Z7, Z8, (modelLanes_com+0)(R9), (modelLanes_com+64)(R9), (modelLanes_com+128)(R9), Z13)
	VADDPD  Z13, Z1, Z13
	DOT(Z9, Z10, Z11, (modelLanes_com+0)(R9), (modelLanes_com+64)(R9), (modelLanes_com+128)(R9), Z14)
	VADDPD  Z14, Z2, Z14
	VMOVUPD modelLanes_mass(R9), Z30
	VMULPD  Z12, Z30, Z15
	VMULPD  Z13, Z30, Z16
	VMULPD  Z14, Z30, Z17
	VMOVUPD modelLanes_base(R9), Z21
	VMOVAPD Z21, Z22
	VMOVAPD Z21, Z23
	VPXORQ  Z27, Z27, Z27
	VPXORQ  Z28, Z28, Z28
	VPXORQ  Z29, Z29, Z29
	ROD(0)
	OUTER(Z24, Z25, Z26, Z18, Z19, Z20)
	OUTER(Z15, Z16, Z17, Z12, Z13, Z14)
	CMPB    modelLanes_secondAxes(R9), $0
	JEQ     payload
	VPXORQ  Z31, Z31, Z31
	VMOVUPD (modelLanes_rod+64)(R9), Z24
	VCMPPD  $4, Z31, Z24, K1
	ROD(1)

	// A body without this rod gets 0 added, as in Go nothing: no second moment is -0.
	VMOVAPD.Z Z24, K1, Z24
	VMOVAPD.Z Z25, K1, Z25
	VMOVAPD.Z Z26, K1, Z26
	VMOVAPD.Z Z18, K1, Z18
	VMOVAPD.Z Z19, K1, Z19
	VMOVAPD.Z Z20, K1, Z20
	OUTER(Z24, Z25, Z26, Z18, Z19, Z20)

payload:
	MOVQ           Data_Payload(R11), AX
	ADDQ           AX, AX                       // 0 for ±0
	JZ             motion
	MOVL           $32, AX                      // the hand
	KMOVB          AX, K1
	VBROADCASTSD.Z Data_Payload(R11), K1, Z24
	VADDPD         Z24, Z30, Z30
	VBROADCASTSD.Z (Data_Palm+0)(R11), K1, Z18
	VBROADCASTSD.Z (Data_Palm+8)(R11), K1, Z19
	VBROADCASTSD.Z (Data_Palm+16)(R11), K1, Z20
	VMULPD         Z20, Z24, Z26
	VMULPD         Z19, Z24, Z25
	VMULPD         Z18, Z24, Z24
	VADDPD         Z24, Z15, K1, Z15
	VADDPD         Z25, Z16, K1, Z16
	VADDPD         Z26, Z17, K1, Z17
	OUTER(Z24, Z25, Z26, Z18, Z19, Z20)

motion:
	VMOVUPD Z30, SUM(const_sumMass)
	VMOVUPD Z15, SUM(const_sumFirst)
	VMOVUPD Z16, SUM(const_sumFirst+1)
	VMOVUPD Z17, SUM(const_sumFirst+2)
	VMOVUPD Z21, SUM(const_sumSecond)
	VMOVUPD Z22, SUM(const_sumSecond+1)
	VMOVUPD Z23, SUM(const_sumSecond+2)
	VMOVUPD Z27, SUM(const_sumSecond+3)
	VMOVUPD Z28, SUM(const_sumSecond+4)
	VMOVUPD Z29, SUM(const_sumSecond+5)

	// The rows of the motion.
	VMOVUPD     (dataLanes_omega+0)(R8), Z3
	VMOVUPD     (dataLanes_omega+64)(R8), Z4
	VMOVUPD     (dataLanes_omega+128)(R8), Z5
	VMOVUPD     (dataLanes_alpha+0)(R8), Z6
	VMOVUPD     (dataLanes_alpha+64)(R8), Z7
	VMOVUPD     (dataLanes_alpha+128)(R8), Z8
	VMULPD      Z3, Z3, Z9
	VMULPD      Z4, Z4, Z10
	VMULPD      Z5, Z5, Z11
	VMULPD      Z4, Z3, Z12
	VMULPD      Z5, Z3, Z13
	VMULPD      Z5, Z4, Z14
	VADDPD      Z11, Z10, Z18
	VXORPD.BCST minus<>(SB), Z18, Z18
	VSUBPD      Z8, Z12, Z19
	VADDPD      Z7, Z13, Z20
	VADDPD      Z8, Z12, Z24
	VADDPD      Z11, Z9, Z25
	VXORPD.BCST minus<>(SB), Z25, Z25
	VSUBPD      Z6, Z14, Z26
	VSUBPD      Z7, Z13, Z3
	VADDPD      Z6, Z14, Z4
	VADDPD      Z10, Z9, Z5
	VXORPD.BCST minus<>(SB), Z5, Z5
	VMOVUPD     Z18, (dataLanes_rows+0)(R8)
	VMOVUPD     Z19, (dataLanes_rows+64)(R8)
	VMOVUPD     Z20, (dataLanes_rows+128)(R8)
	VMOVUPD     Z24, (dataLanes_rows+192)(R8)
	VMOVUPD     Z25, (dataLanes_rows+256)(R8)
	VMOVUPD     Z26, (dataLanes_rows+320)(R8)
	VMOVUPD     Z3, (dataLanes_rows+384)(R8)
	VMOVUPD     Z4, (dataLanes_rows+448)(R8)
	VMOVUPD     Z5, (dataLanes_rows+512)(R8)

	// The acceleration of the origin.
	VPMOVZXBQ parent<>(SB), Z30
	MOVL      $0xFE, AX
	KMOVB     AX, K2
	STEP(Z18, Z19, Z20, Z6)
	STEP(Z24, Z25, Z26, Z7)
	STEP(Z3, Z4, Z5, Z8)
	VMOVUPD   Z6, (dataLanes_step+0)(R8)
	VMOVUPD   Z7, (dataLanes_step+64)(R8)
	VMOVUPD   Z8, (dataLanes_step+128)(R8)
	ORIGIN(0, X9, X12)
	ORIGIN(1, X10, X13)
	ORIGIN(2, X11, X14)
	VMOVUPD   (dataLanes_origin+0)(R8), Z9
	VMOVUPD   (dataLanes_origin+64)(R8), Z10
	VMOVUPD   (dataLanes_origin+128)(R8), Z11

	// The wrench.
	VMOVUPD SUM(const_sumMass), Z30
	FORCE(Z18, Z19, Z20, Z9, Z0)
	VMOVUPD Z0, SUM(const_sumForce)
	FORCE(Z24, Z25, Z26, Z10, Z0)
	VMOVUPD Z0, SUM(const_sumForce+1)
	FORCE(Z3, Z4, Z5, Z11, Z0)
	VMOVUPD Z0, SUM(const_sumForce+2)
	MOMENT(Z16, Z11, Z17, Z10, Z3, Z4, Z5, Z27, Z22, Z29, Z24, Z25, Z26, Z28, Z29, Z23, 0)
	MOMENT(Z17, Z9, Z15, Z11, Z18, Z19, Z20, Z28, Z29, Z23, Z3, Z4, Z5, Z21, Z27, Z28, 1)
	MOMENT(Z15, Z10, Z16, Z9, Z24, Z25, Z26, Z21, Z27, Z28, Z18, Z19, Z20, Z27, Z22, Z29, 2)
	VZEROUPPER
	RET

// ANGULAR sets a component of the angular momentum: a cross product, plus the trace times the axis,
// minus a row of the second moments times the axis.
#define ANGULAR(a, b, c, d, axis, p, q, r, out) \
	MINOR(a, b, c, d, out)        \
	VMULPD axis, Z16, Z31         \
	VADDPD Z31, out, out          \
	DOT(p, q, r, Z0, Z1, Z2, Z17) \
	VSUBPD Z17, out, out

// LINEAR sets a component of the linear momentum.
#define LINEAR(a, b, c, d, arm, out) \
	MINOR(a, b, c, d, out) \
	VMULPD arm, Z6, Z31    \
	VADDPD Z31, out, out

// BELOW sets the row of the mass matrix that belongs to body b, as far as the mask in AX goes.
#define BELOW(b) \
	KMOVB       AX, K1                                                \
	VMULPD.BCST (dataLanes_angular+8*(b-1))(R8), Z0, Z18              \
	VMULPD.BCST (dataLanes_angular+72+8*(b-1))(R8), Z1, Z19           \
	VADDPD      Z19, Z18, Z18                                         \
	VMULPD.BCST (dataLanes_angular+144+8*(b-1))(R8), Z2, Z19          \
	VADDPD      Z19, Z18, Z18                                         \
	VMULPD.BCST (dataLanes_linear+8*(b-1))(R8), Z3, Z20               \
	VMULPD.BCST (dataLanes_linear+72+8*(b-1))(R8), Z4, Z19            \
	VADDPD      Z19, Z20, Z20                                         \
	VMULPD.BCST (dataLanes_linear+144+8*(b-1))(R8), Z5, Z19           \
	VADDPD      Z19, Z20, Z20                                         \
	VADDPD      Z20, Z18, Z18                                         \
	VMOVUPD     Z18, K1, (dynamics_mass+8*const_NumJoints*(b-1))(R10)

// func inward8(l *dataLanes, m *modelLanes, w *dynamics)
//
//	Z0-Z2    axis
//	Z3-Z5    arm
//	Z6       mass
//	Z7-Z9    first moments
//	Z10-Z12  second moments xx, yy, zz
//	Z13-Z15  xy, xz, yz
//	Z16      trace
//	Z21-Z23  linear momentum
//	Z24-Z26  angular momentum
//	R10      w
TEXT ·inward8(SB), NOSPLIT, $0-24
	MOVQ    l+0(FP), R8
	MOVQ    m+8(FP), R9
	MOVQ    w+16(FP), R10
	VMOVUPD (dataLanes_axis+0)(R8), Z0
	VMOVUPD (dataLanes_axis+64)(R8), Z1
	VMOVUPD (dataLanes_axis+128)(R8), Z2
	VMOVUPD (dataLanes_arm+0)(R8), Z3
	VMOVUPD (dataLanes_arm+64)(R8), Z4
	VMOVUPD (dataLanes_arm+128)(R8), Z5
	VMOVUPD SUM(const_sumMass), Z6
	VMOVUPD SUM(const_sumFirst), Z7
	VMOVUPD SUM(const_sumFirst+1), Z8
	VMOVUPD SUM(const_sumFirst+2), Z9
	VMOVUPD SUM(const_sumSecond), Z10
	VMOVUPD SUM(const_sumSecond+1), Z11
	VMOVUPD SUM(const_sumSecond+2), Z12
	VMOVUPD SUM(const_sumSecond+3), Z13
	VMOVUPD SUM(const_sumSecond+4), Z14
	VMOVUPD SUM(const_sumSecond+5), Z15
	VADDPD  Z11, Z10, Z16
	VADDPD  Z12, Z16, Z16
	LINEAR(Z1, Z9, Z2, Z8, Z3, Z21)
	LINEAR(Z2, Z7, Z0, Z9, Z4, Z22)
	LINEAR(Z0, Z8, Z1, Z7, Z5, Z23)
	ANGULAR(Z8, Z5, Z9, Z4, Z0, Z10, Z13, Z14, Z24)
	ANGULAR(Z9, Z3, Z7, Z5, Z1, Z13, Z11, Z15, Z25)
	ANGULAR(Z7, Z4, Z8, Z3, Z2, Z14, Z15, Z12, Z26)
	VMOVUPD Z21, (dataLanes_linear+0)(R8)
	VMOVUPD Z22, (dataLanes_linear+72)(R8)
	VMOVUPD Z23, (dataLanes_linear+144)(R8)
	VMOVUPD Z24, (dataLanes_angular+0)(R8)
	VMOVUPD Z25, (dataLanes_angular+72)(R8)
	VMOVUPD Z26, (dataLanes_angular+144)(R8)
	DOT(Z0, Z1, Z2, Z24, Z25, Z26, Z18)
	DOT(Z3, Z4, Z5, Z21, Z22, Z23, Z19)
	VADDPD  Z19, Z18, Z18
	VADDPD  modelLanes_armature(R9), Z18, Z18
	VMOVUPD Z18, dataLanes_diagonal(R8)
	DOT(Z0, Z1, Z2, SUM(const_sumMoment), SUM(const_sumMoment+1), SUM(const_sumMoment+2), Z18)
	DOT(Z3, Z4, Z5, SUM(const_sumForce), SUM(const_sumForce+1), SUM(const_sumForce+2), Z19)
	VADDPD  Z19, Z18, Z18
	VMOVUPD Z18, dynamics_bias(R10)
	MOVL    $0x01, AX
	BELOW(2)
	MOVL    $0x03, AX
	BELOW(3)
	MOVL    $0x07, AX
	BELOW(4)
	MOVL    $0x0F, AX
	BELOW(5)
	MOVL    $0x1F, AX
	BELOW(6)
	MOVL    $0x3F, AX
	BELOW(7)
	BELOW(8)
	BELOW(9)
	VZEROUPPER
	RET
