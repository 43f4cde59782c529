package render

import (
	"math"
	"math/rand/v2"
	"testing"

	"colonnade/sim"
)

// labScene is a room with a patterned table and three boxes.
func labScene() *Scene {
	s := DefaultScene()
	s.Camera = Camera{Position: sim.Vec3{-0.7, -1.5, 1.1}, LookAt: sim.Vec3{0, -0.1, 0.1}, Up: sim.Vec3{0, 0, 1},
		FovY: 48, Roll: 3}
	s.Table, s.Texture = Colour{190, 150, 110}, Texture{Colour: Colour{110, 70, 40}, Grain: 0.9, Weave: 0.3, Size: 0.8,
		Turn: 20}
	s.Room = Room{Drop: 0.75, Left: -0.8, Right: 0.7, Near: -0.8, Far: 0.3, WallY: 1.6, Floor: Colour{110, 110, 120},
		Wall: Colour{210, 210, 200}}
	s.Boxes[0] = Box{X: 0.45, Y: 0.1, Width: 0.2, Depth: 0.15, Height: 0.1, Turn: 25, Colour: Colour{60, 90, 60}}
	s.Boxes[1] = Box{X: -0.45, Y: 0, Width: 0.1, Depth: 0.1, Height: 0.3, Turn: -50, Colour: Colour{60, 60, 90}}
	s.Boxes[2] = Box{X: 0.4, Y: -0.5, Width: 0.06, Depth: 0.2, Height: 0.05, Turn: 80, Colour: Colour{80, 80, 80}}
	return s
}

// thing is what a ray meets, by the textbook and in float64.
type thing int

const (
	nothing thing = iota
	onTable
	onSide
	onFloor
	onWall
	onBox
)

// thingOf returns what an index of the palette shows.
func thingOf(index uint32) thing {
	switch colour := index >> 2 & 511; {
	case index < indexBackdrop:
		return nothing
	case colour < floorColour:
		return onTable
	case colour < wallColour:
		return onFloor
	case colour < sideColour:
		return onWall
	case colour < boxColour:
		return onSide
	}
	return onBox
}

// castBackdrop follows the ray through a point of the picture, in pixels, and returns what it meets
// first and where.
func castBackdrop(s *Scene, width, height int, x, y float64) (thing, sim.Vec3) {
	ahead := unit(s.Camera.LookAt.Sub(s.Camera.Position))
	right := unit(ahead.Cross(s.Camera.Up))
	up := right.Cross(ahead)
	// Rolled clockwise: the picture's right side points down.
	sin, cos := math.Sincos(s.Camera.Roll * math.Pi / 180)
	right, up = right.Scale(cos).Sub(up.Scale(sin)), up.Scale(cos).Add(right.Scale(sin))
	scale := 2 * math.Tan(s.Camera.FovY*math.Pi/360) / float64(height)
	eye := s.Camera.Position
	d := ahead.Add(right.Scale((x - float64(width)/2) * scale)).Add(up.Scale((float64(height)/2 - y) * scale))

	nearest, what := math.Inf(1), nothing
	meet := func(far float64, t thing) {
		if far > 0 && far < min(nearest, maxAhead) {
			nearest, what = far, t
		}
	}
	r := &s.Room
	slab := slabs(eye, d, sim.Vec3{r.Left, r.Near, -tableThickness}, sim.Vec3{r.Right, r.Far, 0})
	if top := -eye[2] / d[2]; math.Abs(slab-top) < 1e-9 {
		meet(slab, onTable)
	} else {
		meet(slab, onSide)
	}
	if far := -(eye[2] + r.Drop) / d[2]; eye[1]+far*d[1] < r.WallY {
		meet(far, onFloor)
	}
	if far := (r.WallY - eye[1]) / d[1]; eye[2]+far*d[2] > -r.Drop {
		meet(far, onWall)
	}
	for i := range s.Boxes {
		if b := &s.Boxes[i]; b.Height > 0 {
			sin, cos := math.Sincos(b.Turn * math.Pi / 180)
			turn := sim.Mat3{cos, sin, 0, -sin, cos, 0, 0, 0, 1}
			e, v := turn.MulVec(eye.Sub(sim.Vec3{b.X, b.Y, 0})), turn.MulVec(d)
			meet(slabs(e, v, sim.Vec3{-b.Width / 2, -b.Depth / 2, 0}, sim.Vec3{b.Width / 2, b.Depth / 2, b.Height}),
				onBox)
		}
	}
	return what, eye.Add(d.Scale(nearest))
}

// slabs returns how far along a ray a box begins (Kay and Kajiya, 1986), or infinity.
func slabs(p, d, low, high sim.Vec3) float64 {
	enter, leave := 0.0, math.Inf(1)
	for i := range p {
		a, b := (low[i]-p[i])/d[i], (high[i]-p[i])/d[i]
		enter, leave = max(enter, min(a, b)), min(leave, max(a, b))
	}
	if enter > leave {
		return math.Inf(1)
	}
	return enter
}

