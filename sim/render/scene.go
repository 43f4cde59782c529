package render

import "colonnade/sim"

// Colour is red, green, blue in sRGB, 0..255.
type Colour [3]uint8

// Scene is how the world looks. World coordinates are the arm's: metres, z up, origin on the table
// under the arm's base.
type Scene struct {
	Camera Camera
	Light  Light
	Table  Colour // the plane z = 0, without end unless there is a room
	Sky    Colour // whatever is seen beyond the table, if there is no room
	Target Target
	Arm    ArmColours

	// What a laboratory adds to that; nothing where it is zero.
	Texture Texture
	Room    Room
	Boxes   [NumBoxes]Box
}

// Camera is a pinhole camera.
type Camera struct {
	Position sim.Vec3 // m
	LookAt   sim.Vec3 // the point shown in the middle of the picture, m
	Up       sim.Vec3 // the direction shown upwards, any length
	FovY     float64  // vertical field of view, degrees, 1..120
	Roll     float64  // turn of the camera about its line of sight, clockwise seen from behind, degrees, -180..180
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

	// Gloss is how much of the lamp's light a surface that faces it throws back unchanged, 0..1. It
	// does not ask where the camera is, so it costs nothing: the palette has it.
	Gloss float64
}

// Texture is what the table's surface shows: its colour mixed with another one. 0 of a pattern is
// none of it, 1 the whole way to the other colour where the pattern is strongest.
type Texture struct {
	Colour Colour  // mixed with the table's
	Grain  float64 // of wood: rings cut lengthwise and fibres, 0..1
	Weave  float64 // of cloth, 0..1
	Size   float64 // of the square in which the pattern repeats, m, 0.05..5; 0 only without a pattern
	Turn   float64 // of the pattern about the vertical, degrees, -180..180
}

// laboratory tells whether the scene has anything besides an endless plain table.
func (s *Scene) laboratory() bool {
	for i := range s.Boxes {
		if s.Boxes[i].Height > 0 {
			return true
		}
	}
	return !s.Texture.plain() || s.Room.Drop > 0
}

// Room is what lies beyond the table: its edges, a floor and a wall.
type Room struct {
	Drop        float64 // height of the table over the floor, m, 0.1..2; 0: no room, the table has no end
	Left, Right float64 // the table's edges in x, m; the target area and the arm's base must be on it
	Near, Far   float64 // the table's edges in y, m
	WallY       float64 // where the wall stands, m, beyond Far
	Floor, Wall Colour
}

// NumBoxes is how many boxes a scene can have.
const NumBoxes = 3

// Box is a thing that stands about on the table. It has a shadow but no part in collisions.
type Box struct {
	X, Y         float64 // middle of its foot, m
	Width, Depth float64 // along x and y before it is turned, m, 0.005..1
	Height       float64 // m, 0.005..1; 0: there is no box
	Turn         float64 // about the vertical, degrees, -180..180
	Colour       Colour
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
