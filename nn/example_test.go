package nn_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"

	"colonnade/nn"
)

// The recurrent narrow network of the reach task: its tensors as a checkpoint shows them, and its
// work.
func Example() {
	scaling := nn.InputScaling{Mean: []float32{120, 110, 100}, Scale: []float32{50, 50, 50}}
	net, err := nn.New(nn.ReachArch(true, false), scaling)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, t := range net.Tensors() {
		fmt.Println(t.Name, t.Shape)
	}
	multiplyAdds := 0
	for _, l := range net.Layers() {
		multiplyAdds += l.Forward
	}
	fmt.Println(net.Parameters(), "parameters,", multiplyAdds, "multiply-adds for a sample")

	// Output:
	// column1.conv1.weight [8 3 8 8]
	// column1.conv1.bias [8]
	// column1.conv2.weight [8 8 5 5]
	// column1.conv2.bias [8]
	// column1.fc.weight [16 288]
	// column1.fc.bias [16]
	// column1.lstm.weight_ih [64 16]
	// column1.lstm.weight_hh [64 16]
	// column1.lstm.bias [64]
	// column1.output.weight [28 16]
	// column1.output.bias [28]
	// 10364 parameters, 410304 multiply-adds for a sample
}

// One step down the gradient of a loss that wants every logit and value of two environments to be
// 1.
func ExampleNetwork_Backward() {
	net, err := nn.New(nn.Arch{Proprioception: 3, Encoder: 16, LSTM: 8, Choices: []int{3, 3}}, nn.InputScaling{})
	if err != nil {
		fmt.Println(err)
		return
	}
	theta, grad := make([]float32, net.Parameters()), make([]float32, net.Parameters())
	net.Init(theta, rand.New(rand.NewPCG(1, 2)), nn.DefaultInit())

	const steps, envs = 5, 2
	b := net.NewBatch(steps, envs)
	rollout := func() (loss float64) {
		for t := range steps {
			for e := range envs {
				copy(b.Proprioception(t, e), []float32{float32(t), float32(e), 1})
				b.First(t)[e] = t == 0
			}
			net.Forward(theta, b, t, envs)
			for i, y := range b.Output(t) {
				loss += float64((y-1)*(y-1)) / 2
				b.DOutput(t)[i] = y - 1
			}
		}
		return loss
	}
	before := rollout()
	net.Backward(theta, grad, b, steps)
	for i, g := range grad {
		theta[i] -= 0.01 * g
	}
	after := rollout()
	fmt.Println("smaller:", after < before)

	// Output: smaller: true
}

// A progressive network: a narrow column on a wide one that was trained before. It begins with the
// wide one's policy and trains its own parameters only.
func ExampleStack() {
	scaling := nn.InputScaling{Mean: []float32{120, 110, 100}, Scale: []float32{50, 50, 50}}
	wide, err := nn.New(nn.ReachArch(true, true), scaling)
	if err != nil {
		fmt.Println(err)
		return
	}
	theta := make([]float32, wide.Parameters())
	wide.Init(theta, rand.New(rand.NewPCG(1, 2)), nn.DefaultInit())
	column1 := &nn.Checkpoint{Network: wide, Theta: theta,
		Metadata: map[string]string{"domain": "sim"}} // from LoadCheckpoint

	net, err := nn.Stack(nn.ReachArch(true, false), scaling, column1)
	if err != nil {
		fmt.Println(err)
		return
	}
	top := make([]float32, net.Parameters())
	net.Init(top, rand.New(rand.NewPCG(3, 4)), nn.DefaultInit())
	for _, c := range net.Columns() {
		fmt.Println("column", c.Number, "frozen:", c.Frozen, "own:", c.Own, "lateral:", c.Lateral, c.Metadata)
	}

	before, after := wide.NewBatch(1, 1), net.NewBatch(1, 1)
	for i := range before.Pixels(0, 0) {
		before.Pixels(0, 0)[i], after.Pixels(0, 0)[i] = uint8(i), uint8(i)
	}
	wide.Forward(theta, before, 0, 1)
	net.Forward(top, after, 0, 1)
	fmt.Println("the same policy and value:", slices.Equal(before.Output(0), after.Output(0)))

	// Output:
	// column 1 frozen: true own: 298700 lateral: 0 map[domain:sim]
	// column 2 frozen: false own: 10364 lateral: 26576 map[]
	// the same policy and value: true
}

// Saving and loading: the digest names the parameters.
func ExampleSaveCheckpoint() {
	dir, err := os.MkdirTemp("", "checkpoint")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "latest.safetensors")

	net, err := nn.New(nn.Arch{Proprioception: 3, Encoder: 4, Choices: []int{3}}, nn.InputScaling{})
	if err != nil {
		fmt.Println(err)
		return
	}
	theta := make([]float32, net.Parameters())
	net.Init(theta, rand.New(rand.NewPCG(1, 2)), nn.DefaultInit())
	saved, err := nn.SaveCheckpoint(path, &nn.Checkpoint{Network: net, Theta: theta,
		Metadata: map[string]string{"steps": "1000"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	c, loaded, err := nn.LoadCheckpoint(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.Network.Arch())
	fmt.Println(c.Metadata["steps"], "steps, the same parameters:", loaded == saved)

	// Output:
	// feedforward, proprioception 3, encoder 4, factors of [3] choices
	// 1000 steps, the same parameters: true
}
