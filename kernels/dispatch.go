package kernels

import (
	"fmt"
	"os"
	"strings"
)

// chosen names the implementation in use, configErr says why it is not the one
// asked for.
var (
	chosen    string
	configErr error
)

func init() {
	name, err := choose(os.Getenv("KERNELS"))
	use(name)
	configErr = err
}

// choose picks the implementation that the environment variable asks for, or
// the preferred one if it is empty.
func choose(want string) (string, error) {
	names := available()
	if want == "" {
		return names[0], nil
	}
	for _, name := range names {
		if name == want {
			return name, nil
		}
	}
	return "base", fmt.Errorf("KERNELS=%s: this program has no such kernels for this machine; there are: %s", want,
		strings.Join(names, ", "))
}

// use switches to the named implementation. Only init and tests call it: no
// kernel may run meanwhile.
func use(name string) {
	chosen = name
	enable(name)
}

// Implementation names the kernels in use: "avx512", "avx2", "neon" or "base".
func Implementation() string { return chosen }

// ConfigError reports an unknown or unavailable name in the environment
// variable KERNELS. The base implementation is in use then; a program should
// rather print the error and stop.
func ConfigError() error { return configErr }
