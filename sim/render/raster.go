package render

// subpixels is how finely vertices are snapped: steps a pixel.
const subpixels = 256

// point is a vertex on the picture.
type point struct {
	x, y  int32  // in 1/256 pixel, within ±guardBand of the middle
	depth uint32 // nearer is larger, see depthScale
	level uint32 // brightness, 0..levels-1 in 1/2^levelBits; only smooth facets use it
}

const levelBits = 16

// kind is what a triangle does to the words it covers.
type kind uint8

const (
	mark   kind = iota // or with an index
	flat               // nearest wins, one palette index
	smooth             // nearest wins, index plus interpolated brightness
)

// raster is the picture in words, and for each row what was drawn on since the last restore.
type raster struct {
	width, height int
	words         []uint32
	rows          []span
}

// span is a run of pixels, first to last inclusive; empty if last < first.
type span struct{ first, last int32 }

// ceilPixel returns the first pixel whose centre is at or after a coordinate in 1/256 pixel.
func ceilPixel(v int32) int { return int(v+subpixels/2-1) >> 8 }

// edge walks down one side of a triangle: for each row of pixels the first pixel at or right of it.
//
// On the row with centre Y the edge from (xa, ya) to (xb, yb) is at xa + (Y-ya)·dx/dy, so the
// first pixel whose centre is not left of it is the ceiling of n/d with n = (xa-128)·dy + (Y-ya)·dx and
// d = 256·dy. For integers that is the floor of (n-½)/d, plus one. A float64 holds n-½ exactly
// (|n| < 2^45), and (n-½)/d is at least ½/d > 2^-31 away from any integer while the product with
// the rounded reciprocal errs by less than 2^-37: the result is exact.
type edge struct {
	n, step float64 // n-½ for the current row, and its change a row
	inverse float64 // 1/d
}

// edgeShift, a number of pixels, keeps n positive, because conversion to int cuts towards zero.
const edgeShift = 1 << 14

func newEdge(a, b *point, row int) edge {
	dx, dy := int64(b.x-a.x), int64(b.y-a.y)
	n := (int64(a.x)-subpixels/2+edgeShift*subpixels)*dy + (int64(row)*subpixels+subpixels/2-int64(a.y))*dx
	return edge{n: float64(n) - 0.5, step: float64(dx * subpixels), inverse: 1 / float64(dy*subpixels)}
}

// next returns the pixel for this row and steps to the next row.
func (e *edge) next() int {
	x := int(e.n*e.inverse) + 1 - edgeShift
	e.n += e.step
	return x
}

// turn returns twice the area of the triangle p0, p1, p2 in square subpixels, positive if the
// corners turn counter-clockwise on the picture, which shows its front.
func turn(p0, p1, p2 *point) int64 {
	return int64(p2.x-p0.x)*int64(p1.y-p0.y) - int64(p1.x-p0.x)*int64(p2.y-p0.y)
}

// face draws the front of a facet with corners a, b, c, d; d = c makes it a triangle. abc and acd
// are the turns of its halves, not both negative. A facet with four corners is drawn at once if it
// is convex on the picture, and as two triangles if rounding or a bend in it made it something else.
func (r *raster) face(a, b, c, d *point, abc, acd int64, index uint32, k kind) {
	if abc > 0 && acd > 0 && k != smooth {
		if bcd := turn(b, c, d); bcd > 0 && bcd < abc+acd {
			r.polygon(&[4]*point{a, b, c, d}, 4, abc+acd, index, k)
			return
		}
	}
	if abc > 0 {
		r.polygon(&[4]*point{a, b, c}, 3, abc, index, k)
	}
	if acd > 0 {
		r.polygon(&[4]*point{a, c, d}, 3, acd, index, k)
	}
}

