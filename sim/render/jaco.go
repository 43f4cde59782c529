package render

import (
	"sync"

	"colonnade/sim"
)

// jaco holds the meshes of the ten bodies: what is seen, and what casts the shadow.
type jaco struct {
	body, shadow [sim.NumBodies]mesh
}

var (
	coarseJaco = sync.OnceValue(func() *jaco {
		return &jaco{body: newBodies(detail{large: 6, finger: 4, rings: true}),
			shadow: newBodies(detail{large: 4, finger: 4})}
	})
	fineJaco = sync.OnceValue(func() *jaco {
		return &jaco{body: newBodies(detail{large: 24, finger: 12, rings: true, fine: true}),
			shadow: newBodies(detail{large: 24, finger: 12, fine: true})}
	})
)

var (
	coarseDisc = sync.OnceValue(func() *mesh { return discMesh(16) })
	fineDisc   = sync.OnceValue(func() *mesh { return discMesh(64) })
)

// detail is how finely the arm is cut.
type detail struct {
	large, finger int  // sides of the tubes
	rings         bool // with the rings at the joints
	fine          bool // all sections, closed tubes, smooth sides
}

// newBodies builds the arm. Extents are those of Kinova's meshes (facts of the arm model, section
// 5), rings after dm_control's: radius 0.044 at the large joints and 0.035 at the wrist.
func newBodies(d detail) (bodies [sim.NumBodies]mesh) {
	for b, parts := range jacoParts {
		m := &bodies[b]
		m.smooth = d.fine
		for _, p := range parts {
			if p.ring && !d.rings {
				continue
			}
			sides := d.large
			if b >= sim.Finger1 {
				sides = d.finger
			}
			var sections []section
			for _, s := range p.sections {
				if d.fine || !s.fineOnly {
					sections = append(sections, s)
				}
			}
			m.loft(sides, d.fine, p.first || d.fine, p.last || d.fine, sections...)
		}
	}
	return bodies
}

// part is a tube of a body. first and last tell which ends are closed in coarse detail too; the
// others are hidden by a neighbour.
type part struct {
	sections    []section
	first, last bool
	ring        bool
}

// jacoParts is the arm in the frames of its bodies: +z is each joint's axis, the hand points to -z,
// a finger to +x.
var jacoParts = [sim.NumBodies][]part{
	sim.Base: {
		{sections: []section{
			alongZ(+1, 0, 0, 0.0413, 0.0413, materialBase),
			alongZ(+1, 0, 0.1568, 0.0413, 0.0413, materialBase),
		}},
	},
	sim.Link1: { // below the joint axis 2 round, beside it half as thick: link 2 takes the other half
		{last: true, sections: []section{
			alongZ(-1, 0, 0, 0.0413, 0.0413, materialLinks),
			alongZ(-1, 0, -0.062, 0.0413, 0.0413, materialLinks),
			alongZ(-1, -0.010, -0.076, 0.0413, 0.0315, materialLinks).onlyFine(),
			alongZ(-1, -0.019, -0.090, 0.0413, 0.0222, materialLinks).onlyFine(),
			alongZ(-1, -0.019, -0.1187, 0.0413, 0.0222, materialLinks),
			alongZ(-1, -0.019, -0.137, 0.0370, 0.0222, materialLinks).onlyFine(),
			alongZ(-1, -0.019, -0.151, 0.0256, 0.0222, materialLinks).onlyFine(),
			alongZ(-1, -0.019, -0.158, 0.012, 0.018, materialLinks),
		}},
		ring(0.0445, 0.0115),
	},
	sim.Link2: {
		{first: true, last: true, sections: []section{
			alongY(-1, 0.0408, -0.0215, 0.010, 0.0205, materialLinks).onlyFine(),
			alongY(-1, 0.033, -0.0215, 0.025, 0.0215, materialLinks),
			alongY(-1, 0.018, -0.0215, 0.0372, 0.0215, materialLinks).onlyFine(),
			alongY(-1, 0, -0.0215, 0.0413, 0.0215, materialLinks),
			alongY(-1, -0.205, -0.0215, 0.0335, 0.0215, materialLinks).onlyFine(),
			alongY(-1, -0.41, -0.0215, 0.0413, 0.0215, materialLinks),
			alongY(-1, -0.428, -0.0215, 0.0372, 0.0215, materialLinks).onlyFine(),
			alongY(-1, -0.443, -0.0215, 0.025, 0.0215, materialLinks),
			alongY(-1, -0.4508, -0.0215, 0.010, 0.0205, materialLinks).onlyFine(),
		}},
		ring(0.0445, 0.0115),
	},
	sim.Link3: {
		{first: true, sections: []section{
			alongY(+1, -0.0408, -0.0215, 0.010, 0.0205, materialLinks).onlyFine(),
			alongY(+1, -0.033, -0.0215, 0.025, 0.0215, materialLinks),
			alongY(+1, -0.018, -0.0215, 0.0372, 0.0215, materialLinks).onlyFine(),
			alongY(+1, 0, -0.0215, 0.0413, 0.0215, materialLinks),
			alongY(+1, 0.110, -0.018, 0.0290, 0.025, materialLinks),
			alongY(+1, 0.2072, -0.0114, 0.0315, 0.0315, materialLinks),
		}},
		ring(0.0445, 0.0115),
	},
	sim.Link4: {wrist(), ring(0.035, 0.0098)},
	sim.Link5: {wrist(), ring(0.035, 0.0098)},
	sim.Hand: {
		{last: true, sections: []section{
			alongZ(-1, 0, 0, 0.0315, 0.0315, materialHand),
			alongZ(-1, 0, -0.015, 0.0325, 0.0325, materialHand).onlyFine(),
			alongZ(-1, 0, -0.032, 0.0365, 0.0370, materialHand).onlyFine(),
			alongZ(-1, 0, -0.052, 0.0425, 0.0445, materialHand).onlyFine(),
			alongZ(-1, 0, -0.070, 0.0456, 0.0487, materialHand).onlyFine(),
			alongZ(-1, 0, -0.085, 0.0464, 0.0500, materialHand),
			alongZ(-1, 0, -0.103, 0.0448, 0.0480, materialHand).onlyFine(),
			alongZ(-1, 0, -0.117, 0.0410, 0.0440, materialHand).onlyFine(),
			alongZ(-1, 0, -0.121, 0.0380, 0.0410, materialPalm),
		}},
		ring(0.035, 0.0098),
	},
	sim.Finger1: {finger()},
	sim.Finger2: {finger()},
	sim.Finger3: {finger()},
}

