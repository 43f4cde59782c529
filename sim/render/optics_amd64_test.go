//go:build !purego

package render

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
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
