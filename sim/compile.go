package sim

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Compile checks a description and makes a Model of it. The tree must be the Jaco's: a fixed base,
// a chain of six hinges, three fingers on the last link.
func Compile(desc Description) (*Model, error) {
	m := &Model{desc: desc.clone(), gravity: desc.Gravity}
	if err := m.compile(); err != nil {
		return nil, fmt.Errorf("compile arm model: %w", err)
	}
	return m, nil
}

func (m *Model) compile() error {
	desc := &m.desc
	if !finite(desc.Gravity[:]...) {
		return errors.New("gravity is not finite")
	}
	if len(desc.Links) != NumBodies {
		return fmt.Errorf("%d links, want %d: base, six links of the arm, three fingers", len(desc.Links), NumBodies)
	}
	names := make(map[string]int)
	for b := range desc.Links {
		l := &desc.Links[b]
		if _, twice := names[l.Name]; twice || l.Name == "" || l.Name == "world" {
			return fmt.Errorf("link %d: name %q is empty, reserved or used twice", b, l.Name)
		}
		names[l.Name] = b
	}
	for b := range desc.Links {
		if err := m.compileLink(b, names); err != nil {
			return fmt.Errorf("link %q: %w", desc.Links[b].Name, err)
		}
	}
	return m.compileRest(names)
}

func (m *Model) compileLink(b int, names map[string]int) error {
	l := &m.desc.Links[b]
	if b == Base {
		if l.Parent != "world" {
			return fmt.Errorf("parent is %q, want \"world\": the first link is the base", l.Parent)
		}
		if l.Joint != nil {
			return errors.New("the base must be fixed, but has a joint")
		}
	} else {
		parent, known := names[l.Parent]
		if !known {
			return fmt.Errorf("unknown parent %q", l.Parent)
		}
		if parent != parents[b] {
			return fmt.Errorf("parent is %q, want %q: the tree must be a chain of six joints with three fingers on "+
				"its last link",
				l.Parent, m.desc.Links[parents[b]].Name)
		}
		if l.Joint == nil {
			return errors.New("has no joint")
		}
		if err := m.compileJoint(b-1, l.Joint); err != nil {
			return fmt.Errorf("joint %q: %w", l.Joint.Name, err)
		}
	}

	rot, err := rotationFromQuat(l.Quat)
	if err != nil {
		return err
	}
	if !finite(l.Pos[:]...) {
		return fmt.Errorf("pos %v is not finite", l.Pos)
	}
	m.pos[b] = l.Pos
	m.rot[b] = rot
	if err := m.compileInertia(b, l); err != nil {
		return err
	}
	return m.compileShapes(b, l.Shapes)
}

// leastInertia is the smallest inertia, in kg m², of a link about its own joint, armature included.
// If each joint has it, the mass matrix can be inverted in every pose. Below it the solution would
// be made of rounding errors: moments are taken about the world origin, where those of a few kg are
// 1e-15 kg m².
const leastInertia = 1e-9

func (m *Model) compileInertia(b int, l *Link) error {
	if !(l.Mass > 0) || !finite(l.Mass) {
		return fmt.Errorf("mass is %g kg, want more than 0", l.Mass)
	}
	if !finite(l.COM[:]...) {
		return fmt.Errorf("com %v is not finite", l.COM)
	}
	if !finite(l.Inertia[:]...) {
		return fmt.Errorf("inertia_com %v is not finite", l.Inertia)
	}
	moments, axes := principalAxes(l.Inertia)
	// A thin rod's smallest moment is 0, its others are alike: rounding puts them a little to
	// either side.
	if !(moments[0] >= -1e-9*moments[2]) || moments[0]+moments[1] < float64(moments[2]*(1-1e-9)) {
		return fmt.Errorf("inertia_com %v has principal moments %v, which no body has", l.Inertia, moments)
	}
	moments[0] = max(moments[0], 0)
	if b != Base {
		own := l.Inertia[2] + float64(l.Mass*(float64(l.COM[0]*l.COM[0])+float64(l.COM[1]*l.COM[1])))
		if j := l.Joint; own+j.Armature < leastInertia {
			return fmt.Errorf("joint %q turns an inertia of %g kg m², want at least %g of link and armature together",
				j.Name, own+j.Armature, leastInertia)
		}
	}
	m.mass[b], m.com[b] = l.Mass, l.COM
	in := &m.inertia[b]
	half := float64((moments[0] + moments[1] + moments[2]) / 2)
	if moments[1] == moments[2] {
		in.base, in.rod[0], in.axis[0] = half-moments[1], moments[1]-moments[0], axes[0]
		return nil
	}
	in.base = half - moments[0]
	in.rod = [2]float64{moments[0] - moments[2], moments[0] - moments[1]}
	in.axis = [2]v3{axes[2], axes[1]}
	return nil
}

