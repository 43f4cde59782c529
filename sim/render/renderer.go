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

	// guardBand is how far from the middle of the picture a vertex may be, in subpixels; faces
	// that reach further are clipped there.
	guardBand = 1 << 20

	// pointShift keeps coordinates positive where they are cut to integers, so that cutting rounds
	// down everywhere.
	pointShift = 2 * guardBand

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
	palette       palette
	raster        raster
	background    []uint32 // words of the empty table
	empty         []uint8  // the picture of the empty table

	arm    *jaco
	disc   *mesh   // of radius 1
	points []point // the vertices of the mesh being drawn
	box    [8]vertex

	camera     camera
	lamp       lamp
	discRadius float64 // m
	discHeight float64 // m

	scene  Scene
	stale  bool // camera and background are not yet those of scene and optics
	optics optics
}

// camera is a Camera worked out for a raster.
type camera struct {
	eye             sim.Vec3
	focal           float64  // focal length in subpixels
	rasterFromWorld sim.Mat3 // rows: view x and y times focal, view z
	x, y            float64  // the middle of the raster, in subpixels
	shiftedX        float64  // x + pointShift + ½: cut to an integer it is rounded
	shiftedY        float64
}

// lamp is a Light worked out.
type lamp struct {
	direction        sim.Vec3 // unit vector towards the lamp
	shadowX, shadowY float64  // a point at height z has its shadow at x - shadowX·z, y - shadowY·z
	ambient, diffuse float64  // in 1/2^levelBits levels
	darkest          int      // ambient cut to an integer
}

// NewRenderer prepares to draw a scene, which it copies, in pictures of width x height pixels. Each
// pixel is the mean of supersample x supersample. It returns an error for a scene that cannot be
// drawn, such as one with the camera inside the arm's base, and for sizes that are not 1 to 4096
// after supersampling.
func NewRenderer(scene *Scene, width, height, supersample int) (*Renderer, error) {
	if supersample < 1 || supersample > maxSupersample {
		return nil, fmt.Errorf("new renderer: supersample is %d, want 1 to %d", supersample, maxSupersample)
	}
	if most := maxSide / supersample; width < 1 || height < 1 || width > most || height > most {
		return nil, fmt.Errorf("new renderer: picture of %d x %d pixels, want sides of 1 to %d at supersample %d",
			width, height, most, supersample)
	}
	w, h := width*supersample, height*supersample
	r := &Renderer{
		width: width, height: height, supersample: supersample,
		raster:     raster{width: w, height: h, words: make([]uint32, w*h), rows: make([]span, h)},
		background: make([]uint32, w*h),
		empty:      make([]uint8, 3*width*height),
		arm:        coarseJaco(),
		disc:       coarseDisc(),
		optics:     optics{width: width, height: height, supersample: supersample, widen: 1},
	}
	if h >= fineHeight {
		r.arm, r.disc = fineJaco(), fineDisc()
	}
	n := len(r.disc.vertices)
	for b := range r.arm.body {
		n = max(n, len(r.arm.body[b].vertices), len(r.arm.shadow[b].vertices))
	}
	r.points = make([]point, n)
	if err := r.SetScene(scene); err != nil {
		return nil, fmt.Errorf("new renderer: %w", err)
	}
	r.prepare()
	return r, nil
}

// SetScene changes to another scene, which is copied. On an error the renderer keeps its old one.
// It does not allocate. The next frame costs as much as some frames more.
func (r *Renderer) SetScene(scene *Scene) error {
	if err := scene.Validate(); err != nil {
		return err
	}
	r.scene, r.stale = *scene, true
	return nil
}

// prepare works out scene and optics together, once for both.
func (r *Renderer) prepare() {
	if !r.stale {
		return
	}
	s := &r.scene
	r.camera = newCamera(&s.Camera, r.raster.width, r.raster.height, r.optics.widen)
	r.lamp = newLamp(&s.Light)
	r.discRadius, r.discHeight = s.Target.Radius, s.Target.Height
	r.palette.set(s, r.lamp.direction[2])
	if s.laboratory() {
		r.palette.setBackdrop(s, &r.lamp)
	}
	r.drawBackground()
	r.optics.settled = false
	r.stale = false
}

// newCamera works out a camera whose focal length is divided by widen.
func newCamera(c *Camera, width, height int, widen float64) camera {
	sin, cos := sim.Sincos(float64(c.FovY * (math.Pi / 360)))
	focal := float64(height*subpixels/2) * cos / sin / widen
	ahead := unit(c.LookAt.Sub(c.Position))
	right := unit(ahead.Cross(c.Up))
	down := ahead.Cross(right)
	if c.Roll != 0 {
		sin, cos := sim.Sincos(float64(c.Roll * (math.Pi / 180)))
		right, down = right.Scale(cos).Add(down.Scale(sin)), down.Scale(cos).Sub(right.Scale(sin))
	}
	m := sim.Mat3{6: ahead[0], 7: ahead[1], 8: ahead[2]}
	for i := range 3 {
		m[i], m[3+i] = float64(focal*right[i]), float64(focal*down[i])
	}
	x, y := float64(width*subpixels/2), float64(height*subpixels/2)
	return camera{eye: c.Position, focal: focal, rasterFromWorld: m, x: x, y: y, shiftedX: x + (pointShift + 0.5),
		shiftedY: y + (pointShift + 0.5)}
}

func newLamp(l *Light) lamp {
	d := unit(l.Direction)
	full := l.Ambient + l.Diffuse
	const steps = (levels - 1) << levelBits
	ambient := float64(l.Ambient/full*steps) + 1<<levelBits/2
	return lamp{
		direction: d,
		shadowX:   d[0] / d[2], shadowY: d[1] / d[2],
		ambient: ambient, diffuse: l.Diffuse / full * steps, darkest: int(ambient),
	}
}

