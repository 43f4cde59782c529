package main

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"colonnade/kernels"
)

// line is one line of the table: a piece of work and who can do it.
type line struct {
	Pass  string  `json:"pass"`
	Layer string  `json:"layer"`
	Batch int     `json:"batch"`
	Shape string  `json:"shape"`
	FLOP  float64 `json:"flop"`

	make func() ([]candidate, error)
}

// candidate does a line's work in one way.
type candidate struct {
	library string // ours, openblas, onednn or gonum
	variant string // of the library's ways; "" if it has one
	run     func(times int) error
	result  func() ([]float32, error) // in our layout, after a run
	free    func()                    // nil: nothing to free
	spawns  bool                      // it computes on goroutines of its own, one at a time
	less    bool                      // it does a part of the work only: no patches, bias or ReLU
}

// The convolutions of the networks.
var convolutions = []struct {
	layer string
	g     kernels.Conv
}{
	{"conv1 wide", kernels.Conv{H: 64, W: 64, C: 3, R: 8, S: 8, Stride: 4, O: 16}},
	{"conv1 narrow", kernels.Conv{H: 64, W: 64, C: 3, R: 8, S: 8, Stride: 4, O: 8}},
	{"conv2 wide", kernels.Conv{H: 15, W: 15, C: 16, R: 5, S: 5, Stride: 2, O: 32}},
	{"conv2 narrow", kernels.Conv{H: 15, W: 15, C: 8, R: 5, S: 5, Stride: 2, O: 8}},
}

// The linear layers of the networks.
var linear = []struct {
	layer   string
	in, out int
}{
	{"fc wide", 1152, 128}, {"fc wide feedforward", 1152, 512}, {"LSTM wide", 256, 512}, {"heads wide", 128, 28},
	{"heads wide feedforward", 512, 28},
	{"fc narrow", 288, 16}, {"LSTM narrow", 32, 64}, {"heads narrow", 16, 28},
}

// squares are the matrix products that everybody measures.
var squares = []int{512, 1024}

var passes = []pass{forward, gradWeights, gradInput}

// lines returns the whole table at the given batches.
func lines(batches []int) []line {
	var all []line
	for _, c := range convolutions {
		for _, p := range passes {
			if p == gradInput && c.g.C == 3 {
				continue // pixels need no gradient
			}
			for _, n := range batches {
				all = append(all, convLine(c.layer, p, c.g, n))
			}
		}
	}
	for _, l := range linear {
		for _, p := range passes {
			for _, n := range batches {
				all = append(all, linearLine(l.layer, p, n, l.out, l.in))
			}
		}
	}
	for _, n := range squares {
		for _, p := range passes {
			all = append(all, linearLine("square", p, n, n, n))
		}
	}
	return all
}

// random returns n numbers of a normal distribution, the same each time.
func random(n int, seed uint64) []float32 {
	rng := rand.New(rand.NewPCG(seed, 1))
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}

func linearLine(layer string, p pass, batch, out, in int) line {
	return line{
		Pass: p.String(), Layer: layer, Batch: batch, Shape: fmt.Sprintf("%d->%d", in, out),
		FLOP: 2 * float64(batch) * float64(out) * float64(in),
		make: func() ([]candidate, error) {
			x, w, y := random(batch*in, 1), random(in*out, 2), random(batch*out, 3)
			g := layerGemm(p, batch, out, in, x, w, y)
			if p == gradInput && strings.HasPrefix(layer, "LSTM") {
				g.packed = new(kernels.Packed)
				g.packed.PackNT(in, out, w, out)
			}
			as := func(c []float32) []float32 { return c }
			own := gemmCandidate("ours", "", g.ours, g, as)
			inner, err := newInnerPrimitive(p, batch, out, in)
			if err != nil {
				return nil, err
			}
			return append([]candidate{own, oneDNNCandidate(inner, "any", len(g.c))}, gemmPeers(g, as)...),
				inner.set(inputs(p, x, w, nil, y))
		},
	}
}

func convLine(layer string, p pass, g kernels.Conv, n int) line {
	return line{
		Pass: p.String(), Layer: layer, Batch: n, Shape: fmt.Sprintf("%dx%dx%d %dx%d/%d ->%d", g.H, g.W, g.C, g.R, g.S,
			g.Stride, g.O),
		FLOP: 2 * float64(n*g.OutLen()*g.R*g.S*g.C),
		make: func() ([]candidate, error) { return convCandidates(p, g, n) },
	}
}

