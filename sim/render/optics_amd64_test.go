//go:build !purego

package render

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"colonnade/sim/internal/cpu"
)

// lanes returns n pixels of values up to most, and behind them what must stay as it is.
func lanes(rng *rand.Rand, n int, most uint64) []uint64 {
	list := make([]uint64, n+1)
	for i := range list {
		for range 3 {
			list[i] = list[i]<<laneBits | rng.Uint64N(most+1)
		}
	}
	return list
}

// checkOptics compares the vector routines with those in Go, for rows of n pixels.
func checkOptics(t *testing.T, rng *rand.Rand, n int) {
	t.Helper()
	const brightest = 255 << fraction
	compare := func(what string, vector, generic func(out []uint64)) {
		t.Helper()
		got := lanes(rng, n, brightest)
		want := slices.Clone(got)
		vector(got[:n])
		generic(want[:n])
		if !slices.Equal(got, want) {
			t.Fatalf("%s of %d pixels: got %#x, want %#x", what, n, got, want)
		}
	}

	width, height := 2+rng.IntN(40), 2+rng.IntN(40)
	picture := lanes(rng, width*height, 255)
	taps := make([]tap, n)
	for i := range taps {
		taps[i] = tap{at: uint32(rng.IntN(height-1)*width + rng.IntN(width-1)), fx: uint8(rng.IntN(65)),
			fy: uint8(rng.IntN(65)), gain: uint16(rng.IntN(257))}
	}
	compare("look", func(out []uint64) { look(out, taps, picture, width) },
		func(out []uint64) { lookGeneric(out, taps, picture, width) })

	for k := 1; k <= maxMean8+1; k++ {
		weights, rest := make([]uint64, k), uint64(kernelSum)
		for i := k - 1; i > 0; i-- {
			weights[i] = rng.Uint64N(rest/uint64(2*i) + 1)
			rest -= 2 * weights[i]
		}
		weights[0] = rest
		rows := make([][]uint64, 2*k-1)
		for i := range rows {
			rows[i] = lanes(rng, n, brightest)
		}
		at := func(i int) (before, after []uint64) { return rows[k-1-i], rows[k-1+i] }
		compare(fmt.Sprintf("mean with %d weights", k), func(out []uint64) { mean(out, weights, at) },
			func(out []uint64) { meanGeneric(out, weights, at) })
	}

	pixels := make([]uint8, 3*n+3)
	for i := range pixels {
		pixels[i] = uint8(rng.Uint32())
	}
	compare("expand", func(out []uint64) { expand(out, pixels) }, func(out []uint64) { expandGeneric(out, pixels) })

	var p palette
	words := make([]uint32, n)
	for i := range p {
		p[i] = rng.Uint32() & 0xffffff
	}
	for i := range words {
		words[i] = rng.Uint32()
	}
	compare("resolve", func(out []uint64) { resolveWords(out, words, &p) },
		func(out []uint64) { resolveWordsGeneric(out, words, &p) })

	table := new(developTable)
	for c := range table {
		for i := range table[c] {
			table[c][i] = uint8(rng.Uint32())
		}
	}
	in, state := lanes(rng, n, brightest), rng.Uint64()
	want := slices.Clone(pixels)
	after := table.noisy(pixels[:3*n], in[:n], state)
	if wantAfter := table.noisyGeneric(want[:3*n], in[:n], state); after != wantAfter || !bytes.Equal(pixels, want) {
		t.Fatalf("noise of %d pixels: state %#x, want %#x; got %d, want %d", n, after, wantAfter, pixels, want)
	}
}

func TestOpticsVectors(t *testing.T) {
	needVectors(t)
	rng := rand.New(rand.NewPCG(8, 5))
	for n := range 140 {
		checkOptics(t, rng, n)
	}
}

// TestTapVectors compares rows of taps with those in Go, for lenses of all kinds and pictures of all
// widths.
func TestTapVectors(t *testing.T) {
	if !cpu.AVX2 {
		t.Skip("no AVX2")
	}
	rng := rand.New(rand.NewPCG(8, 7))
	for k := range 4000 {
		w, h := 2+k%150, 2+rng.IntN(200)
		s := Sensor{K1: 0.25*rng.Float64() - 0.05, K2: 0.06*rng.Float64() - 0.01, Vignette: 0.8 * rng.Float64()}
		vector := tapRow{
			sensor: &s, half: float64(h) / 2, widen: 1 + 0.3*rng.Float64(), midX: float64(w) / 2,
			v: 2*rng.Float64() - 1, fromX: float64(w)/2 - 0.5, fromY: float64(h)/2 - 0.5, mostX: float64(w - 1),
			mostY: float64(h - 1), lastX: int32(w - 2), lastY: int32(h - 2), width: int32(w),
			first: [tapBatch]int32{200, 200, 200, 200},
		}
		vector.v2 = vector.v * vector.v
		generic := vector
		got, gotColumns := make([]tap, w+1), make([]int32, w+1)
		want, wantColumns := make([]tap, w+1), make([]int32, w+1)
		vector.set(got[:w], gotColumns[:w])
		generic.generic(want[:w], wantColumns[:w], 0)
		if !slices.Equal(got, want) || !slices.Equal(gotColumns, wantColumns) {
			t.Fatalf("%d x %d, %+v: taps\n%v, want\n%v; columns\n%v, want\n%v", w, h, s, got, want, gotColumns, wantColumns)
		}
		if first, last := slices.Min(vector.first[:]), slices.Max(vector.last[:]); first != generic.first[0] ||
			last != generic.last[0] {
			t.Fatalf("%d x %d, %+v: looks at rows %d to %d, want %d to %d", w, h, s, first, last, generic.first[0],
				generic.last[0])
		}
	}
}

func FuzzOptics(f *testing.F) {
	needVectors(f)
	f.Add(uint64(1), uint16(64))
	f.Add(uint64(2), uint16(321))
	f.Fuzz(func(t *testing.T, seed uint64, n uint16) { checkOptics(t, rand.New(rand.NewPCG(seed, 2)), int(n%1024)) })
}

// BenchmarkOptics measures a row of 64 pixels, by either way.
func BenchmarkOptics(b *testing.B) {
	const n = 64
	rng := rand.New(rand.NewPCG(8, 6))
	r := newRenderer(b, DefaultScene(), n, n, 1)
	setSensor(b, r, webcam)
	o, out, pixels, words := &r.optics, make([]uint64, n), make([]uint8, 3*n), make([]uint32, n)
	in := lanes(rng, n+8, 255<<fraction)
	at := func(k int) (before, after []uint64) { return in[4-k:], in[4+k:] }
	for _, c := range []struct {
		name            string
		vector, generic func()
	}{
		{"look", func() { look(out, o.taps, o.ideal, n) }, func() { lookGeneric(out, o.taps, o.ideal, n) }},
		{"mean", func() { mean(out, o.kernel, at) }, func() { meanGeneric(out, o.kernel, at) }},
		{"expand", func() { expand(out, pixels) }, func() { expandGeneric(out, pixels) }},
		{"resolve", func() { resolveWords(out, words, &r.palette) },
			func() { resolveWordsGeneric(out, words, &r.palette) }},
		{"noise", func() { o.develop.noisy(pixels, in[:n], 1) }, func() { o.develop.noisyGeneric(pixels, in[:n], 1) }},
	} {
		b.Run("part="+c.name+"/way=go", func(b *testing.B) {
			for b.Loop() {
				c.generic()
			}
		})
		b.Run("part="+c.name+"/way=vector", func(b *testing.B) {
			needVectors(b)
			for b.Loop() {
				c.vector()
			}
		})
	}
}
