package sim

import "math"

// segmentDistance returns the distance between the segments from a along u and from b along v (u
// and v being the whole extents; either may be zero).
func segmentDistance(a, u, b, v v3) float64 {
	r := a.sub(b)
	s, t := segmentNearest(r, u, v)
	w := r.addScaled(s, u).addScaled(-t, v)
	return math.Sqrt(w.dot(w))
}

// segmentNearest returns where the segments from b + r along u and from b along v are nearest, as
// shares of u and v. Ericson, Real-Time Collision Detection (2005), section 5.1.9.
func segmentNearest(r, u, v v3) (s, t float64) {
	uu, vv, uv := u.dot(u), v.dot(v), u.dot(v)
	ur, vr := u.dot(r), v.dot(r)
	switch {
	case uu <= 0 && vv <= 0:
	case uu <= 0:
		t = clamp01(vr / vv)
	case vv <= 0:
		s = clamp01(-ur / uu)
	default:
		// Nearest points of the two lines, then t for the clamped s, then s for the clamped t.
		if det := float64(uu*vv) - float64(uv*uv); det > 1e-14*uu*vv {
			s = clamp01((float64(uv*vr) - float64(ur*vv)) / det)
		}
		t = (float64(uv*s) + vr) / vv
		if t < 0 {
			t, s = 0, clamp01(-ur/uu)
		} else if t > 1 {
			t, s = 1, clamp01((uv-ur)/uu)
		}
	}
	return s, t
}

// segmentBoxDistance returns the distance between the segment from a along u and the solid box
// centred at the origin with its faces across the axes; 0 if they meet.
func segmentBoxDistance(a, u, half v3) float64 {
	return boxDistance(a.addScaled(segmentBoxNearest(a, u, half), u), half)
}

// segmentBoxNearest returns where the segment from a along u is nearest to the box, as a share of
// u.
//
// The squared distance from the point a + t·u to the box is convex in t, and its derivative is
// linear between the t at which the point crosses the plane of a face. So the minimum lies between
// the last such t with a derivative of at most 0 and the first one with at least 0, where the line
// through the two derivatives meets 0.
func segmentBoxNearest(a, u, half v3) float64 {
	lo, hi := 0.0, 1.0
	slopeLo, slopeHi := boxSlope(a, u, half, 0), boxSlope(a, u, half, 1)
	switch {
	case slopeLo >= 0:
		return 0
	case slopeHi <= 0:
		return 1
	}
	for _, axis := range [3][3]float64{{a.x, u.x, half.x}, {a.y, u.y, half.y}, {a.z, u.z, half.z}} {
		if axis[1] == 0 {
			continue
		}
		for _, face := range [2]float64{-axis[2], axis[2]} {
			t := (face - axis[0]) / axis[1]
			if !(t > lo && t < hi) {
				continue
			}
			if slope := boxSlope(a, u, half, t); slope < 0 {
				lo, slopeLo = t, slope
			} else {
				hi, slopeHi = t, slope
			}
		}
	}
	return lo + (hi-lo)*slopeLo/(slopeLo-slopeHi)
}

// boxSlope returns half the derivative by t of the squared distance from a + t·u to the box.
func boxSlope(a, u, half v3, t float64) float64 {
	return float64(beyond(a.x+float64(t*u.x), half.x)*u.x) + float64(beyond(a.y+float64(t*u.y), half.y)*u.y) +
		float64(beyond(a.z+float64(t*u.z), half.z)*u.z)
}

// boxDistance returns the distance from p to the solid box.
func boxDistance(p, half v3) float64 {
	d := v3{beyond(p.x, half.x), beyond(p.y, half.y), beyond(p.z, half.z)}
	return math.Sqrt(d.dot(d))
}

// beyond returns how far x lies outside of -half..half, with its sign.
func beyond(x, half float64) float64 {
	switch {
	case x > half:
		return x - half
	case x < -half:
		return x + half
	}
	return 0
}

func clamp01(x float64) float64 { return min(max(x, 0), 1) }
