package kernels

import (
	"fmt"
	"os"
	"strings"
)

// implementations lists what this machine can run, the preferred one first.
var implementations = []string{"base"}

var (
	chosen    string
	configErr error
)

func init() { chosen, configErr = choose(os.Getenv("KERNELS")) }

// choose picks the implementation that the environment variable asks for, or
// the preferred one if it is empty.
func choose(want string) (string, error) {
	if want == "" {
		return implementations[0], nil
	}
	for _, name := range implementations {
		if name == want {
			return name, nil
		}
	}
	return "base", fmt.Errorf("KERNELS=%s: no such kernels on this machine; there are %s", want, strings.Join(implementations, ", "))
}

// Implementation names the kernels in use.
func Implementation() string { return chosen }

// ConfigError reports an unknown or unavailable name in the environment
// variable KERNELS; the base implementation is in use then.
func ConfigError() error { return configErr }
