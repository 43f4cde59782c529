package sensitivity

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"sync"

	"colonnade/nn"
)

// perturbation is a3c.EvalConfig.Perturb.
type perturbation = func(first int) func(l nn.Lateral, x []float32)

// disturbed is a source with the laterals that belong to it.
type disturbed struct {
	Source
	laterals []nn.Lateral
}

// sources returns all that noise can disturb, and the trained column's own part.
func (a *analysis) sources(laterals []nn.Lateral) (sources []disturbed, own Source) {
	byColumn := map[int][]nn.Lateral{}
	for _, l := range laterals {
		name := fmt.Sprintf("column%d.%s -> %s", l.Column, l.Layer, l.Into)
		sources = append(sources, disturbed{Source{Name: name, Lateral: &l, RMS: a.rms[l]}, []nn.Lateral{l}})
		byColumn[l.Column] = append(byColumn[l.Column], l)
	}
	for _, column := range slices.Sorted(maps.Keys(byColumn)) {
		sources = append(sources, disturbed{Source{Name: fmt.Sprintf("column %d", column)}, byColumn[column]})
	}
	if len(byColumn) > 1 {
		sources = append(sources, disturbed{Source{Name: "all laterals"}, laterals})
	}
	return sources, Source{Name: fmt.Sprintf("column %d, own", a.trained())}
}

// trained returns the number of the column that is not frozen, the last.
func (a *analysis) trained() int { return len(a.net.Columns()) }

// withoutOwn returns parameters with which the trained column's last hidden layer says nothing to
// the output; what enters from earlier columns and the bias stay.
func (a *analysis) withoutOwn() []float32 {
	theta := slices.Clone(a.theta)
	name := fmt.Sprintf("column%d.output.weight", a.trained())
	for _, t := range a.net.Tensors() {
		if t.Name == name {
			clear(t.View(theta))
		}
	}
	return theta
}

// cut puts zeros in the place of some laterals' inputs.
func cut(laterals []nn.Lateral) perturbation {
	return func(int) func(nn.Lateral, []float32) {
		return func(l nn.Lateral, x []float32) {
			if slices.Contains(laterals, l) {
				clear(x)
			}
		}
	}
}

// noise adds normal noise to some laterals' inputs, of a deviation in units of their root mean
// squares. Each group of episodes has a stream of its own.
func (a *analysis) noise(laterals []nn.Lateral, deviation float64, source, level int) perturbation {
	return func(first int) func(nn.Lateral, []float32) {
		rng := rand.New(rand.NewPCG(a.cfg.Evaluation.Seed^0x5e5171, uint64(source)<<48|uint64(level)<<40|uint64(first)))
		return func(l nn.Lateral, x []float32) {
			if !slices.Contains(laterals, l) {
				return
			}
			size := deviation * a.rms[l]
			for i := range x {
				x[i] += float32(size * rng.NormFloat64())
			}
		}
	}
}

// meter measures root mean squares without changing anything.
type meter struct {
	mu     sync.Mutex // guards groups
	groups map[int]*group
}

// group is what passed while one group of episodes was played, in the order in which the laterals
// appeared.
type group struct {
	laterals []nn.Lateral
	squares  []float64
	counts   []int
}

func newMeter() *meter { return &meter{groups: map[int]*group{}} }

func (m *meter) perturb(first int) func(nn.Lateral, []float32) {
	g := &group{}
	m.mu.Lock()
	m.groups[first] = g
	m.mu.Unlock()
	return g.add
}

func (g *group) add(l nn.Lateral, x []float32) {
	i := slices.Index(g.laterals, l)
	if i < 0 {
		i = len(g.laterals)
		g.laterals, g.squares, g.counts = append(g.laterals, l), append(g.squares, 0), append(g.counts, 0)
	}
	for _, v := range x {
		g.squares[i] += float64(v) * float64(v)
	}
	g.counts[i] += len(x)
}

// read returns the laterals and their root mean squares. Groups are added up in the order of
// episodes, whoever played them, so that the sum has the same bits.
func (m *meter) read() ([]nn.Lateral, map[nn.Lateral]float64) {
	squares, counts := map[nn.Lateral]float64{}, map[nn.Lateral]int{}
	var laterals []nn.Lateral
	for _, first := range slices.Sorted(maps.Keys(m.groups)) {
		g := m.groups[first]
		laterals = g.laterals // the same in all groups
		for i, l := range g.laterals {
			squares[l] += g.squares[i]
			counts[l] += g.counts[i]
		}
	}
	rms := map[nn.Lateral]float64{}
	for l, s := range squares {
		rms[l] = math.Sqrt(s / float64(counts[l]))
	}
	return laterals, rms
}
