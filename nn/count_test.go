package nn_test

import (
	"testing"

	"colonnade/nn"
)

// centred is an input scaling for pictures with three channels.
var centred = nn.InputScaling{Mean: []float32{120, 90, 60}, Scale: []float32{50, 50, 50}}

// TestParameterCounts holds the totals that pin the architecture: they follow from the paper (621K,
// 299K) and from the layer table of the design.
func TestParameterCounts(t *testing.T) {
	proprioception := nn.Arch{Proprioception: 18, Encoder: 16, LSTM: 16, Choices: nn.ReachArch(true, false).Choices}
	both := nn.ReachArch(true, false)
	both.Proprioception, both.Encoder = 18, 16
	for _, c := range []struct {
		name    string
		arch    nn.Arch
		scaling nn.InputScaling
		want    int
	}{
		{"feedforward wide", nn.ReachArch(false, true), centred, 620620},
		{"feedforward narrow", nn.ReachArch(false, false), centred, 13324},
		{"recurrent wide", nn.ReachArch(true, true), centred, 298700},
		{"recurrent narrow", nn.ReachArch(true, false), centred, 10364},
		{"pixels and proprioception", both, centred, 11692},
		{"proprioception", proprioception, nn.InputScaling{}, 2892},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, err := nn.New(c.arch, c.scaling)
			if err != nil {
				t.Fatal(err)
			}
			if got := n.Parameters(); got != c.want {
				t.Errorf("%d parameters, want %d", got, c.want)
			}
			next := 0
			for _, tensor := range n.Tensors() {
				elements := 1
				for _, d := range tensor.Shape {
					elements *= d
				}
				if tensor.Offset != next || tensor.Length != elements {
					t.Errorf("%s %v: offset %d length %d, want %d and %d", tensor.Name, tensor.Shape, tensor.Offset,
						tensor.Length, next, elements)
				}
				next += tensor.Length
			}
			if next != c.want {
				t.Errorf("the tensors hold %d elements, want %d", next, c.want)
			}
		})
	}
}
