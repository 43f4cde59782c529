package render

import (
	"bytes"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"colonnade/sim"
)

// webcam is a sensor that does everything.
var webcam = Sensor{
	K1: 0.04, K2: 0.005, Vignette: 0.2, Blur: 0.008, Exposure: 1.2, White: [3]float64{1.1, 1, 0.9}, Gamma: 1.2,
	ReadNoise: 2, ShotNoise: 0.2,
}

func setSensor(tb testing.TB, r *Renderer, s Sensor) {
	tb.Helper()
	if err := r.SetSensor(s); err != nil {
		tb.Fatal(err)
	}
}

// TestNeutralSensor checks that a sensor without effect, written as zeros or as ones, changes no
// pixel.
func TestNeutralSensor(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 1))
	plain, used := newRenderer(t, DefaultScene(), 64, 48, 1), newRenderer(t, DefaultScene(), 64, 48, 1)
	for _, s := range []Sensor{{}, {Exposure: 1, White: [3]float64{1, 1, 1}, Gamma: 1}} {
		setSensor(t, used, webcam)
		setSensor(t, used, s)
		for range 5 {
			w := randomWorld(rng)
			if !bytes.Equal(w.render(t, plain), w.render(t, used)) {
				t.Fatalf("sensor %+v changes pixels", s)
			}
		}
	}
	// Through the optics, too: a gamma that rounds to 1 leaves every byte as it is.
	setSensor(t, used, Sensor{Gamma: 1.0004})
	if w := randomWorld(rng); !used.optics.active || !bytes.Equal(w.render(t, plain), w.render(t, used)) {
		t.Error("optics without effect change pixels")
	}
}

// TestSensorOrder checks that scene and sensor may be set in any order, and that a refused sensor
// changes nothing.
func TestSensorOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 2))
	w := randomWorld(rng)
	a, b := newRenderer(t, DefaultScene(), 64, 64, 1), newRenderer(t, horizonScene(), 64, 64, 1)
	setSensor(t, a, webcam)
	if err := a.SetScene(horizonScene()); err != nil {
		t.Fatal(err)
	}
	setSensor(t, b, webcam)
	want := w.render(t, a)
	if !bytes.Equal(want, w.render(t, b)) {
		t.Error("the order of SetScene and SetSensor matters")
	}
	if err := a.SetSensor(Sensor{Blur: math.NaN()}); err == nil {
		t.Error("no error for a blur that is not a number")
	}
	a.SeedNoise(0)
	if !bytes.Equal(want, w.render(t, a)) {
		t.Error("a refused sensor changes the picture")
	}
}

func horizonScene() *Scene {
	s := DefaultScene()
	s.Camera.FovY = 50
	s.Table = Colour{160, 120, 80}
	return s
}

// TestLens compares a bent picture with the formula, applied to an ideal one in float64.
func TestLens(t *testing.T) {
	const width, height = 80, 60
	rng := rand.New(rand.NewPCG(6, 3))
	for _, s := range []Sensor{{K1: 0.05, K2: 0.01}, {K1: -0.03, K2: 0.002}, {K1: 0.04, K2: -0.01}, {Vignette: 0.4}} {
		bent := newRenderer(t, DefaultScene(), width, height, 1)
		setSensor(t, bent, s)
		// The ideal picture is wider by the most that the formula asks for in the picture.
		corner := 1 + math.Pow(float64(width)/height, 2)
		widen := 1.0
		for r2 := 0.0; r2 <= corner; r2 += corner / 1000 {
			widen = max(widen, 1+s.K1*r2+s.K2*r2*r2)
		}
		wide := DefaultScene()
		wide.Camera.FovY = 360 / math.Pi * math.Atan(widen*math.Tan(wide.Camera.FovY*math.Pi/360))
		ideal := newRenderer(t, wide, width, height, 1)
		w := randomWorld(rng)
		got, from := w.render(t, bent), w.render(t, ideal)
		wrong := 0
		for y := range height {
			for x := range width {
				u, v := (float64(x)+0.5-width/2)/(height/2), (float64(y)+0.5-height/2)/(height/2)
				r2 := u*u + v*v
				k := (1 + s.K1*r2 + s.K2*r2*r2) / widen
				for c := range 3 {
					want := bilinear(from, width, height, c, u*k*height/2+width/2-0.5,
						v*k*height/2+height/2-0.5) * (1 - s.Vignette*r2/2)
					// Places are cut to 1/64 pixel: at an edge of full contrast 2 levels a
					// direction; and rounding.
					if d := math.Abs(float64(got[3*(y*width+x)+c]) - want); d > 6 {
						wrong++
					}
				}
			}
		}
		// The two ideal pictures may differ by a vertex that is snapped another way.
		if wrong > width*height*3/1000 {
			t.Errorf("sensor %+v: %d of %d bytes are not what the formula says", s, wrong, width*height*3)
		}
	}
}

