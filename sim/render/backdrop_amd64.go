//go:build !purego

package render

import (
	"math"
	"math/bits"

	"colonnade/sim/internal/cpu"
)

// tableView is what table8 needs to know of a backdrop and of a row.
type tableView struct {
	centre, perFocal        float64
	right, down, ahead      [3]float64 // of the ray: a part for each pixel to the right, the row's part, the rest
	eyeX, eyeY, minusEyeZ   float64
	left, east, near, far   float64 // the table's edges
	cos, sin, scale, spread float64
	grain, weave            float64
	wood, cloth             *uint8 // texels; nil where the pattern is not there
	start                   [patternLevels]int64
}

// table8 sets n words, at most eight, where the row shows the table from pixel x on. It returns a
// bit for each word that it has not set.
//
//go:noescape
func table8(v *tableView, words *uint32, x, n int) (others uint8)

// row sets the words of a row.
func (b *backdrop) row(words []uint32, y int) {
	if !cpu.AVX512 {
		b.rowGeneric(words, y)
		return
	}
	c, t, room := b.camera, &b.scene.Texture, &b.scene.Room
	v := tableView{
		centre: c.x, perFocal: b.perFocal, eyeX: c.eye[0], eyeY: c.eye[1], minusEyeZ: -c.eye[2],
		left: room.Left, east: room.Right, near: room.Near, far: room.Far,
		cos: b.cos, sin: b.sin, scale: b.scale, spread: b.spread, grain: t.Grain, weave: t.Weave,
	}
	if b.infinite {
		v.left, v.east, v.near, v.far = math.Inf(-1), math.Inf(1), math.Inf(-1), math.Inf(1)
	}
	if t.Grain > 0 {
		v.wood = &woodPattern().texels[0]
	}
	if t.Weave > 0 {
		v.cloth = &clothPattern().texels[0]
	}
	py := float64((float64(y*subpixels+subpixels/2) - c.y) * b.perFocal)
	for i := range v.right {
		v.right[i], v.down[i], v.ahead[i] = c.rasterFromWorld[i], float64(py*c.rasterFromWorld[3+i]),
			c.rasterFromWorld[6+i]
	}
	for l := range v.start {
		v.start[l] = int64(patternStart[l])
	}
	for x := 0; x < len(words); x += batchSize {
		others := table8(&v, &words[x], x, min(len(words)-x, batchSize))
		for ; others != 0; others &= others - 1 {
			i := x + bits.TrailingZeros8(others)
			words[i] = b.word(i, y)
		}
	}
}
