package reach

import (
	"fmt"
	"sync"

	"colonnade/sim/domain"
	"colonnade/sim/render"
)

// lender has renderers of one fixed world, for environments to draw a frame with and give back. The
// one given back last goes out first, so all environments of a worker draw with buffers that are
// still in its core's cache (BenchmarkVector: in domain robot a step of sixteen environments in
// turn costs 15 % more than of one alone if each has its own renderer, 4 to 9 % more with a shared
// one). Frames do not depend on which renderer drew them. It may be used by any number of
// goroutines.
type lender struct {
	appearance appearance
	world      domain.World

	mu   sync.Mutex // guards idle
	idle []*render.Renderer
}

// appearance is what makes the renderers of two environments alike, in a domain without ranges.
type appearance struct {
	domain              *domain.Domain
	pixels, supersample int
}

// Share returns options whose environments share renderers, instead of having one each. There are
// then as many renderers as goroutines draw at the same time, and an environment needs a tenth of
// the memory. In a domain with ranges every environment keeps its own, as their worlds differ. Set
// all other options before.
func (o Options) Share() (Options, error) {
	o, err := o.withDefaults()
	if err != nil {
		return o, fmt.Errorf("reach: %w", err)
	}
	if o.Domain.Fixed() {
		if o.lender, err = newLender(o.appearance()); err != nil {
			return o, fmt.Errorf("reach: %w", err)
		}
	}
	if o.Twin != nil {
		if o.twinLender, err = newLender(o.twinAppearance()); err != nil {
			return o, fmt.Errorf("reach: twin: %w", err)
		}
	}
	return o, nil
}

// newLender returns a lender that has one renderer.
func newLender(a appearance) (*lender, error) {
	l := &lender{appearance: a}
	a.domain.Draw(nil, &l.world)
	r, err := l.take()
	if err != nil {
		return nil, err
	}
	l.give(r)
	return l, nil
}

func (o *Options) appearance() appearance { return appearance{o.Domain, o.Pixels, o.Supersample} }

func (o *Options) twinAppearance() appearance { return appearance{o.Twin, o.Pixels, o.Supersample} }

// newRenderer makes a renderer for the given world.
func (k appearance) newRenderer(w *domain.World) (*render.Renderer, error) {
	r, err := render.NewRenderer(&w.Scene, k.pixels, k.pixels, k.supersample)
	if err != nil {
		return nil, err
	}
	return r, r.SetSensor(w.Sensor)
}

// take lends a renderer; it makes one if all are out.
func (l *lender) take() (*render.Renderer, error) {
	l.mu.Lock()
	if n := len(l.idle); n > 0 {
		r := l.idle[n-1]
		l.idle = l.idle[:n-1]
		l.mu.Unlock()
		return r, nil
	}
	l.mu.Unlock()
	return l.appearance.newRenderer(&l.world)
}

// give takes a renderer back.
func (l *lender) give(r *render.Renderer) {
	l.mu.Lock()
	l.idle = append(l.idle, r)
	l.mu.Unlock()
}
