package distill

import (
	"fmt"
	"slices"

	"colonnade/nn"
)

// Inherit lets a new column begin with LSTM and output of the column below: it need only learn to
// see. What enters it from that column stays as it was drawn, but for the column's output terms,
// which nn.Network.Init gave to the new one: its own output takes their place. It is an error if
// the two columns differ in their LSTM or in the features that enter it.
func Inherit(net *nn.Network, theta []float32, below *nn.Checkpoint) error {
	k := len(net.Columns())
	from := len(below.Network.Columns())
	source := map[string]nn.Tensor{}
	for _, t := range below.Network.Tensors() {
		source[t.Name] = t
	}
	own := fmt.Sprintf("column%d.", k)
	copied := 0
	for _, t := range net.Tensors() {
		for _, name := range []string{"lstm.weight_ih", "lstm.weight_hh", "lstm.bias", "output.weight", "output.bias"} {
			if t.Name != own+name {
				continue
			}
			s, ok := source[fmt.Sprintf("column%d.%s", from, name)]
			if !ok || !slices.Equal(s.Shape, t.Shape) {
				return fmt.Errorf("the new column's %s is %v, that of the column below is not: they cannot share an "+
					"LSTM", name, t.Shape)
			}
			copy(t.View(theta), s.View(below.Theta))
			copied++
		}
		if t.Name == fmt.Sprintf("%soutput.lateral%d.weight", own, k-1) {
			clear(t.View(theta))
		}
	}
	if copied != 5 {
		return fmt.Errorf("the new column has no LSTM: %v", net.Arch())
	}
	return nil
}
