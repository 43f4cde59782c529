package kernels

// convForwardGeneric is the reference of Conv.Forward.
func convForwardGeneric(g *Conv, n int, x, w, bias, y []float32, relu bool) {
	oh, ow, run, row := g.OutH(), g.OutW(), g.S*g.C, g.W*g.C
	for i := range n {
		img, out := x[i*g.InLen():][:g.InLen()], y[i*g.OutLen():][:g.OutLen()]
		for v := range oh {
			for u := range ow {
				pixel := out[(v*ow+u)*g.O:][:g.O]
				if bias == nil {
					clear(pixel)
				} else {
					copy(pixel, bias)
				}
				patch := img[v*g.Stride*row+u*g.Stride*g.C:]
				for r := range g.R {
					addRowTimes(pixel, patch[r*row:][:run], w[r*run*g.O:], g.O)
				}
			}
		}
	}
	if relu {
		reluGeneric(y, y)
	}
}

// convGradInputGeneric is the reference of Conv.GradInput.
func convGradInputGeneric(g *Conv, n int, dy, w, dx []float32) {
	clear(dx)
	oh, ow, run, row := g.OutH(), g.OutW(), g.S*g.C, g.W*g.C
	for i := range n {
		img, out := dx[i*g.InLen():][:g.InLen()], dy[i*g.OutLen():][:g.OutLen()]
		for v := range oh {
			for u := range ow {
				pixel := out[(v*ow+u)*g.O:][:g.O]
				patch := img[v*g.Stride*row+u*g.Stride*g.C:]
				for r := range g.R {
					addDots(patch[r*row:][:run], pixel, w[r*run*g.O:], g.O)
				}
			}
		}
	}
}

// convGradWeightsGeneric is the reference of Conv.GradWeights without the bias.
func convGradWeightsGeneric(g *Conv, n int, x, dy, dw []float32) {
	oh, ow, run, row := g.OutH(), g.OutW(), g.S*g.C, g.W*g.C
	step := g.Stride * g.C
	for i := range n {
		img, out := x[i*g.InLen():][:g.InLen()], dy[i*g.OutLen():][:g.OutLen()]
		for v := range oh {
			for r := range g.R {
				// One output row against one filter row: patches step apart.
				a := img[(v*g.Stride+r)*row:]
				gemmTNGeneric(true, run, g.O, ow, a, step, out[v*ow*g.O:], g.O, dw[r*run*g.O:], g.O)
			}
		}
	}
}
