// Package machine names the machine and the source of a measurement, for the header of every
// recorded result. Figures of different machines are never compared.
package machine

import (
	"fmt"
	"os/exec"
	"runtime"
	"strings"

	"github.com/klauspost/cpuid/v2"
)

// Machine is the header of a result.
type Machine struct {
	CPU    string `json:"cpu"`    // brand name, family and model
	Cores  int    `json:"cores"`  // that Go may use
	Go     string `json:"go"`     // version of the toolchain
	Commit string `json:"commit"` // of the working tree, with -dirty if it has changes
}

// Here describes this machine and the source in folder dir.
func Here(dir string) Machine {
	return Machine{CPU: cpuName(), Cores: runtime.GOMAXPROCS(0), Go: runtime.Version(), Commit: commit(dir)}
}

// cpuName adds family and model to the brand name: hosts that rent machines out
// call processors of different generations by one name. Where cpuid knows no
// name, the architecture stands for it.
func cpuName() string {
	name := strings.TrimSpace(cpuid.CPU.BrandName)
	if name == "" {
		name = runtime.GOARCH
	}
	if cpuid.CPU.Family == 0 {
		return name
	}
	return fmt.Sprintf("%s family %d model %d", name, cpuid.CPU.Family, cpuid.CPU.Model)
}

func commit(dir string) string {
	git := exec.Command("git", "describe", "--always", "--dirty", "--abbrev=12")
	git.Dir = dir
	out, err := git.Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}

// Folder is the processor as a name of a folder: "amd-epyc-family-25-model-17".
func (m Machine) Folder() string {
	var b strings.Builder
	for _, r := range strings.ToLower(m.CPU) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.TrimSuffix(b.String(), "-")
}
