package render

// resolve writes the pixels of all rows that were drawn on.
func (r *Renderer) resolve(pixels []uint8) {
	s := r.supersample
	count := uint32(s * s)
	for y := range r.height {
		drawn := span{int32(r.raster.width), -1}
		for _, row := range r.raster.rows[y*s : y*s+s] {
			drawn.first, drawn.last = min(drawn.first, row.first), max(drawn.last, row.last)
		}
		if drawn.last < drawn.first {
			continue
		}
		for x := int(drawn.first) / s; x <= int(drawn.last)/s; x++ {
			var red, green, blue uint32
			for j := range s {
				at := (y*s+j)*r.raster.width + x*s
				for _, w := range r.raster.words[at : at+s] {
					c := r.palette[w&indexMask]
					red += c & 0xff
					green += c >> 8 & 0xff
					blue += c >> 16
				}
			}
			p := pixels[3*(y*r.width+x):][:3]
			p[0] = uint8((red + count/2) / count)
			p[1] = uint8((green + count/2) / count)
			p[2] = uint8((blue + count/2) / count)
		}
	}
}
