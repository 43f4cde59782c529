package render

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func newRaster(width, height int) *raster {
	r := &raster{width: width, height: height, words: make([]uint32, width*height), rows: make([]span, height)}
	r.clear()
	return r
}

func (r *raster) clear() {
	clear(r.words)
	for y := range r.rows {
		r.rows[y] = span{int32(r.width), -1}
	}
}

// drawFace draws a face as the renderer does.
func (r *raster) drawFace(a, b, c, d *point, index uint32, k kind) {
	if abc, acd := turn(a, b, c), turn(a, c, d); abc > 0 || acd > 0 {
		r.face(a, b, c, d, abc, acd, index, k)
	}
}

// covers tells from edge functions whether a triangle that turns counter-clockwise covers the
// centre of a pixel, by the textbook form of the top-left rule: a centre on an edge counts if the
// edge is the triangle's left side or its horizontal top.
func covers(t [3]point, px, py int) bool {
	x, y := int64(px*subpixels+subpixels/2), int64(py*subpixels+subpixels/2)
	for i := range 3 {
		a, b := t[i], t[(i+1)%3]
		dx, dy := int64(b.x-a.x), int64(b.y-a.y)
		e := dy*(x-int64(a.x)) - dx*(y-int64(a.y)) // positive inside
		// Counter-clockwise on a picture whose y points down: the left side runs down, the top to
		// the left.
		topLeft := dy > 0 || dy == 0 && dx < 0
		if e < 0 || e == 0 && !topLeft {
			return false
		}
	}
	return true
}

// randomPoint returns a vertex on or around a picture of the given side; often exactly on a pixel's
// centre or edge, where the rules matter.
func randomPoint(rng *rand.Rand, side int) point {
	coordinate := func() int32 {
		v := int32(rng.IntN(2*side*subpixels) - side*subpixels/2)
		switch rng.IntN(3) {
		case 0:
			v = v&^(subpixels-1) + subpixels/2
		case 1:
			v &^= subpixels/2 - 1
		}
		return v
	}
	p := point{x: coordinate(), y: coordinate(), depth: rng.Uint32N(1 << 31)}
	if rng.IntN(20) == 0 {
		p.x = rng.Int32N(2*guardBand) - guardBand
	}
	if rng.IntN(20) == 0 {
		p.y = rng.Int32N(2*guardBand) - guardBand
	}
	return p
}

func TestTriangleCoverage(t *testing.T) {
	const side = 24
	rng := rand.New(rand.NewPCG(2, 1))
	r := newRaster(side, side)
	fronts := 0
	for range 20000 {
		v := [3]point{randomPoint(rng, side), randomPoint(rng, side), randomPoint(rng, side)}
		r.clear()
		r.drawFace(&v[0], &v[1], &v[2], &v[2], 1, mark)
		front := turn(&v[0], &v[1], &v[2]) > 0
		if front {
			fronts++
		}
		for y := range side {
			for x := range side {
				drawn := r.words[y*side+x] == 1
				if want := front && covers(v, x, y); drawn != want {
					t.Fatalf("triangle %v: pixel %d, %d drawn: %t, want %t", v, x, y, drawn, want)
				}
				if s := r.rows[y]; drawn && (x < int(s.first) || x > int(s.last)) {
					t.Fatalf("triangle %v: pixel %d, %d drawn outside the span %v", v, x, y, s)
				}
			}
		}
	}
	if fronts < 5000 {
		t.Errorf("only %d triangles showed their front", fronts)
	}
}

// TestQuadCoverage checks that a face of four corners covers what its two triangles cover.
func TestQuadCoverage(t *testing.T) {
	const side = 24
	rng := rand.New(rand.NewPCG(2, 2))
	r := newRaster(side, side)
	convex := 0
	for range 40000 {
		v := [4]point{randomPoint(rng, side), randomPoint(rng, side), randomPoint(rng, side), randomPoint(rng, side)}
		first, second := turn(&v[0], &v[1], &v[2]) > 0, turn(&v[0], &v[2], &v[3]) > 0
		if first && second && turn(&v[1], &v[2], &v[3]) > 0 && turn(&v[3], &v[0], &v[1]) > 0 {
			convex++
		}
		r.clear()
		r.drawFace(&v[0], &v[1], &v[2], &v[3], 1, mark)
		for y := range side {
			for x := range side {
				want := first && covers([3]point{v[0], v[1], v[2]}, x, y) || second &&
					covers([3]point{v[0], v[2], v[3]}, x, y)
				if drawn := r.words[y*side+x] == 1; drawn != want {
					t.Fatalf("corners %v: pixel %d, %d drawn: %t, want %t", v, x, y, drawn, want)
				}
			}
		}
	}
	if convex < 2000 {
		t.Errorf("only %d faces were convex fronts", convex)
	}
}

