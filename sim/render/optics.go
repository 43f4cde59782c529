package render

import (
	"errors"
	"math"
)

// optics is a Sensor worked out for one size of picture. Frames pass through it as lanes: a pixel's red, green and
// blue in 21 bits each of one uint64, so that one multiplication serves all three. Values are brightness times 4.
type optics struct {
	width, height int
	sensor        Sensor
	active        bool
	widen         float64  // the picture is drawn with the focal length divided by this, so that a bent one is full
	taps          []tap    // where each pixel looks; empty if it looks at itself
	kernel        []uint64 // weights at distance 0, 1, ...; together (one side twice) kernelSum; empty if sharp
	develop       developTable
	noisy         bool
	noise         uint64 // state of the generator

	frame []uint8 // the ideal picture, bytes
	a, b  []uint64
}

// The format of lanes.
const (
	laneBits  = 21
	fraction  = 2 // bits of a value below one level
	allLanes  = 1 | 1<<laneBits | 1<<(2*laneBits)
	kernelSum = 1 << 11 // 255·4·2^11 fits a lane
)

// tap is where a pixel of the bent picture looks in the ideal one: between four pixels.
type tap struct {
	at     uint32 // of the upper left one
	fx, fy uint8  // 1/64 pixel
	gain   uint16 // 1/256
}

// set works out a sensor. On an error nothing changes. Buffers are allocated by the first sensor that needs them.
func (o *optics) set(s *Sensor) error {
	if err := s.Validate(); err != nil {
		return err
	}
	aspect := float64(o.width) / float64(o.height)
	corner := 1 + float64(aspect*aspect)
	for i := range 65 {
		r2 := corner * float64(i) / 64
		if slope := 1 + float64(float64(3*s.K1)*r2) + float64(float64(5*s.K2)*float64(r2*r2)); slope < 0.05 {
			return errors.New("sensor: the lens distortion folds a picture of this shape at its edge: use numbers nearer to 0")
		}
	}
	o.sensor = *s
	o.widen = max(1, s.bend(corner))
	if s.K2 < 0 { // the polynomial may have its top between
		if top := -s.K1 / (2 * s.K2); top > 0 && top < corner {
			o.widen = max(o.widen, s.bend(top))
		}
	}
	bent := (s.K1 != 0 || s.K2 != 0 || s.Vignette != 0) && min(o.width, o.height) > 1
	o.noisy = s.ReadNoise != 0 || s.ShotNoise != 0
	toned := orOne(s.Exposure) != 1 || orOne(s.White[0]) != 1 || orOne(s.White[1]) != 1 || orOne(s.White[2]) != 1 || orOne(s.Gamma) != 1
	o.active = bent || s.Blur != 0 || toned || o.noisy
	if !o.active {
		return nil
	}
	o.allocate()
	o.taps = o.taps[:0]
	if bent {
		o.setTaps()
	}
	o.setKernel()
	o.develop.set(s)
	return nil
}

// allocate makes the buffers, once.
func (o *optics) allocate() {
	n := o.width * o.height
	if o.frame != nil {
		return
	}
	o.frame = make([]uint8, 3*n)
	o.a, o.b = make([]uint64, n), make([]uint64, n)
	o.taps = make([]tap, 0, n)
	o.kernel = make([]uint64, 0, kernelRadius(maxBlur*float64(o.height))+1)
}

// bend returns how much further out a pixel at squared radius r2 looks.
func (s *Sensor) bend(r2 float64) float64 {
	return 1 + float64(r2*(s.K1+float64(s.K2*r2)))
}

