package main

import (
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"sync"
	"time"

	"colonnade/jaco/emulator"
	"colonnade/sim"
	"colonnade/sim/domain"
	"colonnade/sim/render"
)

// painter keeps a picture of an arm in a file.
type painter struct {
	device *emulator.Device
	path   string
	target sim.Vec3

	mu       sync.Mutex // guards what follows
	renderer *render.Renderer
	pixels   []uint8
	picture  *image.NRGBA
}

// supersample makes edges smooth.
const supersample = 2

func newPainter(device *emulator.Device, world *domain.World, path string, size int, target sim.Vec3,
	seed uint64) (*painter, error) {
	r, err := render.NewRenderer(&world.Scene, size, size, supersample)
	if err != nil {
		return nil, err
	}
	if err := r.SetSensor(world.Sensor); err != nil {
		return nil, err
	}
	r.SeedNoise(seed)
	return &painter{
		device: device, path: path, target: target,
		renderer: r, pixels: make([]uint8, size*size*3), picture: image.NewNRGBA(image.Rect(0, 0, size, size)),
	}, nil
}

// paint writes the picture of now. The file is replaced as a whole: a viewer never sees half of
// one.
func (p *painter) paint() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var pos [sim.NumBodies]sim.Vec3
	var rot [sim.NumBodies]sim.Mat3
	// the arm must not wait for a picture
	p.device.Look(time.Now(), func(d *sim.Data) { pos, rot = d.BodyPos, d.BodyRot })
	if err := p.renderer.Render(p.pixels, &pos, &rot, p.target); err != nil {
		return fmt.Errorf("picture: %w", err)
	}
	for i, j := 0, 0; i < len(p.pixels); i, j = i+3, j+4 {
		copy(p.picture.Pix[j:], p.pixels[i:i+3])
		p.picture.Pix[j+3] = 0xff
	}
	f, err := os.CreateTemp(filepath.Dir(p.path), ".picture-*")
	if err != nil {
		return fmt.Errorf("picture: %w", err)
	}
	defer os.Remove(f.Name()) // where it was not renamed
	err = png.Encode(f, p.picture)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Chmod(f.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(f.Name(), p.path)
	}
	if err != nil {
		return fmt.Errorf("picture: %w", err)
	}
	return nil
}

// picturePath is the file of one of several arms: arm.png becomes arm-1-2.png.
func picturePath(path, id string, several bool) string {
	if !several {
		return path
	}
	ending := filepath.Ext(path)
	return path[:len(path)-len(ending)] + "-" + id + ending
}
