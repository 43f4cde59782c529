package live

import (
	"bytes"

	"colonnade/a3c"
	"colonnade/a3c/view"
)

// curve is one of the page's charts.
type curve struct {
	Name, Title, Unit string
	lines             func(n *notes) []view.Line
}

// curves are the page's charts in their order.
var curves = []curve{
	{"score", "Score of an episode", "reward, training episodes", func(n *notes) []view.Line {
		raw := n.line("each window", episodes, func(m *a3c.Metrics) float64 { return m.Score })
		raw.Pale = true
		mean := view.Line{Name: "mean over 5 % of the run", X: raw.X, Y: view.Smooth(raw.X, raw.Y, len(raw.X)/20)}
		return []view.Line{raw, mean}
	}},
	{"outcomes", "How episodes end", "fraction of episodes", func(n *notes) []view.Line {
		return []view.Line{
			n.line("target reached", episodes, func(m *a3c.Metrics) float64 { return m.Reached }),
			n.line("violation", episodes, func(m *a3c.Metrics) float64 { return m.Violations }),
		}
	}},
	{"entropy", "Entropy of each joint", "nats; ln 3 = 1.10 is chance", func(n *notes) []view.Line {
		var lines []view.Line
		for i, name := range n.run.Factors {
			lines = append(lines, n.line(name, func(m *a3c.Metrics) bool { return i < len(m.Entropy) },
				func(m *a3c.Metrics) float64 { return m.Entropy[i] }))
		}
		return lines
	}},
	{"value", "Value error", "mean (return - value)², scaled reward", func(n *notes) []view.Line {
		return []view.Line{n.line("value error", always, func(m *a3c.Metrics) float64 { return m.ValueLoss })}
	}},
	{"explained", "Explained value", "1: the value foretells the return", func(n *notes) []view.Line {
		return []view.Line{n.line("explained value", always,
			func(m *a3c.Metrics) float64 { return max(m.ExplainedValue, -1) })}
	}},
	{"gradient", "Gradient norm", "before clipping", func(n *notes) []view.Line {
		return []view.Line{n.line("gradient norm", always, func(m *a3c.Metrics) float64 { return m.GradNorm })}
	}},
	{"agreement", "Agreement with the teacher", "fraction", func(n *notes) []view.Line {
		return []view.Line{
			n.line("most probable choice is the same", taught,
				func(m *a3c.Metrics) float64 { return m.Teacher.Agreement }),
			n.line("actions that are the teacher's", taught, func(m *a3c.Metrics) float64 { return m.Teacher.Share }),
		}
	}},
	{"divergence", "Divergence from the teacher", "nats, summed over joints", func(n *notes) []view.Line {
		return []view.Line{n.line("divergence", taught, func(m *a3c.Metrics) float64 { return m.Teacher.Divergence })}
	}},
	{"speed", "Speed", "environment steps a second", func(n *notes) []view.Line {
		return []view.Line{n.line("steps/s", always, func(m *a3c.Metrics) float64 { return m.StepsPerSecond })}
	}},
	{"lag", "Policy lag", "pushes by others between pull and push", func(n *notes) []view.Line {
		return []view.Line{n.line("policy lag", always, func(m *a3c.Metrics) float64 { return m.PolicyLag })}
	}},
}

func always(*a3c.Metrics) bool { return true }

// taught tells whether there is a teacher.
func taught(m *a3c.Metrics) bool { return m.Teacher != nil }

// episodes tells whether a window has a score.
func episodes(m *a3c.Metrics) bool { return m.WindowEpisodes > 0 }

// line collects a number over the windows that have it.
func (n *notes) line(name string, has func(*a3c.Metrics) bool, y func(*a3c.Metrics) float64) view.Line {
	l := view.Line{Name: name}
	for i := range n.rows {
		if m := &n.rows[i]; has(m) {
			l.X = append(l.X, float64(m.Steps))
			l.Y = append(l.Y, y(m))
		}
	}
	return l
}

// chartNamed returns a chart, or nil.
func chartNamed(name string) *curve {
	for i := range curves {
		if curves[i].Name == name {
			return &curves[i]
		}
	}
	return nil
}

// shown tells whether the chart belongs to the run: a teacher's only to one that has a teacher.
func (c *curve) shown(n *notes) bool {
	m := n.last()
	return m != nil && m.Teacher != nil || c.Name != "agreement" && c.Name != "divergence"
}

func (c *curve) draw(n *notes, dark bool) ([]byte, error) {
	var b bytes.Buffer
	err := view.WriteLines(&b, dark, c.lines(n))
	return b.Bytes(), err
}
