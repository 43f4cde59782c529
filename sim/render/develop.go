package render

import (
	"math"

	"colonnade/internal/splitmix"
)

// developTable holds what becomes of each brightness of each colour under each of noiseLevels
// equally likely amounts of noise: exposure, white balance, encoding, contrast and noise in one
// look-up.
type developTable [3][noiseLevels << 8]uint8

const (
	noiseBits   = 5
	noiseLevels = 1 << noiseBits
)

// normal is the mean of each of 32 equally likely parts of the normal distribution, scaled to
// variance 1, in 1/4096. The lower half mirrors the upper.
var normal = [noiseLevels / 2]int{164, 492, 823, 1160, 1505, 1860, 2229, 2616, 3027, 3470, 3956, 4502, 5138, 5923, 7002,
	8999}

// set works out the table of a sensor.
func (t *developTable) set(s *Sensor) {
	var contrast [256]float64 // encoded brightness, 0..255
	for i := range contrast {
		contrast[i] = 255 * power(float64(i)/255, orOne(s.Gamma))
	}
	read, shot := float64(s.ReadNoise*s.ReadNoise), float64(s.ShotNoise*s.ShotNoise)
	for c := range t {
		gain := orOne(s.Exposure) * orOne(s.White[c])
		for v := range 256 {
			x := contrast[gamma.encode(float64(gamma.linear[v]*gain))]
			// In 1/65536 levels, so that the loop over noise is one of whole numbers.
			level := int(float64(x*65536) + 32768)
			sigma := int(float64(16*math.Sqrt(read+float64(shot*x))) + 0.5)
			for n, z := range normal {
				t[c][(noiseLevels/2+n)<<8|v] = uint8(min(max(level+z*sigma, 0)>>16, 255))
				t[c][(noiseLevels/2-1-n)<<8|v] = uint8(min(max(level-z*sigma, 0)>>16, 255))
			}
		}
	}
}

// power returns x^y for x from 0 to 1, y rounded to 1/1024, by square roots, which are exact to the
// last bit everywhere; math.Pow is not.
func power(x, y float64) float64 {
	n := int(float64(y*1024) + 0.5)
	p := 1.0
	for range n >> 10 {
		p = float64(p * x)
	}
	for bit := 1 << 9; bit > 0; bit >>= 1 {
		x = math.Sqrt(x)
		if n&bit != 0 {
			p = float64(p * x)
		}
	}
	return p
}

// clean writes pixels without noise.
func (t *developTable) clean(pixels []uint8, in []uint64) {
	for _, v := range in {
		p := pixels[:3]
		p[0] = t[0][v>>fraction&0xff]
		p[1] = t[1][v>>(laneBits+fraction)&0xff]
		p[2] = t[2][v>>(2*laneBits+fraction)&0xff]
		pixels = pixels[3:]
	}
}

// noisyGeneric writes pixels with noise and returns the generator's new state. Each number of 64
// bits serves four pixels.
func (t *developTable) noisyGeneric(pixels []uint8, in []uint64, state uint64) uint64 {
	for len(in) >= 4 && len(pixels) >= 12 {
		state += golden
		bits := splitmix.Mix(state)
		p, v := (*[12]uint8)(pixels), (*[4]uint64)(in)
		p[0], p[1], p[2] = t.pixel(v[0], bits)
		p[3], p[4], p[5] = t.pixel(v[1], bits>>(3*noiseBits))
		p[6], p[7], p[8] = t.pixel(v[2], bits>>(6*noiseBits))
		p[9], p[10], p[11] = t.pixel(v[3], bits>>(9*noiseBits))
		pixels, in = pixels[12:], in[4:]
	}
	if len(in) > 0 {
		state += golden
		bits := splitmix.Mix(state)
		for i, v := range in {
			pixels[3*i], pixels[3*i+1], pixels[3*i+2] = t.pixel(v, bits)
			bits >>= 3 * noiseBits
		}
	}
	return state
}

// pixel returns the bytes of one pixel, with noise from the lowest bits.
func (t *developTable) pixel(v, bits uint64) (red, green, blue uint8) {
	// One product puts the three amounts of noise above the brightnesses of their lanes.
	const (
		three  = 1<<(3*noiseBits) - 1
		spread = 1<<8 | 1<<(8+laneBits-noiseBits) | 1<<(8+2*laneBits-2*noiseBits)
		mask   = noiseLevels<<8 - 1
	)
	at := v>>fraction&(0xff*allLanes) | bits&three*spread&((noiseLevels-1)<<8*allLanes)
	return t[0][at&mask], t[1][at>>laneBits&mask], t[2][at>>(2*laneBits)&mask]
}

// golden is the step of the generator's state, here for assembly too.
const golden = splitmix.Golden
