package live

import (
	"encoding"
	"errors"
	"image"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"colonnade/a3c"
)

// between is the shortest time between two looks at the environment.
const between = time.Second

// stage is an environment that can show itself to people.
type stage interface {
	Picture(width, height int) (*image.RGBA, error)
}

// saver is an environment that can be saved and restored.
type saver interface {
	encoding.BinaryMarshaler
	encoding.BinaryUnmarshaler
}

// frames keeps what one environment showed last. The environment leaves a copy when one is wanted
// and not more often than once in the time between; pictures for people are drawn from its saved
// state by another environment, in the time of those who look. An environment that cannot be saved,
// such as a real arm, draws them itself.
type frames struct {
	wanted atomic.Bool

	mu     sync.Mutex // guards the fields below; held for moments only
	make   func(worker, index int) (a3c.Env, error)
	homes  int // environments watched so far
	frame  frame
	number int // of frames so far
	taken  time.Time

	drawing sync.Mutex // guards the fields below
	double  a3c.Env    // draws what the watched one was at
	home    int        // which one it is the double of
}

// frame is one look at an environment. Its slices do not change.
type frame struct {
	number  int // from 1; 0: there is none yet
	home    int
	size    [3]int
	pixels  []uint8 // what the network sees; empty if it does not look
	state   []byte  // of the environment; nil: picture it is
	picture *image.RGBA
}

// watch returns an environment that is the same to the trainer.
func (f *frames) watch(env a3c.Env, make func(worker, index int) (a3c.Env, error)) a3c.Env {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.make = make
	f.homes++
	w := &watched{Env: env, frames: f, home: f.homes}
	if _, ok := env.(saver); ok {
		return &watchedSaver{w}
	}
	return w
}

// ask lets the environment leave a copy with its next step.
func (f *frames) ask() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if time.Since(f.taken) >= between {
		f.wanted.Store(true)
	}
}

// latest returns the last look.
func (f *frames) latest() frame {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.frame
}

// take copies what the environment shows. It is called by the environment's goroutine.
func (f *frames) take(w *watched, pixels []uint8) {
	f.wanted.Store(false)
	next := frame{home: w.home, pixels: append([]uint8(nil), pixels...)}
	next.size, _, _ = w.Env.Spec()
	if s, ok := w.Env.(saver); ok {
		state, err := s.MarshalBinary()
		if err != nil {
			return // the next checkpoint will say so
		}
		next.state = state
	} else if s, ok := w.Env.(stage); ok {
		next.picture, _ = s.Picture(pictureWidth, pictureHeight) // without one the page has none
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.number++
	next.number = f.number
	f.frame, f.taken = next, time.Now()
}

// Size of the large picture.
const (
	pictureWidth  = 640
	pictureHeight = 480
)

var errNoPicture = errors.New("there is no picture")

// draw returns the large picture of a look.
func (f *frames) draw(look frame) (*image.RGBA, error) {
	if look.picture != nil {
		return look.picture, nil
	}
	if look.state == nil {
		return nil, errNoPicture
	}
	f.drawing.Lock()
	defer f.drawing.Unlock()
	if f.double == nil || f.home != look.home {
		f.mu.Lock()
		make, homes := f.make, f.homes
		f.mu.Unlock()
		if look.home != homes {
			return nil, errNoPicture // of a run that is over
		}
		double, err := make(0, 0)
		if err != nil {
			return nil, err
		}
		f.double, f.home = double, look.home
	}
	s, ok := f.double.(interface {
		saver
		stage
	})
	if !ok {
		return nil, errNoPicture
	}
	if err := s.UnmarshalBinary(look.state); err != nil {
		return nil, err
	}
	return s.Picture(pictureWidth, pictureHeight)
}

// close closes the environment that draws.
func (f *frames) close() {
	f.drawing.Lock()
	defer f.drawing.Unlock()
	if c, ok := f.double.(io.Closer); ok {
		c.Close() // what it was for is over
	}
	f.double = nil
}

// watched is an environment that leaves a copy of what it shows when somebody wants to look.
type watched struct {
	a3c.Env
	frames *frames
	home   int
}

func (w *watched) Step(action []int, pixels []uint8,
	proprio []float32) (reward float32, terminated, truncated bool, err error) {
	reward, terminated, truncated, err = w.Env.Step(action, pixels, proprio)
	if err == nil && w.frames.wanted.Load() {
		w.frames.take(w, pixels)
	}
	return reward, terminated, truncated, err
}

// StageTimes implements a3c.Stopwatch.
func (w *watched) StageTimes() (physics, render time.Duration) {
	if s, ok := w.Env.(a3c.Stopwatch); ok {
		return s.StageTimes()
	}
	return 0, 0
}

// Twin implements a3c.Twin.
func (w *watched) Twin(pixels []uint8) (sure bool, err error) {
	if t, ok := w.Env.(a3c.Twin); ok {
		return t.Twin(pixels)
	}
	return false, errors.New("the environment has no twin")
}

// Close implements io.Closer.
func (w *watched) Close() error {
	if c, ok := w.Env.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// watchedSaver is a watched environment that can be saved.
type watchedSaver struct{ *watched }

func (w *watchedSaver) MarshalBinary() ([]byte, error) { return w.Env.(saver).MarshalBinary() }

func (w *watchedSaver) UnmarshalBinary(data []byte) error { return w.Env.(saver).UnmarshalBinary(data) }
