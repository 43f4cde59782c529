package machine_test

import (
	"fmt"

	"colonnade/bench/internal/machine"
)

// Results are kept by processor.
func ExampleMachine_Folder() {
	m := machine.Machine{CPU: "AMD EPYC family 25 model 17", Cores: 2}
	fmt.Println(m.Folder())
	// Output:
	// amd-epyc-family-25-model-17
}
