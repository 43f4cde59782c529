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
// On the row with centre Y the edge from (xa, ya) to (xb, yb) is at xa + (Y-ya)·dx/dy, so the first
// pixel whose centre is not left of it is the ceiling of n/d with n = (xa-128)·dy + (Y-ya)·dx and d
// = 256·dy. For integers that is the floor of (n-½)/d, plus one. A float64 holds n-½ exactly (|n| <
// 2^45), and (n-½)/d is at least ½/d > 2^-31 away from any integer while the product with the
// rounded reciprocal errs by less than 2^-37: the result is exact.
//
// It returns n-½ for the given row, its change a row, and 1/d. The caller keeps the three in
// registers, where the compiler would not keep a struct with methods.
func edge(a, b *point, row int) (n, step, inverse float64) {
	dx, dy := int64(b.x-a.x), int64(b.y-a.y)
	numerator := (int64(a.x)-subpixels/2+edgeShift*subpixels)*dy + (int64(row)*subpixels+subpixels/2-int64(a.y))*dx
	return float64(numerator) - 0.5, float64(dx * subpixels), 1 / float64(dy*subpixels)
}

// edgeShift, a number of pixels, keeps n positive, because conversion to int cuts towards zero.
const edgeShift = 1 << 14

// edgePixel returns the pixel for a row from what edge returned.
func edgePixel(n, inverse float64) int { return int(float64(n*inverse)) + 1 - edgeShift }

// turn returns twice the area of the triangle p0, p1, p2 in square subpixels, positive if the
// corners turn counter-clockwise on the picture, which shows its front.
func turn(p0, p1, p2 *point) int64 {
	return int64(p2.x-p0.x)*int64(p1.y-p0.y) - int64(p1.x-p0.x)*int64(p2.y-p0.y)
}

// face draws the front of a facet with corners a, b, c, d; d = c makes it a triangle. abc and acd
// are the turns of its halves, not both negative. A facet with four corners is drawn at once if it
// is convex on the picture, and as two triangles if rounding or a bend in it made it something
// else.
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

	// Depth and brightness change evenly over the picture. d and l are their values at the first
	// pixel of row y, dx, dy, lx and ly their changes a pixel to the right and a row down. They
	// count modulo 2^32: outside the polygon they may leave that range, inside they do not.
	var d, dx, dy, l, lx, ly uint32
	if k != mark {
		// Two lines across the polygon give the slopes: a quad's diagonals, two sides of a
		// triangle.
		from, to, side, other := p[0], p[n/2], p[n/4], p[3*n/4]
		g := across{
			ax: float64(to.x - from.x), ay: float64(to.y - from.y),
			bx: float64(other.x - side.x), by: float64(other.y - side.y),
			scale: subpixels / float64(area),
		}
		if area < smallArea {
			g.scale = 0
		}
		x0, y0 := float64(subpixels/2-from.x)/subpixels, float64(subpixels/2-from.y)/subpixels
		slopeX, slopeY := g.slopes(from.depth, to.depth, side.depth, other.depth)
		dx, dy = uint32(int64(slopeX)), uint32(int64(slopeY))
		d = from.depth + uint32(int64(float64(slopeX*x0)+float64(slopeY*y0))) + uint32(y)*dy
		if k == smooth {
			slopeX, slopeY = g.slopes(from.level, to.level, side.level, other.level)
			lx, ly = uint32(int64(slopeX)), uint32(int64(slopeY))
			l = from.level + uint32(int64(float64(slopeX*x0)+float64(slopeY*y0))) + uint32(y)*ly
		}
	}

	// Down from the top the corners in order are the left side, in reverse the right side.
	var leftN, leftStep, leftInverse, rightN, rightStep, rightInverse float64
	leftCorner, rightCorner, leftEnd, rightEnd := top, top, y, y
	for y < end {
		for leftEnd <= y {
			a := p[leftCorner]
			if leftCorner++; leftCorner == n {
				leftCorner = 0
			}
			if leftEnd = ceilPixel(p[leftCorner].y); leftEnd > y {
				leftN, leftStep, leftInverse = edge(a, p[leftCorner], y)
			}
		}
		for rightEnd <= y {
			a := p[rightCorner]
			if rightCorner--; rightCorner < 0 {
				rightCorner = n - 1
			}
			if rightEnd = ceilPixel(p[rightCorner].y); rightEnd > y {
				rightN, rightStep, rightInverse = edge(a, p[rightCorner], y)
			}
		}
		for stop := min(leftEnd, rightEnd, end); y < stop; y++ {
			first, after := max(edgePixel(leftN, leftInverse), 0), min(edgePixel(rightN, rightInverse), r.width)
			leftN += leftStep
			rightN += rightStep
			if first < after {
				s := &r.rows[y]
				s.first, s.last = min(s.first, int32(first)), max(s.last, int32(after-1))
				words := r.words[y*r.width+first : y*r.width+after]
				switch d := d + uint32(first)*dx; k {
				case mark:
					for i := range words {
						words[i] |= index
					}
				case flat:
					for i, w := range words {
						words[i] = max(w, d&^indexMask|index)
						d += dx
					}
				case smooth:
					l := l + uint32(first)*lx
					for i, w := range words {
						words[i] = max(w, d&^indexMask|(index+l>>levelBits))
						d += dx
						l += lx
					}
				}
			}
			d += dy
			l += ly
		}
	}
}

// smallArea, in half square subpixels (1/16 square pixel), is the size below which a polygon gets
// one depth and one brightness: steeper slopes would not be exact.
const smallArea = 1 << 13

// across holds two lines a and b across a polygon in subpixels, and subpixels over twice its area.
type across struct {
	ax, ay, bx, by, scale float64
}

// slopes returns the changes a pixel to the right and a row down of a value that changes along
// line a from a0 to a1, along line b from b0 to b1.
func (g *across) slopes(a0, a1, b0, b1 uint32) (x, y float64) {
	a, b := float64(int64(a1)-int64(a0)), float64(int64(b1)-int64(b0))
	return float64((float64(b*g.ay) - float64(a*g.by)) * g.scale),
		float64((float64(a*g.bx) - float64(b*g.ax)) * g.scale)
}
