package render

import (
	"fmt"
	"math"

	"colonnade/sim"
)

// Limits.
const (
	maxSide        = 4096 // of the supersampled picture, pixels
	maxSupersample = 16
	maxCoordinate  = 20.0 // of anything in a scene or a pose, m
	nearPlane      = 0.05 // nothing nearer to the camera is drawn, m

	// guardBand is how far from the middle of the picture a vertex may be, in subpixels;
	// triangles that reach further are clipped there.
	guardBand = 1 << 20

	// depthScale divided by the distance ahead of the camera is a point's depth: just below 2^32 at
	// the near plane. A step of the 20 bits that a word holds is 27 µm at a distance of 1.2 m.
	depthScale = nearPlane * (1<<32 - 1<<13)

	// From this height of the supersampled picture on, the arm is drawn in fine detail.
	fineHeight = 256
)

// Renderer draws one scene at one size. It belongs to one goroutine.
type Renderer struct {
	width, height int // of the picture, pixels
	supersample   int
	arm           *jaco
	palette       palette
	raster        raster
	background    []uint32 // words of the empty table
	empty         []uint8  // the picture of the empty table

	rasterFromWorld sim.Mat3 // rows: view x and y times focal length in subpixels, view z
	eye             sim.Vec3
	middle          [2]float64 // of the raster, in subpixels
	lamp            sim.Vec3   // unit vector towards the lamp
	ambient         float64    // in levels
	diffuse         float64    // in levels
	discRadius      float64
	discHeight      float64
	disc            [][2]float64 // unit circle

	points []point
}

// NewRenderer prepares to draw a scene, which it copies, in pictures of width x height pixels. Each
// pixel is the mean of supersample x supersample. It returns an error for a scene that cannot be
// drawn, such as a camera inside the arm, and for a size that is not 1 to 4096 after supersampling.
func NewRenderer(scene *Scene, width, height, supersample int) (*Renderer, error) {
	if supersample < 1 || supersample > maxSupersample {
		return nil, fmt.Errorf("new renderer: supersample is %d, want 1 to %d", supersample, maxSupersample)
	}
	if w, h := width*supersample, height*supersample; width < 1 || height < 1 || width > maxSide || height > maxSide || w > maxSide || h > maxSide {
		return nil, fmt.Errorf("new renderer: %d x %d pixels at supersample %d, want sides of 1 to %d after supersampling", width, height, supersample, maxSide)
	}
	r := &Renderer{width: width, height: height, supersample: supersample}
	w, h := width*supersample, height*supersample
	r.raster = raster{width: w, height: h, words: make([]uint32, w*h), rows: make([]span, h)}
	r.background = make([]uint32, w*h)
	r.empty = make([]uint8, 3*width*height)
	r.arm, r.disc = coarseJaco(), circlePoints(16)
	if h >= fineHeight {
		r.arm, r.disc = fineJaco(), circlePoints(64)
	}
	n := len(r.disc)
	for b := range r.arm {
		n = max(n, len(r.arm[b].vertices))
	}
	r.points = make([]point, n)
	if err := r.SetScene(scene); err != nil {
		return nil, fmt.Errorf("new renderer: %w", err)
	}
	return r, nil
}

// SetScene changes to another scene, which is copied. On an error the renderer keeps its old one.
func (r *Renderer) SetScene(scene *Scene) error {
	if err := scene.validate(); err != nil {
		return err
	}
	c, l := &scene.Camera, &scene.Light
	w, h := float64(r.raster.width), float64(r.raster.height)
	sin, cos := sim.Sincos(c.FovY * (math.Pi / 360))
	focal := float64(h*(subpixels/2)) * cos / sin
	ahead := unit(c.LookAt.Sub(c.Position))
	right := unit(ahead.Cross(c.Up))
	down := ahead.Cross(right)
	r.rasterFromWorld = sim.Mat3{
		float64(focal * right[0]), float64(focal * right[1]), float64(focal * right[2]),
		float64(focal * down[0]), float64(focal * down[1]), float64(focal * down[2]),
		ahead[0], ahead[1], ahead[2],
	}
	r.eye = c.Position
	r.middle = [2]float64{w * (subpixels / 2), h * (subpixels / 2)}

	r.lamp = unit(l.Direction)
	full := l.Ambient + l.Diffuse
	r.ambient = l.Ambient / full * (levels - 1)
	r.diffuse = l.Diffuse / full * (levels - 1)
	r.discRadius, r.discHeight = scene.Target.Radius, scene.Target.Height
	r.palette.set(scene, r.lamp[2])
	r.drawBackground()
	return nil
}

