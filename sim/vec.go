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

// v3 is Vec3 for the inner loops of the dynamics: the compiler keeps a small struct in registers,
// an array in memory. Each product is rounded explicitly here too.
type v3 struct{ x, y, z float64 }

func vec(a *Vec3) v3 { return v3{a[0], a[1], a[2]} }

func (a v3) add(b v3) v3        { return v3{a.x + b.x, a.y + b.y, a.z + b.z} }
func (a v3) sub(b v3) v3        { return v3{a.x - b.x, a.y - b.y, a.z - b.z} }
func (a v3) scale(k float64) v3 { return v3{float64(k * a.x), float64(k * a.y), float64(k * a.z)} }
func (a v3) dot(b v3) float64   { return float64(a.x*b.x) + float64(a.y*b.y) + float64(a.z*b.z) }
func (a v3) addScaled(k float64, b v3) v3 {
	return v3{a.x + float64(k*b.x), a.y + float64(k*b.y), a.z + float64(k*b.z)}
}

func (a v3) cross(b v3) v3 {
	return v3{float64(a.y*b.z) - float64(a.z*b.y), float64(a.z*b.x) - float64(a.x*b.z),
		float64(a.x*b.y) - float64(a.y*b.x)}
}

// turn returns r·a.
func turn(r *Mat3, a v3) v3 {
	return v3{
		float64(r[0]*a.x) + float64(r[1]*a.y) + float64(r[2]*a.z),
		float64(r[3]*a.x) + float64(r[4]*a.y) + float64(r[5]*a.z),
		float64(r[6]*a.x) + float64(r[7]*a.y) + float64(r[8]*a.z),
	}
}

// sym3 is a symmetric matrix: an inertia.
type sym3 struct{ xx, yy, zz, xy, xz, yz float64 }

func (s *sym3) mul(a v3) v3 {
	return v3{
		float64(s.xx*a.x) + float64(s.xy*a.y) + float64(s.xz*a.z),
		float64(s.xy*a.x) + float64(s.yy*a.y) + float64(s.yz*a.z),
		float64(s.xz*a.x) + float64(s.yz*a.y) + float64(s.zz*a.z),
	}
}

// setScalar sets s to k·1.
func (s *sym3) setScalar(k float64) {
	s.xx, s.yy, s.zz = k, k, k
	s.xy, s.xz, s.yz = 0, 0, 0
}

// addOuter adds a·bᵀ, which must be symmetric: a and b point the same way.
func (s *sym3) addOuter(a, b v3) {
	s.xx += float64(a.x * b.x)
	s.yy += float64(a.y * b.y)
	s.zz += float64(a.z * b.z)
	s.xy += float64(a.x * b.y)
	s.xz += float64(a.x * b.z)
	s.yz += float64(a.y * b.z)
}

func (s *sym3) add(t *sym3) {
	s.xx += t.xx
	s.yy += t.yy
	s.zz += t.zz
	s.xy += t.xy
	s.xz += t.xz
	s.yz += t.yz
}
