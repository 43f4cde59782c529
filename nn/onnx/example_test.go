package onnx_test

import (
	"fmt"
	"math/rand/v2"

	"colonnade/nn"
	"colonnade/nn/onnx"
)

// A policy that is played by something else than Go. For a file, hand the bytes to os.WriteFile;
// the command inspect does that for checkpoints: inspect -checkpoint runs/column1 -onnx
// policy.onnx.
func Example() {
	net, err := nn.New(nn.Arch{Proprioception: 18, Encoder: 16, LSTM: 16, Choices: []int{3, 3}}, nn.InputScaling{})
	if err != nil {
		fmt.Println(err)
		return
	}
	theta := make([]float32, net.Parameters())
	net.Init(theta, rand.New(rand.NewPCG(1, 2)), nn.DefaultInit())
	model, err := onnx.Marshal(&nn.Checkpoint{Network: net, Theta: theta,
		Metadata: map[string]string{"contract": "..."}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("larger than the parameters:", len(model) > 4*net.Parameters())

	// Output: larger than the parameters: true
}
