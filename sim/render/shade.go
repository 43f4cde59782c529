package render

import "math"

// A word is depth·2^indexBits + palette index; a larger word is nearer. An index is material·levels
// + brightness. Material 0 holds the things that have one brightness only.
const (
	indexBits = 12
	indexMask = 1<<indexBits - 1
	levels    = 128

	// Indices of material 0. The lowest bit marks shadow, so shadow can be laid over both.
	indexTable  = 0
	indexTarget = 2
	indexSky    = 4
	shadowBit   = 1
)

// The materials of the arm.
const (
	materialBase = iota + 1
	materialLinks
	materialWrist
	materialRings
	materialHand
	materialPalm
	materialFingers
	materialTips
	numMaterials
)

func (a *ArmColours) list() [numMaterials]Colour {
	return [numMaterials]Colour{
		materialBase: a.Base, materialLinks: a.Links, materialWrist: a.Wrist, materialRings: a.Rings,
		materialHand: a.Hand, materialPalm: a.Palm, materialFingers: a.Fingers, materialTips: a.Tips,
	}
}

// palette holds red + green·2^8 + blue·2^16 for each index.
type palette [1 << indexBits]uint32

// set computes the palette of a scene. lampHeight is the cosine between lamp and table normal.
func (p *palette) set(s *Scene, lampHeight float64) {
	full := s.Light.Ambient + s.Light.Diffuse
	lit := s.Light.Ambient + float64(s.Light.Diffuse*lampHeight)
	p[indexTable] = shade(s.Table, lit)
	p[indexTable|shadowBit] = shade(s.Table, s.Light.Ambient)
	p[indexTarget] = shade(s.Target.Colour, lit)
	p[indexTarget|shadowBit] = shade(s.Target.Colour, s.Light.Ambient)
	for i := range uint32(4) {
		p[indexSky|i] = shade(s.Sky, 1) // whatever is marked there
	}
	for material, colour := range s.Arm.list() {
		if material == 0 {
			continue
		}
		for level := range levels {
			at := float64(level) / (levels - 1)
			p[material*levels+level] = glossy(colour, float64(full*float64(level))/(levels-1),
				float64(s.Arm.Gloss*highlight(at)))
		}
	}
}

// highlight returns how much of the lamp a surface of a brightness mirrors, both as parts of the
// most: nothing below 0.6, then rising ever faster.
func highlight(brightness float64) float64 {
	x := max(0, (brightness-0.6)/0.4)
	return float64(float64(x*x) * x)
}

// shade returns a colour under a brightness, 1 being full light.
func shade(c Colour, brightness float64) uint32 { return glossy(c, brightness, 0) }

// glossy returns a colour under a brightness, with white light of a strength added.
func glossy(c Colour, brightness, white float64) uint32 {
	var rgb uint32
	for i, v := range c {
		linear := float64(float64(gamma.linear[v])*brightness) + white
		rgb |= uint32(gamma.encode(linear)) << (8 * i)
	}
	return rgb
}

// gamma converts between sRGB bytes and linear light, 0..1 (IEC 61966-2-1).
var gamma = newGammaTable()

type gammaTable struct {
	linear [256]float64
	middle [257]float64          // light halfway between a byte and the one before; the last is never reached
	start  [gammaSteps + 1]uint8 // the byte for each multiple of 1/gammaSteps
}

const gammaSteps = 1 << 12

// encode returns the byte whose light is nearest: the number of midpoints below.
func (t *gammaTable) encode(linear float64) uint8 {
	if !(linear > 0) {
		return 0
	}
	if linear >= 1 {
		return 255
	}
	b := t.start[int(linear*gammaSteps)]
	for linear >= t.middle[int(b)+1] {
		b++
	}
	return b
}

// newGammaTable computes the curve without math.Pow, which differs between architectures: x^2.4 is
// the fifth root of x^12, found by bisection.
func newGammaTable() *gammaTable {
	t := new(gammaTable)
	for i := range t.linear {
		c := float64(i) / 255
		if c <= 0.04045 {
			t.linear[i] = c / 12.92
			continue
		}
		x := (c + 0.055) / 1.055
		x2 := x * x
		x4 := x2 * x2
		x12 := x4 * x4 * x4
		lo, hi := 0.0, 1.0
		for range 60 {
			y := 0.5 * (lo + hi)
			if y2 := y * y; y2*y2*y <= x12 {
				lo = y
			} else {
				hi = y
			}
		}
		t.linear[i] = lo
	}
	t.linear[255] = 1
	for i := 1; i < 256; i++ {
		t.middle[i] = 0.5 * (t.linear[i-1] + t.linear[i])
	}
	t.middle[256] = math.Inf(1)
	b := 0
	for i := range t.start {
		for float64(i)/gammaSteps >= t.middle[b+1] {
			b++
		}
		t.start[i] = uint8(b)
	}
	return t
}
