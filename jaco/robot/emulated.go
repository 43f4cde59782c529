package robot

import (
	"context"
	"errors"
	"fmt"
	"image"
	"math"
	"slices"
	"sync"
	"time"

	"colonnade/jaco/camera"
	"colonnade/jaco/clock"
	"colonnade/jaco/emulator"
	"colonnade/jaco/protocol"
	"colonnade/jaco/safety"
	"colonnade/jaco/tracker"
	"colonnade/jaco/transport"
	"colonnade/sim"
	"colonnade/sim/domain"
	"colonnade/sim/render"
)

// Emulation describes an emulated workcell.
type Emulation struct {
	World *domain.World // how it looks and moves; not to be changed afterwards
	Seed  uint64        // of the camera's noise and of faults with a chance

	// Start is where the arm stands when it is switched on, rad; nil: keyframe home.
	Start *[sim.NumJoints]float64

	// Faults are those of the cable.
	Faults []transport.Rule

	// Cable is put between driver and cable, to see what goes over it; nil: nothing is.
	Cable func(transport.Opener) transport.Opener

	// Still says that nothing may move: no motion is allowed, no API control started.
	Still bool

	// StopFile is the Guard's; empty: there is none.
	StopFile string

	// Conveyor lets the target glide along x, from where it is put. Its Env needs Options.Moving.
	Conveyor bool

	// Plane is the table's calibration; nil: it is made, which takes some milliseconds.
	Plane *tracker.Plane

	// Log is the Guard's; nil: none.
	Log *safety.Log

	// Clock; nil: a virtual one of the workcell's own. On a real clock all takes as long as with
	// a real arm.
	Clock clock.Clock
}

// Emulated is an emulated workcell, with what can be done to it from outside.
type Emulated struct {
	*Workcell
	Arm    *emulator.Device
	Socket *transport.Memory // of the cable: unplug it
	Faults *transport.Injector
	Eye    *camera.Emulated // unplug it, too

	world domain.World // a copy, for pictures

	mu     sync.Mutex // guards what follows
	target sim.Vec3
	glide  *gliding // nil: the target lies still
}

// Emulate switches an emulated workcell on: arm, cable, driver, Guard, camera, and a table
// calibrated as a real one is.
func Emulate(opt Emulation) (*Emulated, error) {
	if opt.World == nil {
		return nil, fmt.Errorf("robot: an emulation needs a world")
	}
	if opt.Clock == nil {
		opt.Clock = clock.NewVirtual()
	}
	plane := opt.Plane
	if plane == nil {
		var err error
		if plane, err = CalibrateEmulated(opt.World); err != nil {
			return nil, err
		}
	}
	l := &Emulated{Workcell: &Workcell{Clock: opt.Clock, Plane: plane}, target: sim.Vec3{0, -0.45, 0},
		world: *opt.World}
	l.MoveTarget = l.moveTarget
	if opt.Conveyor {
		l.glide = &gliding{rng: newRandom(opt.Seed)}
		l.PutTarget(l.target[0], l.target[1])
	}
	if err := l.build(&opt); err != nil {
		return nil, fmt.Errorf("robot: %w", err)
	}
	return l, nil
}

func (l *Emulated) build(opt *Emulation) (err error) {
	if l.Arm, err = newArm(opt.World, opt.Start); err != nil {
		return err
	}
	if l.Eye, err = camera.NewEmulated(camera.Scene{Clock: l.Clock, Arm: l.Arm, World: opt.World, Target: l.at,
		Seed: opt.Seed}); err != nil {
		return err
	}
	l.Camera = l.Eye
	l.Socket = transport.NewMemory(l.Clock, l.Arm, time.Millisecond)
	if l.Faults, err = transport.NewInjector(l.Clock, opt.Seed, opt.Faults); err != nil {
		return err
	}
	l.Clock.Enter()
	defer l.Clock.Leave()
	open := l.Faults.Opener(l.Socket.Open)
	if opt.Cable != nil {
		open = opt.Cable(open)
	}
	var within clock.Deadline
	within.Set(context.Background(), l.Clock.Now().Add(connectTime))
	l.Guard, err = connect(&within, safety.Options{
		Zeros: l.Plane.Zeros(),
		Arm:   safety.Driver{Clock: l.Clock, Open: open}, Motion: !opt.Still, StopFile: opt.StopFile, Log: opt.Log,
	})
	return err
}

// connectTime is how long a cable with faults may take until the arm is connected and enabled.
const connectTime = 30 * time.Second

// connect connects, and enables what may move, again and again if the cable spoils it.
func connect(ctx context.Context, opt safety.Options) (*safety.Guard, error) {
	for {
		guard, err := safety.Connect(ctx, opt)
		if err == nil && opt.Motion {
			if err = guard.Enable(ctx); err != nil {
				guard.Close() // it is given up because of err
			}
		}
		if err == nil || errors.Is(err, safety.ErrEmergency) {
			return guard, err
		}
		if clock.Sleep(ctx, opt.Arm.Clock, lookEvery) != nil {
			return nil, err
		}
	}
}

func newArm(world *domain.World, start *[sim.NumJoints]float64) (*emulator.Device, error) {
	o := emulator.NewOptions(protocol.Jaco2)
	o.Motion, o.Start = world.Motion, start
	if start == nil {
		home, _ := sim.Canonical().Keyframe("home")
		o.Start = &home
	}
	return emulator.New(o)
}

