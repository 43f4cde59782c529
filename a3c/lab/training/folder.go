package training

import (
	"errors"

	"colonnade/a3c/cli"
	"colonnade/a3c/lab/rundir"
)

// OpenFolder takes the run folder that -out names: a new one, or with -resume an old one.
func OpenFolder(path string, resume bool) (*rundir.Dir, error) {
	if resume {
		return rundir.Open(path)
	}
	dir, err := rundir.Create(path)
	if errors.Is(err, rundir.ErrUsed) {
		return nil, cli.Hint(err, "add -resume to go on with it, or take another -out")
	}
	return dir, err
}
