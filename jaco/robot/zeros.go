package robot

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"colonnade/jaco/camera"
	"colonnade/jaco/clock"
	"colonnade/jaco/safety"
	"colonnade/sim"
	"colonnade/sim/domain"
	"colonnade/sim/render"
)

// Zeros is what the encoders of an arm report beyond the true angles.
type Zeros struct {
	Offset   [sim.NumJoints]float64 // rad
	Interval [sim.NumJoints]float64 // half of the 95 % interval, rad
	Residual float64                // root mean square of what the pictures differ by in the end, grey levels
	Poses    int
}

// ErrZeros is wrapped by what Sights.Zeros returns for pictures that do not tell the offsets.
var ErrZeros = errors.New("the pictures do not tell the encoder offsets")

// Sights are pictures of an arm at rest, and what its joints reported.
type Sights struct {
	world  *domain.World
	joints []pose
	frames [][]float64 // means of several pictures, levels
	target [2]float64  // where the tracker has the target, m
}

const (
	settle     = 500 * time.Millisecond // from a stop until a picture counts: it is late, the arm sags
	sightSpan  = 40 * time.Millisecond  // between two pictures
	sightCount = 12                     // pictures of a pose
)

// See takes pictures of a workcell's arm in poses that starts of episodes are drawn like. The
// target is asked for once, and whoever places it confirms that the arm may move; all motion goes
// through the Guard. world says how the camera sees the workcell. An error, or the end of ctx,
// leaves the arm at rest and changes nothing. The Workcell stays open.
func See(ctx context.Context, cell *Workcell, world *domain.World, poses int) (*Sights, error) {
	e, err := New(Options{Workcell: cell})
	if err != nil {
		return nil, err
	}
	cell.Clock.Enter()
	defer cell.Clock.Leave()
	s := &Sights{world: world}
	if err := e.rest(); err != nil {
		return nil, fmt.Errorf("robot: see: %w", err)
	}
	e.target = target{x: 0, y: -0.45}
	if err := cell.MoveTarget(ctx, e.target.x, e.target.y); err != nil {
		return nil, fmt.Errorf("robot: see: %w", err)
	}
	for i := range poses {
		if err := e.see(ctx, s, newRandom(uint64(i))); err != nil {
			return nil, fmt.Errorf("robot: see: pose %d of %d: %w", i+1, poses, errors.Join(err, e.rest()))
		}
	}
	s.target = [2]float64{e.target.x, e.target.y}
	return s, nil
}

// see moves to a pose and takes its pictures.
func (e *Env) see(ctx context.Context, s *Sights, rng *random) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := e.toStart(rng, e.cell.Guard.Fits); err != nil {
		return err
	}
	if err := clock.Sleep(ctx, e.cell.Clock, settle); err != nil {
		return err
	}
	var q pose
	mean := make([]float64, camera.FrameSize)
	for range sightCount {
		if err := e.observe(true); err != nil {
			return err
		}
		for i, x := range e.moment.Q {
			q[i] += x / sightCount
		}
		for i, x := range e.frame {
			mean[i] += float64(x) / sightCount
		}
		if err := clock.Sleep(ctx, e.cell.Clock, sightSpan); err != nil {
			return err
		}
	}
	s.joints, s.frames = append(s.joints, q), append(s.frames, mean)
	return nil
}

// unknowns are the offsets, and the place of the target, which is before or behind the arm.
const unknowns = sim.NumJoints + 2

type (
	unknown = [unknowns]float64
	square  = [unknowns]unknown
)

const (
	fewestPoses  = 20
	mostResidual = 6.0   // levels: with another world, or an arm that is elsewhere, it is more
	mostInterval = 0.006 // rad, of a joint of the arm
	clipped      = 12.0  // levels: beyond, a difference counts no more than this
	targetStep   = 0.004 // m
)