// moveTarget puts the target down at once.
func (l *Emulated) moveTarget(_ context.Context, x, y float64) error {
	l.PutTarget(x, y)
	return nil
}

// PutTarget puts the target somewhere else, as somebody might who was not asked. On a conveyor it
// glides on from there.
func (l *Emulated) PutTarget(x, y float64) {
	now := l.Clock.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.target = sim.Vec3{x, y, 0}
	if l.glide != nil {
		l.glide.put(now, x, y)
	}
}

// TrueTarget returns where the target is, m.
func (l *Emulated) TrueTarget() sim.Vec3 { return l.at(l.Clock.Now()) }

func (l *Emulated) at(now time.Time) sim.Vec3 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.glide != nil {
		return l.glide.at(now)
	}
	return l.target
}

// Picture draws the workcell for people: as it is, without the camera's faults and lateness.
func (l *Emulated) Picture(width, height int) (*image.RGBA, error) {
	const supersample = 2 // makes edges smooth
	r, err := render.NewRenderer(&l.world.Scene, width, height, supersample)
	if err != nil {
		return nil, fmt.Errorf("robot: picture: %w", err)
	}
	m := sim.Canonical()
	d := m.NewData()
	d.Q = l.Arm.State(l.Clock.Now()).Q
	m.Kinematics(d)
	pixels := make([]uint8, 3*width*height)
	if err := r.Render(pixels, &d.BodyPos, &d.BodyRot, l.TrueTarget()); err != nil {
		return nil, fmt.Errorf("robot: picture: %w", err)
	}
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := range width * height {
		copy(picture.Pix[4*i:], pixels[3*i:3*i+3])
		picture.Pix[4*i+3] = 255
	}
	return picture, nil
}

// CalibrateEmulated calibrates the table of an emulated workcell with the arm turned away.
func CalibrateEmulated(world *domain.World) (*tracker.Plane, error) {
	away, _ := sim.Canonical().Keyframe("home")
	away[0] += math.Pi
	arm, err := newArm(world, &away)
	if err != nil {
		return nil, fmt.Errorf("robot: %w", err)
	}
	var target sim.Vec3
	eye, err := camera.NewEmulated(camera.Scene{
		Clock: clock.NewVirtual(), Arm: arm, World: world, Target: func(time.Time) sim.Vec3 { return target },
	})
	if err != nil {
		return nil, fmt.Errorf("robot: %w", err)
	}
	return Calibrate(eye, CalibrationPlaces(), func(x, y float64) error {
		target = sim.Vec3{x, y, 0}
		return nil
	})
}

// CalibrationPlaces are twelve places of the target over its whole area, m.
func CalibrationPlaces() (places [][2]float64) {
	for _, y := range [...]float64{-0.58, -0.45, -0.32} {
		for _, x := range [...]float64{-0.18, -0.06, 0.06, 0.18} {
			places = append(places, [2]float64{x, y})
		}
	}
	return places
}

// calibrationFrames is the number of pictures at each place: their mean is less noisy.
const calibrationFrames = 5

// Calibrate fits the table's plane to places where put puts the target, one after the other.
func Calibrate(eye camera.Camera, places [][2]float64, put func(x, y float64) error) (*tracker.Plane, error) {
	finder := tracker.NewFinder()
	frame := make([]uint8, camera.FrameSize)
	var points []tracker.Point
	var areas []float64 // pixels
	for _, at := range places {
		if err := put(at[0], at[1]); err != nil {
			return nil, fmt.Errorf("calibrate: %w", err)
		}
		p, area := tracker.Point{Table: at}, 0.0
		for range calibrationFrames {
			if _, err := eye.Frame(frame); err != nil {
				return nil, fmt.Errorf("calibrate: %w", err)
			}
			blob, ok, err := finder.Find(frame)
			if err != nil {
				return nil, fmt.Errorf("calibrate: %w", err)
			}
			if !ok || blob.Cut {
				return nil, fmt.Errorf("calibrate: the target at (%.2f, %.2f) m is not whole in the picture", at[0],
					at[1])
			}
			p.Pixel[0] += blob.X / calibrationFrames
			p.Pixel[1] += blob.Y / calibrationFrames
			area += blob.Area / calibrationFrames
		}
		points, areas = append(points, p), append(areas, area)
	}
	plane, err := tracker.Fit(points)
	if err != nil {
		return nil, err
	}
	plane.SetView(camera.ViewOf(eye))
	return plane, checkSize(plane, areas)
}

// mostOff is how far the target's area may be off, as a factor, in the median of all points:
// pixels, lens and noise make 1.3 of a few.
const mostOff = 1.5

// checkSize reports a target that is not as large as the calibration would have it: points in other
// units, or of another disc.
func checkSize(plane *tracker.Plane, areas []float64) error {
	for i, p := range plane.Points() {
		areas[i] /= plane.Expected(p.Table[0], p.Table[1])
	}
	slices.Sort(areas)
	if off := areas[len(areas)/2]; !(off < mostOff && off > 1/mostOff) {
		return fmt.Errorf("calibrate: %w: the target is seen with %.2f times its area: are the points in m, and has "+
			"the disc a radius of %.0f mm",
			tracker.ErrDegenerate, off, 1000*tracker.TargetRadius)
	}
	return nil
}
