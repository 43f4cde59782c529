package render

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"colonnade/sim"
)

// TestHistory checks that a frame does not depend on those before it.
func TestHistory(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 1))
	for _, supersample := range []int{1, 2, 3} {
		old := newRenderer(t, DefaultScene(), 40, 30, supersample)
		for range 30 {
			w := randomWorld(rng)
			fresh := newRenderer(t, DefaultScene(), 40, 30, supersample)
			if !bytes.Equal(w.render(t, old), w.render(t, fresh)) {
				t.Fatalf("supersample %d: a used renderer and a fresh one draw different frames", supersample)
			}
		}
	}
}

// TestSupersample checks that a supersampled frame is the area average of the larger frame.
func TestSupersample(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 2))
	for _, n := range []int{2, 3, 4} {
		small := newRenderer(t, DefaultScene(), 40, 30, n)
		large := newRenderer(t, DefaultScene(), 40*n, 30*n, 1)
		want := make([]uint8, 3*40*30)
		for range 10 {
			w := randomWorld(rng)
			AreaAverage(want, 40, 30, w.render(t, large), 40*n, 30*n)
			if !bytes.Equal(w.render(t, small), want) {
				t.Fatalf("supersample %d is not the average of the larger frame", n)
			}
		}
	}
}

// TestSetScene checks that changing the scene is as good as a new renderer, and that a refused
// scene changes nothing.
func TestSetScene(t *testing.T) {
	other := DefaultScene()
	other.Camera.Position = sim.Vec3{1.2, -1, 0.8}
	other.Table, other.Light.Direction = Colour{90, 60, 30}, sim.Vec3{0.5, 0.5, 0.7}
	other.Target.Radius = 0.08
	rng := rand.New(rand.NewPCG(4, 3))
	changed := newRenderer(t, DefaultScene(), 64, 64, 1)
	before := newRenderer(t, DefaultScene(), 64, 64, 1)
	after := newRenderer(t, other, 64, 64, 1)
	w := randomWorld(rng)
	if bytes.Equal(w.render(t, before), w.render(t, after)) {
		t.Fatal("both scenes look the same")
	}
	bad := *other
	bad.Camera.FovY = math.NaN()
	if err := changed.SetScene(&bad); err == nil {
		t.Error("no error for a field of view that is not a number")
	}
	for range 3 {
		if w := randomWorld(rng); !bytes.Equal(w.render(t, changed), w.render(t, before)) {
			t.Fatal("a refused scene changed the picture")
		}
	}
	if err := changed.SetScene(other); err != nil {
		t.Fatal(err)
	}
	if w := randomWorld(rng); !bytes.Equal(w.render(t, changed), w.render(t, after)) {
		t.Fatal("a changed renderer and a new one draw different frames")
	}
}

// TestBackground checks that the empty table is one colour, which learning builds on.
func TestBackground(t *testing.T) {
	r := newRenderer(t, DefaultScene(), 64, 64, 1)
	for i := 3; i < len(r.empty); i++ {
		if r.empty[i] != r.empty[i-3] {
			t.Fatalf("pixel %d of the empty table differs from the one before", i/3)
		}
	}
}

// TestView holds the demands on the training camera: the target shows as 20 to 60 pixels everywhere
// in its area, and the palm is in the picture in nearly all starts.
func TestView(t *testing.T) {
	r := newRenderer(t, DefaultScene(), 64, 64, 1)
	for i := range 31 {
		for j := range 31 {
			x, y := 0.4*float64(i)/30-0.2, 0.3*float64(j)/30-0.6
			r.restore()
			r.drawTarget(&sim.Vec3{x, y, 0})
			n := 0
			for at, w := range r.raster.words {
				if w&indexMask == indexTarget {
					n++
					if px, py := at%64, at/64; px == 0 || px == 63 || py == 0 || py == 63 {
						t.Errorf("target at %g, %g touches the picture's edge", x, y)
					}
				}
			}
			if n < 20 || n > 60 {
				t.Errorf("target at %g, %g covers %d pixels, want 20 to 60", x, y, n)
			}
		}
	}

	const starts = 2000
	rng := rand.New(rand.NewPCG(4, 4))
	f := rasterFromBody{m: r.camera.rasterFromWorld, t: r.camera.rasterFromWorld.MulVec(r.camera.eye).Scale(-1)}
	seen := 0
	for range starts {
		w := randomWorld(rng)
		var p point
		x, y, z := f.apply(&w.palm)
		if r.camera.project(&p, x, y, z); min(p.x, p.y) >= 0 && max(p.x, p.y) < 64*subpixels {
			seen++
		}
	}
	t.Logf("the palm is in the picture in %.1f %% of starts", 100*float64(seen)/starts)
	if seen < starts*9/10 {
		t.Errorf("the palm is in the picture in %d of %d starts, want 90 %%", seen, starts)
	}
}

