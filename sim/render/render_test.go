package render

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"os"
	"testing"

	"colonnade/sim"
)

func startPose(rng *rand.Rand) *sim.Data {
	m := sim.Canonical()
	d := m.NewData()
	q, _ := m.Keyframe("reach_start")
	d.Q = q
	for i := range 6 {
		d.Q[i] += 1.6*rng.Float64() - 0.8
	}
	for i := 6; i < 9; i++ {
		d.Q[i] = 1.2 * rng.Float64()
	}
	m.Kinematics(d)
	return d
}

func TestLook(t *testing.T) {
	dir := os.Getenv("LOOK")
	if dir == "" {
		t.Skip()
	}
	rng := rand.New(rand.NewPCG(1, 1))
	small, err := NewRenderer(DefaultScene(), 64, 64, 1)
	if err != nil {
		t.Fatal(err)
	}
	big, err := NewRenderer(DefaultScene(), 640, 480, 2)
	if err != nil {
		t.Fatal(err)
	}
	const n = 6
	sheet := image.NewRGBA(image.Rect(0, 0, n*260, n*260))
	pix := make([]uint8, 3*64*64)
	for k := range n * n {
		d := startPose(rng)
		for d.Palm[2] < 0.1 {
			d = startPose(rng)
		}
		target := sim.Vec3{0.4*rng.Float64() - 0.2, -0.45 + 0.3*rng.Float64() - 0.15, 0}
		if err := small.Render(pix, &d.BodyPos, &d.BodyRot, target); err != nil {
			t.Fatal(err)
		}
		for y := range 256 {
			for x := range 256 {
				o := 3 * (y/4*64 + x/4)
				sheet.SetRGBA(k%n*260+x, k/n*260+y, color.RGBA{pix[o], pix[o+1], pix[o+2], 255})
			}
		}
		if k < 4 {
			bp := make([]uint8, 3*640*480)
			if err := big.Render(bp, &d.BodyPos, &d.BodyRot, target); err != nil {
				t.Fatal(err)
			}
			im := image.NewRGBA(image.Rect(0, 0, 640, 480))
			for i := range 640 * 480 {
				im.SetRGBA(i%640, i/640, color.RGBA{bp[3*i], bp[3*i+1], bp[3*i+2], 255})
			}
			write(t, fmt.Sprintf("%s/big%d.png", dir, k), im)
		}
	}
	write(t, dir+"/sheet.png", sheet)
}

func write(t *testing.T, path string, im image.Image) {
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, im); err != nil {
		t.Fatal(err)
	}
}

func BenchmarkRender(b *testing.B) {
	for _, size := range []int{64, 480} {
		for _, ss := range []int{1, 2} {
			b.Run(fmt.Sprintf("size=%d/supersample=%d", size, ss), func(b *testing.B) {
				rng := rand.New(rand.NewPCG(1, 1))
				r, err := NewRenderer(DefaultScene(), size, size, ss)
				if err != nil {
					b.Fatal(err)
				}
				var poses [64]*sim.Data
				for i := range poses {
					poses[i] = startPose(rng)
				}
				pix := make([]uint8, 3*size*size)
				b.ReportAllocs()
				i := 0
				for b.Loop() {
					d := poses[i&63]
					i++
					if err := r.Render(pix, &d.BodyPos, &d.BodyRot, sim.Vec3{0, -0.45, 0}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
