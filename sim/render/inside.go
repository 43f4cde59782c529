package render

import (
	"math"
	"sync"

	"colonnade/sim"
)

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
			if math.Abs(q[0]) < h[0]+insideMargin && math.Abs(q[1]) < h[1]+insideMargin && math.Abs(q[2]) < h[2]+insideMargin {
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
