package nn

// Layer is one layer's share of the parameters and of the work.
type Layer struct {
	Name       string // as in the tensor names, such as "column1.conv1"
	Parameters int
	// Forward and Backward are multiply-adds for one sample. Backward is the gradient of the weights and, where a layer
	// below needs it, of the input; Forward is not part of it.
	Forward, Backward int
}

// Layers returns the layers in the order of the parameter vector.
func (n *Network) Layers() []Layer {
	k := n.column
	var layers []Layer
	add := func(name string, spans []span, multiplyAdds int, gradInput int) {
		l := Layer{Name: "column1." + name, Forward: multiplyAdds, Backward: multiplyAdds + gradInput}
		for _, s := range spans {
			l.Parameters += s.length
		}
		layers = append(layers, l)
	}
	if k.conv1 != nil {
		work1 := k.conv1.OutH() * k.conv1.OutW() * k.conv1.WeightLen()
		work2 := k.conv2.OutH() * k.conv2.OutW() * k.conv2.WeightLen()
		add("conv1", []span{k.conv1.weight, k.conv1.bias}, work1, 0)
		add("conv2", []span{k.conv2.weight, k.conv2.bias}, work2, work2)
		add("fc", []span{k.fc.weight, k.fc.bias}, k.fc.weight.length, k.fc.weight.length)
	}
	if k.encoder != nil {
		add("encoder", []span{k.encoder.weight, k.encoder.bias}, k.encoder.weight.length, 0)
	}
	if k.lstm != nil {
		work := k.lstm.weightIH.length + k.lstm.weightHH.length
		add("lstm", []span{k.lstm.weightIH, k.lstm.weightHH, k.lstm.bias}, work, work)
	}
	add("output", []span{k.output.weight, k.output.bias}, k.output.weight.length, k.output.weight.length)
	return layers
}
