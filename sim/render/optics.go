package render

import (
	"errors"
	"math"
)

// optics is a Sensor worked out for one size of picture. Frames pass through it as lanes: a pixel's
// red, green and blue in 21 bits each of one uint64, so that one multiplication serves all three.
// Values are brightness times 4.
type optics struct {
	width, height int
	supersample   int
	sensor        Sensor
	active        bool
	widen         float64  // the picture is drawn with the focal length divided by this, so that a bent one is full
	taps          []tap    // where each pixel looks; empty if it looks at itself
	kernel        []uint64 // weights at distance 0, 1, ...; together (one side twice) kernelSum; one if sharp
	weights       []float64
	develop       *developTable
	noisy         bool
	noise         uint64 // state of the generator

	// Most of a picture is as it would be without arm and target, so that is worked out once, and
	// of a frame only what has changed.
	settled   bool     // still and stillRows are those of the empty picture and of sensor
	still     []uint64 // what the lens makes of the empty picture, but for the development
	stillRows []uint64 // the same, blurred along rows only

	ideal   []uint64 // the ideal picture
	drawn   []span   // of each of its rows: where it may differ from the empty picture
	changed []span   // of each blurred row: where it may differ from stillRows
	bytes   []uint8  // of one row
	bent    []uint64 // the row that is being looked at
	rows    []uint64 // the last rows, blurred along themselves: row y is number y modulo their count
	done    []uint64 // the row that is finished

	// Which pixels look at a place of the ideal picture: those of row y at rows sees[y] only; of
	// them the first to look at column c or further right is number lookers[y][c], in a list of
	// width+2 a row.
	sees    []span
	lookers []uint16
	columns []int32 // of one row: which column of the ideal picture each pixel looks at
}

// The format of lanes.
const (
	laneBits  = 21
	fraction  = 2 // bits of a value below one level
	allLanes  = 1 | 1<<laneBits | 1<<(2*laneBits)
	kernelSum = 1 << 11 // 255·4·2^11 fits a lane
)

// set works out a sensor. On an error nothing changes. Buffers are allocated by the first sensor
// that needs them.
func (o *optics) set(s *Sensor) error {
	if err := s.Validate(); err != nil {
		return err
	}
	aspect := float64(o.width) / float64(o.height)
	corner := 1 + float64(aspect*aspect)
	for i := range 65 {
		r2 := corner * float64(i) / 64
		if slope := 1 + float64(float64(3*s.K1)*r2) + float64(float64(5*s.K2)*float64(r2*r2)); slope < 0.05 {
			return errors.New("sensor: the lens distortion folds a picture of this shape at its edge: use numbers " +
				"nearer to 0")
		}
	}
	o.sensor, o.settled = *s, false
	o.widen = max(1, s.bend(corner))
	if s.K2 < 0 { // the polynomial may have its top between
		if top := -s.K1 / (2 * s.K2); top > 0 && top < corner {
			o.widen = max(o.widen, s.bend(top))
		}
	}
	bent := (s.K1 != 0 || s.K2 != 0 || s.Vignette != 0) && min(o.width, o.height) > 1
	o.noisy = s.ReadNoise != 0 || s.ShotNoise != 0
	toned := orOne(s.Exposure) != 1 || orOne(s.White[0]) != 1 || orOne(s.White[1]) != 1 || orOne(s.White[2]) != 1 ||
		orOne(s.Gamma) != 1
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
	if o.ideal != nil {
		return
	}
	n, radius := o.width*o.height, kernelRadius(float64(maxBlur*float64(o.height))+0.3)
	o.ideal, o.still, o.stillRows = make([]uint64, n), make([]uint64, n), make([]uint64, n)
	o.drawn, o.changed, o.sees = make([]span, o.height), make([]span, o.height), make([]span, o.height)
	o.lookers, o.columns = make([]uint16, (o.width+2)*o.height), make([]int32, o.width)
	o.bytes, o.develop = make([]uint8, 3*o.width), new(developTable)
	o.bent, o.done = make([]uint64, o.width), make([]uint64, o.width)
	o.rows = make([]uint64, (2*radius+1)*o.width)
	o.taps = make([]tap, 0, n)
	o.kernel, o.weights = make([]uint64, 0, radius+1), make([]float64, radius+1)
}