func bilinear(p []uint8, width, height, c int, x, y float64) float64 {
	x, y = min(max(x, 0), float64(width-1)), min(max(y, 0), float64(height-1))
	ix, iy := min(int(x), width-2), min(int(y), height-2)
	fx, fy := x-float64(ix), y-float64(iy)
	at := func(i, j int) float64 { return float64(p[3*((iy+j)*width+ix+i)+c]) }
	return (at(0, 0)*(1-fx)+at(1, 0)*fx)*(1-fy) + (at(0, 1)*(1-fx)+at(1, 1)*fx)*fy
}

// TestBlur compares a blurred picture with the discrete Gauss curve in float64.
func TestBlur(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 4))
	for _, c := range []struct {
		width, height, supersample int
		blur                       float64
	}{
		{40, 30, 1, 0.0001}, {40, 30, 1, 0.012}, {40, 30, 1, 0.03}, {64, 64, 1, 0.02}, {64, 64, 3, 0.0001},
		{3, 100, 1, 0.03}, {100, 3, 1, 0.03}, {1, 1, 1, 0.03}, {90, 160, 2, 0.03},
	} {
		sharp, soft := newRenderer(t, DefaultScene(), c.width, c.height, c.supersample),
			newRenderer(t, DefaultScene(), c.width, c.height, c.supersample)
		setSensor(t, soft, Sensor{Blur: c.blur})
		w := randomWorld(rng)
		from, got := w.render(t, sharp), w.render(t, soft)
		variance := c.blur*c.blur*float64(c.height*c.height) + 1/12.0/float64(c.supersample*c.supersample)
		n := max(1, int(2.2*math.Sqrt(variance)+0.5))
		var sum float64
		weight := make([]float64, n+1)
		for k := range weight {
			// Integral of e^(variance·(cos a - 1))·cos(k·a).
			for a := 0.0; a < 2*math.Pi; a += 2 * math.Pi / 2000 {
				weight[k] += math.Exp(variance*(math.Cos(a)-1)) * math.Cos(float64(k)*a)
			}
			sum += weight[k]
			if k > 0 {
				sum += weight[k]
			}
		}
		for i, v := range got {
			x, y, ch := i/3%c.width, i/3/c.width, i%3
			want := 0.0
			for dy := -n; dy <= n; dy++ {
				for dx := -n; dx <= n; dx++ {
					px, py := min(max(x+dx, 0), c.width-1), min(max(y+dy, 0), c.height-1)
					want += weight[max(dx, -dx)] * weight[max(dy, -dy)] / (sum * sum) *
						float64(from[3*(py*c.width+px)+ch])
				}
			}
			// 0.5 of rounding, as much again from weights cut to 1/2048, and some from rows kept to
			// quarters of a level.
			if math.Abs(float64(v)-want) > 1.4 {
				t.Fatalf("%+v: byte %d is %d, want %.2f", c, i, v, want)
			}
		}
	}
}

