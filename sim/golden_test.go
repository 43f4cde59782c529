package sim_test

import (
	"bufio"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"colonnade/sim"
	"colonnade/sim/internal/simtest"
)

// The golden data comes from MuJoCo 3.12.0; testdata/golden/README.md describes it and how it was
// made.
const (
	singleTolerance  = 1e-9 // one evaluation
	rolloutTolerance = 1e-6 // 5 s of simulated motion
)

// TestGolden checks every golden file; -golden DIR names another folder of the same format.
func TestGolden(t *testing.T) {
	dir := simtest.GoldenDir(filepath.Join("testdata", "golden"))
	t.Run("forward_dynamics", func(t *testing.T) { eachLine(t, dir, checkForwardDynamics) })
	t.Run("mass_bias", func(t *testing.T) { eachLine(t, dir, checkMassBias) })
	t.Run("kinematics", func(t *testing.T) { eachLine(t, dir, checkKinematics) })
	t.Run("rollouts", func(t *testing.T) { eachLine(t, dir, checkRollout) })
	t.Run("passive", func(t *testing.T) { eachLine(t, dir, checkPassive) })
	t.Run("substeps", func(t *testing.T) { eachLine(t, dir, checkSubstep) })
}

type vector = [sim.NumJoints]float64

// worst remembers the largest deviation of a file and fails the test beyond the tolerance.
type worst struct {
	t         *testing.T
	tolerance float64
	largest   float64
	id        int
}

func (w *worst) compare(what string, got, want []float64) {
	w.t.Helper()
	if len(got) != len(want) {
		w.t.Fatalf("id %d: %s: %d numbers in the file, want %d", w.id, what, len(want), len(got))
	}
	for i := range got {
		d := math.Abs(got[i] - want[i])
		if !(d <= w.tolerance) {
			w.t.Fatalf("id %d: %s[%d] = %.17g, MuJoCo has %.17g: off by %.3g, tolerance %g",
				w.id, what, i, got[i], want[i], d, w.tolerance)
		}
		w.largest = max(w.largest, d)
	}
}

// eachLine calls check for every line of the file that the test is named after.
func eachLine[T any](t *testing.T, dir string, check func(*worst, *sim.Model, *T)) {
	name := filepath.Join(dir, filepath.Base(t.Name())+".jsonl")
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	w := &worst{t: t, tolerance: singleTolerance}
	lines := 0
	scanner := bufio.NewScanner(file)
	scanner.Buffer(nil, 16<<20)
	for scanner.Scan() {
		lines++
		line := new(T)
		if err := json.Unmarshal(scanner.Bytes(), line); err != nil {
			t.Fatalf("%s line %d: %v", name, lines, err)
		}
		check(w, sim.Canonical(), line)
	}
	if err := scanner.Err(); err != nil {
		t.Fatal(err)
	}
	if lines == 0 {
		t.Fatalf("%s has no lines", name)
	}
	t.Logf("%d lines, largest deviation %.2g", lines, w.largest)
}

func at(m *sim.Model, q, v vector) *sim.Data {
	d := m.NewData()
	d.Q, d.V = q, v
	m.Kinematics(d)
	return d
}

type forwardDynamicsLine struct {
	ID         int `json:"id"`
	Q, V, Tau  vector
	Qacc       vector
	QaccDamped vector `json:"qacc_damped"`
	Palm       sim.Vec3
}

func checkForwardDynamics(w *worst, m *sim.Model, l *forwardDynamicsLine) {
	w.id = l.ID
	d := at(m, l.Q, l.V)
	var accel vector
	m.ForwardDynamics(d, &l.Tau, &accel)
	w.compare("qacc", accel[:], l.Qacc[:])
	w.compare("palm", d.Palm[:], l.Palm[:])

	var back vector
	m.InverseDynamics(d, &accel, &back)
	w.compare("tau by inverse dynamics", back[:], l.Tau[:])

	for i := range l.Tau {
		l.Tau[i] -= m.Damping(i) * l.V[i]
	}
	m.ForwardDynamics(d, &l.Tau, &accel)
	w.compare("qacc_damped", accel[:], l.QaccDamped[:])
}

type massBiasLine struct {
	ID      int `json:"id"`
	Q, V    vector
	M       []float64
	Bias    vector
	Gravity vector
	Energy  [2]float64
}

func checkMassBias(w *worst, m *sim.Model, l *massBiasLine) {
	w.id = l.ID
	d := at(m, l.Q, l.V)
	var matrix [sim.NumJoints]vector
	m.MassMatrix(d, &matrix)
	var flat []float64
	for i := range matrix {
		flat = append(flat, matrix[i][:]...)
	}
	w.compare("M", flat, l.M)
	var bias vector
	m.Bias(d, &bias)
	w.compare("bias", bias[:], l.Bias[:])
	potential, kinetic := m.Energy(d)
	w.compare("energy", []float64{potential, kinetic}, l.Energy[:])
	d.V = vector{}
	m.Bias(d, &bias)
	w.compare("gravity", bias[:], l.Gravity[:])
}

type kinematicsLine struct {
	ID       int       `json:"id"`
	Q        vector    `json:"q"`
	BodyPos  []float64 `json:"body_pos"`
	BodyQuat []float64 `json:"body_quat"`
	BodyCOM  []float64 `json:"body_com"`
	Palm     []float64 `json:"palm"`
	PalmMat  []float64 `json:"palm_mat"`
	Pinch    []float64 `json:"pinch"`
	Tips     []float64 `json:"tips"`
	JacPos   []float64 `json:"palm_jac_pos"`
	JacRot   []float64 `json:"palm_jac_rot"`
}