// setTaps works out where each pixel looks.
func (o *optics) setTaps() {
	s, half := &o.sensor, float64(o.height)/2
	midX, midY := float64(o.width)/2, half
	for y := range o.height {
		v := (float64(y) + 0.5 - midY) / half
		for x := range o.width {
			u := (float64(x) + 0.5 - midX) / half
			r2 := float64(u*u) + float64(v*v)
			k := s.bend(r2) * half / o.widen
			// The ideal picture's pixel centres are at whole numbers here.
			sx := min(max(midX-0.5+float64(u*k), 0), float64(o.width-1))
			sy := min(max(midY-0.5+float64(v*k), 0), float64(o.height-1))
			px, py := int(float64(sx*64)+0.5), int(float64(sy*64)+0.5)
			ix, iy := min(px>>6, o.width-2), min(py>>6, o.height-2)
			gain := 1 - float64(s.Vignette*r2)/2 // 2 is the corner of a square
			o.taps = append(o.taps, tap{
				at: uint32(iy*o.width + ix), fx: uint8(px - ix<<6), fy: uint8(py - iy<<6),
				gain: uint16(float64(256*max(gain, 0)) + 0.5),
			})
		}
	}
}

// kernelRadius returns how many pixels a spot of a standard deviation in pixels reaches to a side.
func kernelRadius(sigma float64) int { return int(math.Ceil(float64(2.5 * sigma))) }

// setKernel works out the weights of a Gauss curve.
func (o *optics) setKernel() {
	o.kernel = o.kernel[:0]
	sigma := float64(o.sensor.Blur * float64(o.height))
	if sigma < 0.05 { // the neighbours would get nothing
		return
	}
	n := kernelRadius(sigma)
	weight := func(k int) float64 { return decay(float64(k*k) / float64(2*float64(sigma*sigma))) }
	total := weight(0)
	for k := 1; k <= n; k++ {
		total += 2 * weight(k)
	}
	rest := uint64(kernelSum)
	o.kernel = append(o.kernel, 0)
	for k := 1; k <= n; k++ {
		w := uint64(float64(weight(k)*kernelSum)/total + 0.5)
		o.kernel = append(o.kernel, w)
		rest -= 2 * w
	}
	o.kernel[0] = rest
}

// decay returns e^-x for x from 0 to 100 to 5 digits, without math.Exp, which differs between architectures.
func decay(x float64) float64 {
	y := 1 - x/(1<<24)
	for range 24 {
		y = float64(y * y)
	}
	return y
}

// apply turns the ideal picture in o.frame into pixels.
func (o *optics) apply(pixels []uint8) {
	in, out := o.a, o.b
	if len(o.taps) > 0 {
		expand(out, o.frame, 0)
		o.remap(in, out)
	} else {
		expand(in, o.frame, fraction)
	}
	if len(o.kernel) > 0 {
		o.blurRows(out, in)
		o.blurColumns(in, out)
	}
	if o.noisy {
		o.noise = o.develop.noisy(pixels, in, o.noise)
	} else {
		o.develop.clean(pixels, in)
	}
}

// expand turns bytes into lanes with the given number of bits below a level.
func expand(out []uint64, frame []uint8, bits int) {
	for i := range out {
		p := frame[:3]
		out[i] = (uint64(p[0]) | uint64(p[1])<<laneBits | uint64(p[2])<<(2*laneBits)) << bits
		frame = frame[3:]
	}
}

// remap looks through the taps: each pixel is mixed from the four around its place. in has whole levels.
func (o *optics) remap(out, in []uint64) {
	const shift = 12 - fraction // a product of two fractions has 12 bits
	_ = out[:len(o.taps)]
	for i := range o.taps {
		t := &o.taps[i]
		upper, lower := in[t.at:][:2], in[int(t.at)+o.width:][:2]
		// A difference of lanes may borrow from the lane above; the sum gives it back.
		top := upper[0]<<6 + (upper[1]-upper[0])*uint64(t.fx)
		bottom := lower[0]<<6 + (lower[1]-lower[0])*uint64(t.fx)
		mixed := top<<6 + (bottom-top)*uint64(t.fy) + 1<<(shift-1)*allLanes
		out[i] = ((mixed>>shift&valueMask)*uint64(t.gain) + 128*allLanes) >> 8 & valueMask
	}
}
