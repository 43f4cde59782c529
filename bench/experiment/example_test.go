package experiment_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"colonnade/bench/experiment"
)

// A search of the smallest size: one draw of learning rate and entropy cost, tried from scratch for 40 steps. The same lines
// again would find all of it done.
func Example() {
	dir, err := os.MkdirTemp("", "experiment")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	out := filepath.Join(dir, "transfer-search")
	o, err := experiment.Parse([]string{"transfer-search", "-methods", "scratch", "-trials", "1", "-steps", "40", "-episodes", "1",
		"-out", out, "-work", filepath.Join(dir, "runs")}, io.Discard, io.Discard)
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := experiment.Open(o, io.Discard)
	if err != nil {
		fmt.Println(err)
		return
	}
	done, err := s.Work(context.Background())
	fmt.Println("done:", done, err)
	fmt.Println(experiment.Report(out))
	_, err = os.Stat(filepath.Join(out, "scratch.toml"))
	fmt.Println("settings:", err == nil)
	// Output:
	// done: true <nil>
	// transfer-search <nil>
	// settings: true
}