func convCandidates(p pass, g kernels.Conv, n int) ([]candidate, error) {
	x, w, bias, y := random(n*g.InLen(), 1), random(g.WeightLen(), 2), random(g.O, 3), random(n*g.OutLen(), 4)
	own := ourConv(p, g, n, x, w, bias, y)
	result, err := own.result()
	if err != nil {
		return nil, err
	}
	all := []candidate{own}
	for _, layout := range []string{"any", "nhwc"} {
		conv, err := newConvPrimitive(p, g, n, layout == "nhwc")
		if err != nil {
			return nil, err
		}
		if err := conv.set(inputs(p, x, w, bias, y)); err != nil {
			return nil, err
		}
		all = append(all, oneDNNCandidate(conv, layout, len(result)))
	}
	rows, size := n*g.OutH()*g.OutW(), g.R*g.S*g.C
	product := layerGemm(p, rows, g.O, size, patches(g, n, x), w, y)
	for _, c := range gemmPeers(product, convResult(p, g, n, bias)) {
		c.less = true
		all = append(all, c)
	}
	return all, nil
}

// ourConv is this project's convolution, as the network calls it.
func ourConv(p pass, g kernels.Conv, n int, x, w, bias, y []float32) candidate {
	own := candidate{library: "ours"}
	var out []float32
	var call func()
	switch p {
	case forward:
		out = make([]float32, len(y))
		call = func() { g.Forward(n, x, w, bias, out, true) }
	case gradWeights:
		out = make([]float32, len(w))
		db := make([]float32, g.O)
		call = func() { g.GradWeights(n, x, y, out, db) }
	case gradInput:
		out = make([]float32, len(x))
		packed := new(kernels.Packed)
		g.PackGradInput(w, packed)
		call = func() { g.GradInputPacked(n, y, packed, out) }
	}
	own.run = func(times int) error {
		for range times {
			call()
		}
		return nil
	}
	own.result = func() ([]float32, error) { return out, nil }
	return own
}

// convResult makes a convolution's result of the bare product over patches.
func convResult(p pass, g kernels.Conv, n int, bias []float32) func(c []float32) []float32 {
	return func(c []float32) []float32 {
		switch p {
		case forward:
			y := make([]float32, len(c))
			for i, v := range c {
				y[i] = max(v+bias[i%g.O], 0)
			}
			return y
		case gradInput:
			return sumPatches(g, n, c)
		}
		return c
	}
}

// inputs leaves out the array that the pass writes, and the bias where it is a
// result.
func inputs(p pass, x, w, bias, y []float32) (_, _, _, _ []float32) {
	switch p {
	case forward:
		return x, w, bias, nil
	case gradWeights:
		return x, nil, nil, y
	default:
		return nil, w, nil, y
	}
}

func oneDNNCandidate(p *primitive, layout string, outputs int) candidate {
	return candidate{
		library: "onednn", variant: layout + " " + p.name(), run: p.run, free: p.free,
		result: func() ([]float32, error) { return p.result(outputs) },
	}
}

// gemmPeers are the libraries that compute a bare product; finish turns it into
// the line's result, untimed.
func gemmPeers(g gemm, finish func([]float32) []float32) []candidate {
	blas, dnn, pure := g.fresh(), g.fresh(), g.fresh()
	peers := []candidate{
		gemmCandidate("openblas", "sgemm", func(times int) { openBLASGemm(times, blas) }, blas, finish),
		{library: "onednn", variant: "sgemm", run: func(times int) error { return oneDNNGemm(times, dnn) },
			result: func() ([]float32, error) { return finish(dnn.c), nil }},
		gemmCandidate("gonum", "", pure.gonum, pure, finish),
	}
	peers[len(peers)-1].spawns = true
	if g.m == 1 && !g.transA {
		vector := g.fresh()
		peers = append(peers, gemmCandidate("openblas", "sgemv", func(times int) { openBLASGemv(times, vector) },
			vector, finish))
	}
	return peers
}

func gemmCandidate(library, variant string, run func(times int), g gemm, finish func([]float32) []float32) candidate {
	return candidate{
		library: library, variant: variant,
		run:    func(times int) error { run(times); return nil },
		result: func() ([]float32, error) { return finish(g.c), nil },
	}
}
