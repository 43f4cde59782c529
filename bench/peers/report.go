package main

import (
	"fmt"
	"io"
	"math"
	"slices"

	"colonnade/a3c/stats"
	"colonnade/bench/internal/machine"
)

// record is the raw file: all that was measured and what with.
type record struct {
	machine.Machine
	Kernels  string            `json:"kernels"`  // implementation of ours
	ISA      string            `json:"isa"`      // that the peers were limited to
	Versions map[string]string `json:"versions"` // of the peers
	Rounds   int               `json:"rounds"`
	Lines    []*measured       `json:"lines"`
}

// best is the fastest of the results that are wanted, by the median; nil if
// there is none.
func (m *measured) best(wanted func(*result) bool) *result {
	var found *result
	for i := range m.Results {
		if r := &m.Results[i]; wanted(r) && (found == nil || stats.Median(r.GFLOPS) > stats.Median(found.GFLOPS)) {
			found = r
		}
	}
	return found
}

// libraries are the columns of the table, ours first.
var libraries = []string{"ours", "openblas", "onednn", "gonum"}

func (m *measured) ours() *result {
	return m.best(func(r *result) bool { return r.Library == libraries[0] })
}

// rival is the best peer, among those that do the whole work or among those
// that do a part of it.
func (m *measured) rival(less bool) *result {
	return m.best(func(r *result) bool { return r.Library != libraries[0] && r.Less == less })
}

// ratio is how much faster ours is than another: the median over rounds. NaN
// stands for nothing to compare with.
func (m *measured) ratio(rival *result) float64 {
	if rival == nil {
		return math.NaN()
	}
	own := m.ours().GFLOPS
	ratios := make([]float64, len(own))
	for i := range ratios {
		ratios[i] = own[i] / rival.GFLOPS[i]
	}
	return stats.Median(ratios)
}

// losing lists the lines where a peer is faster.
func (r *record) losing() []*measured {
	var lost []*measured
	for _, m := range r.Lines {
		if m.ratio(m.rival(false)) < 1 {
			lost = append(lost, m)
		}
	}
	return lost
}

// peak is the highest rate of multiply-adds that any round saw: what drifts and neighbours take
// only lowers it.
func (r *record) peak() float64 {
	top := 0.0
	for _, m := range r.Lines {
		top = max(top, slices.Max(m.Peak))
	}
	return top
}

// instructions says of which instructions the peak is.
func (r *record) instructions() string {
	if r.Kernels == "avx2" {
		return "AVX2"
	}
	return "the widest registers"
}

// writeTable writes the table as markdown.
func (r *record) writeTable(w io.Writer) error {
	p := &printer{w: w}
	top := r.peak()
	p.f("# Ours beside the peers: %s kernels, peers with %s\n\n", r.Kernels, r.ISA)
	p.f("%s; %s; commit %s. OpenBLAS: %s. oneDNN: %s. gonum: %s.\n", r.CPU, r.Go, r.Commit, r.Versions["openblas"],
		r.Versions["onednn"], r.Versions["gonum"])
	p.f("One thread; medians of %d alternating rounds, in GFLOP/s; FMA peak %.1f GFLOP/s (of %s, the highest of all "+
		"rounds).\n", r.Rounds, top, r.instructions())
	p.f("What is compared and why it is fair: `go doc` of bench/peers.\n\n")
	p.f("Ours is ahead of the best peer in %d of %d lines. The last column is no such comparison: there a peer "+
		"multiplies\n", len(r.Lines)-len(r.losing()), len(r.Lines))
	p.f("matrices of patches that somebody else gathered, while ours gathers them, adds the bias and clips.\n\n")
	p.f("| pass | layer | shape | batch | ours | %% of peak | OpenBLAS | oneDNN | gonum | best peer | ours / best | " +
		"ours / bare product |\n")
	p.f("|---|---|---|---:|---:|---:|---:|---:|---:|---|---:|---:|\n")
	for _, m := range r.Lines {
		m.writeRow(p, top)
	}
	return p.err
}

func (m *measured) writeRow(p *printer, top float64) {
	p.f("| %s | %s | %s | %d ", m.Pass, m.Layer, m.Shape, m.Batch)
	for _, library := range libraries {
		figure := "-"
		if result := m.best(func(r *result) bool { return r.Library == library && !r.Less }); result != nil {
			figure = fmt.Sprintf("%.1f", stats.Median(result.GFLOPS))
		}
		p.f("| %s ", figure)
		if library == libraries[0] {
			p.f("| %.0f ", 100*stats.Median(m.ours().GFLOPS)/top)
		}
	}
	rival, bare := m.rival(false), m.rival(true)
	ratio, less := fmt.Sprintf("%.2f", m.ratio(rival)), "-"
	if m.ratio(rival) < 1 {
		ratio = "**" + ratio + "**"
	}
	if bare != nil {
		less = fmt.Sprintf("%.2f (%s %.1f)", m.ratio(bare), bare.Library, stats.Median(bare.GFLOPS))
	}
	p.f("| %s %s | %s | %s |\n", rival.Library, rival.Variant, ratio, less)
}

// printer formats until the first error.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) f(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}