// polygon draws a convex polygon of n corners, 3 or 4, whose doubled area is positive. It covers
// every pixel whose centre is inside. A centre on the edge between two polygons belongs to the one
// below or right of it (the top-left rule), so surfaces have no gaps and no pixel is drawn by both.
func (r *raster) polygon(p *[4]*point, n int, area int64, index uint32, k kind) {
	top := 0
	minX, maxX, maxY := p[0].x, p[0].x, p[0].y
	for i := 1; i < n; i++ {
		if p[i].y < p[top].y {
			top = i
		}
		minX, maxX, maxY = min(minX, p[i].x), max(maxX, p[i].x), max(maxY, p[i].y)
	}
	y, end := max(ceilPixel(p[top].y), 0), min(ceilPixel(maxY), r.height)
	if y >= end || max(ceilPixel(minX), 0) >= min(ceilPixel(maxX), r.width) {
		return
	}

	var depth, level plane
	if k != mark {
		s := newSlopes(p, n, area)
		depth = s.plane(p[0].depth, p[s.i].depth, p[s.j].depth, p[s.k].depth, y)
		if k == smooth {
			level = s.plane(p[0].level, p[s.i].level, p[s.j].level, p[s.k].level, y)
		}
	}

	// Down from the top the corners in order are the left side, in reverse the right side.
	var left, right edge
	leftCorner, rightCorner, leftEnd, rightEnd := top, top, y, y
	for y < end {
		for leftEnd <= y {
			a := p[leftCorner]
			if leftCorner++; leftCorner == n {
				leftCorner = 0
			}
			if leftEnd = ceilPixel(p[leftCorner].y); leftEnd > y {
				left = newEdge(a, p[leftCorner], y)
			}
		}
		for rightEnd <= y {
			a := p[rightCorner]
			if rightCorner--; rightCorner < 0 {
				rightCorner = n - 1
			}
			if rightEnd = ceilPixel(p[rightCorner].y); rightEnd > y {
				right = newEdge(a, p[rightCorner], y)
			}
		}
		for stop := min(leftEnd, rightEnd, end); y < stop; y++ {
			first, after := max(left.next(), 0), min(right.next(), r.width)
			if first < after {
				s := &r.rows[y]
				s.first, s.last = min(s.first, int32(first)), max(s.last, int32(after-1))
				words := r.words[y*r.width+first : y*r.width+after]
				switch d := depth.v + uint32(first)*depth.dx; k {
				case mark:
					for i := range words {
						words[i] |= index
					}
				case flat:
					for i, w := range words {
						words[i] = max(w, d&^indexMask|index)
						d += depth.dx
					}
				case smooth:
					l := level.v + uint32(first)*level.dx
					for i, w := range words {
						words[i] = max(w, d&^indexMask|(index+l>>levelBits))
						d += depth.dx
						l += level.dx
					}
				}
			}
			depth.v += depth.dy
			level.v += level.dy
		}
	}
}

// smallArea, in half square subpixels (1/16 square pixel), is the size below which a triangle gets
// one depth and one brightness: steeper slopes would not be exact.
const smallArea = 1 << 13

// slopes turns values at the corners of a polygon into values at pixels.
type slopes struct {
	i, j, k        int     // with corner 0 the ends of two crossing lines: 0 to j and i to k
	jx, jy, kx, ky float64 // those lines in subpixels
	x0, y0         float64 // centre of pixel (0, 0) relative to corner 0
	inverse        float64 // one over the doubled area
	small          bool
}

func newSlopes(p *[4]*point, n int, area int64) slopes {
	s := slopes{i: n / 4, j: n / 2, k: 3 * n / 4, inverse: 1 / float64(area), small: area < smallArea}
	a, b, c, d := p[0], p[s.i], p[s.j], p[s.k]
	s.jx, s.jy = float64(c.x-a.x), float64(c.y-a.y)
	s.kx, s.ky = float64(d.x-b.x), float64(d.y-b.y)
	s.x0, s.y0 = float64(subpixels/2-a.x), float64(subpixels/2-a.y)
	return s
}

// plane is a value that changes evenly over the picture: at the first pixel of the current row, and
// its change a pixel to the right and a row down. It counts modulo 2^32: outside its polygon it may
// leave that range, inside it does not.
type plane struct{ v, dx, dy uint32 }

// plane returns, for the given row, the plane through the value v0 at corner 0 with the slopes of
// the values at the corners 0, i, j and k.
func (s *slopes) plane(v0, vi, vj, vk uint32, row int) plane {
	if s.small {
		return plane{v: v0}
	}
	j, k := float64(int64(vj)-int64(v0)), float64(int64(vk)-int64(vi))
	slopeX := float64((float64(k*s.jy) - float64(j*s.ky)) * s.inverse)
	slopeY := float64((float64(j*s.kx) - float64(k*s.jx)) * s.inverse)
	dy := uint32(int64(float64(slopeY * subpixels)))
	return plane{
		v:  v0 + uint32(int64(float64(slopeX*s.x0)+float64(slopeY*s.y0))) + uint32(row)*dy,
		dx: uint32(int64(float64(slopeX * subpixels))),
		dy: dy,
	}
}