// steps are those of the numeric derivatives, rad, one for each iteration. Edges of polygons jump
// from pixel to pixel: a long step looks across that, a short one is exact in the end.
var steps = [...]float64{0.03, 0.02, 0.015, 0.01, 0.01, 0.007, 0.007, 0.005, 0.005, 0.004, 0.004, 0.004, 0.003, 0.003,
	0.003, 0.003}

const (
	further  = 1.7 // of a Gauss-Newton step: the jumps make slopes too steep, and steps too short
	averaged = 5   // iterations at the end, of which the mean is taken
	interval = 1.96
)

// Zeros estimates the offsets: those with which the arm, drawn as the world shows it, differs least
// from the pictures (Gauss-Newton, differences beyond 12 levels clipped). The intervals come from
// how much the poses contradict each other, and from how much the pixels' grid lets the last
// iterations wander. It is an error, which wraps ErrZeros, if that cannot be
// told: fewer than 20 poses, a difference of more than 6 levels in the end, an offset beyond
// safety.MostZero, or an interval of more than 6 mrad either way for a joint of the arm.
func (s *Sights) Zeros() (*Zeros, error) {
	if n := len(s.joints); n < fewestPoses {
		return nil, fmt.Errorf("robot: %w: %d poses, want at least %d", ErrZeros, n, fewestPoses)
	}
	d, err := newDrawer(s.world)
	if err != nil {
		return nil, err
	}
	var x, spread unknown
	x[sim.NumJoints], x[sim.NumJoints+1] = s.target[0], s.target[1]
	z := &Zeros{Poses: len(s.joints)}
	var ends []unknown
	for i, step := range steps {
		var change unknown
		if change, spread, z.Residual, err = s.improve(d, &x, step); err != nil {
			return nil, err
		}
		for k := range x {
			x[k] += further * change[k]
		}
		for k := range z.Offset {
			x[k] = max(-2*safety.MostZero, min(2*safety.MostZero, x[k]))
		}
		if i >= len(steps)-averaged {
			ends = append(ends, x)
		}
	}
	for k := range z.Offset {
		squares := 0.0
		for i := range ends {
			z.Offset[k] += ends[i][k] / averaged
		}
		for i := range ends {
			off := ends[i][k] - z.Offset[k]
			squares += off * off / (averaged - 1)
		}
		z.Interval[k] = math.Hypot(spread[k], interval*math.Sqrt(squares))
	}
	return z, z.check()
}

// check refuses what cannot be.
func (z *Zeros) check() error {
	if !(z.Residual <= mostResidual) {
		return fmt.Errorf("robot: %w: what the camera shows differs by %.1f levels from what the world would show, "+
			"want "+
			"at most %.0f: is the world the workcell's, its camera the right way round, and the arm in view", ErrZeros,
			z.Residual, mostResidual)
	}
	for i, x := range z.Offset {
		name := sim.Canonical().JointName(i)
		if !(math.Abs(x) <= safety.MostZero) {
			return fmt.Errorf("robot: %w: %s would be off by %.0f mrad, and more than %.0f is refused: let the arm "+
				"find its "+
				"zeros anew (Kinova's own program), or look after world and camera", ErrZeros, name, 1000*x,
				1000*safety.MostZero)
		}
		if i < sim.NumArmJoints && !(z.Interval[i] <= mostInterval) {
			return fmt.Errorf("robot: %w: %s is only known to +- %.1f mrad, want %.0f: take more poses, or bring the "+
				"arm "+
				"into view", ErrZeros, name, 1000*z.Interval[i], 1000*mostInterval)
		}
	}
	return nil
}

