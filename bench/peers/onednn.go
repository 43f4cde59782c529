package main

// #cgo LDFLAGS: -ldnnl
// #include <stdlib.h>
// #include "onednn.h"
import "C"

import (
	"fmt"

	"colonnade/kernels"
)

// pass is one of the three products of a layer.
type pass int

// The values are those of onednn.h.
const (
	forward pass = iota
	gradWeights
	gradInput
)

func (p pass) String() string {
	return [...]string{"forward", "gradweights", "gradinput"}[p]
}

// output is the slot of onednn.h that holds the result of a pass.
func (p pass) output() C.int { return [...]C.int{C.SLOT_Y, C.SLOT_W, C.SLOT_X}[p] }

// initOneDNN prepares the library; avx2Only limits it.
func initOneDNN(avx2Only bool) error {
	limit := C.int(0)
	if avx2Only {
		limit = 1
	}
	return oneDNNError(C.onednn_init(limit))
}

func oneDNNVersion() string {
	var major, minor, patch C.int
	C.onednn_version(&major, &minor, &patch)
	return fmt.Sprintf("%d.%d.%d", major, minor, patch)
}

func oneDNNError(status C.int) error {
	if status != 0 {
		return fmt.Errorf("oneDNN: status %d (see dnnl_status_t)", status)
	}
	return nil
}

// primitive is a oneDNN primitive with the arrays it works on, until free.
type primitive struct {
	op   *C.onednn_op
	pass pass
}

func newConvPrimitive(p pass, g kernels.Conv, n int, nhwc bool) (*primitive, error) {
	dims := [8]C.int64_t{C.int64_t(n), C.int64_t(g.H), C.int64_t(g.W), C.int64_t(g.C), C.int64_t(g.R), C.int64_t(g.S),
		C.int64_t(g.Stride), C.int64_t(g.O)}
	plain := C.int(0)
	if nhwc {
		plain = 1
	}
	var op *C.onednn_op
	return wrap(p, &op, C.onednn_conv(&op, C.int(p), plain, &dims[0]))
}

func newInnerPrimitive(p pass, m, n, k int) (*primitive, error) {
	var op *C.onednn_op
	return wrap(p, &op, C.onednn_inner(&op, C.int(p), C.int64_t(m), C.int64_t(n), C.int64_t(k)))
}

func wrap(p pass, op **C.onednn_op, status C.int) (*primitive, error) {
	if err := oneDNNError(status); err != nil {
		return nil, fmt.Errorf("%v: %w", p, err)
	}
	return &primitive{op: *op, pass: p}, nil
}

// set fills the arrays that the pass reads; nil stands for none.
func (p *primitive) set(x, w, bias, y []float32) error {
	for slot, host := range [][]float32{C.SLOT_X: x, C.SLOT_W: w, C.SLOT_BIAS: bias, C.SLOT_Y: y} {
		if host == nil {
			continue
		}
		if err := oneDNNError(C.onednn_set(p.op, C.int(slot), (*C.float)(&host[0]))); err != nil {
			return err
		}
	}
	return nil
}

func (p *primitive) run(times int) error { return oneDNNError(C.onednn_run(p.op, C.int(times))) }

// result returns the n floats that the pass wrote, in this project's layout.
func (p *primitive) result(n int) ([]float32, error) {
	host := make([]float32, n)
	err := oneDNNError(C.onednn_get(p.op, p.pass.output(), (*C.float)(&host[0])))
	return host, err
}

func (p *primitive) free() { C.onednn_free(p.op) }

func (p *primitive) name() string { return C.GoString(C.onednn_name(p.op)) }

func oneDNNGemm(times int, g gemm) error {
	trans := func(t bool) C.char {
		if t {
			return 'T'
		}
		return 'N'
	}
	lda, ldb, ldc := g.strides()
	return oneDNNError(C.onednn_gemm(C.int(times), trans(g.transA), trans(g.transB), C.int64_t(g.m), C.int64_t(g.n),
		C.int64_t(g.k),
		(*C.float)(&g.a[0]), C.int64_t(lda), (*C.float)(&g.b[0]), C.int64_t(ldb), (*C.float)(&g.c[0]), C.int64_t(ldc)))
}
