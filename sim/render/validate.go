package render

import (
	"errors"
	"fmt"
	"math"
	"sync"

	"colonnade/sim"
)

// Validate returns an error that names the first thing in the scene that cannot be drawn, if any.
func (s *Scene) Validate() error {
	if err := s.Camera.validate(); err != nil {
		return err
	}
	if err := s.Light.validate(); err != nil {
		return err
	}
	switch {
	case !(s.Target.Radius >= 0.001 && s.Target.Radius <= 1):
		return fmt.Errorf("target radius is %g m, want 0.001 to 1", s.Target.Radius)
	case !(s.Target.Height >= 0 && s.Target.Height <= 1):
		return fmt.Errorf("target height is %g m, want 0 to 1", s.Target.Height)
	}
	if g := s.Arm.Gloss; !(g >= 0 && g <= 1) {
		return fmt.Errorf("gloss of the arm is %g, want 0 to 1", g)
	}
	if err := s.Texture.validate(); err != nil {
		return err
	}
	if err := s.Room.validate(); err != nil {
		return err
	}
	if s.Room.Drop > 0 && s.Camera.Position[1] > s.Room.WallY-nearPlane {
		return fmt.Errorf("camera at %v is in or behind the wall, which stands at y = %g m", s.Camera.Position,
			s.Room.WallY)
	}
	for i := range s.Boxes {
		if err := s.Boxes[i].validate(); err != nil {
			return fmt.Errorf("box %d: %w", i+1, err)
		}
		if s.Boxes[i].contains(&s.Camera.Position) {
			return fmt.Errorf("camera at %v is inside box %d", s.Camera.Position, i+1)
		}
	}
	return nil
}