// bend returns how much further out a pixel at squared radius r2 looks.
func (s *Sensor) bend(r2 float64) float64 {
	return 1 + float64(r2*(s.K1+float64(s.K2*r2)))
}

// kernelRadius returns how many pixels a spot of a standard deviation in pixels reaches to a side:
// further out the curve has 3 % of its weight, which the rest takes over.
func kernelRadius(sigma float64) int { return max(1, int(float64(2.2*sigma)+0.5)) }

// setKernel works out the weights of a spot. Its variance is that of the spot and of the light that
// a pixel gathers over its area: 1/12, of which the mean of n x n points leaves out 1/(12·n²). So a
// small picture without supersampling looks like a large one that was scaled down.
//
// The weights are those of the Gauss curve's discrete counterpart, which has that variance also
// where it is less than a pixel: the modified Bessel functions I_k(variance) (Lindeberg,
// Scale-space theory, 1994, section 3.4). They come from I_(k-1) = I_(k+1) + 2k/variance·I_k
// downwards from where they are next to nothing (Miller's algorithm).
func (o *optics) setKernel() {
	o.kernel = append(o.kernel[:0], kernelSum)
	if o.sensor.Blur == 0 {
		return
	}
	spot := float64(o.sensor.Blur * float64(o.height))
	variance := float64(spot*spot) + 1/float64(12*o.supersample*o.supersample)
	n := kernelRadius(math.Sqrt(variance))
	weights := o.weights[:n+1]
	above, here, total := 0.0, 1.0, 0.0
	for k := n + 20; k > 0; k-- {
		above, here = here, above+float64(float64(2*k)/variance*here)
		if k <= n+1 {
			weights[k-1] = here
			total += here
			if k > 1 {
				total += here
			}
		}
	}
	middle := o.roundKernel(weights, total, 0)
	if exact := float64(weights[0] / total * kernelSum); math.Abs(middle-exact) > float64(exact/32) {
		o.roundKernel(weights, total, 1)
	}
}

// roundKernel sets the kernel to whole weights whose sum is kernelSum, and returns the middle one,
// which takes what is left. With carry 0 each of the others is rounded by itself. In large
// pictures, with dozens of small weights, too much would be left to the middle: with carry 1 each
// takes over the rounding error of the next one outwards.
func (o *optics) roundKernel(weights []float64, total, carry float64) (middle float64) {
	o.kernel = o.kernel[:len(weights)]
	rest, over := kernelSum, 0.0
	for k := len(weights) - 1; k > 0; k-- {
		exact := float64(weights[k]/total*kernelSum) + over
		whole := int(exact + 0.5)
		over = float64(carry * (exact - float64(whole)))
		o.kernel[k] = uint64(whole)
		rest -= 2 * whole
	}
	o.kernel[0] = uint64(rest)
	return float64(rest)
}

// apply turns the ideal picture into pixels.
func (o *optics) apply(pixels []uint8) {
	w := o.width
	o.pass(func(y int, row []uint64) {
		if line := pixels[3*w*y:][:3*w]; o.noisy {
			o.noise = o.develop.noisy(line, row, o.noise)
		} else {
			o.develop.clean(line, row)
		}
	})
}

// settle works out what the lens makes of the empty picture, given as bytes: as if all of it had
// been drawn.
func (o *optics) settle(empty []uint8) {
	expand(o.ideal, empty)
	for y := range o.drawn {
		o.drawn[y] = span{0, int32(o.width - 1)}
	}
	o.pass(func(y int, row []uint64) { copy(o.still[o.width*y:], row) })
	o.settled = true
}

// pass leads the ideal picture through the lens and hands on row by row: a row is looked at and
// blurred along itself, and as soon as those below it are so too, it is blurred across.
func (o *optics) pass(finished func(y int, row []uint64)) {
	n := len(o.kernel) - 1
	for y := range o.height + n {
		if y < o.height {
			o.passRow(y)
		}
		if y >= n {
			finished(y-n, o.finishRow(y-n))
		}
	}
}