// TestBlurAcrossSizes checks that a small picture of single rays looks like a large one that was
// scaled down, more so than without blur.
func TestBlurAcrossSizes(t *testing.T) {
	w := randomWorld(rand.New(rand.NewPCG(6, 8)))
	for b := range w.pos {
		w.pos[b] = sim.Vec3{0, -19, 0} // behind the camera: the arm of large pictures has other faces
	}
	lab := labScene()
	lab.Texture, lab.Room = Texture{}, Room{} // their patterns are smoothed over a pixel anyway
	difference := func(s Sensor) (sum float64) {
		small, large := newRenderer(t, lab, 64, 48, 1), newRenderer(t, lab, 640, 480, 1)
		setSensor(t, small, s)
		setSensor(t, large, s)
		scaled := make([]uint8, 3*64*48)
		AreaAverage(scaled, 64, 48, w.render(t, large), 640, 480)
		for i, v := range w.render(t, small) {
			sum += math.Abs(float64(v) - float64(scaled[i]))
		}
		return sum / float64(len(scaled))
	}
	sharp, soft := difference(Sensor{}), difference(Sensor{Blur: 0.004})
	t.Logf("mean difference of a byte: %.2f without blur, %.2f with", sharp, soft)
	if soft > 0.9*sharp {
		t.Errorf("mean difference of a byte is %.2f without blur, %.2f with", sharp, soft)
	}
}

// TestDevelop compares exposure, white balance and contrast with math.Pow.
func TestDevelop(t *testing.T) {
	s := Sensor{Exposure: 1.3, White: [3]float64{1.1, 0, 0.6}, Gamma: 1.25}
	var table developTable
	table.set(&s)
	white := [3]float64{1.1, 1, 0.6}
	for c := range 3 {
		for v := range 256 {
			encoded := float64(v) / 255
			linear := encoded / 12.92
			if encoded > 0.04045 {
				linear = math.Pow((encoded+0.055)/1.055, 2.4)
			}
			linear = min(1, linear*1.3*white[c])
			encoded = linear * 12.92
			if linear > 0.0031308 {
				encoded = 1.055*math.Pow(linear, 1/2.4) - 0.055
			}
			want := 255 * math.Pow(encoded, 1.25)
			for n := range noiseLevels {
				if got := float64(table[c][n<<8|v]); math.Abs(got-want) > 1.3 { // two roundings, the first times 1.25
					t.Fatalf("colour %d, byte %d becomes %g, want %.2f", c, v, got, want)
				}
			}
		}
	}
}

func TestPower(t *testing.T) {
	for i := range 101 {
		x := float64(i) / 100
		for _, y := range []float64{0.4, 0.5, 1, 1.0009765625, 1.75, 2.5} {
			want := math.Pow(x, math.Round(y*1024)/1024)
			if got := power(x, y); math.Abs(got-want) > 1e-12 {
				t.Errorf("%g to the power of %g is %.15g, want %.15g", x, y, got, want)
			}
		}
	}
}

// TestNoise checks mean and variance of the noise over the frames of a still world, its
// independence between frames, pixels and colours, and the clock that its state is.
func TestNoise(t *testing.T) {
	const side, frames = 32, 300
	w := randomWorld(rand.New(rand.NewPCG(6, 5)))
	still, r := newRenderer(t, DefaultScene(), side, side, 1), newRenderer(t, DefaultScene(), side, side, 1)
	setSensor(t, r, Sensor{ReadNoise: 3, ShotNoise: 0.3})
	r.SeedNoise(7)
	clean := w.render(t, still)
	var sum, squares, ratio, along, neighbour, later float64
	var last []uint8
	for range frames {
		got := w.render(t, r)
		for i, v := range got {
			if clean[i] < 20 || clean[i] > 235 { // cut off at the ends of the range
				continue
			}
			variance := 9 + 0.09*float64(clean[i])
			d := float64(v) - float64(clean[i])
			sum += d
			squares += d * d
			ratio += variance
			if i%3 == 0 && clean[i+1] >= 20 && i+3 < len(got) {
				along += d * (float64(got[i+1]) - float64(clean[i+1]))
				neighbour += d * (float64(got[i+3]) - float64(clean[i+3]))
			}
			if last != nil {
				later += d * (float64(last[i]) - float64(clean[i]))
			}
		}
		last = got
	}
	// Rounding to whole levels adds 1/12 of a level.
	n := float64(frames * side * side * 3)
	if m := sum / n; math.Abs(m) > 0.02 {
		t.Errorf("mean of the noise is %.3f levels, want 0", m)
	}
	if q := squares / ratio; math.Abs(q-1) > 0.02 {
		t.Errorf("variance of the noise is %.3f of what it should be", q)
	}
	for what, c := range map[string]float64{"two colours of a pixel": along / squares * 3,
		"two pixels": neighbour / squares * 3, "two frames": later / squares} {
		if math.Abs(c) > 0.01 {
			t.Errorf("noise of %s correlates by %.3f", what, c)
		}
	}

	other := newRenderer(t, DefaultScene(), side, side, 1)
	setSensor(t, other, Sensor{ReadNoise: 3, ShotNoise: 0.3})
	r.SeedNoise(7)
	other.SeedNoise(7)
	a, b := w.render(t, r), w.render(t, other)
	if !bytes.Equal(a, b) {
		t.Error("two renderers draw other noise from the same seed")
	}
	if bytes.Equal(a, w.render(t, r)) {
		t.Error("two frames have the same noise")
	}
}

