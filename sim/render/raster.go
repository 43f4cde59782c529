package render

// subpixels is how finely vertices are snapped: steps a pixel.
const subpixels = 256

// point is a vertex on the picture.
type point struct {
	x, y  int32  // in 1/256 pixel, within ±guardBand of the middle
	depth uint32 // nearer is larger, see depthScale
	level uint32 // brightness, 0..levels-1 in 1/2^levelBits; used by smooth facets only
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

// triangle draws the front of a triangle; nothing is drawn if its back is seen, that is, if p0, p1,
// p2 turn clockwise on the picture. It covers every pixel whose centre is inside. A centre on the
// edge between two triangles belongs to the one below or right of it (the top-left rule), so
// surfaces have no gaps and no pixel is drawn by both.
func (r *raster) triangle(p0, p1, p2 *point, index uint32, k kind) {
	x10, y10 := int64(p1.x-p0.x), int64(p1.y-p0.y)
	x20, y20 := int64(p2.x-p0.x), int64(p2.y-p0.y)
	area := x20*y10 - x10*y20
	if area <= 0 {
		return
	}

	// Sort by y. The long edge runs from top to bottom, the two short ones meet at middle. On the
	// front of a triangle in the order top, middle, bottom the middle is left of the long edge; each
	// exchange mirrors that.
	top, middle, bottom := p0, p1, p2
	middleIsLeft := true
	if middle.y < top.y {
		top, middle = middle, top
		middleIsLeft = !middleIsLeft
	}
	if bottom.y < top.y {
		top, bottom = bottom, top
		middleIsLeft = !middleIsLeft
	}
	if bottom.y < middle.y {
		middle, bottom = bottom, middle
		middleIsLeft = !middleIsLeft
	}
	first, bend, end := max(ceilPixel(top.y), 0), ceilPixel(middle.y), min(ceilPixel(bottom.y), r.height)
	if first >= end {
		return
	}

	var depth, depthX, depthY, level, levelX, levelY uint32
	if k != mark {
		g := gradient{x10: float64(x10), y10: float64(y10), x20: float64(x20), y20: float64(y20), inverse: -1 / float64(area)}
		g.x0, g.y0 = float64(subpixels/2-p0.x), float64(subpixels/2-p0.y)
		g.small = area < smallArea
		depth, depthX, depthY = g.plane(p0.depth, p1.depth, p2.depth)
		if k == smooth {
			level, levelX, levelY = g.plane(p0.level, p1.level, p2.level)
		}
		depth += uint32(first) * depthY
		level += uint32(first) * levelY
	}

	long := newEdge(top, bottom, first)
	var short edge
	bend = min(max(bend, first), end)
	for y := first; y < end; {
		stop := end
		if y < bend {
			stop = bend
			short = newEdge(top, middle, y)
		} else {
			short = newEdge(middle, bottom, y)
		}
		for ; y < stop; y++ {
			left, right := long.next(), short.next()
			if middleIsLeft {
				left, right = right, left
			}
			left, right = max(left, 0), min(right, r.width)
			if left < right {
				s := &r.rows[y]
				s.first, s.last = min(s.first, int32(left)), max(s.last, int32(right-1))
				words := r.words[y*r.width+left : y*r.width+right]
				switch d := depth + uint32(left)*depthX; k {
				case mark:
					for i := range words {
						words[i] |= index
					}
				case flat:
					for i, w := range words {
						words[i] = max(w, d&^indexMask|index)
						d += depthX
					}
				case smooth:
					l := level + uint32(left)*levelX
					for i, w := range words {
						words[i] = max(w, d&^indexMask|(index+l>>levelBits))
						d += depthX
						l += levelX
					}
				}
			}
			depth += depthY
			level += levelY
		}
	}
}

// smallArea, in half square subpixels (1/16 square pixel), is the size below which a triangle gets
// one depth and one brightness: steeper slopes would not be exact.
const smallArea = 1 << 13

// gradient turns values at three corners into values at pixels.
type gradient struct {
	x10, y10, x20, y20 float64 // corners 1 and 2 relative to corner 0, in subpixels
	x0, y0             float64 // centre of pixel (0, 0) relative to corner 0
	inverse            float64
	small              bool
}

// plane returns the value at the centre of pixel (0, 0) and its change a pixel to the right and
// down. They are modulo 2^32: away from the triangle the plane may leave that range, inside it
// does not.
func (g *gradient) plane(v0, v1, v2 uint32) (v, dx, dy uint32) {
	if g.small {
		return v0, 0, 0
	}
	v10, v20 := float64(int64(v1)-int64(v0)), float64(int64(v2)-int64(v0))
	slopeX := (float64(v10*g.y20) - float64(v20*g.y10)) * g.inverse
	slopeY := (float64(v20*g.x10) - float64(v10*g.x20)) * g.inverse
	v = v0 + uint32(int64(float64(slopeX*g.x0)+float64(slopeY*g.y0)))
	return v, uint32(int64(slopeX * subpixels)), uint32(int64(slopeY * subpixels))
}