func checkKinematics(w *worst, m *sim.Model, l *kinematicsLine) {
	w.id = l.ID
	d := at(m, l.Q, vector{})
	var pos, com, rot, wantRot []float64
	if len(l.BodyQuat) != 4*sim.NumBodies {
		w.t.Fatalf("id %d: body_quat has %d numbers, want %d", l.ID, len(l.BodyQuat), 4*sim.NumBodies)
	}
	for b := range sim.NumBodies {
		c := m.COM(d, b)
		pos = append(pos, d.BodyPos[b][:]...)
		com = append(com, c[:]...)
		rot = append(rot, d.BodyRot[b][:]...)
		wantRot = append(wantRot, rotation(l.BodyQuat[4*b:])...)
	}
	w.compare("body_pos", pos, l.BodyPos)
	w.compare("body_com", com, l.BodyCOM)
	w.compare("rotation of body_quat", rot, wantRot)
	w.compare("palm", d.Palm[:], l.Palm)
	w.compare("palm_mat", d.BodyRot[sim.Hand][:], l.PalmMat)
	pinch, err := m.Site(d, sim.Hand, "pinch")
	if err != nil {
		w.t.Fatal(err)
	}
	w.compare("pinch", pinch[:], l.Pinch)
	var tips, jacPos, jacRot []float64
	for f := range sim.NumFingers {
		tip := m.Tip(d, f)
		tips = append(tips, tip[:]...)
	}
	w.compare("tips", tips, l.Tips)
	var linear, angular [3]vector
	m.PalmJacobian(d, &linear, &angular)
	for r := range 3 {
		jacPos = append(jacPos, linear[r][:]...)
		jacRot = append(jacRot, angular[r][:]...)
	}
	w.compare("palm_jac_pos", jacPos, l.JacPos)
	w.compare("palm_jac_rot", jacRot, l.JacRot)
}

// rotation returns the row-major rotation matrix of the quaternion w, x, y, z.
func rotation(quat []float64) []float64 {
	w, x, y, z := quat[0], quat[1], quat[2], quat[3]
	return []float64{
		w*w + x*x - y*y - z*z, 2 * (x*y - w*z), 2 * (x*z + w*y),
		2 * (x*y + w*z), w*w - x*x + y*y - z*z, 2 * (y*z - w*x),
		2 * (x*z - w*y), 2 * (y*z + w*x), w*w - x*x - y*y + z*z,
	}
}

type rolloutLine struct {
	ID   int `json:"id"`
	Ctrl []vector
	Q, V []vector
	Palm []sim.Vec3
}

func checkRollout(w *worst, m *sim.Model, l *rolloutLine) {
	w.id, w.tolerance = l.ID, rolloutTolerance
	if n := len(l.Ctrl); n == 0 || len(l.Q) != n+1 || len(l.V) != n+1 || len(l.Palm) != n+1 {
		w.t.Fatalf("id %d: %d commands, but %d, %d, %d states", l.ID, n, len(l.Q), len(l.V), len(l.Palm))
	}
	d := at(m, l.Q[0], l.V[0])
	for k := range l.Q {
		if k > 0 {
			for range 50 {
				m.Step(d, &l.Ctrl[k-1], sim.ReferenceStep)
				m.StopFingers(d)
			}
		}
		w.compare("q", d.Q[:], l.Q[k][:])
		w.compare("v", d.V[:], l.V[k][:])
		w.compare("palm", d.Palm[:], l.Palm[k][:])
	}
}

type passiveLine struct {
	ID     int `json:"id"`
	Q, V   []vector
	Energy [][2]float64
}

func checkPassive(w *worst, m *sim.Model, l *passiveLine) {
	w.id, w.tolerance = l.ID, rolloutTolerance
	if n := len(l.Q); n < 2 || len(l.V) != n || len(l.Energy) != n {
		w.t.Fatalf("id %d: %d, %d, %d states", l.ID, n, len(l.V), len(l.Energy))
	}
	d := at(m, l.Q[0], l.V[0])
	for k := range l.Q {
		if k > 0 {
			for range 10 {
				m.Step(d, nil, sim.ReferenceStep)
			}
		}
		w.compare("q", d.Q[:], l.Q[k][:])
		w.compare("v", d.V[:], l.V[k][:])
		potential, kinetic := m.Energy(d)
		w.compare("energy", []float64{potential, kinetic}, l.Energy[k][:])
	}
}

type substepLine struct {
	ID    int `json:"id"`
	Step  int
	Q, V  vector
	Ctrl  vector
	Force vector
	Qacc  vector
	QNext vector `json:"q_next"`
	VNext vector `json:"v_next"`
}

func checkSubstep(w *worst, m *sim.Model, l *substepLine) {
	w.id = l.ID
	d := at(m, l.Q, l.V)
	var force, tau, accel vector
	for i := range force {
		force[i] = m.ServoTorque(d, i, l.Ctrl[i])
		tau[i] = force[i] - m.Damping(i)*l.V[i]
	}
	w.compare("force", force[:], l.Force[:])
	m.ForwardDynamics(d, &tau, &accel)
	w.compare("qacc", accel[:], l.Qacc[:])
	m.Step(d, &l.Ctrl, sim.ReferenceStep)
	w.compare("q_next", d.Q[:], l.QNext[:])
	w.compare("v_next", d.V[:], l.VNext[:])
}