// level returns the brightness of a surface at an angle to the lamp, half a level away from the
// ends of the range so that rounding does not leave it.
func (l *lamp) level(cos float64) uint32 {
	// Integers, because comparing floats minds NaN and costs more.
	return uint32(min(max(int(l.ambient+float64(l.diffuse*cos)), l.darkest), levels<<levelBits-1<<levelBits/2))
}

// drawBackground computes words and picture of the scene without arm and target.
func (r *Renderer) drawBackground() {
	w := r.raster.width
	if r.scene.laboratory() {
		b := newBackdrop(&r.scene, &r.camera, &r.lamp)
		for y := range r.raster.height {
			b.row(r.background[w*y:][:w], y)
		}
	} else {
		for i := range r.background {
			r.background[i] = r.camera.tableWord(i%w, i/w)
		}
	}
	copy(r.raster.words, r.background)
	r.drawBoxes()
	copy(r.background, r.raster.words)
	for y := range r.raster.rows {
		r.raster.rows[y] = span{0, int32(w - 1)}
	}
	r.resolve(r.empty)
	r.restore()
}

// tableWord returns the word of the empty table at a raster pixel.
func (c *camera) tableWord(x, y int) uint32 {
	// With a row of rasterFromWorld being focal·right, the ray through raster point (x, y) goes
	// along x·right + y·down + focal·ahead. It falls by fall for each metre ahead and meets the
	// table eye.z/fall ahead.
	m := &c.rasterFromWorld
	px := float64(x*subpixels+subpixels/2) - c.x
	py := float64(y*subpixels+subpixels/2) - c.y
	square := float64(c.focal * c.focal)
	fall := -(float64(px*m[2])/square + float64(py*m[5])/square + m[8])
	depth := float64(depthScale*fall) / c.eye[2]
	if depth < 1<<indexBits {
		return indexSky
	}
	return uint32(min(depth, depthScale/nearPlane))&^indexMask | indexTable
}

// restore makes the raster the empty table again where it was drawn on.
func (r *Renderer) restore() {
	w := r.raster.width
	for y := range r.raster.rows {
		s := &r.raster.rows[y]
		if s.last >= s.first {
			first, after := y*w+int(s.first), y*w+int(s.last)+1
			copy(r.raster.words[first:after], r.background[first:after])
		}
		*s = span{int32(w), -1}
	}
}

// Render draws the arm with its bodies at the given poses (world, as sim.Data has them) and the
// target centred above the given point. pixels has height x width x 3 bytes: rows from the top, red
// green blue interleaved; another length panics. It returns an error, and leaves pixels alone, if a
// pose is not finite or nowhere near the table, or if the camera is inside the arm. It does not
// allocate.
func (r *Renderer) Render(pixels []uint8, bodyPos *[sim.NumBodies]sim.Vec3, bodyRot *[sim.NumBodies]sim.Mat3,
	target sim.Vec3) error {
	if len(pixels) != 3*r.width*r.height {
		panic("render: pixels has the wrong length")
	}
	r.prepare()
	if err := r.check(bodyPos, bodyRot, target); err != nil {
		return err
	}
	r.restore()
	if r.arm != coarseJaco() || !r.drawBatches(bodyPos, bodyRot, &target) {
		r.drawMeshes(bodyPos, bodyRot, &target)
	}
	if !r.optics.active {
		copy(pixels, r.empty)
		r.resolve(pixels)
		return nil
	}
	if !r.optics.settled {
		r.optics.settle(r.empty)
	}
	r.resolveLanes()
	r.optics.apply(pixels)
	return nil
}

// drawMeshes draws target, shadows and arm.
func (r *Renderer) drawMeshes(bodyPos *[sim.NumBodies]sim.Vec3, bodyRot *[sim.NumBodies]sim.Mat3, target *sim.Vec3) {
	r.drawTarget(target)
	for b := range bodyPos {
		r.drawShadow(&r.arm.shadow[b], &bodyPos[b], &bodyRot[b])
	}
	for b := range bodyPos {
		r.drawBody(&r.arm.body[b], &bodyPos[b], &bodyRot[b])
	}
}

// check returns an error that names the first number that cannot be drawn.
func (r *Renderer) check(bodyPos *[sim.NumBodies]sim.Vec3, bodyRot *[sim.NumBodies]sim.Mat3, target sim.Vec3) error {
	for b := range bodyPos {
		if !near(&bodyPos[b]) {
			return fmt.Errorf("render: position of body %d is %v, want finite numbers of at most %g m", b, bodyPos[b],
				maxCoordinate)
		}
		for _, x := range bodyRot[b] {
			if !(math.Abs(x) <= 1.001) {
				return fmt.Errorf("render: orientation of body %d is %v, not a rotation", b, bodyRot[b])
			}
		}
		p, eye, radius := &bodyPos[b], &r.camera.eye, r.arm.body[b].radius
		x, y, z := eye[0]-p[0], eye[1]-p[1], eye[2]-p[2]
		if float64(x*x)+float64(y*y)+float64(z*z) < float64(radius*radius) &&
			inside(b, bodyRot[b].Transpose().MulVec(sim.Vec3{x, y, z})) {
			return fmt.Errorf("render: the camera at %v is inside body %d of the arm", r.camera.eye, b)
		}
	}
	if !near(&target) {
		return fmt.Errorf("render: target is at %v, want finite numbers of at most %g m", target, maxCoordinate)
	}
	return nil
}

func near(p *sim.Vec3) bool {
	return math.Abs(p[0]) <= maxCoordinate && math.Abs(p[1]) <= maxCoordinate && math.Abs(p[2]) <= maxCoordinate
}
