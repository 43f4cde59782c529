package reach

import (
	"fmt"
	"image"
	"time"

	"colonnade/sim"
	"colonnade/sim/render"
)

func (e *Env) checkBuffers(pixels []uint8, proprio []float32) error {
	if want := 3 * e.opt.Pixels * e.opt.Pixels; len(pixels) != 0 && len(pixels) != want {
		return fmt.Errorf("the buffer for pixels has %d bytes, want %d or none", len(pixels), want)
	}
	if len(proprio) != 0 && len(proprio) != proprioception {
		return fmt.Errorf("the buffer for proprioception has %d values, want %d or none", len(proprio), proprioception)
	}
	return nil
}

// observe writes what camera and joints report now.
func (e *Env) observe(pixels []uint8, proprio []float32) error {
	if len(proprio) != 0 {
		d := e.sim.Data
		for i := range sim.NumJoints {
			proprio[i] = float32(d.Q[i] + e.world.Motion.Encoder[i])
			proprio[sim.NumJoints+i] = float32(d.V[i])
		}
	}
	if len(pixels) == 0 {
		return nil
	}
	if e.opt.SeeTwin {
		return e.drawTwin(pixels)
	}
	began := time.Now()
	defer func() { e.renderTime += time.Since(began) }()
	if e.renderer != nil {
		return e.draw(e.renderer, pixels)
	}
	r, err := e.opt.lender.take()
	if err != nil {
		return err
	}
	defer e.opt.lender.give(r)
	return e.draw(r, pixels)
}

// draw draws what the camera sees now. The noise follows from seed and step, so that it matters
// neither which frames anyone looked at nor which renderer drew them.
func (e *Env) draw(r *render.Renderer, pixels []uint8) error {
	seen := e.sim.Seen()
	r.SeedNoise(noise(e.seed, e.steps))
	return r.Render(pixels, &seen.BodyPos, &seen.BodyRot, e.target.seen(e.sim.Latency(), e.sim.Elapsed()))
}

// Picture draws the present scene for people: as it is, without the camera's faults and lateness.
func (e *Env) Picture(width, height int) (*image.RGBA, error) {
	picture, err := e.picture(width, height)
	if err != nil {
		return nil, fmt.Errorf("reach: picture: %w", err)
	}
	return picture, nil
}

func (e *Env) picture(width, height int) (*image.RGBA, error) {
	if size := image.Pt(width, height); e.large == nil || e.largeSize != size {
		r, err := render.NewRenderer(&e.world.Scene, width, height, 2)
		if err != nil {
			return nil, err
		}
		e.large, e.largeSize, e.largeStale = r, size, false
	}
	if e.largeStale {
		if err := e.large.SetScene(&e.world.Scene); err != nil {
			return nil, err
		}
		e.largeStale = false
	}
	pixels := make([]uint8, 3*width*height)
	if err := e.large.Render(pixels, &e.sim.Data.BodyPos, &e.sim.Data.BodyRot, e.target.at); err != nil {
		return nil, err
	}
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := range width * height {
		copy(picture.Pix[4*i:], pixels[3*i:3*i+3])
		picture.Pix[4*i+3] = 255
	}
	return picture, nil
}