// TestBackdropThings compares what the empty room shows with ray casting, from many places; at
// outlines a pixel may show what is 1/16 pixel away.
func TestBackdropThings(t *testing.T) {
	const width, height = 60, 45
	rng := rand.New(rand.NewPCG(7, 1))
	seen := make(map[thing]int)
	wrong := 0
	for range 40 {
		s := labScene()
		s.Camera.Position = sim.Vec3{1.5 * (2*rng.Float64() - 1), -2 + 2.5*rng.Float64(), 0.2 + 1.5*rng.Float64()}
		s.Camera.Roll, s.Camera.FovY = 20*rng.Float64()-10, 30+60*rng.Float64()
		if s.Validate() != nil {
			continue
		}
		r := newRenderer(t, s, width, height, 1)
		for i, word := range r.background {
			x, y := float64(i%width)+0.5, float64(i/width)+0.5
			got := thingOf(word & indexMask)
			want, _ := castBackdrop(s, width, height, x, y)
			seen[want]++
			same := got == want
			for k := 0; k < 8 && !same; k++ {
				sin, cos := math.Sincos(float64(k) * math.Pi / 4)
				near, _ := castBackdrop(s, width, height, x+cos/16, y+sin/16)
				same = got == near
			}
			if !same {
				if wrong == 0 {
					t.Logf("camera %+v: pixel %d, %d shows %d, want %d", s.Camera, i%width, i/width, got, want)
				}
				wrong++
			}
		}
	}
	for _, what := range []thing{nothing, onTable, onSide, onFloor, onWall, onBox} {
		if seen[what] < 20 {
			t.Errorf("only %d pixels show thing %d", seen[what], what)
		}
	}
	if wrong > 0 {
		t.Errorf("%d pixels show another thing than ray casting", wrong)
	}
}

// TestBackdropDepth checks that the depth of table and room is that of the point seen, so that the
// arm hides and is hidden rightly.
func TestBackdropDepth(t *testing.T) {
	const width, height = 60, 45
	s := labScene()
	r := newRenderer(t, s, width, height, 1)
	ahead := unit(s.Camera.LookAt.Sub(s.Camera.Position))
	for i, word := range r.background {
		what, at := castBackdrop(s, width, height, float64(i%width)+0.5, float64(i/width)+0.5)
		if what != thingOf(word&indexMask) || what == onBox {
			continue
		}
		want := depthScale / at.Sub(s.Camera.Position).Dot(ahead)
		if got := float64(word &^ indexMask); math.Abs(got-want) > 1<<indexBits {
			t.Fatalf("pixel %d, %d: depth %.0f, want %.0f", i%width, i/width, got, want)
		}
	}
}

// TestTexturePerspective compares the pattern on the table with the mean of many rays through each
// pixel.
func TestTexturePerspective(t *testing.T) {
	const width, height, rays = 64, 48, 8
	for name, texture := range map[string]Texture{
		"wood":       {Colour: Colour{1, 2, 3}, Grain: 1, Size: 0.7, Turn: 30},
		"cloth":      {Colour: Colour{1, 2, 3}, Weave: 1, Size: 1.2, Turn: -75},
		"fine cloth": {Colour: Colour{1, 2, 3}, Weave: 1, Size: 0.1},
	} {
		s := labScene()
		s.Texture, s.Boxes = texture, [NumBoxes]Box{}
		r := newRenderer(t, s, width, height, 1)
		p := woodPattern()
		if texture.Weave > 0 {
			p = clothPattern()
		}
		sin, cos := math.Sincos(texture.Turn * math.Pi / 180)
		var got, want []float64
		for i, word := range r.background {
			if thingOf(word&indexMask) != onTable {
				continue
			}
			sum, whole := 0.0, true
			for k := range rays * rays {
				what, at := castBackdrop(s, width, height, float64(i%width)+(float64(k%rays)+0.5)/rays,
					float64(i/width)+(float64(k/rays)+0.5)/rays)
				whole = whole && what == onTable
				u, v := (at[0]*cos+at[1]*sin)/texture.Size*patternSide, (at[1]*cos-at[0]*sin)/texture.Size*patternSide
				sum += float64(p.texel(0, int(math.Floor(u))&(patternSide-1), int(math.Floor(v))&(patternSide-1)))
			}
			if whole {
				got = append(got, float64(word>>2&511)*255/(tableColours-1))
				want = append(want, sum/rays/rays)
			}
		}
		mean, spread, off := 0.0, 0.0, 0.0
		for i := range want {
			mean += want[i] / float64(len(want))
		}
		for i := range want {
			spread += (want[i] - mean) * (want[i] - mean)
			off += (want[i] - got[i]) * (want[i] - got[i])
		}
		spread, off = math.Sqrt(spread/float64(len(want))), math.Sqrt(off/float64(len(want)))
		t.Logf("%s: the pattern varies by %.1f, the error is %.1f, over %d pixels", name, spread, off, len(want))
		// A footprint that is not square is taken as one, which smooths too much or too little; of
		// a pattern finer than pixels that leaves a little, where the whole pattern varies by 60.
		if len(want) < 500 || off > max(0.4*spread, 9) {
			t.Errorf("%s: the pattern is off by %.1f, its variation is %.1f", name, off, spread)
		}
	}
}

