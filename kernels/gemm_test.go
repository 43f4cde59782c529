package kernels

import (
	"fmt"
	"testing"
)

type gemmFunc func(accumulate bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int)

var gemms = []struct {
	name   string
	f      gemmFunc
	ta, tb bool // a or b is stored transposed
}{
	{"NN", Gemm, false, false},
	{"TN", GemmTN, true, false},
	{"NT", GemmNT, false, true},
}

// gemmShapes are m, n, k and what they hit in the kernels of amd64.
var gemmShapes = []struct{ m, n, k int }{
	{0, 5, 3}, {5, 0, 3}, {5, 3, 0}, {0, 0, 0}, // nothing to do, or only zero
	{1, 1, 1},                         // 8x8 tile, one row, one masked column
	{1, 16, 1}, {1, 17, 5}, {1, 7, 9}, // a single row of less than 64 columns
	{1, 64, 3}, {1, 63, 3}, {1, 65, 7}, {1, 200, 11}, // rows of 64 columns and what is left of them
	// a single row along b: in one walk, in three parts, in two walks; not
	{1, 300, 24}, {1, 257, 648}, {1, 2310, 8}, {1, 300, 25},
	{40, 70, 1}, {9, 8, 1}, {50, 5, 1}, {3, 300, 1}, // sums of one product
	{2, 8, 2}, {3, 9, 3}, {4, 16, 4}, {5, 15, 5}, // 4x16; 6x16 with rows left out
	// few rows when b is transposed: 8 or 16 of them, and more
	{8, 61, 7}, {5, 97, 330}, {16, 48, 9}, {14, 77, 400}, {17, 30, 20},
	{6, 16, 6}, {7, 17, 7}, {8, 24, 8}, {9, 31, 9}, // 6x16; 4+4; 4+4 and 8x8; 6+4 and masked
	{10, 32, 10}, {11, 33, 11}, {12, 28, 12}, {13, 40, 13}, // remainders of 6
	{16, 28, 128}, {1, 28, 128}, {8, 28, 32}, {8, 28, 16}, {20, 28, 512}, // heads
	{23, 37, 41}, {5, 1, 700}, {4, 3, 7}, {3, 5, 65}, {2, 4, 64}, // primes
	{97, 48, 29}, {95, 48, 29}, {97, 23, 321}, // from 96 rows on b is packed; two panels of sums
	{193, 18, 5}, {385, 16, 3}, // two and three blocks of rows
	{7, 20, 319}, {7, 20, 320}, {7, 20, 321}, {3, 66, 641}, {1, 130, 961}, // panels of 320 sums
	{8, 48, 1152}, {1, 128, 288}, {8, 16, 288}, {8, 128, 256}, {8, 64, 32}, // fc and LSTM of the networks
	{160, 32, 40}, {160, 64, 32}, {129, 40, 160},
	{1, 3, 8200}, {1, 4100, 9}, // dot products in two parts; more than one call makes
	{256, 50, 21}, {99, 65, 256}, {390, 49, 512}, // rows of a that evict each other: a is packed, in one or two blocks
}

func TestGemm(t *testing.T) {
	eachImplementation(t, func(t *testing.T) {
		for i, s := range gemmShapes {
			for pad := range 2 {
				for _, accumulate := range []bool{false, true} {
					// Large shapes take turns with two of the four combinations.
					if s.m*s.n*s.k > 1<<17 && (i+pad)%2 == 0 == accumulate {
						continue
					}
					eachPlacement(t, i+pad, func(b *buffers) {
						for op := range gemms {
							checkGemmOnce(b, op, accumulate, s.m, s.n, s.k, 3*pad)
						}
					})
				}
			}
		}
	})
}

// checkGemmOnce compares one product with the reference; pad lengthens the
// strides.
func checkGemmOnce(b *buffers, op int, accumulate bool, m, n, k, pad int) {
	b.t.Helper()
	g := gemms[op]
	ar, ac, br, bc := m, k, k, n
	if g.ta {
		ar, ac = k, m
	}
	if g.tb {
		br, bc = n, k
	}
	lda, ldb, ldc := ac+pad, bc+pad, n+pad
	x, y, z := b.input(extent(ar, ac, lda)), b.input(extent(br, bc, ldb)), b.float(extent(m, n, ldc))
	before := append([]float32{}, z...)
	start := before
	if !accumulate {
		start = nil
	}
	ma, mb := matrix{x, lda, 1}, matrix{y, ldb, 1}
	if g.ta {
		ma = matrix{x, 1, lda}
	}
	if g.tb {
		mb = matrix{y, 1, ldb}
	}
	want, size := refGemm(m, n, k, ma, mb, start, ldc)
	g.f(accumulate, m, n, k, x, lda, y, ldb, z, ldc)

	var got, gaps, gapsBefore []float32
	for i := range m {
		if n > 0 {
			row := z[i*ldc:]
			got = append(got, row[:n]...)
			end := min(ldc, len(row))
			gaps, gapsBefore = append(gaps, row[n:end]...), append(gapsBefore, before[i*ldc+n:i*ldc+end]...)
		}
	}
	what := fmt.Sprintf("%s m=%d n=%d k=%d accumulate=%v pad=%d placement=%s", g.name, m, n, k, accumulate, pad,
		b.place.name)
	near(b.t, what, got, want, scaled(size, float64(k+2)*eps))
	same(b.t, what+" between the rows", gaps, gapsBefore)
}

// TestGemmRows holds the promise that a row does not depend on its company.
func TestGemmRows(t *testing.T) {
	eachImplementation(t, func(t *testing.T) {
		for _, s := range []struct{ n, k int }{{28, 128}, {128, 1152}, {512, 256}, {7, 33}, {200, 700}} {
			rng := newRand(uint64(s.n))
			const most = 200
			b := &buffers{t: t, rng: rng}
			x, w := b.input(most*s.k), b.input(s.k*s.n)
			all, some := b.float(most*s.n), b.float(most*s.n)
			Gemm(false, most, s.n, s.k, x, s.k, w, s.n, all, s.n)
			for _, m := range []int{1, 2, 3, 4, 5, 6, 7, 8, 16, 97} {
				at := most - m
				Gemm(false, m, s.n, s.k, x[at*s.k:], s.k, w, s.n, some, s.n)
				same(t, fmt.Sprintf("m=%d n=%d k=%d", m, s.n, s.k), some[:m*s.n], all[at*s.n:])
			}
		}
	})
}

func FuzzGemm(f *testing.F) {
	f.Add(uint64(1), uint16(6), uint16(16), uint16(8), uint8(0))
	f.Add(uint64(2), uint16(13), uint16(70), uint16(330), uint8(7))
	f.Add(uint64(3), uint16(1), uint16(129), uint16(40), uint8(255))
	f.Fuzz(func(t *testing.T, seed uint64, m, n, k uint16, bits uint8) {
		fm, fn, fk := int(m%200), int(n%140), int(k%400)
		if fm*fn*fk > 1<<20 {
			fk = 1 << 20 / (fm * fn)
		}
		for _, name := range available() {
			withImplementation(name, func() {
				eachPlacement(t, int(seed%1024), func(b *buffers) {
					b.rng = newRand(seed)
					checkGemmOnce(b, int(bits)%3, bits&4 != 0, fm, fn, fk, int(bits>>3))
				})
			})
		}
	})
}

// extent is the number of floats from the first to the last element of a
// (rows,cols) matrix with row stride ld.
func extent(rows, cols, ld int) int {
	if rows == 0 || cols == 0 {
		return 0
	}
	return (rows-1)*ld + cols
}
