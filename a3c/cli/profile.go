package cli

import (
	"fmt"
	"os"

	"github.com/pkg/profile"
)

// ProfileKinds are the values of -profile.
var ProfileKinds = []string{"none", "cpu", "mem", "mutex", "block", "trace"}

// ProfileFlag defines -profile, which writes into a folder, named for the help: "the run folder".
func (f *Flags) ProfileFlag(folder string) *string {
	f.NotInFile("profile")
	return f.Choice("profile", "none", "write a profile of this `kind` into "+folder+", for go tool pprof (trace: go tool trace)", ProfileKinds...)
}

// StartProfile begins to write kind.pprof (trace.out) into dir and returns the
// function that ends it. kind "none" does nothing.
func StartProfile(kind, dir string) (stop func(), err error) {
	modes := map[string]func(*profile.Profile){
		"cpu": profile.CPUProfile, "mem": profile.MemProfile, "mutex": profile.MutexProfile,
		"block": profile.BlockProfile, "trace": profile.TraceProfile,
	}
	mode, ok := modes[kind]
	if !ok {
		return func() {}, nil
	}
	// The library ends the process where it cannot create its file: find that
	// out first, as an error.
	probe, err := os.CreateTemp(dir, ".profile-*")
	if err != nil {
		return nil, fmt.Errorf("write a profile: %w", err)
	}
	probe.Close()
	os.Remove(probe.Name())
	return profile.Start(mode, profile.ProfilePath(dir), profile.NoShutdownHook, profile.Quiet).Stop, nil
}
