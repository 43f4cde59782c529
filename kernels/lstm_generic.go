package kernels

import "math"

func sigmoidGeneric(x float32) float32 { return float32(1 / (1 + math.Exp(-float64(x)))) }

func tanhGeneric(x float32) float32 { return float32(math.Tanh(float64(x))) }

// lstmForwardGeneric is the reference of LSTMForward.
func lstmForwardGeneric(batch, n int, gates, cPrev, c, h []float32) {
	for b := range batch {
		row := gates[b*4*n:][:4*n]
		gi, gf, gg, go_ := row[:n], row[n:][:n], row[2*n:][:n], row[3*n:][:n]
		cp, cn, hn := cPrev[b*n:][:n], c[b*n:][:n], h[b*n:][:n]
		for j := range cn {
			i, f, g, o := sigmoidGeneric(gi[j]), sigmoidGeneric(gf[j]), tanhGeneric(gg[j]), sigmoidGeneric(go_[j])
			gi[j], gf[j], gg[j], go_[j] = i, f, g, o
			v := f*cp[j] + i*g
			cn[j] = v
			hn[j] = o * tanhGeneric(v)
		}
	}
}

// lstmBackwardGeneric is the reference of LSTMBackward.
func lstmBackwardGeneric(batch, n int, gates, cPrev, c, dh, dc, dgates []float32) {
	for b := range batch {
		row, out := gates[b*4*n:][:4*n], dgates[b*4*n:][:4*n]
		for j := range n {
			e := b*n + j
			i, f, g, o := row[j], row[n+j], row[2*n+j], row[3*n+j]
			t := tanhGeneric(c[e])
			d := dc[e] + dh[e]*o*(1-t*t)
			dc[e] = d * f
			out[j] = d * g * (i * (1 - i))
			out[n+j] = d * cPrev[e] * (f * (1 - f))
			out[2*n+j] = d * i * (1 - g*g)
			out[3*n+j] = dh[e] * t * (o * (1 - o))
		}
	}
}
