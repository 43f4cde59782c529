package figure

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math/rand/v2"

	"colonnade/sim"
	"colonnade/sim/domain"
	"colonnade/sim/reach"
	"colonnade/sim/render"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// The layout, in pixels of the sheet.
const (
	Samples = 64 // frames of a preview sheet

	sheetColumns = 8
	side         = 64 // of a frame
	enlarge      = 2  // sheet pixels a pixel of a frame
	cell         = side*enlarge + gap
	gap          = 4
	caption      = 18
	width        = sheetColumns*cell + gap
)

var (
	ink   = color.RGBA{0x20, 0x24, 0x28, 0xff}
	paper = color.RGBA{0xff, 0xff, 0xff, 0xff}
)

// page is a sheet being filled from the top.
type page struct {
	picture *image.RGBA
	y       int
}

func newPage(height int) *page {
	p := &page{picture: image.NewRGBA(image.Rect(0, 0, width, height))}
	draw.Draw(p.picture, p.picture.Rect, image.NewUniform(paper), image.Point{}, draw.Src)
	return p
}

// write puts a line of text on the page.
func (p *page) write(text string) {
	d := font.Drawer{Dst: p.picture, Src: image.NewUniform(ink), Face: basicfont.Face7x13, Dot: fixed.P(gap, p.y+13)}
	d.DrawString(text)
	p.y += caption
}

// put draws a picture of w pixels a row, each as a square of some pixels.
func (p *page) put(x, y int, pixels []uint8, w, enlarge int) {
	for i := 0; 3*i < len(pixels); i++ {
		c := color.RGBA{pixels[3*i], pixels[3*i+1], pixels[3*i+2], 0xff}
		for dy := range enlarge {
			for dx := range enlarge {
				p.picture.SetRGBA(x+i%w*enlarge+dx, y+i/w*enlarge+dy, c)
			}
		}
	}
}

// Preview returns the preview sheet of a domain: Samples worlds of it, each with an episode's
// start, as the network sees them, and the first three large.
func Preview(d *domain.Domain, seed uint64) (*image.RGBA, error) {
	const across = 3
	largeWidth := (width - (across+1)*gap) / across
	largeHeight := largeWidth * 3 / 4
	states, err := starts(Samples, seed)
	if err != nil {
		return nil, err
	}
	small, err := newCamera(side, side, 1)
	if err != nil {
		return nil, err
	}
	large, err := newCamera(largeWidth, largeHeight, 3)
	if err != nil {
		return nil, err
	}
	p := newPage(2*caption + Samples/sheetColumns*cell + gap + largeHeight + gap)
	p.write("domain " + d.Name() + ": 64 starts as the network sees them, 64x64 pixels")
	rng := rand.New(rand.NewPCG(seed, 0))
	var w domain.World
	bottom := p.y + Samples/sheetColumns*cell + caption
	for i := range states {
		d.Draw(rng, &w)
		pixels, err := small.shoot(&w, &states[i], seed+uint64(i))
		if err != nil {
			return nil, err
		}
		p.put(gap+i%sheetColumns*cell, p.y+i/sheetColumns*cell, pixels, side, enlarge)
		if i < across {
			if pixels, err = large.shoot(&w, &states[i], seed+uint64(i)); err != nil {
				return nil, err
			}
			p.put(gap+i*(largeWidth+gap), bottom, pixels, largeWidth, 1)
		}
	}
	p.y += Samples / sheetColumns * cell
	p.write("the first three, large")
	return p.picture, nil
}

// Compare returns figure 3 of the paper: the same states in two worlds, frames as the network sees
// them in pairs one above the other, and some large side by side. A domain with ranges shows
// another of its worlds for each state.
func Compare(upper, lower *domain.Domain, seed uint64) (*image.RGBA, error) {
	const rows, pairs = 3, 2
	const largeWidth = (width - 3*gap) / 2
	const largeHeight = largeWidth * 3 / 4
	states, err := starts(rows*sheetColumns, seed)
	if err != nil {
		return nil, err
	}
	small, err := newCamera(side, side, 1)
	if err != nil {
		return nil, err
	}
	large, err := newCamera(largeWidth, largeHeight, 3)
	if err != nil {
		return nil, err
	}
	p := newPage(2*caption + rows*(2*cell+2*gap) + pairs*(largeHeight+gap))
	p.write("the same states in " + upper.Name() + " (above) and " + lower.Name() + " (below), as the network sees " +
		"them")
	bottom := p.y + rows*(2*cell+2*gap) + caption
	rng := rand.New(rand.NewPCG(seed, 0))
	var w domain.World
	for i := range states {
		for k, d := range [2]*domain.Domain{upper, lower} {
			d.Draw(rng, &w)
			pixels, err := small.shoot(&w, &states[i], seed+uint64(i))
			if err != nil {
				return nil, err
			}
			p.put(gap+i%sheetColumns*cell, p.y+i/sheetColumns*(2*cell+2*gap)+k*(cell-gap/2), pixels, side, enlarge)
			if i < pairs {
				if pixels, err = large.shoot(&w, &states[i], seed+uint64(i)); err != nil {
					return nil, err
				}
				p.put(gap+k*(largeWidth+gap), bottom+i*(largeHeight+gap), pixels, largeWidth, 1)
			}
		}
	}
	p.y = bottom - caption
	p.write("the first two, large: " + upper.Name() + " left, " + lower.Name() + " right")
	return p.picture, nil
}

// state is what one frame shows.
type state struct {
	pos    [sim.NumBodies]sim.Vec3
	rot    [sim.NumBodies]sim.Mat3
	target sim.Vec3
}

// starts returns n states in which episodes of the reach task start.
func starts(n int, seed uint64) ([]state, error) {
	env, err := reach.New(reach.Options{})
	if err != nil {
		return nil, err
	}
	model := sim.Canonical()
	data := model.NewData()
	states := make([]state, n)
	for i := range states {
		if err := env.Reset(seed+uint64(i), nil, nil); err != nil {
			return nil, err
		}
		data.Q, _ = env.Joints()
		model.Kinematics(data)
		states[i] = state{data.BodyPos, data.BodyRot, env.Target()}
	}
	return states, nil
}

// camera draws states in worlds at one size.
type camera struct {
	width, height int
	renderer      *render.Renderer
}

// newCamera returns a camera of a width and height in pixels, each the mean of supersample² rays.
func newCamera(width, height, supersample int) (*camera, error) {
	r, err := render.NewRenderer(render.DefaultScene(), width, height, supersample)
	if err != nil {
		return nil, fmt.Errorf("sheet: %w", err)
	}
	return &camera{width, height, r}, nil
}

// shoot draws a state in a world, with noise of a seed.
func (c *camera) shoot(w *domain.World, s *state, seed uint64) ([]uint8, error) {
	if err := c.renderer.SetScene(&w.Scene); err != nil {
		return nil, fmt.Errorf("sheet: %w", err)
	}
	if err := c.renderer.SetSensor(w.Sensor); err != nil {
		return nil, fmt.Errorf("sheet: %w", err)
	}
	c.renderer.SeedNoise(seed)
	pixels := make([]uint8, 3*c.width*c.height)
	if err := c.renderer.Render(pixels, &s.pos, &s.rot, s.target); err != nil {
		return nil, fmt.Errorf("sheet: %w", err)
	}
	return pixels, nil
}
