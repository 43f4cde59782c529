package render

// Blurring is separable: along each row, then across rows. Each pixel becomes the weighted mean of
// its neighbours; beyond the picture's edge its last pixel goes on.

const (
	kernelShift = 11
	kernelHalf  = kernelSum / 2 * allLanes
	valueMask   = (1<<(8+fraction) - 1) * allLanes
)

// blurred returns the place of row y among the rows that are kept.
func (o *optics) blurred(y int) []uint64 {
	y = min(max(y, 0), o.height-1) % (2*len(o.kernel) - 1)
	return o.rows[o.width*y:][:o.width]
}

// blurRow sets row, from first to before after, to the row in o.bent blurred along itself.
func (o *optics) blurRow(row []uint64, first, after int) {
	from, n, w := o.bent, len(o.kernel)-1, o.width
	x := first
	for ; x < min(n, after); x++ {
		row[x] = o.blurEdge(from, x)
	}
	if end := min(w-n, after); x < end {
		mean(row[x:end], o.kernel, func(k int) (before, behind []uint64) {
			return from[x-k : end-k], from[x+k : end+k]
		})
		x = end
	}
	for ; x < after; x++ {
		row[x] = o.blurEdge(from, x)
	}
}

// blurEdge returns the mean around one pixel near the end of a row.
func (o *optics) blurEdge(row []uint64, x int) uint64 {
	sum := o.kernel[0]*row[x] + kernelHalf
	for k := 1; k < len(o.kernel); k++ {
		sum += o.kernel[k] * (row[max(x-k, 0)] + row[min(x+k, len(row)-1)])
	}
	return sum >> kernelShift & valueMask
}

// meanGeneric sets out to the weighted mean of the slices at distances 0, 1, ... before and after.
func meanGeneric(out, weights []uint64, at func(k int) (before, after []uint64)) {
	middle, _ := at(0)
	if len(weights) == 1 {
		copy(out, middle)
		return
	}
	before, after := at(1)
	if len(weights) == 2 {
		mean3(out, before, middle, after, weights[0], weights[1])
		return
	}
	before2, after2 := at(2)
	mean5(out, before2, before, middle, after, after2, weights)
	if len(weights) == 3 {
		finish(out)
		return
	}
	for k := 3; k < len(weights); k++ {
		before, after = at(k)
		add(out, before, after, weights[k])
	}
	finish(out)
}

// mean3 is the whole mean of three.
func mean3(out, before, middle, after []uint64, w0, w1 uint64) {
	before, middle, after = before[:len(out)], middle[:len(out)], after[:len(out)]
	for i := range out {
		out[i] = (w0*middle[i] + w1*(before[i]+after[i]) + kernelHalf) >> kernelShift & valueMask
	}
}

// mean5 is the sum of the five innermost.
func mean5(out, before2, before, middle, after, after2, kernel []uint64) {
	before2, before, middle, after, after2 = before2[:len(out)], before[:len(out)], middle[:len(out)], after[:len(out)],
		after2[:len(out)]
	w0, w1, w2 := kernel[0], kernel[1], kernel[2]
	for i := range out {
		out[i] = w0*middle[i] + w1*(before[i]+after[i]) + w2*(before2[i]+after2[i]) + kernelHalf
	}
}

// add adds two more.
func add(out, before, after []uint64, weight uint64) {
	before, after = before[:len(out)], after[:len(out)]
	for i := range out {
		out[i] += weight * (before[i] + after[i])
	}
}

// finish turns sums into values.
func finish(out []uint64) {
	for i := range out {
		out[i] = out[i] >> kernelShift & valueMask
	}
}
