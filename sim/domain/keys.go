package domain

import (
	"fmt"
	"math"

	"colonnade/internal/spell"
	"colonnade/sim"
	"colonnade/sim/render"
)

// key is one quantity that a domain can set: its name, unit and bounds, and where it goes.
type key struct {
	name      string
	unit      string
	low, high float64 // what a file may ask for; scene, sensor and motion check further
	set       func(w *World, x float64)
}

// Units. A colour's part is a byte in sRGB encoding, an angle of a pose is in degrees as cameras
// are described, one of a joint in rad as everywhere.
const (
	metre   = "m"
	degree  = "deg"
	radian  = "rad"
	second  = "s"
	kilo    = "kg"
	byteOf  = "sRGB"
	level   = "level"
	one     = "1"
	height  = "heights" // of the picture
	farAway = 20        // m
)

// keys lists every quantity in the order in which Draw draws them: a new one goes to the end, or
// the same seed gives other worlds.
var keys = newKeys()

// known has the names of all keys.
var known = func() map[string]bool {
	m := make(map[string]bool, len(keys))
	for i := range keys {
		m[keys[i].name] = true
	}
	return m
}()

type keyList []key

func newKeys() []key {
	var l keyList
	l.vector("camera.position", metre, func(w *World) *sim.Vec3 { return &w.Scene.Camera.Position })
	l.vector("camera.look-at", metre, func(w *World) *sim.Vec3 { return &w.Scene.Camera.LookAt })
	l.number("camera.roll", degree, -45, 45, func(w *World) *float64 { return &w.Scene.Camera.Roll })
	l.number("camera.field-of-view", degree, 1, 120, func(w *World) *float64 { return &w.Scene.Camera.FovY })
	l.vector("light.direction", one, func(w *World) *sim.Vec3 { return &w.Scene.Light.Direction })
	l.number("light.ambient", one, 0, 1, func(w *World) *float64 { return &w.Scene.Light.Ambient })
	l.number("light.diffuse", one, 0, 2, func(w *World) *float64 { return &w.Scene.Light.Diffuse })
	l.colour("table", func(w *World) *render.Colour { return &w.Scene.Table })
	l.colour("sky", func(w *World) *render.Colour { return &w.Scene.Sky })
	l.colour("target", func(w *World) *render.Colour { return &w.Scene.Target.Colour })
	l.number("target.radius", metre, 0.001, 1, func(w *World) *float64 { return &w.Scene.Target.Radius })
	l.number("target.height", metre, 0, 1, func(w *World) *float64 { return &w.Scene.Target.Height })
	l.colour("arm.base", func(w *World) *render.Colour { return &w.Scene.Arm.Base })
	l.colour("arm.links", func(w *World) *render.Colour { return &w.Scene.Arm.Links })
	l.colour("arm.wrist", func(w *World) *render.Colour { return &w.Scene.Arm.Wrist })
	l.colour("arm.rings", func(w *World) *render.Colour { return &w.Scene.Arm.Rings })
	l.colour("arm.hand", func(w *World) *render.Colour { return &w.Scene.Arm.Hand })
	l.colour("arm.palm", func(w *World) *render.Colour { return &w.Scene.Arm.Palm })
	l.colour("arm.fingers", func(w *World) *render.Colour { return &w.Scene.Arm.Fingers })
	l.colour("arm.tips", func(w *World) *render.Colour { return &w.Scene.Arm.Tips })
	l.number("arm.gloss", one, 0, 1, func(w *World) *float64 { return &w.Scene.Arm.Gloss })

	l.colour("texture", func(w *World) *render.Colour { return &w.Scene.Texture.Colour })
	l.number("texture.grain", one, 0, 1, func(w *World) *float64 { return &w.Scene.Texture.Grain })
	l.number("texture.weave", one, 0, 1, func(w *World) *float64 { return &w.Scene.Texture.Weave })
	l.number("texture.size", metre, 0, 5, func(w *World) *float64 { return &w.Scene.Texture.Size })
	l.number("texture.turn", degree, -180, 180, func(w *World) *float64 { return &w.Scene.Texture.Turn })

	l.number("room.drop", metre, 0, 2, func(w *World) *float64 { return &w.Scene.Room.Drop })
	l.number("room.left", metre, -farAway, 0, func(w *World) *float64 { return &w.Scene.Room.Left })
	l.number("room.right", metre, 0, farAway, func(w *World) *float64 { return &w.Scene.Room.Right })
	l.number("room.near", metre, -farAway, 0, func(w *World) *float64 { return &w.Scene.Room.Near })
	l.number("room.far", metre, 0, farAway, func(w *World) *float64 { return &w.Scene.Room.Far })
	l.number("room.wall", metre, 0, farAway, func(w *World) *float64 { return &w.Scene.Room.WallY })
	l.colour("room.floor", func(w *World) *render.Colour { return &w.Scene.Room.Floor })
	l.colour("room.wall", func(w *World) *render.Colour { return &w.Scene.Room.Wall })
	for i := range render.NumBoxes {
		name := fmt.Sprintf("box%d", i+1)
		box := func(w *World) *render.Box { return &w.Scene.Boxes[i] }
		l.number(name+".x", metre, -farAway, farAway, func(w *World) *float64 { return &box(w).X })
		l.number(name+".y", metre, -farAway, farAway, func(w *World) *float64 { return &box(w).Y })
		l.number(name+".width", metre, 0, 1, func(w *World) *float64 { return &box(w).Width })
		l.number(name+".depth", metre, 0, 1, func(w *World) *float64 { return &box(w).Depth })
		l.number(name+".height", metre, 0, 1, func(w *World) *float64 { return &box(w).Height })
		l.number(name+".turn", degree, -180, 180, func(w *World) *float64 { return &box(w).Turn })
		l.colour(name, func(w *World) *render.Colour { return &box(w).Colour })
	}

	l.number("lens.k1", one, -0.05, 0.2, func(w *World) *float64 { return &w.Sensor.K1 })
	l.number("lens.k2", one, -0.01, 0.05, func(w *World) *float64 { return &w.Sensor.K2 })
	l.number("lens.vignette", one, 0, 0.8, func(w *World) *float64 { return &w.Sensor.Vignette })
	l.number("lens.blur", height, 0, 0.03, func(w *World) *float64 { return &w.Sensor.Blur })
	l.number("sensor.exposure", one, 0.25, 4, func(w *World) *float64 { return &w.Sensor.Exposure })
	for i, name := range [...]string{"red", "green", "blue"} {
		l.number("sensor.white."+name, one, 0.25, 4, func(w *World) *float64 { return &w.Sensor.White[i] })
	}
	l.number("sensor.gamma", one, 0.4, 2.5, func(w *World) *float64 { return &w.Sensor.Gamma })
	l.number("sensor.read-noise", level, 0, 30, func(w *World) *float64 { return &w.Sensor.ReadNoise })
	l.number("sensor.shot-noise", level, 0, 2, func(w *World) *float64 { return &w.Sensor.ShotNoise })

	l.number("motion.latency", second, 0, sim.ControlStep, func(w *World) *float64 { return &w.Motion.Latency })
	l.number("motion.lag", second, 0, sim.MaxLag, func(w *World) *float64 { return &w.Motion.Lag })
	l.number("motion.backlash", radian, 0, sim.MaxBacklash, func(w *World) *float64 { return &w.Motion.Backlash })
	l.number("motion.payload", kilo, 0, sim.MaxPayload, func(w *World) *float64 { return &w.Motion.Payload })
	for i := range sim.NumJoints {
		joint := sim.Canonical().JointName(i)
		l.number("motion.speed."+joint, one, -sim.MaxSpeedError, sim.MaxSpeedError,
			func(w *World) *float64 { return &w.Motion.Speed[i] })
		l.number("motion.encoder."+joint, radian, -sim.MaxEncoderError, sim.MaxEncoderError,
			func(w *World) *float64 { return &w.Motion.Encoder[i] })
	}
	return l
}

func (l *keyList) number(name, unit string, low, high float64, at func(w *World) *float64) {
	*l = append(*l, key{name, unit, low, high, func(w *World, x float64) { *at(w) = x }})
}

func (l *keyList) vector(name, unit string, at func(w *World) *sim.Vec3) {
	for i, axis := range [...]string{".x", ".y", ".z"} {
		*l = append(*l, key{name + axis, unit, -farAway, farAway, func(w *World, x float64) { at(w)[i] = x }})
	}
}

func (l *keyList) colour(name string, at func(w *World) *render.Colour) {
	for i, part := range [...]string{".red", ".green", ".blue"} {
		*l = append(*l, key{name + part, byteOf, 0, 255,
			func(w *World, x float64) { at(w)[i] = uint8(math.Floor(x + 0.5)) }})
	}
}

// nearest returns the key whose name is most like the given one.
func nearest(name string) string {
	best, distance := "", math.MaxInt
	for i := range keys {
		if d := spell.Distance(name, keys[i].name); d < distance {
			best, distance = keys[i].name, d
		}
	}
	return best
}
