package sheet

import (
	"fmt"

	"colonnade/sim"
	"colonnade/sim/domain"
	"colonnade/sim/reach"
	"colonnade/sim/render"
)

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
