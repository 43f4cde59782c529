package sim

// v3 is Vec3 for the inner loops of the dynamics: the compiler keeps a small struct in registers, an
// array in memory. Its products may be fused; nothing between joint angles and pixels uses it.
type v3 struct{ x, y, z float64 }

func vec(a *Vec3) v3 { return v3{a[0], a[1], a[2]} }

func (a v3) add(b v3) v3        { return v3{a.x + b.x, a.y + b.y, a.z + b.z} }
func (a v3) sub(b v3) v3        { return v3{a.x - b.x, a.y - b.y, a.z - b.z} }
func (a v3) scale(k float64) v3 { return v3{k * a.x, k * a.y, k * a.z} }
func (a v3) dot(b v3) float64   { return a.x*b.x + a.y*b.y + a.z*b.z }
func (a v3) addScaled(k float64, b v3) v3 {
	return v3{a.x + k*b.x, a.y + k*b.y, a.z + k*b.z}
}

func (a v3) cross(b v3) v3 {
	return v3{a.y*b.z - a.z*b.y, a.z*b.x - a.x*b.z, a.x*b.y - a.y*b.x}
}

// turn returns r·a.
func turn(r *Mat3, a v3) v3 {
	return v3{
		r[0]*a.x + r[1]*a.y + r[2]*a.z,
		r[3]*a.x + r[4]*a.y + r[5]*a.z,
		r[6]*a.x + r[7]*a.y + r[8]*a.z,
	}
}

// sym3 is a symmetric matrix: an inertia.
type sym3 struct{ xx, yy, zz, xy, xz, yz float64 }

func (s *sym3) mul(a v3) v3 {
	return v3{
		s.xx*a.x + s.xy*a.y + s.xz*a.z,
		s.xy*a.x + s.yy*a.y + s.yz*a.z,
		s.xz*a.x + s.yz*a.y + s.zz*a.z,
	}
}

// addOuter adds a·bᵀ, which must be symmetric: a and b point the same way.
func (s *sym3) addOuter(a, b v3) {
	s.xx += a.x * b.x
	s.yy += a.y * b.y
	s.zz += a.z * b.z
	s.xy += a.x * b.y
	s.xz += a.x * b.z
	s.yz += a.y * b.z
}

func (s *sym3) add(t *sym3) {
	s.xx += t.xx
	s.yy += t.yy
	s.zz += t.zz
	s.xy += t.xy
	s.xz += t.xz
	s.yz += t.yz
}
