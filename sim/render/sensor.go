package render

import (
	"fmt"
)

// Sensor is what lens and camera do to a picture, in this order: the lens bends and dims it, is not
// quite sharp, the camera exposes it, balances its white, encodes it and adds noise. The zero value
// does nothing. Radii and blur count in parts of the picture's height, so the same sensor serves
// all sizes.
type Sensor struct {
	// What is seen at radius r of the picture (1 at the middle of its upper edge) lies at radius
	// r·(1 + K1·r² + K2·r⁴) of the ideal one. Positive numbers bend straight lines outwards
	// (barrel), as cheap wide lenses do. To first order K1 is -k1·tan²(FovY/2) with k1 of the usual
	// calibrations (Brown 1966).
	K1 float64 // 1, -0.05..0.2
	K2 float64 // 1, -0.01..0.05

	// Vignette is how much darker the corners of a square picture are, in encoded brightness.
	Vignette float64 // 1, 0..0.8

	// Blur is the standard deviation of the spot that a point becomes. Unless it is 0, a pixel that
	// is no mean of many rays is also blurred by its own area, over which a camera's pixel gathers
	// light.
	Blur float64 // picture heights, 0..0.03

	// Exposure and White multiply light; 0 means 1.
	Exposure float64    // 1, 0.25..4
	White    [3]float64 // red, green, blue; 1, 0.25..4

	// Gamma is an exponent on the encoded brightness, rounded to 1/1024; 0 means 1. Above 1
	// mid-tones get darker.
	Gamma float64 // 1, 0.4..2.5

	// Noise has mean 0 and, at encoded brightness v of 0..255, the variance ReadNoise² +
	// ShotNoise²·v, drawn anew for each colour of each pixel of each frame.
	ReadNoise float64 // levels of 255, 0..30
	ShotNoise float64 // levels of 255 at brightness 1, 0..2
}

// Validate returns an error that names the first quantity out of its range, if any.
func (s *Sensor) Validate() error {
	for _, q := range [...]struct {
		what         string
		x, low, high float64
		orZero       bool
	}{
		{"lens distortion k1", s.K1, -0.05, 0.2, false},
		{"lens distortion k2", s.K2, -0.01, 0.05, false},
		{"vignette", s.Vignette, 0, 0.8, false},
		{"blur", s.Blur, 0, maxBlur, false},
		{"exposure", s.Exposure, 0.25, 4, true},
		{"white balance of red", s.White[0], 0.25, 4, true},
		{"white balance of green", s.White[1], 0.25, 4, true},
		{"white balance of blue", s.White[2], 0.25, 4, true},
		{"gamma", s.Gamma, 0.4, 2.5, true},
		{"read noise", s.ReadNoise, 0, 30, false},
		{"shot noise", s.ShotNoise, 0, 2, false},
	} {
		if !(q.x >= q.low && q.x <= q.high) && !(q.orZero && q.x == 0) {
			return fmt.Errorf("sensor: %s is %g, want %g to %g", q.what, q.x, q.low, q.high)
		}
	}
	return nil
}

// maxBlur is the largest Blur, in picture heights.
const maxBlur = 0.03

// orOne returns 1 for a factor that was left at 0.
func orOne(x float64) float64 {
	if x == 0 {
		return 1
	}
	return x
}

// SetSensor changes lens and camera. It allocates once, for the first sensor that does anything. On
// an error the renderer keeps its old one. The state of the noise goes on.
func (r *Renderer) SetSensor(s Sensor) error {
	widen, active := r.optics.widen, r.optics.active
	if err := r.optics.set(&s); err != nil {
		return err
	}
	r.stale = r.stale || r.optics.widen != widen || r.optics.active != active
	return nil
}

// SeedNoise sets the state of the noise to any number. Frames drawn after it depend on that number
// and on what is drawn, not on frames before.
func (r *Renderer) SeedNoise(seed uint64) { r.optics.noise = seed }
