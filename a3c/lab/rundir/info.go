package rundir

import (
	"os"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/klauspost/cpuid/v2"

	"colonnade/kernels"
)

// Info is run.json: what a run was started with and on.
type Info struct {
	Command  []string  `json:"command"`
	Seed     uint64    `json:"seed"`
	Started  time.Time `json:"started"`
	Revision string    `json:"revision"` // of the source; "unknown" outside a repository
	Go       string    `json:"go"`
	CPU      string    `json:"cpu"`
	Cores    int       `json:"cores"`
	Kernels  string    `json:"kernels"` // part of a deterministic run's contract: resumed only under those of the same bits
	World    string    `json:"world"`   // fingerprint of the environment
}

// revision is set by the Makefile (-ldflags -X); without it the build's own
// record is used.
var revision string

// NewInfo fills in what the process knows about itself.
func NewInfo(seed uint64, world string) Info {
	return Info{
		Command: os.Args, Seed: seed, Started: time.Now().UTC().Truncate(time.Second),
		Revision: sourceRevision(), Go: runtime.Version(), CPU: cpuid.CPU.BrandName, Cores: runtime.GOMAXPROCS(0),
		Kernels: kernels.Implementation(), World: world,
	}
}

func sourceRevision() string {
	if revision != "" {
		return revision
	}
	if build, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range build.Settings {
			if setting.Key == "vcs.revision" {
				return setting.Value
			}
		}
	}
	return "unknown"
}