func (m *Model) compileJoint(i int, j *Joint) error {
	switch a := &j.Actuator; {
	case j.Type != "hinge":
		return fmt.Errorf("type is %q, want \"hinge\"", j.Type)
	case j.Axis != Vec3{0, 0, 1}:
		return fmt.Errorf("axis is %v, want [0 0 1]", j.Axis)
	case !(j.Armature >= 0) || !finite(j.Armature):
		return fmt.Errorf("armature is %g, want 0 or more", j.Armature)
	case !(j.Damping >= 0) || !finite(j.Damping):
		return fmt.Errorf("damping is %g, want 0 or more", j.Damping)
	case j.Friction != 0:
		return fmt.Errorf("frictionloss is %g, but dry friction is not simulated", j.Friction)
	case a.Type != "velocity":
		return fmt.Errorf("actuator type is %q, want \"velocity\"", a.Type)
	case !(a.KV >= 0) || !finite(a.KV):
		return fmt.Errorf("kv is %g, want 0 or more", a.KV)
	case !(a.CtrlLimit > 0) || !finite(a.CtrlLimit):
		return fmt.Errorf("ctrl_limit is %g, want more than 0", a.CtrlLimit)
	case !(a.ForceLimit > 0) || !finite(a.ForceLimit):
		return fmt.Errorf("force_limit is %g, want more than 0", a.ForceLimit)
	}
	m.armature[i], m.damping[i] = j.Armature, j.Damping
	m.kv[i], m.maxSpeed[i], m.maxForce[i] = j.Actuator.KV, j.Actuator.CtrlLimit, j.Actuator.ForceLimit
	m.limited[i], m.lower[i], m.upper[i] = j.Limited, math.Inf(-1), math.Inf(1)
	if !j.Limited {
		return nil
	}
	if j.Range == nil || !finite(j.Range[:]...) || !(j.Range[0] < j.Range[1]) {
		return errors.New("is limited, but range is not two angles in growing order")
	}
	m.lower[i], m.upper[i] = j.Range[0], j.Range[1]
	return nil
}

// compileRest takes over what hangs on the links: sites, keyframes, the order of the joints, the
// table.
func (m *Model) compileRest(names map[string]int) error {
	desc := &m.desc
	if len(desc.Order) != NumJoints {
		return fmt.Errorf("joint_order has %d names, want %d", len(desc.Order), NumJoints)
	}
	for i, name := range desc.Order {
		if name != m.JointName(i) {
			return fmt.Errorf("joint_order[%d] is %q, but the link in that place has %q", i, name, m.JointName(i))
		}
	}
	m.keyframes = make(map[string][NumJoints]float64)
	for name, q := range desc.Keyframes {
		if len(q) != NumJoints || !finite(q...) {
			return fmt.Errorf("keyframe %q: want %d finite numbers, have %v", name, NumJoints, q)
		}
		m.keyframes[name] = [NumJoints]float64(q)
	}
	var err error
	if m.palm, err = m.site(Hand, "palm"); err != nil {
		return err
	}
	for f := range NumFingers {
		if m.tips[f], err = m.site(Finger1+f, fmt.Sprintf("tip_%d", f+1)); err != nil {
			return err
		}
	}
	if t := &desc.Table; t.Type != "plane" || t.Normal != (Vec3{0, 0, 1}) || !finite(t.Height) {
		return errors.New("the table must be a plane with normal 0 0 1 and a finite height")
	}
	m.tableHeight = desc.Table.Height
	m.lanes.set(m)
	return m.compilePairs(names)
}

func (m *Model) site(b int, name string) (Vec3, error) {
	for _, s := range m.desc.Links[b].Sites {
		if s.Name == name {
			if !finite(s.Pos[:]...) {
				return Vec3{}, fmt.Errorf("site %q: pos %v is not finite", name, s.Pos)
			}
			return s.Pos, nil
		}
	}
	return Vec3{}, fmt.Errorf("link %q has no site %q", m.desc.Links[b].Name, name)
}

func finite(x ...float64) bool {
	for _, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}

// principalAxes returns the eigenvalues of the symmetric matrix xx yy zz xy xz yz in growing order,
// and the eigenvectors, by Jacobi rotations.
func principalAxes(s [6]float64) (moments [3]float64, axes [3]v3) {
	a := [3][3]float64{{s[0], s[3], s[4]}, {s[3], s[1], s[5]}, {s[4], s[5], s[2]}}
	v := [3][3]float64{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}
	for range 60 {
		p, q := 0, 1
		for _, pair := range [][2]int{{0, 2}, {1, 2}} {
			if math.Abs(a[pair[0]][pair[1]]) > math.Abs(a[p][q]) {
				p, q = pair[0], pair[1]
			}
		}
		if a[p][q] == 0 {
			break
		}
		sin, cos := math.Sincos(0.5 * math.Atan2(2*a[p][q], a[q][q]-a[p][p]))
		for k := range 3 {
			a[k][p], a[k][q] = float64(cos*a[k][p])-float64(sin*a[k][q]), float64(sin*a[k][p])+float64(cos*a[k][q])
		}
		for k := range 3 {
			a[p][k], a[q][k] = float64(cos*a[p][k])-float64(sin*a[q][k]), float64(sin*a[p][k])+float64(cos*a[q][k])
			v[k][p], v[k][q] = float64(cos*v[k][p])-float64(sin*v[k][q]), float64(sin*v[k][p])+float64(cos*v[k][q])
		}
		a[p][q], a[q][p] = 0, 0
	}
	order := []int{0, 1, 2}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(a[i][i], a[j][j]) })
	for k, i := range order {
		moments[k] = a[i][i]
		axes[k] = v3{v[0][i], v[1][i], v[2][i]}
	}
	return moments, axes
}
