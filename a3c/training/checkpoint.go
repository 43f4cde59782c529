package training

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"colonnade/a3c"
	"colonnade/nn"
	"colonnade/nn/atomicfile"
	"colonnade/nn/safetensors"
)

// File names of the checkpoint units.
const (
	latestUnit   = "latest"
	previousUnit = "previous"

	parametersSuffix = ".safetensors"
	stateSuffix      = ".state"
)

// LatestFile has the parameters of the latest checkpoint.
const LatestFile = latestUnit + parametersSuffix

// parametersKey is where the state file's metadata keeps the digest of the
// parameters it belongs to.
const parametersKey = "parameters"

// SaveUnit writes parameters and training state as the latest unit. The unit
// before becomes the previous one. Whatever happens in between, one whole unit
// remains: the previous one is only replaced while the latest is whole.
func (d *Folder) SaveUnit(c *nn.Checkpoint, s *a3c.Snapshot) error {
	for _, suffix := range []string{parametersSuffix, stateSuffix} {
		if err := d.keep(latestUnit+suffix, previousUnit+suffix); err != nil {
			return err
		}
	}
	digest, err := nn.SaveCheckpoint(d.Path(latestUnit+parametersSuffix), c)
	if err != nil {
		return err
	}
	state := s.Encode()
	state.Metadata[parametersKey] = digest
	if _, err := safetensors.Write(d.Path(latestUnit+stateSuffix), state); err != nil {
		return fmt.Errorf("save training state: %w", err)
	}
	return nil
}

// keep makes the file at from also the one at to, which it replaces whole: by a hard link, or by a
// copy where the file system has none. Where from is a symbolic link, the file behind it is kept:
// the next one to be written at from takes that file's place, and a link to the link would then
// show the new one.
func (d *Folder) keep(from, to string) error {
	source, err := filepath.EvalSymlinks(d.Path(from))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // the first unit
	}
	if err != nil {
		return fmt.Errorf("keep %s: %w", from, err)
	}
	link := d.Path("." + to + ".link")
	if err := os.Remove(link); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("keep %s: %w", from, err)
	}
	if linkErr := os.Link(source, link); linkErr != nil {
		if err := copyFile(link, source); err != nil {
			return fmt.Errorf("keep %s: %w", from, errors.Join(linkErr, err))
		}
	}
	if err := os.Rename(link, d.Path(to)); err != nil {
		return fmt.Errorf("keep %s: %w", from, err)
	}
	// Renaming one link of a file over another one of the same file does nothing at all.
	if err := os.Remove(link); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("keep %s: %w", from, err)
	}
	return nil
}

// copyFile makes to hold what from holds.
func copyFile(to, from string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	return atomicfile.Write(to, func(w io.Writer) error {
		_, err := io.Copy(w, source)
		return err
	})
}

// restoreLatest makes the previous unit, which is whole, the latest one too:
// the next SaveUnit would put a damaged latest in its place otherwise.
func (d *Folder) restoreLatest() error {
	for _, suffix := range []string{parametersSuffix, stateSuffix} {
		if err := d.keep(previousUnit+suffix, latestUnit+suffix); err != nil {
			return err
		}
	}
	return nil
}

// LoadUnit reads the latest whole unit. Where the latest is damaged or its two
// files do not belong together, it falls back to the previous one, which becomes
// the latestUnit, and says why in warning.
func (d *Folder) LoadUnit() (c *nn.Checkpoint, s *a3c.Snapshot, warning error, err error) {
	c, s, latestErr := d.loadUnit(latestUnit)
	if latestErr == nil {
		return c, s, nil, nil
	}
	c, s, previousErr := d.loadUnit(previousUnit)
	if previousErr == nil {
		return c, s, latestErr, d.restoreLatest()
	}
	return nil, nil, nil, fmt.Errorf("run folder %s has no whole checkpoint: %w", d.path,
		errors.Join(latestErr, previousErr))
}

func (d *Folder) loadUnit(name string) (*nn.Checkpoint, *a3c.Snapshot, error) {
	c, digest, err := nn.LoadCheckpoint(d.Path(name + parametersSuffix))
	if err != nil {
		return nil, nil, err
	}
	path := d.Path(name + stateSuffix)
	file, _, err := safetensors.Read(path, func(f *safetensors.File) error {
		if f.Metadata[parametersKey] != digest {
			return fmt.Errorf("it belongs to other parameters than those in %s", name+parametersSuffix)
		}
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("load training state %s: %w", path, err)
	}
	s, err := a3c.DecodeSnapshot(file)
	if err != nil {
		return nil, nil, fmt.Errorf("load training state %s: %w", path, err)
	}
	return c, s, nil
}

// CheckpointPath returns the path of the parameters that a -checkpoint flag names:
// a file, or a run folder's latest ones.
func CheckpointPath(path string) string {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return filepath.Join(path, LatestFile)
	}
	return path
}

// LoadCheckpoint reads the parameters that a -checkpoint flag names: see [CheckpointPath] and
// [nn.LoadCheckpoint].
func LoadCheckpoint(path string) (c *nn.Checkpoint, digest string, err error) {
	c, digest, err = nn.LoadCheckpoint(CheckpointPath(path))
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%w; want a .safetensors file, or a run folder, which has %s", err,
			latestUnit+parametersSuffix)
	}
	return c, digest, err
}

// milestoneFile returns the file name of the checkpoint kept at a step count.
func milestoneFile(steps int64) string { return fmt.Sprintf("step-%09d%s", steps, parametersSuffix) }
