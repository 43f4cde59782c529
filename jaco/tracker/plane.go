package tracker

import (
	"errors"
	"fmt"
	"math"

	"colonnade/sim"
)

// Point is a place on the table and where it is in the picture.
type Point struct {
	Table [2]float64 `json:"table"` // x, y, m
	Pixel [2]float64 `json:"pixel"` // the middle of the first pixel is at 0.5, 0.5
}

// ErrDegenerate is wrapped by what Fit returns for points that do not make a plane: fewer than
// four, three of four in a line, points that contradict each other, or a table that would be seen
// in a mirror.
var ErrDegenerate = errors.New("these points do not calibrate the table")

// Plane is the map between table and picture.
type Plane struct {
	pixelFromTable [9]float64 // homography of x - centre, row by row
	tableFromPixel [9]float64
	points         []Point
	errorMM        float64 // root mean square at the points; NaN with four points, which always fit
	camera         *sim.Vec3
	view           string
	zeros          [sim.NumJoints]float64
}

// Scales bring numbers near 1, without which the equations are ill-conditioned.
const (
	tableCentreY = -0.45 // m
	tableScale   = 0.2   // m
	pixelScale   = Side / 2
)

func inTable(p [2]float64) (x, y float64) {
	return p[0] / tableScale, (p[1] - tableCentreY) / tableScale
}

func inPixel(p [2]float64) (x, y float64) {
	return (p[0] - pixelScale) / pixelScale, (p[1] - pixelScale) / pixelScale
}

const (
	leastPivot = 1e-4  // of the normalised equations
	mostError  = 0.025 // m: beyond, points are mistaken
)

