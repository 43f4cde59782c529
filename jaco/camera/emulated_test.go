package camera

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"colonnade/jaco/clock"
	"colonnade/jaco/emulator"
	"colonnade/jaco/protocol"
	"colonnade/jaco/transport"
	"colonnade/sim"
	"colonnade/sim/domain"
	"colonnade/sim/render"
)

var middle = sim.Vec3{0, -0.45, 0}

// newScene returns an emulated arm at its home pose in a domain.
func newScene(t testing.TB, name string) (Scene, *clock.Virtual) {
	t.Helper()
	d, err := domain.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	world := new(domain.World)
	d.Draw(nil, world)
	o := emulator.NewOptions(protocol.Jaco2)
	home, _ := sim.Canonical().Keyframe("home")
	o.Start, o.Motion = &home, world.Motion
	arm, err := emulator.New(o)
	if err != nil {
		t.Fatal(err)
	}
	v := clock.NewVirtual()
	return Scene{Clock: v, Arm: arm, World: world, Target: func(time.Time) sim.Vec3 { return middle }, Seed: 1}, v
}

func newEmulated(t testing.TB, s Scene) *Emulated {
	t.Helper()
	c, err := NewEmulated(s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// In a world without faults the picture is the simulator's own, to the bit.
func TestEmulatedPicture(t *testing.T) {
	s, _ := newScene(t, "sim")
	model := sim.Canonical()
	data := model.NewData()
	data.Q, _ = model.Keyframe("home")
	model.Kinematics(data)
	r, err := render.NewRenderer(&s.World.Scene, Side, Side, 1)
	if err != nil {
		t.Fatal(err)
	}
	want, got := make([]uint8, FrameSize), make([]uint8, FrameSize)
	if err := r.Render(want, &data.BodyPos, &data.BodyRot, middle); err != nil {
		t.Fatal(err)
	}
	c := newEmulated(t, s)
	*s.World = domain.World{} // the camera has its own copy
	at, err := c.Frame(got)
	if err != nil || at != 0 {
		t.Fatalf("at %v, %v", at, err)
	}
	if !bytes.Equal(got, want) {
		t.Error("the picture is not the simulator's")
	}
}

// Under domain robot pictures are one frame (33 ms) late, and say so; the sensor's noise is another
// in each and follows from the seed.
func TestEmulatedLatencyAndNoise(t *testing.T) {
	s, v := newScene(t, "robot")
	moved := false
	s.Target = func(at time.Time) sim.Vec3 {
		if at.Before(clock.Epoch.Add(time.Second)) {
			return middle
		}
		moved = true
		return sim.Vec3{0.1, -0.5, 0}
	}
	first, second, again := make([]uint8, FrameSize), make([]uint8, FrameSize), make([]uint8, FrameSize)
	c := newEmulated(t, s)
	c.Frame(first)
	c.Frame(second)
	newEmulated(t, s).Frame(again)
	if bytes.Equal(first, second) || !bytes.Equal(first, again) {
		t.Errorf("two pictures are equal: %v; the same seed gives the same: %v", bytes.Equal(first, second),
			bytes.Equal(first, again))
	}
	v.Enter()
	clock.Sleep(t.Context(), v, 1020*time.Millisecond)
	v.Leave()
	if at, err := c.Frame(first); at != 987*time.Millisecond || err != nil || moved {
		t.Errorf("after 1.02 s the picture is of %v, %v; with the target of then: %v", at, err, moved)
	}
	v.Enter()
	clock.Sleep(t.Context(), v, 50*time.Millisecond)
	v.Leave()
	if at, err := c.Frame(first); at != 1037*time.Millisecond || err != nil || !moved {
		t.Errorf("after 1.07 s the picture is of %v, %v", at, err)
	}
}

func TestEmulatedFaults(t *testing.T) {
	s, _ := newScene(t, "robot")
	var c Camera = newEmulated(t, s)
	dst := make([]uint8, FrameSize)
	if _, err := c.Frame(dst[1:]); err == nil {
		t.Error("a short buffer is taken")
	}
	c.(*Emulated).Unplug()
	if _, err := c.Frame(dst); !errors.Is(err, transport.ErrNoDevice) {
		t.Errorf("unplugged: %v", err)
	}
	c.(*Emulated).Plug()
	if _, err := c.Frame(dst); err != nil {
		t.Error(err)
	}
	c.Close()
	if _, err := c.Frame(dst); !errors.Is(err, transport.ErrClosed) {
		t.Errorf("closed: %v", err)
	}
	if _, err := NewEmulated(Scene{}); err == nil {
		t.Error("a camera of nothing")
	}
	s.World.Scene.Camera.FovY = 0
	if _, err := NewEmulated(s); err == nil {
		t.Error("a camera that cannot be drawn")
	}
}

func TestEmulatedAllocatesNothing(t *testing.T) {
	s, _ := newScene(t, "robot")
	c := newEmulated(t, s)
	dst := make([]uint8, FrameSize)
	if n := testing.AllocsPerRun(20, func() { c.Frame(dst) }); n > 0 {
		t.Errorf("a picture allocates %g times", n)
	}
}

func BenchmarkEmulated(b *testing.B) {
	s, _ := newScene(b, "robot")
	c := newEmulated(b, s)
	dst := make([]uint8, FrameSize)
	b.ReportAllocs()
	for b.Loop() {
		c.Frame(dst)
	}
}