func TestNewRendererErrors(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		want   string
		change func(s *Scene)
	}{
		{"inside the base", func(s *Scene) { s.Camera.Position = sim.Vec3{0.01, 0, 0.1} }},
		{"below or in the table", func(s *Scene) { s.Camera.Position[2] = -0.3 }},
		{"camera position", func(s *Scene) { s.Camera.Position[1] = nan }},
		{"camera position", func(s *Scene) { s.Camera.Position[1] = 1e9 }},
		{"look-at point", func(s *Scene) { s.Camera.LookAt[0] = math.Inf(1) }},
		{"its own position", func(s *Scene) { s.Camera.LookAt = s.Camera.Position }},
		{"along the line of sight", func(s *Scene) { s.Camera.Up = s.Camera.LookAt.Sub(s.Camera.Position) }},
		{"along the line of sight", func(s *Scene) { s.Camera.Up = sim.Vec3{} }},
		{"field of view", func(s *Scene) { s.Camera.FovY = 0 }},
		{"field of view", func(s *Scene) { s.Camera.FovY = nan }},
		{"light direction", func(s *Scene) { s.Light.Direction = sim.Vec3{1, 0, 0} }},
		{"light direction", func(s *Scene) { s.Light.Direction = sim.Vec3{} }},
		{"ambient", func(s *Scene) { s.Light.Ambient = -1 }},
		{"diffuse", func(s *Scene) { s.Light.Diffuse = nan }},
		{"no light", func(s *Scene) { s.Light.Ambient, s.Light.Diffuse = 0, 0 }},
		{"target radius", func(s *Scene) { s.Target.Radius = 0 }},
		{"target height", func(s *Scene) { s.Target.Height = -0.1 }},
		{"rolled", func(s *Scene) { s.Camera.Roll = nan }},
		{"gloss", func(s *Scene) { s.Arm.Gloss = 1.5 }},
		{"grain", func(s *Scene) { s.Texture.Grain = -1 }},
		{"weave", func(s *Scene) { s.Texture.Weave = nan }},
		{"repeats every 0 m", func(s *Scene) { s.Texture.Grain = 1 }},
		{"repeats every", func(s *Scene) { s.Texture.Size = nan }},
		{"pattern is turned", func(s *Scene) { s.Texture.Turn = 400 }},
		{"height over the floor", func(s *Scene) { s.Room = labScene().Room; s.Room.Drop = nan }},
		{"left edge", func(s *Scene) { s.Room = labScene().Room; s.Room.Left = 0 }},
		{"right edge", func(s *Scene) { s.Room = labScene().Room; s.Room.Right = 0.1 }},
		{"near edge", func(s *Scene) { s.Room = labScene().Room; s.Room.Near = nan }},
		{"far edge", func(s *Scene) { s.Room = labScene().Room; s.Room.Far = -0.2 }},
		{"wall stands at", func(s *Scene) { s.Room = labScene().Room; s.Room.WallY = 0.1 }},
		{"behind the wall", func(s *Scene) { s.Room = labScene().Room; s.Camera.Position[1] = 1.7 }},
		{"box 1: width", func(s *Scene) { s.Boxes[0] = Box{Height: 0.1, Depth: 0.1} }},
		{"box 2: height", func(s *Scene) { s.Boxes[1] = Box{Height: nan, Depth: 0.1, Width: 0.1} }},
		{"box 3: stands at", func(s *Scene) { s.Boxes[2] = Box{Height: 0.1, Depth: 0.1, Width: 0.1, X: math.Inf(1)} }},
		{"box 1: turned", func(s *Scene) { s.Boxes[0] = Box{Height: 0.1, Depth: 0.1, Width: 0.1, Turn: nan} }},
		{"inside box 1", func(s *Scene) {
			s.Boxes[0] = Box{Height: 1, Depth: 0.1, Width: 1, Y: -1.5, Turn: 90}
			s.Camera.Position[2] = 0.5
		}},
	} {
		s := DefaultScene()
		c.change(s)
		if _, err := NewRenderer(s, 64, 64, 1); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error is %v, want one about %q", err, c.want)
		}
	}
	for _, c := range [][3]int{{0, 64, 1}, {64, -1, 1}, {64, 64, 0}, {64, 64, 17}, {2049, 64, 2},
		{math.MaxInt, math.MaxInt, 16}} {
		if _, err := NewRenderer(DefaultScene(), c[0], c[1], c[2]); err == nil {
			t.Errorf("no error for %d x %d pixels at supersample %d", c[0], c[1], c[2])
		}
	}
}