// TestBoxHides checks that boxes hide the target and the arm behind them, and do not hide the arm
// before them.
func TestBoxHides(t *testing.T) {
	s := labScene()
	s.Camera.Position, s.Camera.Roll = sim.Vec3{0, -2, 0.6}, 0
	w := randomWorld(rand.New(rand.NewPCG(7, 2)))
	show := func(y float64) (box, arm, target int) {
		s.Boxes = [NumBoxes]Box{{X: 0, Y: y, Width: 0.9, Depth: 0.02, Height: 0.8, Colour: Colour{1, 2, 3}}}
		r := newRenderer(t, s, 64, 64, 1)
		w.target = sim.Vec3{0.1, -0.5, 0}
		w.render(t, r)
		for _, word := range r.raster.words {
			switch index := word & indexMask; {
			case thingOf(index) == onBox:
				box++
			case index >= levels && index < indexBackdrop:
				arm++
			case index&targetBit != 0 && thingOf(index) == onTable:
				target++
			}
		}
		return box, arm, target
	}
	_, armBefore, targetBefore := show(0.25)
	boxAlone, armBehind, targetBehind := show(-0.75)
	if armBefore < 100 || targetBefore < 5 || boxAlone < 500 {
		t.Fatalf("%d pixels of arm and %d of target before a box of %d: the test shows nothing", armBefore,
			targetBefore, boxAlone)
	}
	if targetBehind != 0 || armBehind > armBefore/4 {
		t.Errorf("behind the box %d pixels of arm and %d of target are seen, want few and none", armBehind,
			targetBehind)
	}
}

// TestBoxShadow checks that a box darkens the table on the side away from the lamp.
func TestBoxShadow(t *testing.T) {
	s := labScene()
	s.Camera = Camera{Position: sim.Vec3{0, -0.4, 2}, LookAt: sim.Vec3{0, -0.35, 0}, Up: sim.Vec3{0, 1, 0}, FovY: 40}
	s.Light.Direction = sim.Vec3{-1, 0, 1}
	s.Boxes = [NumBoxes]Box{{X: 0, Y: -0.4, Width: 0.1, Depth: 0.2, Height: 0.2}}
	r := newRenderer(t, s, 64, 64, 1)
	left, right := 0, 0
	for i, word := range r.background {
		if index := word & indexMask; thingOf(index) == onTable && index&shadowBit != 0 {
			if i%64 < 32 {
				left++
			} else {
				right++
			}
		}
	}
	if right < 20 || left > right/10 {
		t.Errorf("%d pixels left and %d right of the box are in its shadow", left, right)
	}
}

func TestPattern(t *testing.T) {
	for name, p := range map[string]*pattern{"wood": woodPattern(), "cloth": clothPattern()} {
		least, most, sum := 255, 0, 0
		for i := range patternSide * patternSide {
			v := p.texel(0, i%patternSide, i/patternSide)
			least, most, sum = min(least, v), max(most, v), sum+v
		}
		if most-least < 120 {
			t.Errorf("%s goes from %d to %d only", name, least, most)
		}
		// At a texel's centre it is the texel, and it repeats.
		for _, l := range []int{0, 3} {
			side := patternSide >> l
			for _, at := range [][2]int{{0, 0}, {side - 1, 3}, {5, side - 1}} {
				want := p.texel(l, at[0], at[1])
				if got := p.linear(l, at[0]<<8+128, at[1]<<8+128); got != want {
					t.Errorf("%s: texel %v of level %d is %d, want %d", name, at, l, got, want)
				}
				if got := p.linear(l, (at[0]-3*side)<<8+128, (at[1]+2*side)<<8+128); got != want {
					t.Errorf("%s: texel %v of level %d is %d elsewhere, want %d", name, at, l, got, want)
				}
			}
		}
		// A huge footprint gives the mean.
		if got, want := p.at(12345, 777, 1<<30), sum/(patternSide*patternSide); got < want-3 || got > want+3 {
			t.Errorf("%s: mean is %d, want %d", name, got, want)
		}
	}
}
