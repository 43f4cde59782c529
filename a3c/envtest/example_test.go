package envtest_test

import (
	"fmt"
	"strings"

	"colonnade/a3c"
	"colonnade/a3c/envtest"
	"colonnade/a3c/probe"
)

// stale is an environment with a common fault: it does not write what is seen after a reset.
type stale struct{ *probe.Contextual }

func (s stale) Reset(seed uint64, pixels []uint8, proprio []float32) error {
	return s.Contextual.Reset(seed, nil, nil)
}

// Ask an environment whether a learner can trust it, and one that it cannot.
func ExampleCheck() {
	fmt.Println(envtest.Check(func() a3c.Env { return probe.NewContextual() }))
	err := envtest.Check(func() a3c.Env { return stale{probe.NewContextual()} })
	fmt.Println(strings.Split(err.Error(), "\n")[0])
	// Output:
	// <nil>
	// buffers: with other values in the buffers before, call 0 gave other proprioceptive values
}
