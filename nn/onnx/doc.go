// Package onnx writes a trained policy as an ONNX model, to run it where there is no Go: in
// onnxruntime, in a browser, on a robot's own computer.
//
// # What the model takes and gives
//
// A model is one step of the whole network, frozen columns included, for a batch of any size B. It
// has those of these inputs and outputs that its network needs:
//
//	input           type             meaning
//	pixels          uint8 (B,H,W,C)  the picture as the environment gives it; the model centres and
//	                                 scales it
//	proprioception  float (B,P)      unscaled
//	first           bool (B)         true where the observation begins an episode: the LSTM state
//	                                 counts as zero there
//	columnK.h, .c   float (B,n)      LSTM state of column K before the step
//
//	output          type             meaning
//	logits1, ...    float (B,n)      unnormalised log-probabilities of the choices of factor 1, 2,
//	                                 ... of the action: sample each factor from their softmax, or
//	                                 take the largest
//	value           float (B,1)      the expected return, in scaled reward
//	columnK.h.next  float (B,n)      LSTM state after the step: the next step's columnK.h
//	columnK.c.next  float (B,n)      and columnK.c
//
// The same words stand in the model, at each input and output. Its metadata_props hold all that the
// checkpoint says of itself (package nn): architecture, input scaling, and where a command of this
// project wrote the checkpoint, the world it was trained in and the contract of observation and
// action.
//
// # How it is written
//
// Operators are those of opset 13 (ONNX 1.8, of 2020), file format 7. Weights have the names of the
// checkpoint's tensors and are the same bytes, but for the LSTM's: ONNX orders gates i, o, f, c and
// has two bias vectors, of which the second is zero. What enters the gates from earlier columns is
// further columns of W, its values further inputs. Terms of a sum are added in the order of package
// nn; kernels differ, so results agree to rounding, not to the bit.
//
// The structures and field numbers are those of onnx.proto (github.com/onnx/onnx), the operators
// those of its Operators.md.
//
// Start reading at [Marshal], then column.go.
package onnx
