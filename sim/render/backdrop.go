package render

import (
	"math"

	"colonnade/sim"
)

// The words of a laboratory: indexBackdrop + 4·(number of a colour) + 2 if the target lies there +
// shadowBit. Only on the table do the last two count; for the other things the palette repeats the
// colour.
const (
	indexBackdrop = 1 << (indexBits - 1)
	targetBit     = indexTarget

	tableColours = 128 // amounts of texture
	floorColour  = tableColours
	floorColours = 32                         // of texture, in light
	floorShadow  = floorColour + floorColours // the same under the table
	wallColour   = floorShadow + floorColours
	wallColours  = 31 // from the floor upwards
	skirting     = wallColour + wallColours
	sideColour   = skirting + 1 // of the table's four sides
	boxColour    = sideColour + 4
	boxColours   = 32 // levels of brightness
	numColours   = boxColour + NumBoxes*boxColours
)

// Measures of the room that are the same in all of them, m.
const (
	tableThickness = 0.035
	skirtingHeight = 0.09
	wallHeight     = 2.5  // where the wall is lightest
	floorTexture   = 0.37 // where its pattern repeats
)

// backdrop works out the words of an empty laboratory.
type backdrop struct {
	scene    *Scene
	camera   *camera
	lamp     *lamp
	infinite bool     // the table has no end
	perFocal float64  // 1 / focal²
	scale    float64  // 1/256 texels a metre
	spread   float64  // 1/256 texels that a pixel covers at 1 m ahead seen from above
	ray      sim.Vec3 // through the pixel, 1 m ahead
	sin, cos float64  // of the pattern's turn
}

func newBackdrop(s *Scene, c *camera, l *lamp) backdrop {
	b := backdrop{scene: s, camera: c, lamp: l, infinite: s.Room.Drop == 0}
	b.perFocal = 1 / float64(c.focal*c.focal)
	b.sin, b.cos = sim.Sincos(float64(s.Texture.Turn * (math.Pi / 180)))
	if !s.Texture.plain() {
		b.scale = patternSide * 256 / s.Texture.Size
	}
	b.spread = float64(b.scale*subpixels) / c.focal
	return b
}

// rowGeneric sets the words of a row.
func (b *backdrop) rowGeneric(words []uint32, y int) {
	for x := range words {
		words[x] = b.word(x, y)
	}
}

// word returns what is seen at a raster pixel.
func (b *backdrop) word(x, y int) uint32 {
	c, m := b.camera, &b.camera.rasterFromWorld
	px := float64((float64(x*subpixels+subpixels/2) - c.x) * b.perFocal)
	py := float64((float64(y*subpixels+subpixels/2) - c.y) * b.perFocal)
	// rasterFromWorld's first two rows are focal times the camera's axes.
	for i := range b.ray {
		b.ray[i] = float64(px*m[i]) + float64(py*m[3+i]) + m[6+i]
	}
	if ahead := -c.eye[2] / b.ray[2]; b.ray[2] < 0 && ahead < maxAhead {
		gx, gy := c.eye[0]+float64(ahead*b.ray[0]), c.eye[1]+float64(ahead*b.ray[1])
		if r := &b.scene.Room; b.infinite || gx >= r.Left && gx <= r.Right && gy >= r.Near && gy <= r.Far {
			return backdropWord(ahead, b.tableColour(gx, gy, ahead))
		}
	}
	if b.infinite {
		return indexSky
	}
	if ahead, side := b.side(); ahead < maxAhead {
		return backdropWord(ahead, sideColour+uint32(side))
	}
	return b.room()
}

// maxAhead is further than anything that is drawn, m.
const maxAhead = 200.0

func backdropWord(ahead float64, colour uint32) uint32 {
	depth := min(depthScale/ahead, depthScale/nearPlane)
	return uint32(int64(depth))&^indexMask | indexBackdrop | colour<<2
}

// tableColour returns the colour of the table at a place, m.
func (b *backdrop) tableColour(x, y, ahead float64) uint32 {
	t := &b.scene.Texture
	if t.plain() {
		return 0
	}
	u := int(math.Floor(float64((float64(x*b.cos) + float64(y*b.sin)) * b.scale)))
	v := int(math.Floor(float64((float64(y*b.cos) - float64(x*b.sin)) * b.scale)))
	// A pixel covers more of a table that is seen from the side, but only in one direction: take
	// the mean.
	across := float64(b.spread * ahead)
	footprint := int(0.5 * (across - across/b.ray[2]))
	plain := 255.0
	if t.Grain > 0 {
		plain -= float64(t.Grain * float64(woodPattern().at(u, v, footprint)))
	}
	if t.Weave > 0 {
		plain -= float64(plain*float64(t.Weave*float64(clothPattern().at(u, v, footprint)))) / 255
	}
	return uint32(float64((255-plain)*((tableColours-1)/255.0)) + 0.5)
}

