// Package interop tries what runs leave with the programs that others use:
// policies exported to ONNX in ONNX's own checker and in onnxruntime, checkpoints
// in PyTorch, event files with a reader of TFRecords and protocol buffers that is
// not ours. It consists of tests only; make test-interop installs what they need
// and runs them, go test alone skips them.
//
//	policy_test.go      networks, and episodes in which ours and theirs are compared step by step
//	tensorboard_test.go a run that was killed and resumed, read back from its event files
//	testdata/           the programs on the other side
//
// packages.sh installs Node.js, npm, PyTorch and ONNX from Debian where they are
// missing, and the npm packages of testdata/package.json into a folder.
package interop
