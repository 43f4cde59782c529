package live

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"
	"time"

	"colonnade/a3c"
	"colonnade/a3c/view"
)

var pageTemplate = template.Must(template.ParseFS(files, "static/page.html"))

// content is what the page's template is filled with.
type content struct {
	Command, Title, Folder, Network string
	Parameters                      string
	Phase                           phase
	Done, Doing                     string // how far it is, in words
	Share                           float64

	Numbers []Detail
	Charts  []shownCurve
	Stages  []stageRow
	Workers []workerRow

	Frame     int // number of the latest look; 0: there is none
	Seen, Arm bool
	SeenSize  string

	Trials *Table
	Broken string // why there is no table
	Safety *Safety
	Asked  Asked
}

// Scaled is Share on the bar, which is 1000 long.
func (c *content) Scaled() float64 { return 1000 * c.Share }

// shownCurve is a chart with its legend.
type shownCurve struct {
	*curve
	Version string // changes when the chart does
	Legend  []legendEntry
}

type legendEntry struct {
	Class, Name, Value string
}

type stageRow struct {
	Name, Micro, Rate, Percent string
	Share                      float64
}

type workerRow struct {
	ID              int
	State           string
	Fine            bool
	Steps           string
	Lag             int64
	Replaced        int
	LastPushSeconds string
}

// content says what the page shows. The caller holds mu.
func (v *handler) content(n *notes) *content {
	c := &content{Command: v.of.command, Title: n.run.Title, Folder: n.run.Folder, Network: n.run.Network,
		Phase: n.phase}
	if n.runs > 0 {
		c.Parameters = grouped(int64(n.run.Parameters))
		c.addWorkers(n)
		c.addProgress(n)
	}
	if m := n.last(); m != nil {
		c.addNumbers(m)
		c.addStages(n)
	}
	for i := range curves {
		if curves[i].shown(n) {
			c.Charts = append(c.Charts, withLegend(&curves[i], n))
		}
	}
	look := v.of.frames.latest()
	c.Frame = look.number
	c.Seen = len(look.pixels) > 0
	c.SeenSize = fmt.Sprintf("%dx%d", look.size[1], look.size[0])
	c.Arm = look.state != nil || look.picture != nil
	if n.trials != nil {
		table, err := v.trials(n.trials)
		if err != nil {
			c.Broken = err.Error()
		}
		c.Trials = &table
	}
	if n.arm != nil {
		safety := n.arm.Safety()
		c.Safety, c.Asked = &safety, n.asked()
	}
	return c
}

func (c *content) addProgress(n *notes) {
	steps, seconds := int64(0), 0.0
	if m := n.last(); m != nil {
		steps, seconds = m.Steps, m.Seconds
	}
	c.Share = math.Min(float64(steps)/float64(max(n.run.Until, 1)), 1)
	if limit := n.run.Config.MaxTime.Seconds(); limit > 0 {
		c.Share = math.Min(max(c.Share, seconds/limit), 1)
	}
	c.Done = fmt.Sprintf("%s of %s steps", grouped(steps), grouped(n.run.Until))
	switch n.phase {
	case evaluating:
		c.Doing = fmt.Sprintf("evaluating: %d of %d episodes", n.ended, n.episodes)
		c.Share = float64(n.ended) / float64(max(n.episodes, 1))
	case learning:
		c.Doing = "training for " + time.Duration(seconds*float64(time.Second)).Round(time.Second).String()
	default:
		c.Doing = string(n.phase)
	}
}

func (c *content) addNumbers(m *a3c.Metrics) {
	score, reached, violations := "-", "-", "-"
	if m.WindowEpisodes > 0 {
		score, reached, violations = fmt.Sprintf("%.2f", m.Score), percent(m.Reached), percent(m.Violations)
	}
	c.Numbers = []Detail{
		{"score", score}, {"reached", reached}, {"violations", violations},
		{"steps/s", grouped(int64(m.StepsPerSecond))}, {"episodes", grouped(m.Episodes)},
		{"updates", grouped(m.Updates)}, {"learning rate", short(m.LearningRate)},
		{"gradients clipped", percent(m.Clipped)},
	}
	if t := m.Teacher; t != nil {
		alone := "-"
		if t.Alone > 0 {
			alone = fmt.Sprintf("%.2f", t.Score)
		}
		c.Numbers = append(c.Numbers, Detail{"agreement with the teacher", percent(t.Agreement)},
			Detail{"teacher's share", percent(t.Share)},
			Detail{"score without the teacher", alone}, Detail{"slowest action", fmt.Sprintf("%.1f ms", 1e3*t.Slowest)})
	}
}