// side returns how far ahead which side of the table top is, if it is seen.
func (b *backdrop) side() (ahead float64, side int) {
	r, eye := &b.scene.Room, &b.camera.eye
	for side, plane := range [4]struct {
		at, low, high float64
		axis          int
		sign          float64 // of the direction out of the table
	}{
		{r.Near, r.Left, r.Right, 1, -1}, {r.Far, r.Left, r.Right, 1, 1},
		{r.Left, r.Near, r.Far, 0, -1}, {r.Right, r.Near, r.Far, 0, 1},
	} {
		gap, along := plane.at-eye[plane.axis], b.ray[plane.axis]
		if float64(plane.sign*gap) >= 0 || float64(plane.sign*along) >= 0 {
			continue
		}
		ahead := gap / along
		z := eye[2] + float64(ahead*b.ray[2])
		other := eye[1-plane.axis] + float64(ahead*b.ray[1-plane.axis])
		if z <= 0 && z >= -tableThickness && other >= plane.low && other <= plane.high {
			return ahead, side
		}
	}
	return math.Inf(1), 0
}

// room returns the word of floor or wall.
func (b *backdrop) room() uint32 {
	r, eye := &b.scene.Room, &b.camera.eye
	wall := math.Inf(1)
	if b.ray[1] > 0 {
		wall = (r.WallY - eye[1]) / b.ray[1]
	}
	floor := math.Inf(1)
	if b.ray[2] < 0 {
		floor = -(eye[2] + r.Drop) / b.ray[2]
	}
	switch {
	case floor < wall && floor < maxAhead:
		x, y := eye[0]+float64(floor*b.ray[0]), eye[1]+float64(floor*b.ray[1])
		// The way to the lamp may lead through the table.
		tx, ty := x+float64(b.lamp.shadowX*r.Drop), y+float64(b.lamp.shadowY*r.Drop)
		first := uint32(floorColour)
		if tx > r.Left && tx < r.Right && ty > r.Near && ty < r.Far {
			first = floorShadow
		}
		const scale = patternSide * 256 / floorTexture
		footprint := int(float64(float64(subpixels*scale)*floor) / b.camera.focal)
		amount := woodPattern().at(int(math.Floor(float64(y*scale))), int(math.Floor(float64(x*scale))), footprint)
		return backdropWord(floor, first+uint32(amount*(floorColours-1)/255))
	case wall < maxAhead:
		z := eye[2] + float64(wall*b.ray[2]) + r.Drop
		if z < skirtingHeight {
			return backdropWord(wall, skirting)
		}
		return backdropWord(wall, wallColour+uint32(min(z/wallHeight, 1)*(wallColours-1)))
	}
	return indexSky
}

// setBackdrop computes the part of the palette that a laboratory needs.
func (p *palette) setBackdrop(s *Scene, l *lamp) {
	lit := s.Light.Ambient + float64(s.Light.Diffuse*l.direction[2])
	put := func(colour int, lit, shadow uint32) {
		at := indexBackdrop | colour<<2
		p[at], p[at|shadowBit] = lit, shadow
		p[at|targetBit], p[at|targetBit|shadowBit] = lit, shadow
	}
	for i := range tableColours {
		c := blend(s.Table, s.Texture.Colour, float64(i)/(tableColours-1))
		put(i, shade(c, lit), shade(c, s.Light.Ambient))
		at := indexBackdrop | i<<2 | targetBit
		p[at], p[at|shadowBit] = p[indexTarget], p[indexTarget|shadowBit]
	}
	if s.Room.Drop > 0 {
		for i := range floorColours {
			c := blend(s.Room.Floor, Colour{}, float64(float64(i)/(floorColours-1)*0.25))
			light, dark := shade(c, float64(0.8*lit)), shade(c, float64(0.8*s.Light.Ambient))
			put(floorColour+i, light, light)
			put(floorShadow+i, dark, dark)
		}
		// The lamp lights a wall less than a table; it is lightest near the ceiling.
		for i := range wallColours {
			c := shade(s.Room.Wall, float64(lit*(0.72+float64(0.28*float64(i))/(wallColours-1))))
			put(wallColour+i, c, c)
		}
		c := shade(blend(s.Room.Wall, Colour{}, 0.45), float64(0.7*lit))
		put(skirting, c, c)
		edge := blend(s.Table, s.Texture.Colour, 0.5)
		for i, n := range [4]sim.Vec3{{0, -1, 0}, {0, 1, 0}, {-1, 0, 0}, {1, 0, 0}} {
			c := shade(edge, s.Light.Ambient+float64(s.Light.Diffuse*max(0, n.Dot(l.direction))))
			put(sideColour+i, c, c)
		}
	}
	full := s.Light.Ambient + s.Light.Diffuse
	for b := range s.Boxes {
		for i := range boxColours {
			c := shade(s.Boxes[b].Colour, float64(full*float64(i))/(boxColours-1))
			put(boxColour+b*boxColours+i, c, c)
		}
	}
}

// blend mixes two colours.
func blend(a, b Colour, amount float64) (c Colour) {
	for i := range c {
		c[i] = uint8(float64(a[i]) + float64((float64(b[i])-float64(a[i]))*amount) + 0.5)
	}
	return c
}
