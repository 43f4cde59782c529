package main

// #cgo pkg-config: openblas
// #include <cblas.h>
//
// static void sgemm(int times, int ta, int tb, int m, int n, int k,
// 	const float *a, int lda, const float *b, int ldb, float *c, int ldc) {
// 	for (int i = 0; i < times; i++)
// 		cblas_sgemm(CblasRowMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans,
// 			m, n, k, 1, a, lda, b, ldb, 0, c, ldc);
// }
//
// static void sgemv(int times, int trans, int m, int n, const float *a, int lda,
// 	const float *x, float *y) {
// 	for (int i = 0; i < times; i++)
// 		cblas_sgemv(CblasRowMajor, trans ? CblasTrans : CblasNoTrans, m, n, 1, a, lda,
// 			x, 1, 0, y, 1);
// }
import "C"

import (
	"fmt"
	"runtime"
	"strings"

	"github.com/klauspost/cpuid/v2"
)

// coreVariable names the core type whose kernels OpenBLAS uses. The library reads it before main
// begins.
const coreVariable = "OPENBLAS_CORETYPE"

// coreType returns OpenBLAS's name of the best core type whose instructions a processor has. A
// library that is older than the processor does not know it and falls back to kernels of 2004,
// several times slower than what it could use. Empty: the library chooses (other architectures).
func coreType(avx2Only bool, vendor cpuid.Vendor, has func(...cpuid.FeatureID) bool) string {
	wide := has(cpuid.AVX512F, cpuid.AVX512BW, cpuid.AVX512CD, cpuid.AVX512DQ, cpuid.AVX512VL) && !avx2Only
	switch {
	case runtime.GOARCH != "amd64":
		return ""
	case wide && has(cpuid.AVX512BF16):
		return "Cooperlake"
	case wide:
		return "SkylakeX"
	case has(cpuid.AVX2, cpuid.FMA3) && vendor == cpuid.AMD:
		return "Zen"
	case has(cpuid.AVX2, cpuid.FMA3):
		return "Haswell"
	case has(cpuid.AVX):
		return "Sandybridge"
	case has(cpuid.SSE42):
		return "Nehalem"
	}
	return "Prescott"
}

// checkCore refuses to compare with a library that runs as another core type than the wanted one.
func checkCore(wanted, running string) error {
	if wanted == "" || strings.EqualFold(wanted, running) {
		return nil
	}
	return fmt.Errorf("OpenBLAS runs as %s, though %s=%s was set: it does not know that core type, and a comparison "+
		"with the wrong kernels is worth nothing. "+
		"Install an OpenBLAS with DYNAMIC_ARCH that does, or set %s to one that it knows and the processor supports",
		running, coreVariable, wanted, coreVariable)
}

// openBLASCore names the core type whose kernels the library uses.
func openBLASCore() string { return C.GoString(C.openblas_get_corename()) }

// openBLASVersion names the version, and the core type with who chose it.
func openBLASVersion(wanted string) string {
	chosen := "its own choice"
	if wanted != "" {
		chosen = "set with " + coreVariable
	}
	return fmt.Sprintf("%s, running as %s (%s)", C.GoString(C.openblas_get_config()), openBLASCore(), chosen)
}

func openBLASGemm(times int, g gemm) {
	lda, ldb, ldc := g.strides()
	C.sgemm(C.int(times), cBool(g.transA), cBool(g.transB), C.int(g.m), C.int(g.n), C.int(g.k),
		(*C.float)(&g.a[0]), C.int(lda), (*C.float)(&g.b[0]), C.int(ldb), (*C.float)(&g.c[0]), C.int(ldc))
}

// openBLASGemv is a product of one row: c = a·b with m = 1, transA false.
func openBLASGemv(times int, g gemm) {
	rows, cols := g.k, g.n
	if g.transB {
		rows, cols = cols, rows
	}
	// (k,n) as it lies is multiplied from the left by the row, so as its transpose.
	C.sgemv(C.int(times), cBool(!g.transB), C.int(rows), C.int(cols), (*C.float)(&g.b[0]), C.int(cols),
		(*C.float)(&g.a[0]), (*C.float)(&g.c[0]))
}

func cBool(b bool) C.int {
	if b {
		return 1
	}
	return 0
}
