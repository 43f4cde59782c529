package safetensors_test

import (
	"fmt"
	"os"
	"path/filepath"

	"colonnade/nn/safetensors"
)

func Example() {
	dir, err := os.MkdirTemp("", "safetensors")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "state.safetensors")

	_, err = safetensors.Write(path, &safetensors.File{
		Metadata: map[string]string{"steps": "1000"},
		Tensors:  []safetensors.Tensor{safetensors.Float32s("w", []int{2, 2}, []float32{1, 2, 3, 4})},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	f, _, err := safetensors.Read(path, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	w, err := f.Tensor("w")
	if err != nil {
		fmt.Println(err)
		return
	}
	v, err := w.Float32s()
	fmt.Println(f.Metadata["steps"], w.Shape, v, err)
	// Output: 1000 [2 2] [1 2 3 4] <nil>
}
