package live

import (
	"bytes"
	"encoding"
	"image/png"
	"io"
	"strings"
	"testing"

	"colonnade/a3c"
)

// A watched environment offers the trainer what the environment does, no more and no less.
func TestWatchedIsTheSame(t *testing.T) {
	var p Page
	plain, saved := &toy{}, &savedToy{}
	make := p.Envs(func(worker, index int) (a3c.Env, error) {
		if index == 1 {
			return plain, nil
		}
		return saved, nil
	})
	if env, _ := make(0, 1); env != a3c.Env(plain) {
		t.Error("an environment that nobody looks at is wrapped")
	}
	env, err := make(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if physics, render := env.(a3c.Stopwatch).StageTimes(); physics != 3 || render != 4 {
		t.Errorf("stage times %v, %v", physics, render)
	}
	state, err := env.(encoding.BinaryMarshaler).MarshalBinary()
	if err != nil || !bytes.Equal(state, []byte{0}) {
		t.Errorf("state %v, %v", state, err)
	}
	if err := env.(encoding.BinaryUnmarshaler).UnmarshalBinary([]byte{9}); err != nil || saved.count != 9 {
		t.Errorf("restored %d, %v", saved.count, err)
	}
	if env.(io.Closer).Close(); saved.closed != 1 {
		t.Error("not closed")
	}
	unsaved := p.frames.watch(plain, nil)
	if _, ok := unsaved.(encoding.BinaryUnmarshaler); ok {
		t.Error("an environment that cannot be saved says that it can")
	}
}

// Frames are taken when they are asked for, and show the step they were taken at: a saved
// environment's by its double, another's by itself.
func TestFrames(t *testing.T) {
	for name, env := range map[string]a3c.Env{"saved": &savedToy{}, "unsaved": &toy{}} {
		p, s := serve(t)
		if _, answer := get(t, s.URL+"/frame/seen.png"); answer.StatusCode != 404 {
			t.Errorf("%s: a frame before the first: %s", name, answer.Status)
		}
		made := 0
		env, err := p.Envs(func(int, int) (a3c.Env, error) {
			if made++; made > 1 {
				return &savedToy{}, nil
			}
			return env, nil
		})(0, 0)
		if err != nil {
			t.Fatal(err)
		}
		pixels := make([]uint8, 12)
		step := func() { env.Step(nil, pixels, nil) }
		step() // nobody looks
		if n := p.frames.latest().number; n != 0 {
			t.Errorf("%s: %d frames that nobody wanted", name, n)
		}
		get(t, s.URL+"/")
		step()
		step()
		get(t, s.URL+"/") // too soon for another
		step()
		page, _ := get(t, s.URL+"/")
		mustContain(t, page, "/frame/arm.png?v=1", "/frame/seen.png?v=1", "2x2 pixels")
		for _, file := range []string{"seen.png", "arm.png"} {
			body, answer := get(t, s.URL+"/frame/"+file)
			picture, err := png.Decode(strings.NewReader(body))
			if err != nil {
				t.Fatalf("%s %s: %s %v", name, file, answer.Status, err)
			}
			if r, _, _, _ := picture.At(0, 0).RGBA(); file == "seen.png" && r>>8 != 2 {
				t.Errorf("%s: %s shows step %d, want 2", name, file, r>>8)
			}
		}
		if want := map[string]int{"saved": 2, "unsaved": 1}[name]; made != want {
			t.Errorf("%s: %d environments made, want %d", name, made, want)
		}
	}
}

// While nobody looks a watched step costs nothing.
func TestStepAllocatesNothing(t *testing.T) {
	var p Page
	env := p.frames.watch(&savedToy{}, nil)
	pixels := make([]uint8, 12)
	if n := testing.AllocsPerRun(100, func() { env.Step(nil, pixels, nil) }); n != 0 {
		t.Errorf("%v allocations a step", n)
	}
}