// Fit returns the plane that fits four or more points best.
func Fit(points []Point) (*Plane, error) {
	if len(points) < 4 {
		return nil, fmt.Errorf("tracker: %w: %d points, want at least 4", ErrDegenerate, len(points))
	}
	for i, p := range points {
		for _, x := range [...]float64{p.Table[0], p.Table[1], p.Pixel[0], p.Pixel[1]} {
			if !(math.Abs(x) <= 1e4) {
				return nil, fmt.Errorf("tracker: %w: point %d is %v", ErrDegenerate, i+1, p)
			}
		}
	}
	p := &Plane{points: append([]Point(nil), points...)}
	// Forwards for looks, backwards for places: each with its own errors the least.
	forward, err := solve(points, func(p *Point) (x, y, u, v float64) {
		x, y = inTable(p.Table)
		u, v = inPixel(p.Pixel)
		return x, y, u, v
	})
	if err != nil {
		return nil, err
	}
	p.pixelFromTable = forward
	if p.tableFromPixel, err = invert(&forward); err != nil {
		return nil, err
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	p.camera = p.findCamera()
	return p, nil
}

// check measures the plane at its points.
func (p *Plane) check() error {
	sum, positive := 0.0, 0
	for i := range p.points {
		point := &p.points[i]
		x, y := inTable(point.Table)
		if h := &p.pixelFromTable; h[6]*x+h[7]*y+h[8] > 0 {
			positive++
		}
		at := p.Table(point.Pixel)
		d := math.Hypot(at[0]-point.Table[0], at[1]-point.Table[1])
		if !(d <= mostError) {
			return fmt.Errorf("tracker: %w: point %d is %.0f mm off from what the others say", ErrDegenerate, i+1,
				1000*d)
		}
		sum += d * d
	}
	// Seen from above, the way from x to y turns one way round on the table and the other in a
	// picture, whose rows run downwards.
	for i := range p.points {
		if _, det := p.scale(p.points[i].Table[0], p.points[i].Table[1]); !(det < 0) {
			return fmt.Errorf("tracker: %w: the table would be seen in a mirror: is x or y counted "+
				"the other way, are x and y exchanged, or does the camera flip its picture", ErrDegenerate)
		}
	}
	if positive != 0 && positive != len(p.points) {
		return fmt.Errorf("tracker: %w: the table would pass through the camera", ErrDegenerate)
	}
	p.errorMM = 1000 * math.Sqrt(sum/float64(len(p.points)))
	if len(p.points) == 4 {
		p.errorMM = math.NaN()
	}
	return nil
}

// solve finds the homography by least squares with its last element 1: two equations a point.
func solve(points []Point, coordinates func(*Point) (x, y, u, v float64)) (h [9]float64, err error) {
	var a [8][9]float64
	for i := range points {
		x, y, u, v := coordinates(&points[i])
		for _, row := range [...][9]float64{
			{x, y, 1, 0, 0, 0, -u * x, -u * y, u},
			{0, 0, 0, x, y, 1, -v * x, -v * y, v},
		} {
			for j := range 8 {
				for k := range 9 {
					a[j][k] += row[j] * row[k]
				}
			}
		}
	}
	for i := range 8 {
		pivot := i
		for j := i + 1; j < 8; j++ {
			if math.Abs(a[j][i]) > math.Abs(a[pivot][i]) {
				pivot = j
			}
		}
		a[i], a[pivot] = a[pivot], a[i]
		if math.Abs(a[i][i]) < leastPivot {
			return h, fmt.Errorf("tracker: %w: too many of them lie in a line, or on one spot", ErrDegenerate)
		}
		for j := range 8 {
			if j == i {
				continue
			}
			f := a[j][i] / a[i][i]
			for k := i; k < 9; k++ {
				a[j][k] -= f * a[i][k]
			}
		}
	}
	for i := range 8 {
		h[i] = a[i][8] / a[i][i]
	}
	h[8] = 1
	return h, nil
}

// invert returns the inverse up to a factor.
func invert(h *[9]float64) (inverse [9]float64, err error) {
	a, b, c := h[4]*h[8]-h[5]*h[7], h[5]*h[6]-h[3]*h[8], h[3]*h[7]-h[4]*h[6]
	if det := h[0]*a + h[1]*b + h[2]*c; math.Abs(det) < leastPivot {
		return inverse, fmt.Errorf("tracker: %w: the table would be seen edge-on", ErrDegenerate)
	}
	return [9]float64{
		a, h[2]*h[7] - h[1]*h[8], h[1]*h[5] - h[2]*h[4],
		b, h[0]*h[8] - h[2]*h[6], h[2]*h[3] - h[0]*h[5],
		c, h[1]*h[6] - h[0]*h[7], h[0]*h[4] - h[1]*h[3],
	}, nil
}

func apply(h *[9]float64, x, y float64) (u, v float64) {
	w := h[6]*x + h[7]*y + h[8]
	return (h[0]*x + h[1]*y + h[2]) / w, (h[3]*x + h[4]*y + h[5]) / w
}

// Table returns the place on the table that is seen at a pixel, m. It is not finite at the horizon.
func (p *Plane) Table(pixel [2]float64) [2]float64 {
	u, v := inPixel(pixel)
	x, y := apply(&p.tableFromPixel, u, v)
	return [2]float64{x * tableScale, y*tableScale + tableCentreY}
}

// Pixel returns where a place on the table is seen.
func (p *Plane) Pixel(table [2]float64) [2]float64 {
	x, y := inTable(table)
	u, v := apply(&p.pixelFromTable, x, y)
	return [2]float64{u*pixelScale + pixelScale, v*pixelScale + pixelScale}
}

// Error returns the root mean square error at the points it was fitted to, m; NaN for four points,
// which always fit.
func (p *Plane) Error() float64 { return p.errorMM / 1000 }

// Points returns the points it was fitted to.
func (p *Plane) Points() []Point { return append([]Point(nil), p.points...) }

// View returns how the pictures were taken that the points are from, such as "640x480, crop
// 80,0,560,480"; empty: nobody said. With another size or crop the plane is wrong.
func (p *Plane) View() string { return p.view }

// SetView says how the pictures were taken.
func (p *Plane) SetView(view string) { p.view = view }

// Zeros returns by how much the arm's encoders report more than the true angles, rad; zero: nobody
// measured it.
func (p *Plane) Zeros() [sim.NumJoints]float64 { return p.zeros }

// SetZeros keeps them with the plane.
func (p *Plane) SetZeros(zeros [sim.NumJoints]float64) { p.zeros = zeros }

// Camera returns where the camera stands, world, m; ok is false where the plane does not tell: if
// it looks straight down, or the picture was cropped off its middle.
func (p *Plane) Camera() (at sim.Vec3, ok bool) {
	if p.camera == nil {
		return at, false
	}
	return *p.camera, true
}

// findCamera takes the homography apart: its columns are focal length times two axes of the table
// and the table's origin, as the camera sees them. That the axes are at right angles and of the
// same length gives the focal length (Zhang 2000).
func (p *Plane) findCamera() *sim.Vec3 {
	h := &p.pixelFromTable
	a1, b1 := h[0]*h[1]+h[3]*h[4], h[6]*h[7]
	a2, b2 := h[0]*h[0]+h[3]*h[3]-h[1]*h[1]-h[4]*h[4], h[6]*h[6]-h[7]*h[7]
	inverse := -(a1*b1 + a2*b2) / (a1*a1 + a2*a2) // of the focal length's square
	if !(inverse > 1e-3 && inverse < 10) {
		return nil
	}
	k := math.Sqrt(inverse)
	column := func(i int) sim.Vec3 { return sim.Vec3{h[i] * k, h[3+i] * k, h[6+i]} }
	scale := 2 / (column(0).Norm() + column(1).Norm())
	if h[8] < 0 {
		scale = -scale
	}
	x, y, t := column(0).Scale(scale), column(1).Scale(scale), column(2).Scale(scale)
	z := x.Cross(y)
	// The camera is where the view's origin is: -Rᵀt, with the camera's depth running ahead and z
	// of the table upwards.
	at := sim.Vec3{-x.Dot(t) * tableScale, -y.Dot(t)*tableScale + tableCentreY, -z.Dot(t) * tableScale}
	for _, c := range at {
		if !(math.Abs(c) < 20) {
			return nil
		}
	}
	return &at
}