// improve returns the change of the unknowns that one Gauss-Newton step makes, half of their 95 %
// intervals, and the root mean square difference before it, levels.
func (s *Sights) improve(d *drawer, x *unknown, step float64) (change, spread unknown, residual float64, err error) {
	var h square
	var g unknown
	scores := make([]unknown, len(s.joints)) // each pose's part of g
	var slopes [unknowns][camera.FrameSize]float64
	for n := range s.joints {
		for k := range unknowns {
			by := step
			if k >= sim.NumJoints {
				by = targetStep
			}
			up, down := *x, *x
			up[k] += by
			down[k] -= by
			if err := d.draw(&s.joints[n], &up, &d.up); err == nil {
				err = d.draw(&s.joints[n], &down, &d.down)
			}
			if err != nil {
				return change, spread, 0, err
			}
			for i := range slopes[k] {
				slopes[k][i] = (float64(d.up[i]) - float64(d.down[i])) / (2 * by)
			}
		}
		if err := d.draw(&s.joints[n], x, &d.up); err != nil {
			return change, spread, 0, err
		}
		for i, is := range s.frames[n] {
			off := is - float64(d.up[i])
			residual += off * off
			weight := min(1, clipped/max(math.Abs(off), 1e-9))
			for k := range unknowns {
				slope := weight * slopes[k][i]
				if slope == 0 {
					continue
				}
				scores[n][k] += slope * off
				for j := 0; j <= k; j++ {
					h[k][j] += slope * slopes[j][i]
				}
			}
		}
		for k := range unknowns {
			g[k] += scores[n][k]
		}
	}
	inverse, ok := invert(&h)
	if !ok {
		return change, spread, 0,
			fmt.Errorf("robot: %w: a joint that turns changes nothing in the pictures: bring the "+
				"arm into view", ErrZeros)
	}
	change = times(&inverse, &g)
	for n := range scores {
		for k, own := range times(&inverse, &scores[n]) {
			spread[k] += (own - change[k]/float64(len(scores))) * (own - change[k]/float64(len(scores)))
		}
	}
	for k := range spread {
		spread[k] = interval * math.Sqrt(spread[k])
	}
	return change, spread, math.Sqrt(residual / float64(len(s.frames)*camera.FrameSize)), nil
}

func times(m *square, x *unknown) (y unknown) {
	for i := range y {
		for k := range x {
			y[i] += m[i][k] * x[k]
		}
	}
	return y
}

// invert returns the inverse of a positive definite matrix, of which the lower half is given, by
// Gauss and Jordan; ok is false if it has none.
func invert(half *square) (inverse square, ok bool) {
	var a square
	for i := range a {
		for k := range a {
			a[i][k] = half[max(i, k)][min(i, k)]
		}
		inverse[i][i] = 1
	}
	for p := range a {
		pivot := a[p][p]
		if !(pivot > 1e-9*half[p][p]) {
			return inverse, false
		}
		for k := range a {
			a[p][k] /= pivot
			inverse[p][k] /= pivot
		}
		for i := range a {
			if factor := a[i][p]; i != p {
				for k := range a {
					a[i][k] -= factor * a[p][k]
					inverse[i][k] -= factor * inverse[p][k]
				}
			}
		}
	}
	return inverse, true
}

// drawer draws a workcell without the noise of its camera.
type drawer struct {
	renderer *render.Renderer
	model    *sim.Model
	data     *sim.Data
	up, down [camera.FrameSize]uint8
}

func newDrawer(w *domain.World) (*drawer, error) {
	r, err := render.NewRenderer(&w.Scene, camera.Side, camera.Side, 1)
	if err != nil {
		return nil, fmt.Errorf("robot: %w", err)
	}
	sensor := w.Sensor
	sensor.ReadNoise, sensor.ShotNoise = 0, 0
	m := sim.Canonical()
	return &drawer{renderer: r, model: m, data: m.NewData()}, r.SetSensor(sensor)
}

// draw draws an arm whose encoders report q.
func (d *drawer) draw(q *pose, x *unknown, pixels *[camera.FrameSize]uint8) error {
	for i := range d.data.Q {
		d.data.Q[i] = q[i] - x[i]
	}
	d.model.Kinematics(d.data)
	target := sim.Vec3{x[sim.NumJoints], x[sim.NumJoints+1], 0}
	return d.renderer.Render(pixels[:], &d.data.BodyPos, &d.data.BodyRot, target)
}
