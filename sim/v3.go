package sim

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