// recent is the number of windows over which stages are summed.
const recent = 10

func (c *content) addStages(n *notes) {
	rows, before := n.latest, int64(0)
	if len(rows) > recent { // the first of them only says where the second begins
		rows, before = rows[1:], rows[0].Steps
	}
	var sum a3c.Stages
	steps, all := float64(rows[len(rows)-1].Steps-before), time.Duration(0)
	for i := range rows {
		sum.Add(rows[i].Stages)
	}
	for _, d := range sum.All() {
		all += d
	}
	if steps <= 0 || all <= 0 {
		return
	}
	row := func(name string, d time.Duration) {
		micro := d.Seconds() * 1e6 / steps
		rate := "-"
		if micro > 0 {
			rate = grouped(int64(1e6 / micro))
		}
		share := float64(d) / float64(all)
		c.Stages = append(c.Stages, stageRow{name, fmt.Sprintf("%.1f", micro), rate, percent(share), 100 * share})
	}
	for name, d := range sum.All() {
		row(name, d)
	}
	row("all", all)
}

// silence is the time after its last push from which on a worker is called silent.
const silence = 10 * time.Second

func (c *content) addWorkers(n *notes) {
	for id, w := range n.run.Workers() {
		row := workerRow{ID: id, Steps: grouped(w.Steps), Lag: w.Lag, Replaced: w.Replaced, Fine: true, State: "alive",
			LastPushSeconds: "-"}
		ago := time.Since(w.Last)
		if !w.Last.IsZero() {
			row.LastPushSeconds = fmt.Sprintf("%.0f s", ago.Seconds())
		}
		switch {
		case n.phase != learning:
			row.State = "at rest"
		case w.Last.IsZero():
			row.State = "starting"
		case ago > silence:
			row.State, row.Fine = "silent", false
		}
		c.Workers = append(c.Workers, row)
	}
}

// withLegend returns a chart with its legend and the latest value of each line.
func withLegend(c *curve, n *notes) shownCurve {
	s := shownCurve{curve: c, Version: fmt.Sprintf("%d.%d", n.runs, n.windows)}
	colour := 0
	for _, l := range c.lines(n) {
		if l.Pale {
			continue
		}
		entry := legendEntry{Class: "c" + strconv.Itoa(colour), Name: l.Name}
		if len(l.Y) > 0 {
			entry.Value = short(l.Y[len(l.Y)-1])
		}
		s.Legend = append(s.Legend, entry)
		colour++
	}
	return s
}

// styleSheet returns the page's style, with the colours of the charts' lines.
func styleSheet() []byte {
	data, err := files.ReadFile("static/style.css")
	if err != nil {
		panic("live: the embedded style: " + err.Error())
	}
	var b strings.Builder
	b.Write(data)
	for _, dark := range []bool{false, true} {
		if dark {
			b.WriteString("@media (prefers-color-scheme: dark) {\n")
		}
		for i := range 12 {
			c, dashed := view.LineColour(i, dark)
			style := "solid"
			if dashed {
				style = "dashed"
			}
			fmt.Fprintf(&b, ".c%d { border-top: 3px %s #%02x%02x%02x }\n", i, style, c.R, c.G, c.B)
		}
		if dark {
			b.WriteString("}\n")
		}
	}
	return []byte(b.String())
}

// grouped writes a number with thin gaps between thousands.
func grouped(v int64) string {
	digits := strconv.FormatInt(v, 10)
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && d != '-' && digits[i-1] != '-' && (len(digits)-i)%3 == 0 {
			b.WriteRune('\u202f')
		}
		b.WriteRune(d)
	}
	return b.String()
}

func percent(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) }

// short writes a number with three digits.
func short(v float64) string {
	if v >= 1000 && v < 1e15 {
		return grouped(int64(math.Round(v)))
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}
