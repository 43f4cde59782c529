package render

// tap is where a pixel of the bent picture looks in the ideal one: between four pixels.
type tap struct {
	at     uint32 // of the upper left one
	fx, fy uint8  // 1/64 pixel
	gain   uint16 // 1/256
}

// tapRow is what the taps of a row are worked out from, and what they tell. The ideal picture's
// pixel centres are at whole numbers here.
type tapRow struct {
	sensor      *Sensor
	half, widen float64
	midX        float64
	v, v2       float64 // of the row: height from the middle in halves of the picture, and its square
	fromX       float64 // middle of the ideal picture
	fromY       float64
	mostX       float64 // last pixel
	mostY       float64
	lastX       int32 // last pixel that has another to its right
	lastY       int32
	width       int32
	first, last [tapBatch]int32 // rows that are looked at, their least and most in each lane
}

const tapBatch = 4

// generic sets the taps from pixel x on, and the columns at which they look.
func (r *tapRow) generic(taps []tap, columns []int32, x int) {
	s := r.sensor
	for ; x < len(taps); x++ {
		u := (float64(x) + 0.5 - r.midX) / r.half
		r2 := float64(u*u) + r.v2
		k := s.bend(r2) * r.half / r.widen
		sx := min(max(r.fromX+float64(u*k), 0), r.mostX)
		sy := min(max(r.fromY+float64(r.v*k), 0), r.mostY)
		px, py := int32(float64(sx*64)+0.5), int32(float64(sy*64)+0.5)
		ix, iy := min(px>>6, r.lastX), min(py>>6, r.lastY)
		gain := 1 - float64(s.Vignette*r2)/2 // 2 is the corner of a square
		taps[x] = tap{
			at: uint32(iy*r.width + ix), fx: uint8(px - ix<<6), fy: uint8(py - iy<<6),
			gain: uint16(float64(256*max(gain, 0)) + 0.5),
		}
		columns[x] = ix
		r.first[0], r.last[0] = min(r.first[0], iy), max(r.last[0], iy)
	}
}

// setTaps works out where each pixel looks.
func (o *optics) setTaps() {
	w, half := o.width, float64(o.height)/2
	r := tapRow{
		sensor: &o.sensor, half: half, widen: o.widen, midX: float64(w) / 2,
		fromX: float64(w)/2 - 0.5, fromY: half - 0.5, mostX: float64(w - 1), mostY: float64(o.height - 1),
		lastX: int32(w - 2), lastY: int32(o.height - 2), width: int32(w),
	}
	o.taps = o.taps[:w*o.height]
	for y := range o.height {
		r.v = (float64(y) + 0.5 - half) / half
		r.v2 = float64(r.v * r.v)
		for i := range r.first {
			r.first[i], r.last[i] = r.lastY, 0
		}
		r.set(o.taps[w*y:][:w], o.columns)
		sees := span{r.first[0], r.last[0] + 1}
		for i := range r.first {
			sees.first, sees.last = min(sees.first, r.first[i]), max(sees.last, r.last[i]+1)
		}
		o.sees[y] = sees

		lookers, column := o.lookers[y*(w+2):][:w+2], int32(0)
		for x, ix := range o.columns {
			for ; column <= ix+1; column++ { // ix grows with x, as the lens folds nothing
				lookers[column] = uint16(x)
			}
		}
		for ; int(column) < len(lookers); column++ {
			lookers[column] = uint16(w)
		}
	}
}
