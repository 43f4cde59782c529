//go:build !purego

package render

import "colonnade/sim/internal/cpu"

// look8 is lookGeneric for n taps. upper and lower are the ideal picture from its first and its
// second row on.
//
//go:noescape
func look8(out *uint64, n int, taps *tap, upper, lower *uint64)

// mean8 sets n values to weighted means: sides holds twice the middle, then the slices before and
// after at distances 1 to k-1.
//
//go:noescape
func mean8(out *uint64, n int, sides **uint64, weights *uint64, k int)

// expand8 is expandGeneric for n pixels.
//
//go:noescape
func expand8(out *uint64, n int, bytes *uint8)

// resolve8 sets n lanes to the colours of words.
//
//go:noescape
func resolve8(out *uint64, n int, words *uint32, p *palette)

// noisy8 is noisyGeneric for blocks of noiseBlock pixels.
//
//go:noescape
func noisy8(pixels *uint8, in *uint64, t *developTable, blocks int, state uint64)

// taps4 is tapRow.generic for the first tapBatch·blocks pixels.
//
//go:noescape
func taps4(taps *tap, columns *int32, r *tapRow, blocks int)

const (
	noiseBlock = 32 // pixels, served by eight random numbers
	maxMean8   = 8  // weights
)

// set sets the taps of a row, and the columns at which they look.
func (r *tapRow) set(taps []tap, columns []int32) {
	blocks := len(taps) / tapBatch
	if !cpu.AVX2 || blocks == 0 {
		r.generic(taps, columns, 0)
		return
	}
	taps4(&taps[0], &columns[:len(taps)][0], r, blocks)
	r.generic(taps, columns, tapBatch*blocks)
}

func look(out []uint64, taps []tap, picture []uint64, width int) {
	if cpu.AVX512 && len(out) > 0 {
		look8(&out[0], len(out), &taps[:len(out)][0], &picture[0], &picture[width])
		return
	}
	lookGeneric(out, taps, picture, width)
}

func expand(out []uint64, bytes []uint8) {
	if cpu.AVX512 && len(out) > 0 {
		expand8(&out[0], len(out), &bytes[:3*len(out)][0])
		return
	}
	expandGeneric(out, bytes)
}

// mean sets out to the weighted mean of the slices at distances 0, 1, ... before and after.
func mean(out []uint64, weights []uint64, at func(k int) (before, after []uint64)) {
	if !cpu.AVX512 || len(out) == 0 || len(weights) > maxMean8 {
		meanGeneric(out, weights, at)
		return
	}
	var sides [2 * maxMean8]*uint64
	for k := range weights {
		before, after := at(k)
		sides[2*k], sides[2*k+1] = &before[:len(out)][0], &after[:len(out)][0]
	}
	mean8(&out[0], len(out), &sides[0], &weights[0], len(weights))
}

// resolveWords sets lanes to the colours of words.
func resolveWords(out []uint64, words []uint32, p *palette) {
	if cpu.AVX512 && len(out) > 0 {
		resolve8(&out[0], len(out), &words[:len(out)][0], p)
		return
	}
	resolveWordsGeneric(out, words, p)
}

// noisy writes pixels with noise and returns the generator's new state. Each number of 64 bits
// serves four pixels.
func (t *developTable) noisy(pixels []uint8, in []uint64, state uint64) uint64 {
	if blocks := len(in) / noiseBlock; cpu.AVX512 && blocks > 0 {
		n := noiseBlock * blocks
		noisy8(&pixels[:3*n][0], &in[0], t, blocks, state)
		pixels, in, state = pixels[3*n:], in[n:], state+uint64(n/4)*golden
	}
	return t.noisyGeneric(pixels, in, state)
}
