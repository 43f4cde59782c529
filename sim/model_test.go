package sim_test

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"colonnade/sim"
)

func TestCanonical(t *testing.T) {
	m := sim.Canonical()
	if m != sim.Canonical() {
		t.Error("Canonical makes a new model each time")
	}
	var mass float64
	for _, l := range m.Description().Links {
		mass += l.Mass
	}
	if want := 4.784574; math.Abs(mass-want) > 1e-9 { // MODEL.md section 2
		t.Errorf("the arm weighs %.6f kg, want %.6f", mass, want)
	}
	if got := m.JointName(6); got != "finger_1" {
		t.Errorf("joint 6 is %q", got)
	}
	if got := m.BodyName(sim.Hand); got != "hand" {
		t.Errorf("body %d is %q", sim.Hand, got)
	}
	if lower, upper, limited := m.Range(1); !limited || lower != 0.8203047484373349 || upper != 5.462880558742252 {
		t.Errorf("range of joint_2 is %g, %g, %v", lower, upper, limited)
	}
	if lower, upper, limited := m.Range(0); limited || !math.IsInf(lower, -1) || !math.IsInf(upper, 1) {
		t.Errorf("range of joint_1 is %g, %g, %v", lower, upper, limited)
	}
	for i, want := range (vector{0.6283185307179586, 0.6283185307179586, 0.6283185307179586, 0.8377580409572781,
		0.8377580409572781, 0.8377580409572781, 1, 1, 1}) {
		if m.MaxSpeed(i) != want {
			t.Errorf("speed of %s is %g, want %g", m.JointName(i), m.MaxSpeed(i), want)
		}
	}
}

// TestPalmByDenavitHartenberg computes the palm by Kinova's own parameters (MODEL.md section 1: D1
// 0.2755, D2 0.41, D3 0.2073, D4 = D5 0.0741, D6 0.16, e2 0.0098, wrist bend 60 degrees), which
// agree with the tree to within 0.08 mm.
func TestPalmByDenavitHartenberg(t *testing.T) {
	const k = 0.5773502691896258 // sin 30° / sin 60°
	m := sim.Canonical()
	d := m.NewData()
	worst := 0.0
	for n := range 200 {
		for i := range sim.NumArmJoints {
			d.Q[i] = math.Mod(float64((n+1)*(7*i+3))*0.7, 6.2)
		}
		m.Kinematics(d)
		q := d.Q
		rows := [6][4]float64{ // a, d, alpha in degrees, theta
			{0, 0.2755, 90, -q[0]},
			{0.41, 0, 180, q[1] - math.Pi/2},
			{0, -0.0098, 90, q[2] + math.Pi/2},
			{0, -(0.2073 + k*0.0741), 60, q[3]},
			{0, -(k*0.0741 + k*0.0741), 60, q[4] - math.Pi},
			{0, -(k*0.0741 + 0.16), 180, q[5] + math.Pi/2},
		}
		rot, pos := sim.Identity, sim.Vec3{}
		for _, r := range rows {
			st, ct := math.Sincos(r[3])
			sa, ca := math.Sincos(r[2] * math.Pi / 180)
			pos = pos.Add(rot.MulVec(sim.Vec3{r[0] * ct, r[0] * st, r[1]}))
			rot = rot.Mul(sim.Mat3{ct, -st * ca, st * sa, st, ct * ca, -ct * sa, 0, sa, ca})
		}
		worst = max(worst, pos.Distance(d.Palm))
	}
	t.Logf("largest difference %.3f mm", 1000*worst)
	if worst > 0.00008 {
		t.Errorf("the palm is up to %g m from where Kinova's own parameters put it", worst)
	}
}

func TestDescriptionIsACopy(t *testing.T) {
	m := sim.Canonical()
	a := m.Description()
	a.Links[sim.Hand].Mass = 100
	a.Links[1].Joint.Damping = 100
	a.Keyframes["home"][0] = 100
	if b := m.Description(); b.Links[sim.Hand].Mass == 100 || b.Links[1].Joint.Damping == 100 ||
		b.Keyframes["home"][0] == 100 {
		t.Error("changing a description changed the model")
	}
	again, err := sim.Compile(m.Description())
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(again, m) {
		t.Error("compiling a model's description gives another model")
	}
}

func TestPayload(t *testing.T) {
	m := sim.Canonical()
	desc := m.Description()
	desc.Links[sim.Hand].Mass += 0.5
	heavy, err := sim.Compile(desc)
	if err != nil {
		t.Fatal(err)
	}
	q, _ := m.Keyframe("reach_start")
	var light, loaded vector
	m.Bias(at(m, q, vector{}), &light)
	heavy.Bias(at(heavy, q, vector{}), &loaded)
	if math.Abs(loaded[1]) < math.Abs(light[1])+1 {
		t.Errorf("half a kilogram more changes the torque of joint_2 from %g to %g N m only", light[1], loaded[1])
	}
}

