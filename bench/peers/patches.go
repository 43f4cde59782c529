package main

import "colonnade/kernels"

// patches gathers the patches of n images: a row of R·S·C floats for each
// output pixel (im2col).
func patches(g kernels.Conv, n int, x []float32) []float32 {
	rows := make([]float32, 0, n*g.OutH()*g.OutW()*g.R*g.S*g.C)
	eachRun(g, n, func(at int) { rows = append(rows, x[at:at+g.S*g.C]...) })
	return rows
}

// sumPatches adds rows of patches to the images they came from (col2im).
func sumPatches(g kernels.Conv, n int, rows []float32) []float32 {
	x := make([]float32, n*g.InLen())
	eachRun(g, n, func(at int) {
		for i, v := range rows[:g.S*g.C] {
			x[at+i] += v
		}
		rows = rows[g.S*g.C:]
	})
	return x
}

// eachRun calls visit with the place of each contiguous run of S·C floats of
// each patch, in order.
func eachRun(g kernels.Conv, n int, visit func(at int)) {
	for image := range n {
		for oh := range g.OutH() {
			for ow := range g.OutW() {
				for r := range g.R {
					visit(image*g.InLen() + ((oh*g.Stride+r)*g.W+ow*g.Stride)*g.C)
				}
			}
		}
	}
}
