package render

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
	if dstWidth < 1 || dstHeight < 1 || srcWidth < 1 || srcHeight < 1 || dstWidth > most || dstHeight > most || srcWidth > most || srcHeight > most {
		panic("render: picture side is not 1 to 32768")
	}
	if len(dst) != 3*dstWidth*dstHeight || len(src) != 3*srcWidth*srcHeight {
		panic("render: picture has the wrong length")
	}
	// Lengths are counted in units in which both widths are whole: a pixel of src is dstWidth wide, a
	// pixel of dst srcWidth. The same goes for heights.
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
