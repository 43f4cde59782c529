package render

// Both passes give each pixel the weighted mean of its neighbours along one direction; beyond the picture's edge its
// last pixel goes on.

const (
	kernelShift = 11
	kernelHalf  = kernelSum / 2 * allLanes
	valueMask   = (1<<(8+fraction) - 1) * allLanes
)

// blurRows blurs along rows.
func (o *optics) blurRows(out, in []uint64) {
	n, w := len(o.kernel)-1, o.width
	for y := range o.height {
		from, to := in[y*w:][:w], out[y*w:][:w]
		inner := max(w-2*n, 0)
		for x := range min(n, w) {
			to[x] = o.blurEdge(from, x)
		}
		if inner > 0 {
			if n == 1 {
				blur3(to[1:w-1], from[:w-2], from[1:w-1], from[2:], o.kernel[0], o.kernel[1])
			} else {
				o.blurMany(to[n:w-n], from, 1, n)
			}
		}
		for x := max(w-n, n); x < w; x++ {
			to[x] = o.blurEdge(from, x)
		}
	}
}

// blurEdge returns the mean around one pixel of a row near its end.
func (o *optics) blurEdge(row []uint64, x int) uint64 {
	sum := o.kernel[0]*row[x] + kernelHalf
	for k := 1; k < len(o.kernel); k++ {
		sum += o.kernel[k] * (row[max(x-k, 0)] + row[min(x+k, len(row)-1)])
	}
	return sum >> kernelShift & valueMask
}

// blur3 sets each of out to the mean of three, the middle one weighted apart.
func blur3(out, before, middle, after []uint64, w0, w1 uint64) {
	before, middle, after = before[:len(out)], middle[:len(out)], after[:len(out)]
	for i := range out {
		out[i] = (w0*middle[i] + w1*(before[i]+after[i]) + kernelHalf) >> kernelShift & valueMask
	}
}

// blurMany sets each of out to the mean around in[at+i], neighbours being stride apart.
func (o *optics) blurMany(out, in []uint64, stride, at int) {
	for i := range out {
		sum := o.kernel[0]*in[at+i] + kernelHalf
		for k := 1; k < len(o.kernel); k++ {
			sum += o.kernel[k] * (in[at+i-k*stride] + in[at+i+k*stride])
		}
		out[i] = sum >> kernelShift & valueMask
	}
}

// blurColumns blurs along columns.
func (o *optics) blurColumns(out, in []uint64) {
	n, w, h := len(o.kernel)-1, o.width, o.height
	row := func(y int) []uint64 { return in[w*min(max(y, 0), h-1):][:w] }
	for y := range h {
		to := out[y*w:][:w]
		switch {
		case n == 1:
			blur3(to, row(y-1), row(y), row(y+1), o.kernel[0], o.kernel[1])
		case y >= n && y < h-n:
			o.blurMany(to, in, w, y*w)
		default:
			for x := range to {
				sum := o.kernel[0]*row(y)[x] + kernelHalf
				for k := 1; k <= n; k++ {
					sum += o.kernel[k] * (row(y - k)[x] + row(y + k)[x])
				}
				to[x] = sum >> kernelShift & valueMask
			}
		}
	}
}