func (c *Camera) validate() error {
	if err := checkVectors(namedVector{"camera position", c.Position}, namedVector{"camera look-at point", c.LookAt},
		namedVector{"camera up direction", c.Up}); err != nil {
		return err
	}
	if !(c.FovY >= 1 && c.FovY <= 120) {
		return fmt.Errorf("camera field of view is %g degrees, want 1 to 120", c.FovY)
	}
	if !(math.Abs(c.Roll) <= 180) {
		return fmt.Errorf("camera is rolled by %g degrees, want -180 to 180", c.Roll)
	}
	if c.Position.Distance(c.LookAt) < 1e-3 {
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

func (l *Light) validate() error {
	if err := checkVectors(namedVector{"light direction", l.Direction}); err != nil {
		return err
	}
	switch {
	case !(l.Ambient >= 0 && l.Ambient <= 1):
		return fmt.Errorf("ambient light is %g, want 0 to 1", l.Ambient)
	case !(l.Diffuse >= 0 && l.Diffuse <= 2):
		return fmt.Errorf("diffuse light is %g, want 0 to 2", l.Diffuse)
	case !(l.Ambient+l.Diffuse > 0):
		return errors.New("there is no light: ambient and diffuse are both 0")
	case !(l.Direction[2] >= 0.1*l.Direction.Norm()) || l.Direction.Norm() < 1e-6:
		return fmt.Errorf("light direction %v: the lamp must stand at least 6 degrees above the table", l.Direction)
	}
	return nil
}

func (t *Texture) validate() error {
	switch {
	case !(t.Grain >= 0 && t.Grain <= 1):
		return fmt.Errorf("grain of the table is %g, want 0 to 1", t.Grain)
	case !(t.Weave >= 0 && t.Weave <= 1):
		return fmt.Errorf("weave of the table is %g, want 0 to 1", t.Weave)
	case !(t.Size >= 0.05 && t.Size <= 5) && !(t.Size == 0 && t.plain()):
		return fmt.Errorf("the table's pattern repeats every %g m, want 0.05 to 5", t.Size)
	case !(math.Abs(t.Turn) <= 180):
		return fmt.Errorf("the table's pattern is turned by %g degrees, want -180 to 180", t.Turn)
	}
	return nil
}

// plain tells whether there is no pattern.
func (t *Texture) plain() bool { return t.Grain == 0 && t.Weave == 0 }

// The part of the table that must be there: the target area with the disc's radius around it, and
// the base.
const (
	leastSideX = 0.25
	leastNearY = -0.65
	leastFarY  = 0.05
)

func (r *Room) validate() error {
	if r.Drop == 0 {
		return nil
	}
	switch {
	case !(r.Drop >= 0.1 && r.Drop <= 2):
		return fmt.Errorf("the table's height over the floor is %g m, want 0.1 to 2, or 0 for no room", r.Drop)
	case !(r.Left >= -maxCoordinate && r.Left <= -leastSideX):
		return fmt.Errorf("the table's left edge is at %g m, want %g to %g", r.Left, -maxCoordinate, -leastSideX)
	case !(r.Right >= leastSideX && r.Right <= maxCoordinate):
		return fmt.Errorf("the table's right edge is at %g m, want %g to %g", r.Right, leastSideX, maxCoordinate)
	case !(r.Near >= -maxCoordinate && r.Near <= leastNearY):
		return fmt.Errorf("the table's near edge is at %g m, want %g to %g", r.Near, -maxCoordinate, leastNearY)
	case !(r.Far >= leastFarY && r.Far <= maxCoordinate):
		return fmt.Errorf("the table's far edge is at %g m, want %g to %g", r.Far, leastFarY, maxCoordinate)
	case !(r.WallY >= r.Far && r.WallY <= maxCoordinate):
		return fmt.Errorf("the wall stands at %g m, want %g (the table's far edge) to %g", r.WallY, r.Far,
			maxCoordinate)
	}
	return nil
}

func (b *Box) validate() error {
	if b.Height == 0 {
		return nil
	}
	const least, most = 0.005, 1
	for _, side := range [...]struct {
		name string
		m    float64
	}{{"width", b.Width}, {"depth", b.Depth}, {"height", b.Height}} {
		if !(side.m >= least && side.m <= most) {
			return fmt.Errorf("%s is %g m, want %g to %d", side.name, side.m, least, most)
		}
	}
	if !(math.Abs(b.X) <= maxCoordinate && math.Abs(b.Y) <= maxCoordinate) {
		return fmt.Errorf("stands at %g, %g, want finite numbers of at most %g m", b.X, b.Y, maxCoordinate)
	}
	if !(math.Abs(b.Turn) <= 180) {
		return fmt.Errorf("turned by %g degrees, want -180 to 180", b.Turn)
	}
	return nil
}

// contains tells whether a point is in the box or so near that its front would be cut away.
func (b *Box) contains(p *sim.Vec3) bool {
	if b.Height == 0 {
		return false
	}
	sin, cos := sim.Sincos(float64(b.Turn * (math.Pi / 180)))
	x, y := p[0]-b.X, p[1]-b.Y
	u, v := float64(x*cos)+float64(y*sin), float64(y*cos)-float64(x*sin)
	return math.Abs(u) < b.Width/2+nearPlane && math.Abs(v) < b.Depth/2+nearPlane && p[2] < b.Height+nearPlane
}

type namedVector struct {
	name string
	v    sim.Vec3
}

func checkVectors(vectors ...namedVector) error {
	for _, n := range vectors {
		for _, x := range n.v {
			if !(math.Abs(x) <= maxCoordinate) {
				return fmt.Errorf("%s %v: want finite numbers of at most %g", n.name, n.v, maxCoordinate)
			}
		}
	}
	return nil
}

// insideMargin is how near to a canonical shape counts as inside: the drawn surface lies up to
// 7 mm outside the shapes.
const insideMargin = 0.01

// shapes are the canonical shapes of the bodies.
var shapes = sync.OnceValue(func() *[sim.NumBodies][]sim.Shape {
	s := new([sim.NumBodies][]sim.Shape)
	for b, link := range sim.Canonical().Description().Links {
		s[b] = link.Shapes
	}
	return s
})

// inside tells whether a point, in the frame of body b, is in the body.
func inside(b int, p sim.Vec3) bool {
	for i := range shapes()[b] {
		s := &shapes()[b][i]
		if s.Type == "box" {
			q, h := p.Sub(s.Pos), s.HalfSize
			if math.Abs(q[0]) < h[0]+insideMargin && math.Abs(q[1]) < h[1]+insideMargin &&
				math.Abs(q[2]) < h[2]+insideMargin {
				return true
			}
			continue
		}
		axis, q := s.To.Sub(s.From), p.Sub(s.From)
		along := min(max(axis.Dot(q)/axis.Dot(axis), 0), 1)
		if q.Distance(axis.Scale(along)) < s.Radius+insideMargin {
			return true
		}
	}
	return false
}
