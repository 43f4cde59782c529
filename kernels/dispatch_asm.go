//go:build (amd64 || arm64) && !purego

package kernels

// useVectors is what every operation asks: whether to run the assembly.
var useVectors bool
