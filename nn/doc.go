// Package nn holds the networks: layers, columns, the flat parameter vector and its checkpoints.
//
// # Vocabulary
//
// An Arch says what a column sees and how wide its layers are. A Network is the description built
// from it: it knows where each tensor lies in the parameter vector. All trained parameters of a
// network are one []float32, called theta, so that optimiser, lock-free store, gradient clipping
// and checkpoint work on one slice; a gradient is a second slice of the same length. A Batch is the
// memory of one rollout: steps consecutive steps of envs environments in lockstep. Sample t*envs+e
// is step t of environment e.
//
// # Progressive networks
//
// Stack adds a new column to trained ones, after Rusu et al. 2016. The earlier columns are frozen:
// each runs forward once a step, and its parameters never change. Laterals bring their activations
// into the new column's layers:
//
//	h_i(k) = f( W_i(k) h_{i-1}(k) + sum over j<k of U_i(k:j) a( h_{i-1}(j) ) )        f = ReLU
//
//	column 1 (frozen)                        column 2 (trained)
//	conv1 --- 1x1 conv, ReLU --- U --------> conv2
//	conv2 --- 1x1 conv, ReLU --- U --------> fc
//	fc, encoder ---------------- U --------> lstm
//	lstm, same step ------------ U --------> lstm
//	last hidden layer ---------- U --------> output
//
// Theta holds the new column's own weights and its laterals: the adapters (a, 1x1 convolutions) and
// U. The parameters of the frozen columns belong to the Network, which never writes to them, so all
// workers share one copy. Columns may differ in width, in kind and in the part of the observation
// that they take. After Init the new column's policy and value are those of the column before it.
//
// # A rollout
//
//	b := net.NewBatch(steps, envs)
//	for t := range steps {
//		// write b.Pixels(t, e), b.Proprioception(t, e) and b.First(t)[e] for each environment e
//		net.Forward(theta, b, t, envs)
//		// act on b.Output(t): the logits of each factor of the policy, then the value
//	}
//	// write the gradient of the loss by the output into b.DOutput(t)
//	net.Backward(theta, grad, b, steps)
//	b.Carry(steps)
//
// There is no second forward pass: Backward uses what Forward left in the batch. Parameter
// gradients accumulate (+=), activation gradients overwrite (=). Neither pass allocates.
//
// # Layouts
//
// Inside, everything is the way the kernels want it: pictures and maps with channels innermost
// (H,W,C), convolution weights (R,S,C,O), other weights (in,out), the four gates of an LSTM in the
// order i, f, g, o. Checkpoints show the order that PyTorch uses; Tensor describes both. The
// tensors of column k are
//
//	columnK.conv1.weight, .bias         columnK.encoder.weight, .bias
//	columnK.conv2.weight, .bias         columnK.lstm.weight_ih, .weight_hh, .bias
//	columnK.fc.weight, .bias            columnK.output.weight, .bias
//
// and, for each earlier column J that it has laterals from, where both have the layers,
//
//	columnK.conv2.adapterJ.weight, .bias    1x1 convolution of J's conv1 maps
//	columnK.conv2.lateralJ.weight
//	columnK.fc.adapterJ.weight, .bias       1x1 convolution of J's conv2 maps
//	columnK.fc.lateralJ.weight
//	columnK.lstm.lateralJ.fc.weight         from J's fc and encoder
//	columnK.lstm.lateralJ.lstm.weight       from the output of J's LSTM in the same step
//	columnK.output.lateralJ.weight          from J's last hidden layer
//
// The metadata of a checkpoint describes its network. architecture is {"columns":[...]}, for
// each column the fields of Arch and, if it has laterals, laterals_from, the columns' numbers;
// input_scaling lists each column's means and scales; frozen lists what the checkpoint of each
// frozen column said of itself, such as the world it was trained in. All other keys are the
// caller's, about the trained column. A file of one column has checkpoint_version 1 and no frozen;
// one of several has 2, and programs from before it say that they cannot read it.
//
// # Concurrency
//
// A Network may be shared by any number of goroutines. A Batch, and the theta and grad handed in
// with it, belong to one goroutine during a call.
//
// # Where to start reading
//
// arch.go, then column.go: forward and backward of a whole column in the order of its layers, and
// lateral.go: what enters it from others. build.go lays out the parameters, layers.go has the
// layers, checkpoint.go and the package safetensors the files. Package onnx writes a trained policy
// down for other programs.
package nn
