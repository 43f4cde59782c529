package render

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
	p[indexSky] = shade(s.Sky, 1)
	for material, colour := range s.Arm.list() {
		if material == 0 {
			continue
		}
		for level := range levels {
			p[material*levels+level] = shade(colour, float64(full*float64(level))/(levels-1))
		}
	}
}

// shade returns a colour under a brightness, 1 being full light.
func shade(c Colour, brightness float64) uint32 {
	var rgb uint32
	for i, v := range c {
		linear := float64(float64(gamma.linear[v]) * brightness)
		rgb |= uint32(gamma.encode(linear)) << (8 * i)
	}
	return rgb
}

// gamma converts between sRGB bytes and linear light, 0..1 (IEC 61966-2-1).
var gamma = newGammaTable()

type gammaTable struct {
	linear [256]float64
}

// encode returns the byte whose light is nearest: the number of midpoints below.
func (t *gammaTable) encode(linear float64) uint8 {
	lo, hi := 0, 255
	for lo < hi {
		mid := (lo + hi + 1) / 2
		if linear >= 0.5*(t.linear[mid-1]+t.linear[mid]) {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	return uint8(lo)
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
	return t
}
