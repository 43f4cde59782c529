package domain

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// BenchmarkRender draws training frames and a camera's, each world for as many frames as an episode
// has.
func BenchmarkRender(b *testing.B) {
	const episode = 50
	for _, name := range Names() {
		for _, c := range []struct {
			size                       string
			width, height, supersample int
		}{{"64", 64, 64, 1}, {"64", 64, 64, 2}, {"640x480", 640, 480, 1}} {
			b.Run(fmt.Sprintf("domain=%s/size=%s/supersample=%d", name, c.size, c.supersample), func(b *testing.B) {
				d := load(b, name)
				rng := rand.New(rand.NewPCG(4, 9))
				var states [64]*state
				for i := range states {
					states[i] = randomState(rng)
				}
				r := newRenderer(b, c.width, c.height, c.supersample)
				pixels := make([]uint8, 3*c.width*c.height)
				var w World
				b.ReportAllocs()
				i := 0
				for b.Loop() {
					if i == 0 || i%episode == 0 && !d.Fixed() {
						d.Draw(rng, &w)
						show(b, r, &w)
					}
					s := states[i%len(states)]
					if err := r.Render(pixels, &s.pos, &s.rot, s.target); err != nil {
						b.Fatal(err)
					}
					i++
				}
			})
		}
	}
}

// BenchmarkDraw draws worlds.
func BenchmarkDraw(b *testing.B) {
	for _, name := range []string{"robot", "random"} {
		b.Run("domain="+name, func(b *testing.B) {
			d := load(b, name)
			rng := rand.New(rand.NewPCG(4, 9))
			var w World
			b.ReportAllocs()
			for b.Loop() {
				d.Draw(rng, &w)
			}
		})
	}
}

// BenchmarkChange draws a world, changes to it and draws its first frame: what an episode costs
// once.
func BenchmarkChange(b *testing.B) {
	d := load(b, "random")
	rng := rand.New(rand.NewPCG(4, 9))
	s := randomState(rng)
	r := newRenderer(b, 64, 64, 1)
	pixels := make([]uint8, 3*64*64)
	var w World
	b.ReportAllocs()
	for b.Loop() {
		d.Draw(rng, &w)
		show(b, r, &w)
		if err := r.Render(pixels, &s.pos, &s.rot, s.target); err != nil {
			b.Fatal(err)
		}
	}
}
