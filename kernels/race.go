//go:build race

package kernels

import (
	"runtime"
	"unsafe"
)

// The race detector does not see what assembly reads and writes, so the
// exported kernels report their slices to it.

func raceRead(x []float32) {
	if len(x) > 0 {
		runtime.RaceReadRange(unsafe.Pointer(&x[0]), 4*len(x))
	}
}

func raceWrite(x []float32) {
	if len(x) > 0 {
		runtime.RaceWriteRange(unsafe.Pointer(&x[0]), 4*len(x))
	}
}

func raceReadBytes(x []uint8) {
	if len(x) > 0 {
		runtime.RaceReadRange(unsafe.Pointer(&x[0]), len(x))
	}
}

// raceReadRows reports a (rows,cols) matrix with row stride ld, without the
// gaps between rows, which may be another goroutine's.
func raceReadRows(x []float32, rows, cols, ld int) {
	for i := range rows {
		raceRead(x[i*ld:][:cols])
	}
}

func raceWriteRows(x []float32, rows, cols, ld int) {
	for i := range rows {
		raceWrite(x[i*ld:][:cols])
	}
}
