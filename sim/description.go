package sim

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"

	"colonnade/sim/internal/strictjson"
)

// canonicalJSON is the model of the Kinova Jaco (j2n6s300), which MODEL.md explains. Its numbers
// come from Kinovarobotics/kinova-ros (BSD 3-clause, Kinova Robotics inc. 2017) and
// google-deepmind/dm_control (model BSD 3-clause); "licences" and "sources" in it tell which is
// which. Only the member "canonical" is used here.
//
//go:embed jaco-model.json
var canonicalJSON []byte

// Description is the member "canonical" of a model file in schema jaco-model/1: what a Model is
// compiled from. To vary a model, change a copy of Model.Description and Compile it.
type Description struct {
	Gravity   Vec3                 `json:"gravity"` // m/s²
	Links     []Link               `json:"links"`
	Order     []string             `json:"joint_order"`
	Table     Table                `json:"table"`
	Keyframes map[string][]float64 `json:"keyframes"`       // rad, in the order of joint_order
	Exclude   [][2]string          `json:"contact_exclude"` // pairs of links whose contact is ignored
}

// Link is one body and the joint that moves it.
type Link struct {
	Name    string     `json:"name"`
	Parent  string     `json:"parent"`      // "world" for the base
	Pos     Vec3       `json:"pos"`         // origin in the parent's frame, m
	Quat    [4]float64 `json:"quat"`        // orientation in the parent's frame at angle 0: w x y z
	Mass    float64    `json:"mass"`        // kg
	COM     Vec3       `json:"com"`         // centre of mass in the link's frame, m
	Inertia [6]float64 `json:"inertia_com"` // xx yy zz xy xz yz about the centre of mass, in link axes, kg m²
	Joint   *Joint     `json:"joint"`       // nil for the base
	Shapes  []Shape    `json:"geoms"`
	Sites   []Site     `json:"sites"`
}

// Joint is a hinge about the link's own z axis.
type Joint struct {
	Name     string      `json:"name"`
	Type     string      `json:"type"` // "hinge"
	Axis     Vec3        `json:"axis"` // 0 0 1
	Limited  bool        `json:"limited"`
	Range    *[2]float64 `json:"range"`        // rad; nil if not limited
	Armature float64     `json:"armature"`     // inertia of the motor seen at the joint, kg m²
	Damping  float64     `json:"damping"`      // N m s/rad
	Friction float64     `json:"frictionloss"` // dry friction, N m: must be 0, the solver has none
	Actuator Actuator    `json:"actuator"`
}

// Actuator is a velocity servo: torque = clamp(KV·(command - velocity), ±ForceLimit).
type Actuator struct {
	Type       string  `json:"type"`        // "velocity"
	KV         float64 `json:"kv"`          // N m s/rad
	CtrlLimit  float64 `json:"ctrl_limit"`  // commands are clamped to ± this, rad/s
	ForceLimit float64 `json:"force_limit"` // N m
}

// Shape is a capsule or a box in its link's frame, used for contact.
type Shape struct {
	Name     string  `json:"name"`
	Type     string  `json:"type"`      // "capsule" or "box"
	From     Vec3    `json:"from"`      // capsule: ends of the axis, m
	To       Vec3    `json:"to"`        //
	Radius   float64 `json:"radius"`    // capsule, m
	Pos      Vec3    `json:"pos"`       // box: centre, m
	HalfSize Vec3    `json:"half_size"` // box, m
}

