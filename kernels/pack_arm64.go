//go:build !purego

package kernels

//go:noescape
func pack8NEON(dst, src *float32, ldsrc, rows int)

//go:noescape
func transpose8NEON(dst, src *float32, ldsrc, blocks int)

// pack copies at most 8 columns of rows of b into a panel of 8, zero beyond
// cols.
//
//	dst[p*8+j] = b[p*ldb+j]     p<rows, j<cols
func pack(dst, b []float32, ldb, rows, cols int) {
	if cols == nr {
		pack8NEON(&dst[0], &b[0], 4*ldb, rows)
		return
	}
	for p := range rows {
		row := dst[p*nr:][:nr]
		clear(row[copy(row, b[p*ldb:][:cols]):])
	}
}

// packTransposed copies at most 8 rows of b into the columns of a panel of 8,
// zero beyond cols.
//
//	dst[p*8+j] = b[j*ldb+p]     p<rows, j<cols
func packTransposed(dst, b []float32, ldb, rows, cols int) {
	p := 0
	if cols == nr && rows >= 4 {
		p = rows &^ 3
		transpose8NEON(&dst[0], &b[0], 4*ldb, rows/4)
	}
	for ; p < rows; p++ {
		row := dst[p*nr:][:nr]
		clear(row)
		for j := range cols {
			row[j] = b[j*ldb+p]
		}
	}
}

// Packed weights are read where they lie: nothing was measured that panels would save.

func packNT(*Packed) {}

func packGradInput(*Packed) {}