func TestSensorErrors(t *testing.T) {
	r := newRenderer(t, DefaultScene(), 64, 64, 1)
	flat := newRenderer(t, DefaultScene(), 300, 20, 1)
	for _, c := range []struct {
		want   string
		r      *Renderer
		sensor Sensor
	}{
		{"k1", r, Sensor{K1: 0.3}},
		{"k2", r, Sensor{K2: math.NaN()}},
		{"vignette", r, Sensor{Vignette: -0.1}},
		{"blur", r, Sensor{Blur: 0.5}},
		{"exposure", r, Sensor{Exposure: 100}},
		{"exposure", r, Sensor{Exposure: -1}},
		{"white balance of green", r, Sensor{White: [3]float64{1, math.Inf(1), 1}}},
		{"gamma", r, Sensor{Gamma: 0.01}},
		{"read noise", r, Sensor{ReadNoise: 100}},
		{"shot noise", r, Sensor{ShotNoise: -1}},
		{"folds", flat, Sensor{K1: -0.05}},
	} {
		if err := c.r.SetSensor(c.sensor); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error is %v, want one about %q", err, c.want)
		}
	}
}

func TestSensorAllocations(t *testing.T) {
	r := newRenderer(t, DefaultScene(), 64, 64, 1)
	w := randomWorld(rand.New(rand.NewPCG(6, 6)))
	setSensor(t, r, webcam)
	pixels, lab := w.render(t, r), labScene()
	if n := testing.AllocsPerRun(10, func() {
		_ = r.SetScene(lab)
		_ = r.SetSensor(Sensor{Blur: maxBlur})
		_ = r.SetSensor(webcam)
		_ = r.Render(pixels, &w.pos, &w.rot, w.target)
	}); n != 0 {
		t.Errorf("changing scene and sensor and drawing a frame allocates %g times", n)
	}
}

// FuzzSensor must neither panic nor write outside for any sensor and size.
func FuzzSensor(f *testing.F) {
	f.Add(uint8(31), uint8(17), 0.1, 0.01, 0.3, 0.02, 1.5, 0.7, 5.0, 0.5)
	f.Add(uint8(1), uint8(1), -0.05, -0.01, 0.8, 0.03, 4.0, 2.5, 30.0, 2.0)
	f.Add(uint8(2), uint8(60), 0.2, 0.05, 0.0, 0.03, 0.25, 0.4, 0.0, 0.0)
	w := randomWorld(rand.New(rand.NewPCG(6, 7)))
	f.Fuzz(func(t *testing.T, width, height uint8, k1, k2, vignette, blur, exposure, gamma, read, shot float64) {
		r, err := NewRenderer(DefaultScene(), int(width%64)+1, int(height%64)+1, 1)
		if err != nil {
			t.Fatal(err)
		}
		if r.SetSensor(Sensor{K1: k1, K2: k2, Vignette: vignette, Blur: blur, Exposure: exposure, Gamma: gamma,
			ReadNoise: read, ShotNoise: shot}) != nil {
			return
		}
		n := 3 * r.width * r.height
		buffer := bytes.Repeat([]uint8{9}, n+2)
		if err := r.Render(buffer[1:n+1], &w.pos, &w.rot, w.target); err != nil {
			t.Fatal(err)
		}
		if buffer[0] != 9 || buffer[n+1] != 9 {
			t.Error("wrote outside of the picture")
		}
	})
}

func BenchmarkSetSensor(b *testing.B) {
	r := newRenderer(b, DefaultScene(), 64, 64, 1)
	b.ReportAllocs()
	for b.Loop() {
		if err := r.SetSensor(webcam); err != nil {
			b.Fatal(err)
		}
	}
}