// drawBackground computes the words of the empty table and starts from them.
func (r *Renderer) drawBackground() {
	// The ray through a raster point (x, y) has the direction x·right + y·down + focal·ahead; a row
	// of rasterFromWorld is focal·right. It meets the table at distance eye.z / -(ray.z) ahead.
	m := &r.rasterFromWorld
	focal2 := float64(m[0]*m[0]) + float64(m[1]*m[1]) + float64(m[2]*m[2])
	for y := range r.raster.height {
		for x := range r.raster.width {
			px := float64(x*subpixels+subpixels/2) - r.middle[0]
			py := float64(y*subpixels+subpixels/2) - r.middle[1]
			fall := -(float64(px*m[2]) + float64(py*m[5]) + float64(focal2*m[8])) / focal2
			word := uint32(indexSky)
			// The distance is eye.z/fall.
			if depth := float64(depthScale*fall) / r.eye[2]; depth >= 1<<indexBits {
				word = uint32(min(depth, 1<<32-1<<13))&^indexMask | indexTable
			}
			r.background[y*r.raster.width+x] = word
		}
	}
	copy(r.raster.words, r.background)
	for y := range r.raster.rows {
		r.raster.rows[y] = span{0, int32(r.raster.width - 1)}
	}
	r.resolve(r.empty)
	r.restore()
}

// restore makes the raster the empty table again where it was drawn on.
func (r *Renderer) restore() {
	w := r.raster.width
	for y := range r.raster.rows {
		s := &r.raster.rows[y]
		if s.last >= s.first {
			a, b := y*w+int(s.first), y*w+int(s.last)+1
			copy(r.raster.words[a:b], r.background[a:b])
		}
		*s = span{int32(w), -1}
	}
}

// Render draws the arm with its bodies at the given poses (world, as sim.Data has them) and the
// target centred above the given point. pixels has height x width x 3 bytes: rows from the top, red
// green blue interleaved; other lengths panic. It returns an error, and leaves pixels alone, if a
// pose is not finite or not near the table, or if the camera is inside the arm. It does not allocate.
func (r *Renderer) Render(pixels []uint8, bodyPos *[sim.NumBodies]sim.Vec3, bodyRot *[sim.NumBodies]sim.Mat3, target sim.Vec3) error {
	if len(pixels) != 3*r.width*r.height {
		panic("render: pixels has the wrong length")
	}
	if err := checkPoses(bodyPos, bodyRot, target); err != nil {
		return err
	}
	r.restore()
	r.drawTarget(target)
	for b := range r.arm {
		r.drawShadow(&r.arm[b], bodyPos[b], &bodyRot[b])
	}
	for b := range r.arm {
		r.drawBody(&r.arm[b], bodyPos[b], &bodyRot[b])
	}
	copy(pixels, r.empty)
	r.resolve(pixels)
	return nil
}

// checkPoses returns an error that names the first number that cannot be drawn.
func checkPoses(bodyPos *[sim.NumBodies]sim.Vec3, bodyRot *[sim.NumBodies]sim.Mat3, target sim.Vec3) error {
	for b := range bodyPos {
		for _, x := range bodyPos[b] {
			if !(math.Abs(x) <= maxCoordinate) {
				return fmt.Errorf("render: position of body %d is %v, want finite numbers of at most %g m", b, bodyPos[b], maxCoordinate)
			}
		}
		for _, x := range bodyRot[b] {
			if !(math.Abs(x) <= 1.001) {
				return fmt.Errorf("render: orientation of body %d is %v, not a rotation", b, bodyRot[b])
			}
		}
	}
	for _, x := range target {
		if !(math.Abs(x) <= maxCoordinate) {
			return fmt.Errorf("render: target is at %v, want finite numbers of at most %g m", target, maxCoordinate)
		}
	}
	return nil
}
