// Package nn holds the networks: layers, columns, the flat parameter vector and its checkpoints.
//
// # Vocabulary
//
// An Arch says what a column sees and how wide its layers are. A Network is the description built from it: it knows where
// each tensor lies in the parameter vector, and holds no numbers itself. All parameters of a network are one []float32,
// called theta, so that optimiser, lock-free store, gradient clipping and checkpoint work on one slice; a gradient is a
// second slice of the same length. A Batch is the memory of one rollout: steps consecutive steps of envs environments in
// lockstep. Sample t*envs+e is step t of environment e.
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
// There is no second forward pass: Backward uses what Forward left in the batch. Parameter gradients accumulate (+=),
// activation gradients overwrite (=). Neither pass allocates.
//
// # Layouts
//
// Inside, everything is the way the kernels want it: pictures and maps with channels innermost (H,W,C), convolution
// weights (R,S,C,O), other weights (in,out), the four gates of an LSTM in the order i, f, g, o. Checkpoints show the
// order that PyTorch uses; Tensor describes both.
//
// # Concurrency
//
// A Network may be shared by any number of goroutines. A Batch, and the theta and grad handed in with it, belong to one
// goroutine during a call.
//
// # Where to start reading
//
// arch.go, then column.go: forward and backward of a whole column in the order of its layers. layers.go has the layers,
// checkpoint.go and the package safetensors the files.
package nn
