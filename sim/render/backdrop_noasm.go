//go:build !amd64 || purego

package render

func (b *backdrop) row(words []uint32, y int) { b.rowGeneric(words, y) }
