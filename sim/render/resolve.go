package render

// resolve turns words into pixels where they were drawn on: each pixel is the mean of its words, as
// AreaAverage has it.
func (r *Renderer) resolve(pixels []uint8) {
	for y := range r.height {
		if first, after := r.drawnOn(y); first < after {
			row := pixels[3*r.width*y:][:3*r.width]
			r.resolveSpan(row[3*first:3*after], y, first)
		}
	}
}

// resolveLanes makes the ideal picture of the optics that of the words, where this frame or the one
// before was drawn on.
func (r *Renderer) resolveLanes() {
	o := &r.optics
	for y := range r.height {
		lanes, before := o.ideal[r.width*y:][:r.width], o.drawn[y]
		if before.first <= before.last {
			expand(lanes[before.first:before.last+1], r.empty[3*(r.width*y+int(before.first)):])
		}
		first, after := r.drawnOn(y)
		if o.drawn[y] = noSpan; first < after {
			o.drawn[y] = span{int32(first), int32(after - 1)}
			if r.supersample == 1 {
				resolveWords(lanes[first:after], r.raster.words[r.width*y+first:], &r.palette)
				continue
			}
			bytes := o.bytes[:3*(after-first)]
			r.resolveSpan(bytes, y, first)
			expand(lanes[first:after], bytes)
		}
	}
}

// resolveWordsGeneric sets lanes to the colours of words.
func resolveWordsGeneric(out []uint64, words []uint32, p *palette) {
	for i, w := range words[:len(out)] {
		c := uint64(p[w&indexMask])
		out[i] = c&0xff | c&0xff00<<(laneBits-8) | c>>16<<(2*laneBits)
	}
}

// drawnOn returns which pixels of a row were drawn on: first to before after.
func (r *Renderer) drawnOn(y int) (first, after int) {
	drawn := union(r.raster.rows[y*r.supersample : (y+1)*r.supersample])
	if drawn.last < drawn.first {
		return 0, 0
	}
	return int(drawn.first) / r.supersample, int(drawn.last)/r.supersample + 1
}

// resolveSpan writes the pixels of row y from the given one on.
func (r *Renderer) resolveSpan(pixels []uint8, y, first int) {
	switch r.supersample {
	case 1:
		r.resolveRow1(pixels, y*r.width+first)
	case 2:
		r.resolveRow2(pixels, 2*(y*r.raster.width+first))
	default:
		r.resolveRow(pixels, r.supersample*(y*r.raster.width+first))
	}
}

// resolveRow1 writes pixels from the words at and after the given place.
func (r *Renderer) resolveRow1(pixels []uint8, at int) {
	words := r.raster.words[at:]
	words = words[:len(pixels)/3]
	for _, w := range words {
		c := r.palette[w&indexMask]
		p := pixels[:3]
		p[0], p[1], p[2] = uint8(c), uint8(c>>8), uint8(c>>16)
		pixels = pixels[3:]
	}
}

// resolveRow2 writes means of 2x2 words.
func (r *Renderer) resolveRow2(pixels []uint8, at int) {
	upper := r.raster.words[at:]
	lower := r.raster.words[at+r.raster.width:]
	for i := 0; len(pixels) > 0; i += 2 {
		a, b := r.palette[upper[i]&indexMask], r.palette[upper[i+1]&indexMask]
		c, d := r.palette[lower[i]&indexMask], r.palette[lower[i+1]&indexMask]
		// Red and blue side by side in one number.
		rb := (a&0xff00ff + b&0xff00ff + c&0xff00ff + d&0xff00ff + 0x20002) >> 2
		g := (a&0xff00 + b&0xff00 + c&0xff00 + d&0xff00 + 0x200) >> 2
		p := pixels[:3]
		p[0], p[1], p[2] = uint8(rb), uint8(g>>8), uint8(rb>>16)
		pixels = pixels[3:]
	}
}

// resolveRow writes means of n x n words.
func (r *Renderer) resolveRow(pixels []uint8, at int) {
	n := r.supersample
	count := uint32(n * n)
	for ; len(pixels) > 0; at += n {
		var red, green, blue uint32
		for j := range n {
			for _, w := range r.raster.words[at+j*r.raster.width:][:n] {
				c := r.palette[w&indexMask]
				red += c & 0xff
				green += c >> 8 & 0xff
				blue += c >> 16
			}
		}
		p := pixels[:3]
		p[0] = uint8((red + count/2) / count)
		p[1] = uint8((green + count/2) / count)
		p[2] = uint8((blue + count/2) / count)
		pixels = pixels[3:]
	}
}

// AreaAverage scales a picture: each pixel of dst is the mean of the area of src that it covers,
// pixels of src counting with the part of them inside, rounded to the nearest byte (halves up). It
// enlarges as well. Both pictures are rows of interleaved red, green, blue, dst of dstWidth x
// dstHeight pixels, src of srcWidth x srcHeight. Rendering supersampled frames and scaling a
// camera's frames are this same operation.
//
// The arithmetic is in integers, so the result is the same everywhere. Nothing is allocated.
// AreaAverage panics if a side is not 1 to 32768 or a slice has the wrong length. dst and src must
// not overlap.
func AreaAverage(dst []uint8, dstWidth, dstHeight int, src []uint8, srcWidth, srcHeight int) {
	const most = 1 << 15
	if dstWidth < 1 || dstHeight < 1 || srcWidth < 1 || srcHeight < 1 || dstWidth > most || dstHeight > most ||
		srcWidth > most || srcHeight > most {
		panic("render: picture side is not 1 to 32768")
	}
	if len(dst) != 3*dstWidth*dstHeight || len(src) != 3*srcWidth*srcHeight {
		panic("render: picture has the wrong length")
	}
	// Lengths are counted in units in which both widths are whole: a pixel of src is dstWidth wide,
	// a pixel of dst srcWidth. The same goes for heights.
	area := uint64(srcWidth) * uint64(srcHeight)
	for y := range dstHeight {
		top := y * srcHeight
		bottom := top + srcHeight
		for x := range dstWidth {
			left := x * srcWidth
			right := left + srcWidth
			var red, green, blue uint64
			for j := top / dstHeight; j*dstHeight < bottom; j++ {
				high := uint64(min(bottom, (j+1)*dstHeight) - max(top, j*dstHeight))
				first := left / dstWidth
				row := src[3*(j*srcWidth+first) : 3*(j+1)*srcWidth]
				for i := first; i*dstWidth < right; i++ {
					weight := high * uint64(min(right, (i+1)*dstWidth)-max(left, i*dstWidth))
					red += weight * uint64(row[0])
					green += weight * uint64(row[1])
					blue += weight * uint64(row[2])
					row = row[3:]
				}
			}
			p := dst[3*(y*dstWidth+x):][:3]
			p[0] = uint8((red + area/2) / area)
			p[1] = uint8((green + area/2) / area)
			p[2] = uint8((blue + area/2) / area)
		}
	}
}
