package sim

import (
	"fmt"
	"math"
)

// Vec3 is a vector or a point: x, y, z.
//
// All arithmetic here rounds each product explicitly, float64(a*b), so the compiler may not fuse a
// product with a sum. The result is then the same on every architecture, which the chain from
// joint angles to pixels needs.
type Vec3 [3]float64

// Add returns a + b.
func (a Vec3) Add(b Vec3) Vec3 { return Vec3{a[0] + b[0], a[1] + b[1], a[2] + b[2]} }

// Sub returns a - b.
func (a Vec3) Sub(b Vec3) Vec3 { return Vec3{a[0] - b[0], a[1] - b[1], a[2] - b[2]} }

// Scale returns k·a.
func (a Vec3) Scale(k float64) Vec3 {
	return Vec3{float64(k * a[0]), float64(k * a[1]), float64(k * a[2])}
}

// Dot returns the scalar product a·b.
func (a Vec3) Dot(b Vec3) float64 {
	return float64(a[0]*b[0]) + float64(a[1]*b[1]) + float64(a[2]*b[2])
}

// Cross returns the vector product a×b.
func (a Vec3) Cross(b Vec3) Vec3 {
	return Vec3{
		float64(a[1]*b[2]) - float64(a[2]*b[1]),
		float64(a[2]*b[0]) - float64(a[0]*b[2]),
		float64(a[0]*b[1]) - float64(a[1]*b[0]),
	}
}

// Norm returns the length of a. The square root is exact to the last bit on every architecture.
func (a Vec3) Norm() float64 { return math.Sqrt(a.Dot(a)) }

// Distance returns the distance between the points a and b.
func (a Vec3) Distance(b Vec3) float64 { return a.Sub(b).Norm() }

// Mat3 is a 3x3 matrix in row-major order. As a rotation it is named for both of its frames:
// worldFromHand turns hand coordinates into world coordinates, and its columns are the axes of the
// hand frame seen from the world.
type Mat3 [9]float64

// Identity is the rotation that changes nothing.
var Identity = Mat3{1, 0, 0, 0, 1, 0, 0, 0, 1}

// Mul returns the matrix product a·b: aFromB.Mul(bFromC) is aFromC.
func (a Mat3) Mul(b Mat3) Mat3 {
	var c Mat3
	for i := 0; i < 9; i += 3 {
		for j := range 3 {
			c[i+j] = float64(a[i]*b[j]) + float64(a[i+1]*b[3+j]) + float64(a[i+2]*b[6+j])
		}
	}
	return c
}

// MulVec returns the product a·v: aFromB.MulVec(vector in b) is the same vector in a.
func (a Mat3) MulVec(v Vec3) Vec3 {
	return Vec3{
		float64(a[0]*v[0]) + float64(a[1]*v[1]) + float64(a[2]*v[2]),
		float64(a[3]*v[0]) + float64(a[4]*v[1]) + float64(a[5]*v[2]),
		float64(a[6]*v[0]) + float64(a[7]*v[1]) + float64(a[8]*v[2]),
	}
}

// Transpose returns the transpose, which for a rotation is its inverse.
func (a Mat3) Transpose() Mat3 {
	return Mat3{a[0], a[3], a[6], a[1], a[4], a[7], a[2], a[5], a[8]}
}

// Column returns column j, for a rotation the axis j of the inner frame in outer coordinates.
func (a Mat3) Column(j int) Vec3 { return Vec3{a[j], a[3+j], a[6+j]} }

// rotationFromQuat returns the rotation of the quaternion w, x, y, z, whose length must be 1 but
// for rounding.
func rotationFromQuat(q [4]float64) (Mat3, error) {
	w, x, y, z := q[0], q[1], q[2], q[3]
	norm := math.Sqrt(float64(w*w) + float64(x*x) + float64(y*y) + float64(z*z))
	if !(math.Abs(norm-1) < 1e-6) {
		return Mat3{}, fmt.Errorf("quat %v has length %g, want 1", q, norm)
	}
	w, x, y, z = w/norm, x/norm, y/norm, z/norm
	xx, yy, zz := float64(x*x), float64(y*y), float64(z*z)
	xy, xz, yz := float64(x*y), float64(x*z), float64(y*z)
	wx, wy, wz := float64(w*x), float64(w*y), float64(w*z)
	return Mat3{
		1 - 2*(yy+zz), 2 * (xy - wz), 2 * (xz + wy),
		2 * (xy + wz), 1 - 2*(xx+zz), 2 * (yz - wx),
		2 * (xz - wy), 2 * (yz + wx), 1 - 2*(xx+yy),
	}, nil
}
