// Command inspect shows what a network consists of: its columns, which layer
// feeds which and through how many parameters, its tensors with their shapes,
// the work of its layers, and what a checkpoint says of itself.
//
//	inspect -checkpoint runs/column1
//	inspect -net recurrent -width narrow -laterals-from wide
//	inspect -width narrow -inputs proprioception -laterals-from wide,narrow+proprioception -json
//
// With -onnx FILE it also writes the policy of a checkpoint as an ONNX model,
// for programs in other languages: see package onnx.
//
//	inspect -checkpoint runs/column1 -onnx policy.onnx
//
// With -adopt FILE it writes a checkpoint that other software saved, such as
// safetensors for Python, with a digest of its own, so that all commands take it.
// The metadata must have been saved with the tensors.
//
//	inspect -checkpoint edited.safetensors -adopt adopted.safetensors
//
// With -sensitivity it plays a progressive network's policy while noise disturbs
// what enters the trained column from earlier ones, or zeros take its place: the
// score says from where the policy draws (package sensitivity).
//
//	inspect -checkpoint runs/progressive -sensitivity -domain robot -episodes 100 -chart sensitivity.svg
//
// With -diff it compares two run folders: settings, revision, world, kernels,
// machine, and what came of them. training_score and the like are of the
// episodes in the last tenth of the steps.
//
//	inspect -diff runs/a runs/b
//
// Without -json it draws each column as a tree that hangs from its output; what
// comes from an earlier column stands on a branch of its own:
//
//	output 28                          476
//	├─ column1.lstm 128               3584
//	└─ lstm 16                        2112
//	   ├─ column1.fc 128              8192
//	   ...
package main

import "colonnade/a3c/cli"

func main() { cli.Main("inspect", run) }
