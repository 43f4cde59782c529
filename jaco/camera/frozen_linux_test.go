//go:build amd64 || arm64

package camera

import (
	"errors"
	"strings"
	"testing"
	"time"

	"colonnade/jaco/clock"
)

// striped is a picture of the fake's, half dark and half bright.
func striped(level uint8) []byte {
	p := grey(level)
	for i := 0; i < len(p)/2; i += 2 {
		p[i] = 200
	}
	return p
}

// A camera that repeats a picture with fresh times is taken for one that hangs, after half a second
// and five pictures.
func TestTheSamePictureAgainAndAgain(t *testing.T) {
	const step = 100 * time.Millisecond
	for _, x := range []struct {
		name    string
		every   time.Duration
		picture func(i int) []byte
		fails   int // picture that is refused first; 0: none
		words   string
	}{
		{"ten a second", step, func(int) []byte { return striped(40) }, 5, "the camera hangs"},
		{"25 a second", step * 2 / 5, func(int) []byte { return striped(40) }, 13, "the camera hangs"},
		{"one a second", 10 * step, func(int) []byte { return striped(40) }, 4, "the camera hangs"},
		{"a covered lens", step, func(int) []byte { return grey(16) }, 5, "is the lens covered"},
		{"frozen after a while", step, func(i int) []byte { return striped(uint8(min(i, 10))) }, 15,
			"the camera hangs"},
		{"noise", step, func(i int) []byte { return striped(uint8(40 + i%2)) }, 0, ""},
		{"a slow sensor behind a bridge", step / 3, func(i int) []byte { return striped(uint8(40 + i/6)) }, 0, ""},
	} {
		f := newFake()
		c := begin(t, f, nil)
		dst := make([]uint8, FrameSize)
		failed := 0
		for i := range 20 {
			until(t, "room for a picture",
				func() bool { return f.deliver(x.picture(i), 50*time.Second-time.Duration(i)*x.every, 0) })
			_, err := c.Frame(dst)
			switch {
			case err == nil && failed > 0:
				t.Errorf("%s: picture %d is believed again", x.name, i)
			case err != nil && failed == 0:
				failed = i
				if !errors.Is(err, ErrStale) || !strings.Contains(err.Error(), x.words) {
					t.Errorf("%s: %v", x.name, err)
				}
			}
		}
		if failed != x.fails {
			t.Errorf("%s: picture %d is refused first, want %d", x.name, failed, x.fails)
		}
	}
}

// It is opened again, as one that says nothing, and another picture is believed.
func TestReopeningOfAFrozenCamera(t *testing.T) {
	v := clock.NewVirtual()
	v.Enter()
	defer v.Leave()
	var fakes []*fake
	r, err := NewReopening(v, func() (Camera, error) {
		f := newFake()
		fakes = append(fakes, f)
		return begin(t, f, func(o *Options) { o.Timeout = 20 * time.Millisecond }), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	dst := make([]uint8, FrameSize)
	age := 50 * time.Second
	look := func(picture []byte) error {
		f := fakes[len(fakes)-1]
		until(t, "room for a picture", func() bool { return f.deliver(picture, age, 0) })
		age -= 100 * time.Millisecond
		pass(t, v, 100*time.Millisecond)
		_, err := r.Frame(dst)
		return err
	}
	for began := v.Now(); len(fakes) == 1; {
		look(striped(40))
		if v.Now().Sub(began) > 5*time.Second {
			t.Fatal("it is not opened again")
		}
	}
	if err := look(striped(41)); err != nil {
		t.Errorf("after it was opened again: %v", err)
	}
}
