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
// static void sgemv(int times, int trans, int m, int n, const float *a, int lda, const float *x, float *y) {
// 	for (int i = 0; i < times; i++)
// 		cblas_sgemv(CblasRowMajor, trans ? CblasTrans : CblasNoTrans, m, n, 1, a, lda, x, 1, 0, y, 1);
// }
import "C"

// openBLASVersion names version and processor, as the library sees itself.
func openBLASVersion() string {
	return C.GoString(C.openblas_get_config()) + " running as " + C.GoString(C.openblas_get_corename())
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
	C.sgemv(C.int(times), cBool(!g.transB), C.int(rows), C.int(cols), (*C.float)(&g.b[0]), C.int(cols), (*C.float)(&g.a[0]), (*C.float)(&g.c[0]))
}

func cBool(b bool) C.int {
	if b {
		return 1
	}
	return 0
}
