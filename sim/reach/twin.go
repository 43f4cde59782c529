package reach

import (
	"errors"
	"fmt"
	"time"

	"colonnade/sim"
	"colonnade/sim/domain"
	"colonnade/sim/render"
)

// twin draws the present state a second time, in the appearance of another world.
type twin struct {
	domain   *domain.Domain // nil: there is no twin
	data     *sim.Data      // the arm where its encoders have it
	renderer *render.Renderer
	lender   *lender // has renderers if there is none
}

// newTwin returns a twin in the appearance of a domain; a nil domain gives none.
func newTwin(o *Options) (twin, error) {
	t := twin{domain: o.Twin, lender: o.twinLender}
	if t.domain == nil {
		return t, nil
	}
	t.data = o.Model.NewData()
	if t.lender != nil {
		return t, nil
	}
	var w domain.World
	t.domain.Draw(nil, &w)
	var err error
	t.renderer, err = o.twinAppearance().newRenderer(&w)
	return t, err
}

// Twin draws the present state as the world Options.Twin shows it: the arm where its encoders
// report it now, their errors included but for Options.Zeros, and the target where it is now. So it
// tells what an arm knows of itself without its camera. Appearance and camera are those of the
// other world; its motion does not matter.
//
// pixels takes as many bytes as those of Reset and Step. sure is always true here: it says whether
// the target's position is known. Twin changes nothing and may be called at any time after Reset.
// It does not allocate.
func (e *Env) Twin(pixels []uint8) (sure bool, err error) {
	if err := e.drawTwin(pixels); err != nil {
		return false, fmt.Errorf("reach: twin: %w", err)
	}
	return true, nil
}

func (e *Env) drawTwin(pixels []uint8) error {
	switch {
	case e.twin.domain == nil:
		return errors.New("the environment has none: set Options.Twin")
	case e.episodes == 0:
		return errors.New("no episode has begun: call Reset first")
	case len(pixels) == 0:
		return nil
	}
	if err := e.checkBuffers(pixels, nil); err != nil {
		return err
	}
	began := time.Now()
	defer func() { e.renderTime += time.Since(began) }()
	d := e.twin.data
	for i, q := range e.sim.Data.Q {
		d.Q[i] = q + e.world.Motion.Encoder[i] - e.opt.Zeros[i]
	}
	e.opt.Model.Kinematics(d)
	if e.twin.renderer != nil {
		return e.renderTwin(e.twin.renderer, pixels)
	}
	r, err := e.twin.lender.take()
	if err != nil {
		return err
	}
	defer e.twin.lender.give(r)
	return e.renderTwin(r, pixels)
}

func (e *Env) renderTwin(r *render.Renderer, pixels []uint8) error {
	r.SeedNoise(noise(e.seed, e.steps))
	return r.Render(pixels, &e.twin.data.BodyPos, &e.twin.data.BodyRot, e.target.at)
}