func TestBadDescriptions(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		want   string
		change func(*sim.Description)
	}{
		{"9 links, want 10", func(d *sim.Description) { d.Links = d.Links[:9] }},
		{"gravity is not finite", func(d *sim.Description) { d.Gravity[2] = nan }},
		{`link 2: name "link_1" is empty, reserved or used twice`,
			func(d *sim.Description) { d.Links[2].Name = "link_1" }},
		{`link "base": parent is "hand", want "world"`, func(d *sim.Description) { d.Links[0].Parent = "hand" }},
		{`link "base": the base must be fixed`, func(d *sim.Description) { d.Links[0].Joint = d.Links[1].Joint }},
		{`link "link_2": unknown parent "elbow"`, func(d *sim.Description) { d.Links[2].Parent = "elbow" }},
		{`link "link_3": parent is "link_1", want "link_2"`, func(d *sim.Description) { d.Links[3].Parent = "link_1" }},
		{`link "hand": has no joint`, func(d *sim.Description) { d.Links[6].Joint = nil }},
		{`link "link_1": quat [2 0 0 0] has length 2`,
			func(d *sim.Description) { d.Links[1].Quat = [4]float64{2, 0, 0, 0} }},
		{`link "link_1": pos [NaN 0 0] is not finite`,
			func(d *sim.Description) { d.Links[1].Pos = sim.Vec3{nan, 0, 0} }},
		{`link "link_4": mass is -1 kg, want more than 0`, func(d *sim.Description) { d.Links[4].Mass = -1 }},
		{`link "link_4": mass is NaN kg`, func(d *sim.Description) { d.Links[4].Mass = nan }},
		{`link "link_4": com [NaN`, func(d *sim.Description) { d.Links[4].COM[0] = nan }},
		{`link "finger_1": inertia_com`, func(d *sim.Description) {
			d.Links[7].Inertia = [6]float64{1, 1, 3, 0, 0, 0}
		}},
		{`link "finger_1": inertia_com`, func(d *sim.Description) { d.Links[7].Inertia[0] = math.Inf(1) }},
		{`link "finger_1": inertia_com`, func(d *sim.Description) {
			d.Links[7].Inertia = [6]float64{1, 1, 1, 2, 0, 0}
		}},
		{`joint "joint_1": type is "slide"`, func(d *sim.Description) { d.Links[1].Joint.Type = "slide" }},
		{`joint "joint_1": axis is [1 0 0]`, func(d *sim.Description) { d.Links[1].Joint.Axis = sim.Vec3{1, 0, 0} }},
		{`joint "joint_1": armature is -1`, func(d *sim.Description) { d.Links[1].Joint.Armature = -1 }},
		{`joint "joint_1": damping is -1`, func(d *sim.Description) { d.Links[1].Joint.Damping = -1 }},
		{`joint "joint_1": frictionloss is 2`, func(d *sim.Description) { d.Links[1].Joint.Friction = 2 }},
		{`joint "joint_1": actuator type is "motor"`,
			func(d *sim.Description) { d.Links[1].Joint.Actuator.Type = "motor" }},
		{`joint "joint_1": kv is -1`, func(d *sim.Description) { d.Links[1].Joint.Actuator.KV = -1 }},
		{`joint "joint_1": ctrl_limit is 0`, func(d *sim.Description) { d.Links[1].Joint.Actuator.CtrlLimit = 0 }},
		{`joint "joint_1": force_limit is 0`, func(d *sim.Description) { d.Links[1].Joint.Actuator.ForceLimit = 0 }},
		{`joint "joint_2": is limited, but range`, func(d *sim.Description) { d.Links[2].Joint.Range = nil }},
		{`joint "joint_2": is limited, but range`,
			func(d *sim.Description) { d.Links[2].Joint.Range = &[2]float64{2, 1} }},
		{`shape "hand_g" has type "mesh"`, func(d *sim.Description) { d.Links[6].Shapes[0].Type = "mesh" }},
		{`box "hand_g"`, func(d *sim.Description) { d.Links[6].Shapes[0].HalfSize[1] = 0 }},
		{`capsule "base_g"`, func(d *sim.Description) { d.Links[0].Shapes[0].Radius = -0.1 }},
		{`capsule "base_g"`, func(d *sim.Description) { d.Links[0].Shapes[0].To[0] = nan }},
		{"distance of two boxes is not implemented",
			func(d *sim.Description) { d.Links[0].Shapes = d.Links[6].Shapes }},
		{`contact_exclude names unknown link in ["base" "elbow"]`,
			func(d *sim.Description) { d.Exclude = [][2]string{{"base", "elbow"}} }},
		{"joint_order has 8 names", func(d *sim.Description) { d.Order = d.Order[:8] }},
		{`joint_order[0] is "joint_2"`, func(d *sim.Description) { d.Order[0] = "joint_2" }},
		{`keyframe "home": want 9 finite numbers`, func(d *sim.Description) { d.Keyframes["home"] = []float64{1, 2} }},
		{`link "hand" has no site "palm"`, func(d *sim.Description) { d.Links[6].Sites = nil }},
		{`site "tip_2": pos`, func(d *sim.Description) { d.Links[8].Sites[0].Pos[0] = nan }},
		{`joint "finger_1" turns an inertia of 0 kg m²`, func(d *sim.Description) {
			l := &d.Links[sim.Finger1]
			l.COM, l.Inertia, l.Joint.Armature = sim.Vec3{0, 0, 0.1}, [6]float64{}, 0 // a point on the joint's axis
		}},
		{`joint "joint_4" turns an inertia of 0 kg m²`, func(d *sim.Description) {
			l := &d.Links[sim.Link4]
			l.COM, l.Inertia, l.Joint.Armature = sim.Vec3{}, [6]float64{}, 0
		}},
		{"the table must be a plane", func(d *sim.Description) { d.Table.Normal = sim.Vec3{0, 1, 0} }},
	} {
		desc := sim.Canonical().Description()
		c.change(&desc)
		m, err := sim.Compile(desc)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("want an error with %q, have %v", c.want, err)
		}
		if m != nil {
			t.Errorf("%s: a model in spite of the error", c.want)
		}
	}
}

