package view

import (
	"io"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// Panel is one of several charts of bands in a picture.
type Panel struct {
	Axes  Axes
	Bands []Band
}

// panelColumns is how many panels stand side by side.
const panelColumns = 2

// WritePanels draws panels of bands, two in a row, all with the same range of values, so that heights can be compared.
func WritePanels(w io.Writer, format Format, panels []Panel) error {
	var plots []*plot.Plot
	most := 0.0
	for _, panel := range panels {
		p, err := panel.plot()
		if err != nil {
			return err
		}
		most = max(most, p.Y.Max)
		plots = append(plots, p)
	}
	for _, p := range plots {
		p.Y.Max = most
	}
	rows := (len(plots) + panelColumns - 1) / panelColumns
	return writeGrid(w, format, width*3/2, vg.Length(max(rows, 1))*8*vg.Centimeter, grid{columns: panelColumns, panels: plots})
}
