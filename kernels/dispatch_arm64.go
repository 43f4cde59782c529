//go:build !purego

package kernels

// useVectors is what every operation asks: whether to run the assembly.
var useVectors bool

// lanes is the number of floats in a register of NEON.
const lanes = 4

// available lists what this machine can run, the preferred one first. NEON is
// not asked for: every arm64 machine that Go runs on has it.
func available() []string { return []string{"neon", "base"} }

func enable(name string) { useVectors = name == "neon" }
