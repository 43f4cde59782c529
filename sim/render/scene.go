package render

import (
	"errors"
	"fmt"
	"math"

	"colonnade/sim"
)

// Colour is red, green, blue in sRGB, 0..255.
type Colour [3]uint8

// Scene is how the world looks. World coordinates are the arm's: metres, z up, origin on the table
// under the arm's base.
type Scene struct {
	Camera Camera
	Light  Light
	Table  Colour // the plane z = 0, without end
	Sky    Colour // whatever is seen beyond the table
	Target Target
	Arm    ArmColours
}

// Camera is a pinhole camera.
type Camera struct {
	Position sim.Vec3 // m
	LookAt   sim.Vec3 // the point shown in the middle of the picture, m
	Up       sim.Vec3 // the direction shown upwards, any length
	FovY     float64  // vertical field of view, degrees, 1..120
}

// Light is one distant lamp and light from all around. A surface has Ambient + Diffuse·cos(angle
// to the lamp) of its colour; in the lamp's shadow Ambient.
type Light struct {
	Direction sim.Vec3 // towards the lamp, any length, z > 0
	Ambient   float64  // 0..1
	Diffuse   float64  // 0..2
}

// Target is a flat disc parallel to the table. It casts no shadow.
type Target struct {
	Colour Colour
	Radius float64 // m, 0.001..1
	Height float64 // above the given target position, m, 0..1
}

// ArmColours are the colours of the arm's parts.
type ArmColours struct {
	Base, Links, Wrist, Rings, Hand, Palm, Fingers, Tips Colour
}

// DefaultScene returns the look of domain sim, in which column 1 is trained: a uniform table that
// fills the view, a dark arm with lighter rings, a yellow hand, a red target.
//
// The camera stands 2 m from the middle of the arm's space and looks down by 46 degrees through a
// long lens. The palm is in view in 95 % of starts, the target covers 20 to 33 pixels wherever it
// lies. The lamp stands to the left, so that shadows fall beside their objects as the camera sees
// them. The package comment says how this was chosen.
func DefaultScene() *Scene {
	yellow := Colour{255, 205, 40}
	return &Scene{
		Camera: Camera{
			Position: sim.Vec3{0, -1.78, 1.78},
			LookAt:   sim.Vec3{0, -0.39, 0.34},
			Up:       sim.Vec3{0, 0, 1},
			FovY:     25.6,
		},
		Light: Light{
			Direction: sim.Vec3{-0.6, -0.3, 1},
			Ambient:   0.35,
			Diffuse:   0.65,
		},
		Table:  Colour{150, 150, 150},
		Sky:    Colour{205, 210, 216},
		Target: Target{Colour: Colour{225, 25, 25}, Radius: 0.05, Height: 0.001},
		Arm: ArmColours{
			Base:    Colour{50, 50, 54},
			Links:   Colour{50, 50, 54},
			Wrist:   Colour{58, 58, 62},
			Rings:   Colour{150, 154, 160},
			Hand:    yellow,
			Palm:    yellow,
			Fingers: yellow,
			Tips:    yellow,
		},
	}
}

// validate reports the first thing in the scene that cannot be drawn.
func (s *Scene) validate() error {
	c, l := &s.Camera, &s.Light
	for _, v := range []struct {
		name string
		v    sim.Vec3
	}{{"camera position", c.Position}, {"camera look-at point", c.LookAt}, {"camera up direction", c.Up}, {"light direction", l.Direction}} {
		for _, x := range v.v {
			if !(math.Abs(x) <= maxCoordinate) {
				return fmt.Errorf("%s %v: want finite numbers of at most %g", v.name, v.v, maxCoordinate)
			}
		}
	}
	switch {
	case !(c.FovY >= 1 && c.FovY <= 120):
		return fmt.Errorf("camera field of view is %g degrees, want 1 to 120", c.FovY)
	case !(l.Ambient >= 0 && l.Ambient <= 1):
		return fmt.Errorf("ambient light is %g, want 0 to 1", l.Ambient)
	case !(l.Diffuse >= 0 && l.Diffuse <= 2):
		return fmt.Errorf("diffuse light is %g, want 0 to 2", l.Diffuse)
	case !(l.Ambient+l.Diffuse > 0):
		return errors.New("there is no light: ambient and diffuse are both 0")
	case !(l.Direction[2] >= 0.1*l.Direction.Norm()) || l.Direction.Norm() < 1e-6:
		return fmt.Errorf("light direction %v: the lamp must stand at least 6 degrees above the table", l.Direction)
	case !(s.Target.Radius >= 0.001 && s.Target.Radius <= 1):
		return fmt.Errorf("target radius is %g m, want 0.001 to 1", s.Target.Radius)
	case !(s.Target.Height >= 0 && s.Target.Height <= 1):
		return fmt.Errorf("target height is %g m, want 0 to 1", s.Target.Height)
	case c.Position.Distance(c.LookAt) < 1e-3:
		return fmt.Errorf("camera at %v looks at its own position", c.Position)
	}
	ahead := c.LookAt.Sub(c.Position)
	if ahead.Cross(c.Up).Norm() < 1e-3*ahead.Norm()*c.Up.Norm() || c.Up.Norm() < 1e-6 {
		return fmt.Errorf("camera up direction %v is along the line of sight", c.Up)
	}
	if c.Position[2] < nearPlane {
		return fmt.Errorf("camera at %v is below or in the table: want z of at least %g m", c.Position, nearPlane)
	}
	if inside(sim.Base, c.Position) {
		return fmt.Errorf("camera at %v is inside the base of the arm", c.Position)
	}
	return nil
}