func TestRenderErrors(t *testing.T) {
	r := newRenderer(t, DefaultScene(), 64, 64, 1)
	w := randomWorld(rand.New(rand.NewPCG(4, 5)))
	want := w.render(t, r)
	for _, c := range []struct {
		want   string
		change func(w *world)
	}{
		{"position of body 3", func(w *world) { w.pos[3][1] = math.NaN() }},
		{"position of body 9", func(w *world) { w.pos[9][0] = math.Inf(-1) }},
		{"position of body 0", func(w *world) { w.pos[0][2] = 1e30 }},
		{"orientation of body 6", func(w *world) { w.rot[6][4] = math.NaN() }},
		{"orientation of body 7", func(w *world) { w.rot[7][8] = 40 }},
		{"target", func(w *world) { w.target[0] = math.NaN() }},
		{"inside body 6", func(w *world) {
			w.pos[6] = r.camera.eye.Sub(w.rot[6].MulVec(sim.Vec3{0, 0.01, -0.06}))
		}},
		{"inside body 8", func(w *world) {
			w.pos[8] = r.camera.eye.Sub(w.rot[8].MulVec(sim.Vec3{0.05, -0.008, 0}))
		}},
	} {
		bad := *w
		c.change(&bad)
		pixels := bytes.Repeat([]uint8{7}, len(want))
		err := r.Render(pixels, &bad.pos, &bad.rot, bad.target)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error is %v, want one about %q", err, c.want)
		}
		if !bytes.Equal(pixels, bytes.Repeat([]uint8{7}, len(want))) {
			t.Errorf("%s: pixels were written in spite of the error", c.want)
		}
	}
	if !bytes.Equal(w.render(t, r), want) {
		t.Error("the frame after errors is another one than before")
	}
}

func TestRenderPanicsOnLength(t *testing.T) {
	r := newRenderer(t, DefaultScene(), 64, 64, 1)
	w := randomWorld(rand.New(rand.NewPCG(4, 6)))
	defer func() {
		if recover() == nil {
			t.Error("no panic for pixels of the wrong length")
		}
	}()
	_ = r.Render(make([]uint8, 3*64*64-1), &w.pos, &w.rot, w.target)
}

func TestAllocations(t *testing.T) {
	r := newRenderer(t, DefaultScene(), 64, 64, 2)
	w := randomWorld(rand.New(rand.NewPCG(4, 7)))
	pixels, scene := w.render(t, r), DefaultScene()
	if n := testing.AllocsPerRun(10, func() {
		_ = r.Render(pixels, &w.pos, &w.rot, w.target)
	}); n != 0 {
		t.Errorf("Render allocates %g times", n)
	}
	if n := testing.AllocsPerRun(10, func() { _ = r.SetScene(scene) }); n != 0 {
		t.Errorf("SetScene allocates %g times", n)
	}
}

// FuzzRender moves one body anywhere near and in any way: Render must neither panic nor write
// outside, whatever is cut off by the near plane and the picture's sides.
func FuzzRender(f *testing.F) {
	f.Add(0.1, -1.4, 1.9, 1.0, 0.0, 0.0, uint8(6), 25.0)
	f.Add(0.0, 0.0, -0.2, 0.3, 0.4, -0.9, uint8(2), 119.0)
	base := randomWorld(rand.New(rand.NewPCG(4, 8)))
	f.Fuzz(func(t *testing.T, x, y, z, a, b, c float64, body uint8, fov float64) {
		s := DefaultScene()
		s.Camera.FovY = fov
		r, err := NewRenderer(s, 31, 17, 1)
		if err != nil {
			return
		}
		w := *base
		w.pos[body%sim.NumBodies] = sim.Vec3{x, y, z}
		w.rot[body%sim.NumBodies] = sim.Mat3{a, b, c, c, a, b, b, c, a}
		w.target = sim.Vec3{z, x, y}
		buffer := bytes.Repeat([]uint8{9}, 3*31*17+2)
		if r.Render(buffer[1:len(buffer)-1], &w.pos, &w.rot, w.target) == nil {
			return
		}
		if !bytes.Equal(buffer, bytes.Repeat([]uint8{9}, len(buffer))) {
			t.Error("pixels were written in spite of an error")
		}
	})
}

func BenchmarkRender(b *testing.B) {
	for _, c := range []struct{ width, height, supersample int }{{64, 64, 1}, {64, 64, 2}, {640, 480, 1},
		{640, 480, 2}} {
		size := fmt.Sprint(c.width)
		if c.width != c.height {
			size = fmt.Sprintf("%dx%d", c.width, c.height)
		}
		b.Run(fmt.Sprintf("size=%s/supersample=%d", size, c.supersample), func(b *testing.B) {
			r := newRenderer(b, DefaultScene(), c.width, c.height, c.supersample)
			rng := rand.New(rand.NewPCG(4, 9))
			var worlds [64]*world
			for i := range worlds {
				worlds[i] = randomWorld(rng)
			}
			pixels := make([]uint8, 3*c.width*c.height)
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				w := worlds[i%len(worlds)]
				if err := r.Render(pixels, &w.pos, &w.rot, w.target); err != nil {
					b.Fatal(err)
				}
				i++
			}
		})
	}
}

func BenchmarkSetScene(b *testing.B) {
	scene := DefaultScene()
	r := newRenderer(b, scene, 64, 64, 1)
	b.ReportAllocs()
	for b.Loop() {
		if err := r.SetScene(scene); err != nil {
			b.Fatal(err)
		}
		r.prepare()
	}
}
