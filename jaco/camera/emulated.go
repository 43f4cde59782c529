package camera

import (
	"fmt"
	"sync/atomic"
	"time"

	"colonnade/jaco/clock"
	"colonnade/jaco/emulator"
	"colonnade/jaco/transport"
	"colonnade/sim"
	"colonnade/sim/domain"
	"colonnade/sim/render"
)

// Scene is what an emulated camera looks at.
type Scene struct {
	Clock clock.Clock
	Arm   *emulator.Device
	World *domain.World // its looks, which are copied, and the latency; the arm must have been made with its Motion

	// Target returns where the target is at a time, world, m.
	Target func(at time.Time) sim.Vec3

	Seed        uint64 // of the sensor's noise
	Supersample int    // rays along each side of a pixel; 0: 1, as in training
}

// Emulated is a Camera that looks at an emulated arm.
type Emulated struct {
	scene    Scene
	latency  time.Duration
	renderer *render.Renderer
	away     atomic.Bool
	closed   atomic.Bool

	// The arm as it is seen, copied so that the arm need not wait until it is drawn.
	pos  [sim.NumBodies]sim.Vec3
	rot  [sim.NumBodies]sim.Mat3
	look func(*sim.Data) // fills them; kept, so that a picture allocates nothing
}

// NewEmulated returns a camera that is switched on.
func NewEmulated(s Scene) (*Emulated, error) {
	if s.Clock == nil || s.Arm == nil || s.World == nil || s.Target == nil {
		return nil, fmt.Errorf("camera: an emulated one needs a clock, an arm, a world and a target")
	}
	r, err := render.NewRenderer(&s.World.Scene, Side, Side, max(s.Supersample, 1))
	if err != nil {
		return nil, fmt.Errorf("camera: %w", err)
	}
	if err := r.SetSensor(s.World.Sensor); err != nil {
		return nil, fmt.Errorf("camera: %w", err)
	}
	r.SeedNoise(s.Seed)
	latency := time.Duration(s.World.Motion.Latency * float64(time.Second))
	s.World = nil // the caller may draw the next one into it
	c := &Emulated{scene: s, latency: latency, renderer: r}
	c.look = func(d *sim.Data) { c.pos, c.rot = d.BodyPos, d.BodyRot }
	return c, nil
}

// Frame draws what the camera sees now.
func (c *Emulated) Frame(dst []uint8) (time.Duration, error) {
	if err := checkBuffer(dst); err != nil {
		return 0, err
	}
	switch {
	case c.closed.Load():
		return 0, &transport.Error{Op: "picture", Name: "emulated camera", Kind: transport.ErrClosed}
	case c.away.Load():
		return 0, &transport.Error{Op: "picture", Name: "emulated camera", Kind: transport.ErrNoDevice}
	}
	now := c.scene.Clock.Now()
	taken := now.Add(-c.latency)
	c.scene.Arm.Look(now, c.look)
	if err := c.renderer.Render(dst, &c.pos, &c.rot, c.scene.Target(taken)); err != nil {
		return 0, fmt.Errorf("camera: %w", err)
	}
	return taken.Sub(clock.Epoch), nil
}

// Unplug makes Frame fail with transport.ErrNoDevice until Plug. Both may be called by any
// goroutine.
func (c *Emulated) Unplug() { c.away.Store(true) }

// Plug ends what Unplug began.
func (c *Emulated) Plug() { c.away.Store(false) }

// Close switches the camera off.
func (c *Emulated) Close() error {
	c.closed.Store(true)
	return nil
}