// UnmarshalJSON reads a capsule or a box and returns an error if one of its members is missing.
func (s *Shape) UnmarshalJSON(text []byte) error {
	var given struct {
		Name     string   `json:"name"`
		Type     string   `json:"type"`
		From     *Vec3    `json:"from"`
		To       *Vec3    `json:"to"`
		Radius   *float64 `json:"radius"`
		Pos      *Vec3    `json:"pos"`
		HalfSize *Vec3    `json:"half_size"`
	}
	if err := strictjson.Unmarshal(text, &given); err != nil {
		return err
	}
	switch {
	case given.Type == "capsule" && (given.From == nil || given.To == nil || given.Radius == nil):
		return fmt.Errorf("capsule %q: want \"from\", \"to\" and \"radius\"", given.Name)
	case given.Type == "box" && (given.Pos == nil || given.HalfSize == nil):
		return fmt.Errorf("box %q: want \"pos\" and \"half_size\"", given.Name)
	}
	*s = Shape{
		Name: given.Name, Type: given.Type,
		From: orZero(given.From), To: orZero(given.To), Radius: orZero(given.Radius),
		Pos: orZero(given.Pos), HalfSize: orZero(given.HalfSize),
	}
	return nil
}

func orZero[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// Site is a named point in its link's frame.
type Site struct {
	Name string `json:"name"`
	Pos  Vec3   `json:"pos"` // m
}

// Table is the plane under the arm.
type Table struct {
	Type   string  `json:"type"`   // "plane"
	Height float64 `json:"height"` // m
	Normal Vec3    `json:"normal"` // 0 0 1
}

func (d Description) clone() Description {
	d.Links = slices.Clone(d.Links)
	for b := range d.Links {
		l := &d.Links[b]
		l.Shapes, l.Sites = slices.Clone(l.Shapes), slices.Clone(l.Sites)
		if l.Joint == nil {
			continue
		}
		j := *l.Joint
		if j.Range != nil {
			limits := *j.Range
			j.Range = &limits
		}
		l.Joint = &j
	}
	d.Order, d.Exclude = slices.Clone(d.Order), slices.Clone(d.Exclude)
	d.Keyframes = maps.Clone(d.Keyframes)
	for name, q := range d.Keyframes {
		d.Keyframes[name] = slices.Clone(q)
	}
	return d
}

// ParseModel compiles the model in a file of schema jaco-model/1. The error names the link or joint
// and what is wrong with it: also a member that is misspelt, missing, given twice, or too short.
func ParseModel(text []byte) (*Model, error) {
	var file modelFile
	if err := strictjson.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("read arm model: %w", err)
	}
	if file.Schema != "jaco-model/1" {
		return nil, fmt.Errorf("read arm model: schema is %q, want \"jaco-model/1\"", file.Schema)
	}
	if file.Canonical == nil {
		return nil, fmt.Errorf("read arm model: the file has no member \"canonical\"")
	}
	return Compile(file.Canonical.Description)
}

// modelFile is a file of schema jaco-model/1. What is raw is there for readers and other programs.
type modelFile struct {
	Schema    string `json:"schema"`
	Canonical *struct {
		Description
		File        json.RawMessage `json:"file,omitzero"`
		PhysicsStep json.RawMessage `json:"timestep_s,omitzero"`
		ControlStep json.RawMessage `json:"control_step_s,omitzero"`
		Integrator  json.RawMessage `json:"integrator,omitzero"`
		Target      json.RawMessage `json:"target,omitzero"`
		Camera      json.RawMessage `json:"camera,omitzero"`
	} `json:"canonical"`
	Units     json.RawMessage `json:"units,omitzero"`
	Licences  json.RawMessage `json:"licences,omitzero"`
	Sources   json.RawMessage `json:"sources,omitzero"`
	Kinova    json.RawMessage `json:"kinova_ros,omitzero"`
	DMControl json.RawMessage `json:"dm_control,omitzero"`
	DH        json.RawMessage `json:"dh,omitzero"`
	Extents   json.RawMessage `json:"mesh_extents_xyz,omitzero"`
}

// Canonical returns the Kinova Jaco of the project. All callers share one model.
func Canonical() *Model { return canonical() }

var canonical = sync.OnceValue(func() *Model {
	m, err := ParseModel(canonicalJSON)
	if err != nil {
		panic("sim: the embedded model: " + err.Error())
	}
	return m
})