// passRow brings row y as far as it comes without the rows below it.
func (o *optics) passRow(y int) {
	w, n := o.width, len(o.kernel)-1
	row := o.blurred(y)
	first, after := o.lookersAt(y)
	if first >= after {
		o.changed[y] = noSpan
		copy(row, o.stillRows[w*y:])
		return
	}
	o.look(y, max(first-2*n, 0), min(after+2*n, w))
	first, after = max(first-n, 0), min(after+n, w)
	o.changed[y] = span{int32(first), int32(after - 1)}
	copy(row[:first], o.stillRows[w*y:])
	o.blurRow(row, first, after)
	copy(row[after:], o.stillRows[w*y+after:w*(y+1)])
	if !o.settled {
		copy(o.stillRows[w*y:], row)
	}
}

// lookersAt returns which pixels of row y may see what was drawn: first to before after.
func (o *optics) lookersAt(y int) (first, after int) {
	if len(o.taps) == 0 {
		return int(o.drawn[y].first), int(o.drawn[y].last) + 1
	}
	sees := o.sees[y]
	drawn := union(o.drawn[sees.first : sees.last+1])
	if drawn.last < drawn.first {
		return 0, 0
	}
	lookers := o.lookers[y*(o.width+2):][:o.width+2]
	return int(lookers[drawn.first]), int(lookers[drawn.last+2])
}

// finishRow returns row y, of which the rows around it have come as far as they come by themselves.
func (o *optics) finishRow(y int) []uint64 {
	w, n := o.width, len(o.kernel)-1
	still := o.still[w*y:][:w]
	changed := union(o.changed[max(y-n, 0):min(y+n+1, o.height)])
	first, after := int(changed.first), int(changed.last)+1
	if first >= after {
		return still
	}
	copy(o.done[:first], still)
	mean(o.done[first:after], o.kernel, func(k int) (before, behind []uint64) {
		return o.blurred(y - k)[first:after], o.blurred(y + k)[first:after]
	})
	copy(o.done[after:], still[after:])
	return o.done
}

// noSpan is empty, and adds nothing to a union.
var noSpan = span{math.MaxInt32, -1}

// union returns the span from the first to the last pixel of all spans; without any it is empty.
func union(spans []span) span {
	all := noSpan
	for _, s := range spans {
		all.first, all.last = min(all.first, s.first), max(all.last, s.last)
	}
	return all
}

// expandGeneric turns bytes into lanes of whole levels.
func expandGeneric(out []uint64, bytes []uint8) {
	for i := range out {
		p := bytes[:3]
		out[i] = uint64(p[0]) | uint64(p[1])<<laneBits | uint64(p[2])<<(2*laneBits)
		bytes = bytes[3:]
	}
}

// look sets part of o.bent, from first to before after, to row y as the lens shows it.
func (o *optics) look(y, first, after int) {
	w := o.width
	out := o.bent[first:after]
	if len(o.taps) == 0 {
		for i, v := range o.ideal[w*y+first:][:len(out)] {
			out[i] = v << fraction
		}
		return
	}
	look(out, o.taps[w*y+first:], o.ideal, w)
}

// lookGeneric sets each pixel to the mix of the four around its tap in a picture of lanes of whole
// levels.
func lookGeneric(out []uint64, taps []tap, picture []uint64, width int) {
	const shift = 12 - fraction // a product of two fractions has 12 bits
	upper, lower := picture, picture[width:]
	for i, t := range taps[:len(out)] {
		u, l := upper[t.at:][:2], lower[t.at:][:2]
		// A difference of lanes may borrow from the lane above; the sum gives it back.
		top := u[0]<<6 + (u[1]-u[0])*uint64(t.fx)
		bottom := l[0]<<6 + (l[1]-l[0])*uint64(t.fx)
		mixed := top<<6 + (bottom-top)*uint64(t.fy) + 1<<(shift-1)*allLanes
		out[i] = ((mixed>>shift&valueMask)*uint64(t.gain) + 128*allLanes) >> 8 & valueMask
	}
}
