//go:build !amd64 || purego

package render

import "colonnade/sim"

func (r *tapRow) set(taps []tap, columns []int32) { r.generic(taps, columns, 0) }

func look(out []uint64, taps []tap, picture []uint64, width int) {
	lookGeneric(out, taps, picture, width)
}

func expand(out []uint64, bytes []uint8) { expandGeneric(out, bytes) }

func mean(out []uint64, weights []uint64, at func(k int) (before, after []uint64)) {
	meanGeneric(out, weights, at)
}

func resolveWords(out []uint64, words []uint32, p *palette) { resolveWordsGeneric(out, words, p) }

func (t *developTable) noisy(pixels []uint8, in []uint64, state uint64) uint64 {
	return t.noisyGeneric(pixels, in, state)
}

// drawBatches draws nothing, as there are no vector routines.
func (r *Renderer) drawBatches(*[sim.NumBodies]sim.Vec3, *[sim.NumBodies]sim.Mat3, *sim.Vec3) bool {
	return false
}

func (b *backdrop) row(words []uint32, y int) { b.rowGeneric(words, y) }
