package record_test

import (
	"fmt"
	"os"
	"path/filepath"

	"colonnade/jaco/record"
	"colonnade/jaco/robot"
)

// Record a moment and read it back.
func Example() {
	dir, err := os.MkdirTemp("", "record")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "episodes")
	w, err := record.Append(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := w.Write(&robot.Moment{Step: 7, Reward: 1}); err != nil {
		fmt.Println(err)
	}
	if err := w.Close(); err != nil {
		fmt.Println(err)
	}
	f, err := os.Open(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	r, err := record.NewReader(f)
	if err != nil {
		fmt.Println(err)
		return
	}
	var m robot.Moment
	fmt.Println(r.Next(&m), m.Step, m.Reward)
	fmt.Println(r.Next(&m))
	// Output:
	// <nil> 7 1
	// EOF
}