func TestBadModelFiles(t *testing.T) {
	good, err := os.ReadFile("jaco-model.json")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sim.ParseModel(good); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ text, want string }{
		{"", "unexpected end"},
		{string(good[:len(good)/2]), "unexpected end"},
		{"[]", "want an object"},
		{`{"schema": "jaco-model/2"}`, `schema is "jaco-model/2"`},
		{`{"schema": "jaco-model/1"}`, `no member "canonical"`},
		{`{"schema": "jaco-model/1", "canonical": {}}`, `canonical: there is no "gravity"`},
		{`{"schema": "jaco-model/1", "canonical": {"links": "none"}}`, "links"},
		// What json takes for 0, or for something else.
		{replaced(good, `"damping": 1.0`, `"dampng": 1.0`), `canonical.links[1].joint: unknown field "dampng"`},
		{replaced(good, `"damping": 1.0`, `"DAMPING": 1.0`), `canonical.links[1].joint: unknown field "DAMPING"`},
		{replaced(good, `"kv": 500.0,`, ""), `canonical.links[1].joint.actuator: there is no "kv"`},
		{replaced(good, `"pos": [0.0, 0.0, 0.0]`, `"pos": [0.0, 0.0]`),
			"canonical.links[0].pos: has 2 elements, want 3"},
		{replaced(good, `"pos": [0.0, 0.0, 0.0]`, `"pos": [0.0, 0.0, 0.0, 0.0]`),
			"canonical.links[0].pos: has 4 elements, want 3"},
		{replaced(good, `"mass": 0.46784`, `"mass": 0.46784, "mass": 1`), "mass is given twice"},
		{replaced(good, `"from": [0.0, 0.0, 0.041],`, ""),
			`canonical.links[0].geoms[0]: capsule "base_g": want "from"`},
		{replaced(good, `"half_size"`, `"halfsize"`), `unknown field "halfsize"`},
	} {
		if _, err := sim.ParseModel([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.40q: want an error with %q, have %v", c.text, c.want, err)
		}
	}
}

// replaced returns a model file with the first of one text replaced by another.
func replaced(file []byte, from, to string) string {
	if !bytes.Contains(file, []byte(from)) {
		panic("the model file has no " + from)
	}
	return strings.Replace(string(file), from, to, 1)
}

// TestShapesInJSON: what is written of a description can be read again, points at 0 included.
func TestShapesInJSON(t *testing.T) {
	shapes := []sim.Shape{
		{Name: "a", Type: "capsule", To: sim.Vec3{0, 0, 1}, Radius: 0.1},
		{Name: "b", Type: "box", HalfSize: sim.Vec3{1, 2, 3}},
	}
	text, err := json.Marshal(shapes)
	if err != nil {
		t.Fatal(err)
	}
	var again []sim.Shape
	if err := json.Unmarshal(text, &again); err != nil || !slices.Equal(again, shapes) {
		t.Errorf("read %+v, error %v, want %+v", again, err, shapes)
	}
}

// TestThinRods: the inertia of a thin rod in any direction has a principal moment of 0, which
// rounding may put below. Such a link is an ordinary one, and moves.
func TestThinRods(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 1))
	for range 2000 {
		n := sim.Vec3{rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64()}
		n = n.Scale(1 / n.Norm())
		const i = 1e-3 // kg m², across the rod
		desc := sim.Canonical().Description()
		desc.Links[3].Inertia = [6]float64{i * (1 - n[0]*n[0]), i * (1 - n[1]*n[1]), i * (1 - n[2]*n[2]),
			-i * n[0] * n[1], -i * n[0] * n[2], -i * n[1] * n[2]}
		if _, err := sim.Compile(desc); err != nil {
			t.Fatalf("rod along %v: %v", n, err)
		}
	}
}

// FuzzParseModel: whatever is in the file, there is a model that moves or an error, no panic.
func FuzzParseModel(f *testing.F) {
	good, err := os.ReadFile("jaco-model.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"schema": "jaco-model/1", "canonical": {"links": [{}, {}]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := sim.ParseModel(text)
		if err != nil {
			return
		}
		d := m.NewData()
		m.Step(d, &vector{}, sim.TrainingStep)
		m.NewChecker().Check(d)
	})
}
