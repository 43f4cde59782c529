package tracker

import (
	"math"
	"testing"
)

// paint draws a red disc on a grey ground with the light of each half its own, each pixel the mean
// of 8x8 rays.
func paint(x, y, radius, left, right float64) []uint8 {
	frame := make([]uint8, FrameSize)
	encode := func(light float64) uint8 { return uint8(math.Round(255 * math.Pow(light, 1/2.2))) }
	for py := range Side {
		for px := range Side {
			part := 0.0
			for k := range 64 {
				if math.Hypot(float64(px)+(float64(k%8)+0.5)/8-x, float64(py)+(float64(k/8)+0.5)/8-y) < radius {
					part += 1.0 / 64
				}
			}
			light := left
			if float64(px) >= x {
				light = right
			}
			i := 3 * (py*Side + px)
			frame[i] = encode(light * (0.5*part + 0.3*(1-part)))
			frame[i+1] = encode(light * (0.02*part + 0.3*(1-part)))
			frame[i+2] = encode(light * (0.03*part + 0.3*(1-part)))
		}
	}
	return frame
}

// The middle and the area of a disc are found whatever the light, also if a shadow lies over half
// of it.
func TestFindMiddle(t *testing.T) {
	f := NewFinder()
	for _, light := range [][2]float64{{1, 1}, {0.3, 0.3}, {0.15, 0.15}, {1, 0.4}, {0.3, 1}} {
		for _, x := range []float64{30, 30.3, 30.5, 31.77} {
			b, ok, err := f.Find(paint(x, 20.4, 3.2, light[0], light[1]))
			if err != nil || !ok {
				t.Errorf("light %v: nothing found, %v", light, err)
				continue
			}
			if d := math.Hypot(b.X-x, b.Y-20.4); d > 0.15 {
				t.Errorf("light %v: found at %.2f, %.2f, want %.2f, 20.40", light, b.X, b.Y, x)
			}
			if want := math.Pi * 3.2 * 3.2; math.Abs(b.Area-want) > 0.12*want {
				t.Errorf("light %v: area %.1f, want %.1f", light, b.Area, want)
			}
		}
	}
}

func TestFindIgnoresSpecks(t *testing.T) {
	frame := paint(40, 40, 3.5, 1, 1)
	for _, i := range []int{5*Side + 5, 5*Side + 6, 6*Side + 5} { // a red toy
		copy(frame[3*i:], []uint8{255, 0, 0})
	}
	b, ok, err := NewFinder().Find(frame)
	if err != nil || !ok || math.Hypot(b.X-40, b.Y-40) > 0.3 {
		t.Errorf("found %+v, %t, %v", b, ok, err)
	}
}

func TestFindRefuses(t *testing.T) {
	f := NewFinder()
	if _, _, err := f.Find(nil); err == nil {
		t.Error("an empty picture is no error")
	}
	for name, colour := range map[string][3]uint8{"black": {}, "white": {255, 255, 255}, "wood": {206, 178, 140},
		"skin": {224, 172, 150}, "blue": {0, 0, 255}} {
		frame := make([]uint8, FrameSize)
		for i := range frame {
			frame[i] = colour[i%3]
		}
		if b, ok, err := f.Find(frame); ok || err != nil {
			t.Errorf("%s: %+v, %v", name, b, err)
		}
	}
	red := make([]uint8, FrameSize)
	for i := 0; i < len(red); i += 3 {
		red[i] = 200
	}
	if b, ok, _ := f.Find(red); ok && !b.Cut {
		t.Errorf("a picture that is all red is a whole target: %+v", b)
	}
}

// Any bytes are a picture.
func FuzzFind(f *testing.F) {
	f.Add([]byte{255, 0, 0, 10, 20, 30})
	finder := NewFinder()
	f.Fuzz(func(t *testing.T, pattern []byte) {
		if len(pattern) == 0 {
			return
		}
		frame := make([]uint8, FrameSize)
		for i := range frame {
			frame[i] = pattern[i%len(pattern)]
		}
		b, ok, err := finder.Find(frame)
		if err != nil || ok && !(b.X >= 0 && b.X <= Side && b.Y >= 0 && b.Y <= Side && b.Area <= Side*Side) {
			t.Errorf("%+v, %v", b, err)
		}
	})
}