// TestWatertight draws a sheet of random faces that share corners: each pixel belongs to one of
// them.
func TestWatertight(t *testing.T) {
	const side, cells = 32, 9
	rng := rand.New(rand.NewPCG(2, 3))
	r := newRaster(side, side)
	for range 300 {
		var grid [cells + 1][cells + 1]point
		step := side * subpixels / (cells - 2)
		for j := range grid {
			for i := range grid[j] {
				p := &grid[j][i]
				p.x = int32((i-1)*step + rng.IntN(step*2/5))
				p.y = int32((j-1)*step + rng.IntN(step*2/5))
				if rng.IntN(2) == 0 { // on a pixel's centre
					p.x, p.y = p.x&^(subpixels-1)+subpixels/2, p.y&^(subpixels-1)+subpixels/2
				}
			}
		}
		var count [side * side]int
		for j := range cells {
			for i := range cells {
				r.clear()
				r.drawFace(&grid[j][i], &grid[j+1][i], &grid[j+1][i+1], &grid[j][i+1], 1, mark)
				for k, w := range r.words {
					count[k] += int(w)
				}
			}
		}
		for k, n := range count {
			if n != 1 {
				t.Fatalf("pixel %d, %d was drawn %d times", k%side, k/side, n)
			}
		}
	}
}

// TestNearestWins checks that the order of drawing does not matter, and that depth lies on the
// plane through the corners.
func TestNearestWins(t *testing.T) {
	const side = 32
	rng := rand.New(rand.NewPCG(2, 4))
	forward, backward := newRaster(side, side), newRaster(side, side)
	for range 200 {
		var corners [12][3]point
		for i := range corners {
			for j := range 3 {
				corners[i][j] = point{x: rng.Int32N(side * subpixels), y: rng.Int32N(side * subpixels),
					depth: 1<<28 + rng.Uint32N(1<<30)}
			}
		}
		draw := func(r *raster, order []int) {
			r.clear()
			for _, i := range order {
				c := &corners[i]
				r.drawFace(&c[0], &c[1], &c[2], &c[2], uint32(i+1), flat)
			}
		}
		order := rng.Perm(len(corners))
		draw(forward, order)
		slices.Reverse(order)
		draw(backward, order)
		if !slices.Equal(forward.words, backward.words) {
			t.Fatal("the picture depends on the order of drawing")
		}
		for y := range side {
			for x := range side {
				var best float64
				for i := range corners {
					if turn(&corners[i][0], &corners[i][1], &corners[i][2]) >= smallArea && covers(corners[i], x, y) {
						best = max(best, planeAt(&corners[i], x, y))
					}
				}
				// Steps of a row and a column are whole numbers: at most 1 off for each, 2·32 in
				// all; and a word drops its lower bits.
				if got := float64(forward.words[y*side+x] &^ indexMask); best > 0 &&
					(got > best+2*side || got < best-2*side-1<<indexBits) {
					t.Fatalf("pixel %d, %d: depth %.0f, want %.0f", x, y, got, best)
				}
			}
		}
	}
}

// planeAt returns the depth of a triangle at a pixel's centre, from barycentric coordinates.
func planeAt(c *[3]point, px, py int) float64 {
	p := point{x: int32(px*subpixels + subpixels/2), y: int32(py*subpixels + subpixels/2)}
	total := float64(turn(&c[0], &c[1], &c[2]))
	w0, w1, w2 := float64(turn(&c[1], &c[2], &p)), float64(turn(&c[2], &c[0], &p)), float64(turn(&c[0], &c[1], &p))
	return (w0*float64(c[0].depth) + w1*float64(c[1].depth) + w2*float64(c[2].depth)) / total
}

// TestSmoothStaysInMaterial draws smooth faces of all sizes with the extreme levels: the index must
// not leave the material's part of the palette.
func TestSmoothStaysInMaterial(t *testing.T) {
	const side, material = 256, 3
	rng := rand.New(rand.NewPCG(2, 5))
	r := newRaster(side, side)
	extremes := [2]uint32{1 << levelBits / 2, levels<<levelBits - 1<<levelBits/2}
	used := make(map[uint32]bool)
	for i := range 3000 {
		reach := int32(1) << (1 + i%16)
		var c [3]point
		x, y := rng.Int32N(side*subpixels), rng.Int32N(side*subpixels)
		for j := range c {
			c[j] = point{x: x + rng.Int32N(reach) - reach/2, y: y + rng.Int32N(reach) - reach/2, depth: 1 << 30,
				level: extremes[rng.IntN(2)]}
		}
		r.drawFace(&c[0], &c[1], &c[2], &c[2], material*levels, smooth)
		for y, s := range r.rows {
			for x := s.first; x <= s.last; x++ {
				w := &r.words[y*side+int(x)]
				if index := *w & indexMask; index != 0 && index/levels != material {
					t.Fatalf("triangle %v: index %d is not of material %d", c, index, material)
				}
				used[*w&indexMask] = true
				*w = 0
			}
			r.rows[y] = span{side, -1}
		}
	}
	if len(used) < levels {
		t.Errorf("only %d levels were used", len(used))
	}
}

func TestCeilPixel(t *testing.T) {
	for v := int32(-3 * subpixels); v <= 3*subpixels; v++ {
		want := int(math.Ceil((float64(v) - subpixels/2) / subpixels))
		if got := ceilPixel(v); got != want {
			t.Fatalf("ceilPixel(%d) = %d, want %d", v, got, want)
		}
	}
}
