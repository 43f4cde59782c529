package workcell

import (
	"fmt"
	"image"
	"strconv"
	"strings"
	"time"

	"colonnade/jaco/camera"
	"colonnade/jaco/transport"
)

// CameraSettings is how a camera is set, read as soon as it is given, so that a mistake is one of
// usage.
type CameraSettings struct {
	given string
	opt   camera.Options
}

func (s *CameraSettings) String() string { return s.given }

// Set implements flag.Value.
func (s *CameraSettings) Set(text string) error {
	var opt camera.Options
	for word := range strings.FieldsSeq(text) {
		key, value, ok := strings.Cut(word, "=")
		if !ok {
			return fmt.Errorf("%q is not key=value", word)
		}
		set, known := settings[key]
		if !known {
			return fmt.Errorf("%q is not size, format, rate, exposure, white-balance, gain, focus or crop", key)
		}
		if err := set(&opt, value); err != nil {
			return fmt.Errorf("%s: %w", word, err)
		}
	}
	s.given, s.opt = text, opt
	return nil
}

var settings = map[string]func(o *camera.Options, value string) error{
	"size": func(o *camera.Options, v string) (err error) {
		w, h, ok := strings.Cut(v, "x")
		if !ok {
			return fmt.Errorf("want WIDTHxHEIGHT")
		}
		if o.Width, err = positive(w); err == nil {
			o.Height, err = positive(h)
		}
		return err
	},
	"format": func(o *camera.Options, v string) (err error) {
		switch v {
		case "yuyv":
			o.Pixels = camera.YUYV
		case "mjpeg":
			o.Pixels = camera.MJPEG
		default:
			err = fmt.Errorf("want yuyv or mjpeg")
		}
		return err
	},
	"rate":          func(o *camera.Options, v string) (err error) { o.Rate, err = positive(v); return err },
	"white-balance": func(o *camera.Options, v string) (err error) { o.WhiteBalance, err = positive(v); return err },
	"exposure": func(o *camera.Options, v string) (err error) {
		if o.Exposure, err = time.ParseDuration(v); err == nil && o.Exposure <= 0 {
			err = fmt.Errorf("want a time above 0, such as 10ms")
		}
		return err
	},
	"gain":  func(o *camera.Options, v string) error { return own(&o.Gain, v) },
	"focus": func(o *camera.Options, v string) error { return own(&o.Focus, v) },
	"crop": func(o *camera.Options, v string) error {
		var at [4]int
		words := strings.Split(v, ",")
		if len(words) != len(at) {
			return fmt.Errorf("want X0,Y0,X1,Y1 in pixels")
		}
		for i, w := range words {
			n, err := strconv.Atoi(w)
			if err != nil || n < 0 {
				return fmt.Errorf("%q is no number of 0 or more", w)
			}
			at[i] = n
		}
		o.Crop = image.Rect(at[0], at[1], at[2], at[3])
		return nil
	},
}

func positive(v string) (int, error) {
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%q is no number above 0", v)
	}
	return n, nil
}

// own reads a number in the camera's own units.
func own(to **int, v string) error {
	n, err := strconv.Atoi(v)
	if err != nil {
		return fmt.Errorf("%q is no number", v)
	}
	*to = &n
	return nil
}

// Faults are what goes wrong on an emulated cable, read as soon as they are named.
type Faults struct {
	given string
	rules []transport.Rule
}

func (f *Faults) String() string { return f.given }

// Set implements flag.Value.
func (f *Faults) Set(s string) error {
	rules, err := transport.ParseRules(s)
	if err == nil {
		f.given, f.rules = s, rules
	}
	return err
}

// Rules returns the faults.
func (f *Faults) Rules() []transport.Rule { return f.rules }