// wrist returns a tube bent by 60 degrees: half of the turn at the middle section.
func wrist() part {
	const r, sin30, cos30, tan30 = 0.0315, 0.5, 0.8660254037844386, 0.5773502691896258
	return part{sections: []section{
		{centre: sim.Vec3{0, 0, 0}, u: sim.Vec3{r, 0, 0}, v: sim.Vec3{0, -r, 0}, material: materialWrist},
		{centre: sim.Vec3{0, 0, -0.04276}, u: sim.Vec3{r, 0, 0}, v: sim.Vec3{0, -r, r * tan30},
			material: materialWrist},
		{centre: sim.Vec3{0, -0.03703, -0.06414}, u: sim.Vec3{r, 0, 0}, v: sim.Vec3{0, -r * sin30, r * cos30},
			material: materialWrist},
	}}
}

// finger returns the two phalanges, which do not move against each other.
func finger() part {
	alongX := func(x, y, ry, rz float64, material uint8) section {
		return section{centre: sim.Vec3{x, y, 0}, u: sim.Vec3{0, ry, 0}, v: sim.Vec3{0, 0, rz}, material: material}
	}
	return part{first: true, last: true, sections: []section{
		alongX(-0.007, -0.006, 0.0105, 0.0105, materialFingers),
		alongX(0.012, -0.007, 0.0125, 0.0115, materialFingers).onlyFine(),
		alongX(0.030, -0.0075, 0.0115, 0.0112, materialFingers).onlyFine(),
		alongX(0.044, -0.008, 0.0095, 0.0105, materialTips),
		alongX(0.062, -0.0088, 0.0088, 0.0096, materialTips).onlyFine(),
		alongX(0.078, -0.009, 0.0072, 0.0076, materialTips).onlyFine(),
		alongX(0.0877, -0.009, 0.0040, 0.0040, materialTips),
	}}
}

// ring returns the ring around the joint's axis at the body's origin.
func ring(radius, half float64) part {
	return part{ring: true, sections: []section{
		alongZ(-1, 0, half, radius, radius, materialRings),
		alongZ(-1, 0, -half, radius, radius, materialRings),
	}}
}

// alongZ returns a section at height z of a tube that runs to +z or -z.
func alongZ(sign, y, z, rx, ry float64, material uint8) section {
	return section{centre: sim.Vec3{0, y, z}, u: sim.Vec3{rx, 0, 0}, v: sim.Vec3{0, sign * ry, 0}, material: material}
}

// alongY returns a section at y of a tube that runs to +y or -y.
func alongY(sign, y, z, rx, rz float64, material uint8) section {
	return section{centre: sim.Vec3{0, y, z}, u: sim.Vec3{rx, 0, 0}, v: sim.Vec3{0, 0, -sign * rz}, material: material}
}

// onlyFine leaves a section out of the coarse arm.
func (s section) onlyFine() section {
	s.fineOnly = true
	return s
}
