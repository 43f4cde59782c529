package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"colonnade/nn"
)

// drawColumn prints one column as a tree that hangs from its output.
func drawColumn(w io.Writer, c nn.Column, all []nn.Column) {
	state, below := "trained", ""
	if c.Frozen {
		state = "frozen"
	}
	if c.Lateral > 0 {
		below = fmt.Sprintf(": %d of its own, %d from columns %v", c.Own, c.Lateral, c.LateralsFrom)
	}
	fmt.Fprintf(w, "column %d, %s: %v\n%d parameters%s\n\n", c.Number, state, c.Arch, c.Own+c.Lateral, below)
	t := tree{prefix: fmt.Sprintf("column%d.", c.Number), shapes: map[string]string{}, layers: map[string]nn.Layer{}}
	p := c.Arch.Pixels
	t.shapes["pixels"], t.shapes["proprioception"] = shape(p[:]), fmt.Sprint(c.Arch.Proprioception)
	for _, k := range all {
		for _, l := range k.Layers {
			t.shapes[l.Name], t.layers[l.Name] = shape(l.Output), l
		}
		t.shapes[fmt.Sprintf("column%d.fc+encoder", k.Number)] = fmt.Sprintf("%d+%d", k.Arch.FC, k.Arch.Encoder)
	}
	t.own = c.Layers
	t.layer("", "", t.prefix+"output")
	t.print(w)
}

// tree collects the lines of a drawing.
type tree struct {
	prefix string              // of the column's own layers
	own    []nn.Layer          // of the column
	layers map[string]nn.Layer // of all columns, by name
	shapes map[string]string   // of what can be read, by name
	lines  []line
}

type line struct{ text, parameters string }

// layer draws one of the column's own layers, or what it sees, and below it all
// that feeds it: first the laterals, then the column itself. first begins its own
// line, rest the lines of what hangs from it.
func (t *tree) layer(first, rest, name string) {
	l, known := t.layers[name]
	text := first + strings.TrimPrefix(name, t.prefix) + " " + t.shapes[name]
	if !known { // pixels or proprioception
		t.lines = append(t.lines, line{text, ""})
		return
	}
	t.lines = append(t.lines, line{text, fmt.Sprint(l.Parameters)})
	for _, lateral := range t.own {
		if strings.HasPrefix(lateral.Name, name+".lateral") {
			t.lateral(rest+"├─ ", lateral)
		}
	}
	reads := []string{l.Reads}
	if l.Reads == t.prefix+"fc+encoder" {
		reads = []string{t.prefix + "fc", t.prefix + "encoder"}
	}
	for i, source := range reads {
		if i < len(reads)-1 {
			t.layer(rest+"├─ ", rest+"│  ", source)
		} else {
			t.layer(rest+"└─ ", rest+"   ", source)
		}
	}
}

// lateral draws what comes from an earlier column, through an adapter or not.
func (t *tree) lateral(first string, l nn.Layer) {
	source, parameters := l.Reads, fmt.Sprint(l.Parameters)
	if adapter, adapted := t.layers[source]; adapted && strings.HasPrefix(source, t.prefix) {
		source = adapter.Reads
		parameters = fmt.Sprintf("%d + %d", adapter.Parameters, l.Parameters)
		t.lines = append(t.lines, line{fmt.Sprintf("%s%s %s, adapter to %s", first, source, t.shapes[source],
			shape(adapter.Output)), parameters})
		return
	}
	t.lines = append(t.lines, line{first + source + " " + t.shapes[source], parameters})
}

// print writes the lines with their numbers in a column of their own.
func (t *tree) print(w io.Writer) {
	wide, long := 0, 0
	for _, l := range t.lines {
		wide, long = max(wide, utf8.RuneCountInString(l.text)), max(long, len(l.parameters))
	}
	for _, l := range t.lines {
		text := l.text
		if l.parameters != "" {
			text += strings.Repeat(" ", wide-utf8.RuneCountInString(text)) + fmt.Sprintf("  %*s", long, l.parameters)
		}
		fmt.Fprintln(w, text)
	}
	fmt.Fprintln(w)
}

// shape writes sizes as people do: 15x15x16.
func shape(sizes []int) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(sizes), " ", "x"), "[]")
}
