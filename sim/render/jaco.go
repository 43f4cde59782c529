package render

import (
	"sync"

	"colonnade/sim"
)

// jaco holds the meshes of the ten bodies.
type jaco [sim.NumBodies]mesh

var (
	coarseJaco = sync.OnceValue(func() *jaco { return newJaco(0) })
	fineJaco   = sync.OnceValue(func() *jaco { return newJaco(1) })
)

// detail is how finely the arm is cut: sides of the tubes by level.
type detail struct {
	large, ring, finger int
	smooth              bool
}

var details = [2]detail{
	{large: 6, ring: 8, finger: 4},
	{large: 24, ring: 32, finger: 12, smooth: true},
}

// newJaco builds the arm at a level of detail, 0 coarse, 1 fine. Extents are those of Kinova's
// meshes (facts of the arm model, section 5), rings after dm_control's: radius 0.044 at the large
// joints and 0.035 at the wrist.
func newJaco(level int) *jaco {
	d := details[level]
	j := new(jaco)

	// ellipse across z: u×v = z for forward, -z for backward.
	up := func(y, z, rx, ry float64, material uint8) section {
		return section{sim.Vec3{0, y, z}, sim.Vec3{rx, 0, 0}, sim.Vec3{0, ry, 0}, material}
	}
	down := func(y, z, rx, ry float64, material uint8) section {
		return section{sim.Vec3{0, y, z}, sim.Vec3{rx, 0, 0}, sim.Vec3{0, -ry, 0}, material}
	}
	// ellipse across y, seen by a tube that runs to -y or +y.
	toMinusY := func(y, z, rx, rz float64, material uint8) section {
		return section{sim.Vec3{0, y, z}, sim.Vec3{rx, 0, 0}, sim.Vec3{0, 0, rz}, material}
	}
	toPlusY := func(y, z, rx, rz float64, material uint8) section {
		return section{sim.Vec3{0, y, z}, sim.Vec3{rx, 0, 0}, sim.Vec3{0, 0, -rz}, material}
	}
	toPlusX := func(x, y, ry, rz float64, material uint8) section {
		return section{sim.Vec3{x, y, 0}, sim.Vec3{0, ry, 0}, sim.Vec3{0, 0, rz}, material}
	}
	ring := func(b int, radius, half float64) {
		j[b].loft(d.ring, d.smooth, true, true,
			down(0, half, radius, radius, materialRings), down(0, -half, radius, radius, materialRings))
	}

	j[sim.Base].loft(d.large, d.smooth, false, true,
		up(0, 0, 0.0413, 0.0413, materialBase), up(0, 0.1568, 0.0413, 0.0413, materialBase))

	j[sim.Link1].loft(d.large, d.smooth, false, true,
		down(0, 0, 0.0413, 0.0413, materialLinks),
		down(0, -0.062, 0.0413, 0.0413, materialLinks),
		down(-0.019, -0.090, 0.0413, 0.0222, materialLinks),
		down(-0.019, -0.1187, 0.0413, 0.0222, materialLinks),
		down(-0.019, -0.148, 0.029, 0.0222, materialLinks),
		down(-0.019, -0.160, 0.008, 0.018, materialLinks))
	ring(sim.Link1, 0.0445, 0.0115)

	const half = 0.0215
	j[sim.Link2].loft(d.large, d.smooth, true, true,
		toMinusY(0.0413, -half, 0.012, half, materialLinks),
		toMinusY(0.029, -half, 0.029, half, materialLinks),
		toMinusY(0, -half, 0.0413, half, materialLinks),
		toMinusY(-0.205, -half, 0.0335, half, materialLinks),
		toMinusY(-0.41, -half, 0.0413, half, materialLinks),
		toMinusY(-0.439, -half, 0.029, half, materialLinks),
		toMinusY(-0.4512, -half, 0.012, half, materialLinks))
	ring(sim.Link2, 0.0445, 0.0115)

	j[sim.Link3].loft(d.large, d.smooth, true, true,
		toPlusY(-0.0413, -half, 0.012, half, materialLinks),
		toPlusY(-0.029, -half, 0.029, half, materialLinks),
		toPlusY(0, -half, 0.0413, half, materialLinks),
		toPlusY(0.110, -0.018, 0.0290, 0.025, materialLinks),
		toPlusY(0.2072, -0.0114, 0.0315, 0.0315, materialLinks))
	ring(sim.Link3, 0.0445, 0.0115)

	// The wrists are tubes bent by 60 degrees: half of the turn at the middle section.
	const r = 0.0315
	for _, b := range []int{sim.Link4, sim.Link5} {
		j[b].loft(d.large, d.smooth, true, true,
			section{sim.Vec3{0, 0, 0}, sim.Vec3{r, 0, 0}, sim.Vec3{0, -r, 0}, materialWrist},
			section{sim.Vec3{0, 0, -0.04276}, sim.Vec3{r, 0, 0}, sim.Vec3{0, -r, r * 0.57735}, materialWrist},
			section{sim.Vec3{0, -0.03703, -0.06414}, sim.Vec3{r, 0, 0}, sim.Vec3{0, -r * 0.5, r * 0.866025}, materialWrist})
		ring(b, 0.035, 0.0098)
	}

	j[sim.Hand].loft(d.large, d.smooth, false, true,
		down(0, 0, 0.0315, 0.0315, materialHand),
		down(0, -0.030, 0.036, 0.036, materialHand),
		down(0, -0.080, 0.0464, 0.050, materialHand),
		down(0, -0.119, 0.041, 0.044, materialHand),
		down(0, -0.121, 0.039, 0.042, materialPalm))
	ring(sim.Hand, 0.035, 0.0098)

	for b := sim.Finger1; b <= sim.Finger3; b++ {
		j[b].loft(d.finger, d.smooth, true, true,
			toPlusX(-0.007, -0.006, 0.010, 0.010, materialFingers),
			toPlusX(0.012, -0.007, 0.0125, 0.0115, materialFingers),
			toPlusX(0.044, -0.008, 0.0095, 0.0105, materialTips),
			toPlusX(0.072, -0.009, 0.0080, 0.0085, materialTips),
			toPlusX(0.0877, -0.009, 0.0040, 0.0040, materialTips))
	}
	return j
}

// baseAt names the fixed part of the arm that a point is in, or returns "".
func baseAt(p sim.Vec3) string {
	if p[2] <= 0.17 && float64(p[0]*p[0])+float64(p[1]*p[1]) < 0.05*0.05 {
		return "the base"
	}
	return ""
}
