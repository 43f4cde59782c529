package tensorboard_test

import (
	"fmt"
	"os"
	"path/filepath"

	"colonnade/a3c/lab/tensorboard"
)

// Write what TensorBoard shows of a run: tensorboard --logdir with the run's folder.
func Example() {
	dir, err := os.MkdirTemp("", "events")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	w := tensorboard.NewWriter(dir, 1)
	for step := int64(20_000); step <= 60_000; step += 20_000 {
		err := w.Write(step, []tensorboard.Scalar{{Tag: "episodes/score", Value: float64(step) / 2000}, {Tag: "loss/value_loss", Value: 0.1}})
		if err != nil {
			fmt.Println(err)
			return
		}
	}
	if err := w.Close(); err != nil {
		fmt.Println(err)
		return
	}
	files, err := filepath.Glob(filepath.Join(dir, tensorboard.Pattern))
	fmt.Println(len(files), "file", err)
	// Output:
	// 1 file <nil>
}
