package main

import (
	"maps"

	"colonnade/nn"
	"colonnade/nn/onnx"
	"colonnade/nn/safetensors"
)

// writeONNX writes a checkpoint's policy as an ONNX model, whose metadata names
// the checkpoint by its digest.
func writeONNX(path string, c *nn.Checkpoint, digest string) error {
	exported := *c
	exported.Metadata = maps.Clone(c.Metadata)
	exported.Metadata["digest"] = digest
	model, err := onnx.Marshal(&exported)
	if err != nil {
		return err
	}
	return safetensors.WriteFile(path, model)
}
