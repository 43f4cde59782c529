package tracker

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"colonnade/sim"
)

const schema = "jaco-table/1"

// file is what a Plane is kept as. Points, View and Zeros count: all else follows from them, and is
// there for people.
type file struct {
	Schema  string      `json:"schema"`
	Picture [2]int      `json:"picture"`        // pixels
	View    string      `json:"view,omitempty"` // how the camera took the pictures
	Points  []Point     `json:"points"`
	Error   *float64    `json:"error_mm,omitempty"` // root mean square at the points
	Camera  *[3]float64 `json:"camera,omitempty"`   // m
	Zeros   []float64   `json:"zeros,omitempty"`    // rad, of each joint
}

// Save writes the plane to a file, which is complete or as it was before.
func (p *Plane) Save(path string) error {
	f := file{Schema: schema, Picture: [2]int{Side, Side}, Points: p.points, View: p.view}
	if !math.IsNaN(p.errorMM) {
		f.Error = &p.errorMM
	}
	if p.camera != nil {
		f.Camera = (*[3]float64)(p.camera)
	}
	if p.zeros != [sim.NumJoints]float64{} {
		f.Zeros = p.zeros[:]
	}
	text, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return fmt.Errorf("save the calibration: %w", err)
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), ".table-*")
	if err != nil {
		return fmt.Errorf("save the calibration: %w", err)
	}
	_, err = temporary.Write(append(text, '\n'))
	err = errors.Join(err, temporary.Sync(), temporary.Close())
	if err == nil {
		err = os.Rename(temporary.Name(), path)
	}
	if err != nil {
		os.Remove(temporary.Name())
		return fmt.Errorf("save the calibration: %w", err)
	}
	return nil
}

// Load reads a plane that Save wrote.
func Load(path string) (*Plane, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("load the calibration: %w", err)
	}
	p, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("load the calibration %s: %w", path, err)
	}
	return p, nil
}

func parse(text []byte) (*Plane, error) {
	var f file
	if err := json.Unmarshal(text, &f); err != nil {
		return nil, err
	}
	if f.Schema != schema {
		return nil, fmt.Errorf("it is of schema %q, want %q", f.Schema, schema)
	}
	if f.Picture != [2]int{Side, Side} {
		return nil, fmt.Errorf("it is for pictures of %dx%d pixels, want %dx%d", f.Picture[0], f.Picture[1], Side, Side)
	}
	if n := len(f.Zeros); n != 0 && n != sim.NumJoints {
		return nil, fmt.Errorf("it has the zeros of %d joints, want %d", n, sim.NumJoints)
	}
	p, err := Fit(f.Points)
	if err == nil {
		p.view = f.View
		copy(p.zeros[:], f.Zeros)
	}
	return p, err
}
