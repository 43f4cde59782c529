package robot

import (
	"errors"
	"fmt"
	"time"

	"colonnade/jaco/camera"
	"colonnade/sim"
	"colonnade/sim/domain"
	"colonnade/sim/render"
)

// twin draws the present state as another world shows it.
type twin struct {
	renderer *render.Renderer // nil: there is no twin
	data     *sim.Data
}

// newTwin returns a twin in the appearance of a domain; a nil domain gives none.
func newTwin(d *domain.Domain, m *sim.Model) (twin, error) {
	if d == nil {
		return twin{}, nil
	}
	if !d.Fixed() {
		return twin{}, fmt.Errorf("the twin's domain %s has ranges, want one that always looks the same", d.Name())
	}
	var w domain.World
	d.Draw(nil, &w)
	r, err := render.NewRenderer(&w.Scene, camera.Side, camera.Side, 1)
	if err != nil {
		return twin{}, err
	}
	return twin{renderer: r, data: m.NewData()}, r.SetSensor(w.Sensor)
}

// Twin draws the present state as the world Options.Twin shows it: the arm by its encoders, the
// target where the tracker was last sure of it. It tells what an arm knows of itself, whatever the
// camera shows.
//
// The encoders are read anew. What the arm has moved since they were asked, some 14 ms before, is
// added from the velocities that it was last told: without that the angles are 7 mrad off on
// average, with it 2 mrad, and a policy that looks at a twin 33 ms late loses a tenth of its score.
//
// pixels takes as many bytes as those of Reset and Step. sure tells whether the target's position
// is known: it is where the tracker saw it, or behind the arm and lay there before. Twin changes
// nothing and may be called after Reset and after each Step. It does not allocate.
func (e *Env) Twin(pixels []uint8) (sure bool, err error) {
	if e.cell != nil {
		e.cell.Clock.Enter()
		defer e.cell.Clock.Leave()
	}
	if err := e.drawTwin(pixels); err != nil {
		return false, fmt.Errorf("robot: twin: %w", err)
	}
	t := &e.target
	return t.unseen == 0 && t.moved == 0 && (t.weight > 0 || e.opt.Moving), nil
}

// drawTwin is called between Enter and Leave.
func (e *Env) drawTwin(pixels []uint8) error {
	switch {
	case e.twin.renderer == nil:
		return errors.New("the environment has none: set Options.Twin")
	case e.counts.Episodes == 0:
		return errors.New("no episode has begun: call Reset first")
	case e.cell == nil:
		return errors.New("the environment is closed")
	case len(pixels) == 0:
		return nil
	}
	if err := checkBuffers(pixels, nil); err != nil {
		return err
	}
	e.twin.data.Q = e.corrected(e.present())
	e.model.Kinematics(e.twin.data)
	e.twin.renderer.SeedNoise(e.seed + uint64(e.steps))
	return e.twin.renderer.Render(pixels, &e.twin.data.BodyPos, &e.twin.data.BodyRot, e.Target())
}

// corrected returns joint angles without what the encoders are known to be off by.
func (e *Env) corrected(q pose) pose {
	for i, zero := range e.cell.Plane.Zeros() {
		q[i] -= zero
	}
	return q
}

// oldestAngles bounds the time for which motion is added to angles: an arm that was lost stands
// still.
const oldestAngles = 50 * time.Millisecond

// present returns the joint angles of this moment, rad: those of the encoders, and what the arm has
// moved since.
func (e *Env) present() (q [sim.NumJoints]float64) {
	state := e.cell.Guard.State()
	since := min(e.cell.Clock.Now().Sub(state.QTime), oldestAngles).Seconds()
	for i, angle := range state.Q {
		q[i] = angle + since*e.told[i]
		if i >= sim.NumArmJoints { // fingers stop at the ends of their range
			low, high, _ := e.model.Range(i)
			q[i] = max(low, min(q[i], high))
		}
	}
	return q
}
