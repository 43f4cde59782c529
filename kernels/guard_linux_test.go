package kernels

import (
	"syscall"
	"testing"
	"unsafe"
)

const haveGuards = true

// Guarded slices are kept for the next test: mappings are slow to make.
var (
	guardsIdle = map[int][][]byte{} // by number of pages
	guardsUsed [][]byte
)

// guarded returns n floats that end at, or begin behind, a page that cannot be
// touched.
func guarded(t testing.TB, n int, kind guardKind) []float32 {
	page := syscall.Getpagesize()
	pages := (4*n + page - 1) / page
	var m []byte
	if idle := guardsIdle[pages]; len(idle) > 0 {
		m = idle[len(idle)-1]
		guardsIdle[pages] = idle[:len(idle)-1]
	} else {
		var err error
		m, err = syscall.Mmap(-1, 0, (pages+2)*page, syscall.PROT_READ|syscall.PROT_WRITE,
			syscall.MAP_ANON|syscall.MAP_PRIVATE)
		if err != nil {
			t.Fatal(err)
		}
		for _, end := range [][]byte{m[:page], m[len(m)-page:]} {
			if err := syscall.Mprotect(end, syscall.PROT_NONE); err != nil {
				t.Fatal(err)
			}
		}
	}
	guardsUsed = append(guardsUsed, m)
	at := page
	if kind == guardBehind {
		at = len(m) - page - 4*n
	}
	return unsafe.Slice((*float32)(unsafe.Pointer(&m[at])), n)
}

func releaseGuards() {
	page := syscall.Getpagesize()
	for _, m := range guardsUsed {
		pages := len(m)/page - 2
		guardsIdle[pages] = append(guardsIdle[pages], m)
	}
	guardsUsed = guardsUsed[:0]
}
