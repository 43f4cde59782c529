package render

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"
)

// averageReference is AreaAverage in float64, from the definition: integrate src over each pixel.
func averageReference(dstWidth, dstHeight int, src []uint8, srcWidth, srcHeight int) []float64 {
	overlap := func(a0, a1, b0, b1 float64) float64 { return max(0, min(a1, b1)-max(a0, b0)) }
	dst := make([]float64, 3*dstWidth*dstHeight)
	sx, sy := float64(srcWidth)/float64(dstWidth), float64(srcHeight)/float64(dstHeight)
	for y := range dstHeight {
		for x := range dstWidth {
			for j := range srcHeight {
				for i := range srcWidth {
					w := overlap(float64(x)*sx, float64(x+1)*sx, float64(i), float64(i+1)) *
						overlap(float64(y)*sy, float64(y+1)*sy, float64(j), float64(j+1)) / (sx * sy)
					for c := range 3 {
						dst[3*(y*dstWidth+x)+c] += w * float64(src[3*(j*srcWidth+i)+c])
					}
				}
			}
		}
	}
	return dst
}

func randomPicture(rng *rand.Rand, width, height int) []uint8 {
	p := make([]uint8, 3*width*height)
	for i := range p {
		p[i] = uint8(rng.Uint32())
	}
	return p
}

func TestAreaAverage(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, c := range [][4]int{ // dst width and height, src width and height
		{1, 1, 1, 1}, {1, 1, 7, 5}, {7, 5, 1, 1}, {4, 4, 8, 8}, {3, 2, 9, 8},
		{5, 7, 11, 13}, {11, 13, 5, 7}, {8, 6, 20, 15}, {16, 16, 40, 30}, {2, 9, 9, 2},
	} {
		src := randomPicture(rng, c[2], c[3])
		dst := make([]uint8, 3*c[0]*c[1])
		AreaAverage(dst, c[0], c[1], src, c[2], c[3])
		for i, want := range averageReference(c[0], c[1], src, c[2], c[3]) {
			if math.Abs(float64(dst[i])-want) > 0.5+1e-9 {
				t.Fatalf("%v: byte %d is %d, want %g rounded", c, i, dst[i], want)
			}
		}
	}
}

func TestAreaAverageSameSize(t *testing.T) {
	src := randomPicture(rand.New(rand.NewPCG(1, 3)), 17, 9)
	dst := make([]uint8, len(src))
	AreaAverage(dst, 17, 9, src, 17, 9)
	if !bytes.Equal(dst, src) {
		t.Error("a picture scaled to its own size changed")
	}
}

func TestAreaAverageExtremes(t *testing.T) {
	src := bytes.Repeat([]uint8{255}, 3*640*480)
	dst := make([]uint8, 3*64*64)
	AreaAverage(dst, 64, 64, src, 640, 480)
	for i, v := range dst {
		if v != 255 {
			t.Fatalf("byte %d of a white picture is %d", i, v)
		}
	}
	// Halves round up: the mean of 0, 0, 1, 1 is 1.
	one := make([]uint8, 3)
	AreaAverage(one, 1, 1, []uint8{0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0}, 2, 2)
	if one[0] != 1 || one[1] != 0 {
		t.Errorf("mean of 0 1 1 0 is %d, of zeros %d, want 1 and 0", one[0], one[1])
	}
}

func TestAreaAveragePanics(t *testing.T) {
	for name, f := range map[string]func(){
		"short dst": func() { AreaAverage(make([]uint8, 11), 2, 2, make([]uint8, 12), 2, 2) },
		"long src":  func() { AreaAverage(make([]uint8, 12), 2, 2, make([]uint8, 13), 2, 2) },
		"no width":  func() { AreaAverage(nil, 0, 2, make([]uint8, 12), 2, 2) },
		"huge":      func() { AreaAverage(make([]uint8, 3), 1, 1, nil, 1<<16, 1) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			f()
		})
	}
}

func BenchmarkAreaAverage(b *testing.B) {
	src := randomPicture(rand.New(rand.NewPCG(1, 4)), 640, 480)
	dst := make([]uint8, 3*64*64)
	b.ReportAllocs()
	b.SetBytes(int64(len(src) + len(dst)))
	for b.Loop() {
		AreaAverage(dst, 64, 64, src, 640, 480)
	}
}
