//go:build !purego

package kernels

// useNEON is what every operation asks.
var useNEON bool

// available lists what this machine can run, the preferred one first. NEON is
// not asked for: every arm64 machine that Go runs on has it.
func available() []string { return []string{"neon", "base"} }

func enable(name string) { useNEON = name == "neon" }
