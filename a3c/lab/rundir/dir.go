package rundir

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"colonnade/nn/safetensors"
)

// File names inside a run folder.
const (
	ConfigFile  = "config.toml"
	InfoFile    = "run.json"
	MetricsFile = "metrics.jsonl"
	CurveFile   = "curve.svg"
	BestFile    = "best.safetensors"

	lockFile = ".lock"
)

// ErrUsed is returned by [Create] for a folder that already holds a run.
var ErrUsed = errors.New("the folder already holds a run")

// ErrBusy is returned when another process is using the folder.
var ErrBusy = errors.New("another process is using the folder")

// ErrNoRun is returned by [Open] for a folder that holds no run.
var ErrNoRun = errors.New("the folder holds no run")

// Dir is a run folder held by this process. It belongs to one goroutine.
type Dir struct {
	path    string
	lock    *os.File
	metrics *os.File
}

// Lock takes the lock of a folder that need not hold a run, and makes the folder where it is missing. Closing gives the lock
// back. It returns [ErrBusy], wrapped, if anybody else has it.
func Lock(path string) (io.Closer, error) {
	if err := os.MkdirAll(path, 0o777); err != nil {
		return nil, fmt.Errorf("create %s: %w", path, err)
	}
	return hold(path)
}

// Create makes a new run folder. It returns [ErrUsed] or [ErrBusy] (wrapped)
// where there is one already.
func Create(path string) (*Dir, error) {
	if err := os.MkdirAll(path, 0o777); err != nil {
		return nil, fmt.Errorf("create run folder: %w", err)
	}
	d, err := hold(path)
	if err != nil {
		return nil, err
	}
	if isRun(path) {
		d.Close()
		return nil, fmt.Errorf("run folder %s: %w", path, ErrUsed)
	}
	return d, nil
}

// Open takes an existing run folder to resume it. It returns [ErrNoRun] or
// [ErrBusy], wrapped.
func Open(path string) (*Dir, error) {
	if !isRun(path) {
		return nil, fmt.Errorf("run folder %s: %w", path, ErrNoRun)
	}
	return hold(path)
}

// ConfigPath returns the path of a run folder's resolved configuration.
func ConfigPath(path string) string { return filepath.Join(path, ConfigFile) }

// isRun tells whether path is a folder that holds a run.
func isRun(path string) bool {
	_, err := os.Stat(ConfigPath(path))
	return err == nil
}

func hold(path string) (*Dir, error) {
	lock, err := lockExclusive(filepath.Join(path, lockFile))
	if err != nil {
		return nil, fmt.Errorf("run folder %s: %w", path, err)
	}
	return &Dir{path: path, lock: lock}, nil
}

// Close releases the folder.
func (d *Dir) Close() error {
	var errs []error
	if d.metrics != nil {
		errs = append(errs, d.metrics.Close())
	}
	errs = append(errs, d.lock.Close())
	d.metrics, d.lock = nil, nil
	return errors.Join(errs...)
}

// Path returns the path of a file in the folder; without a name, the folder.
func (d *Dir) Path(name ...string) string {
	return filepath.Join(append([]string{d.path}, name...)...)
}

// WriteFile writes a small file whole: a crash or a full disk leaves the old one.
func (d *Dir) WriteFile(name string, data []byte) error {
	return safetensors.WriteFile(d.Path(name), data)
}

// WriteInfo writes what the run was started with (run.json).
func (d *Dir) WriteInfo(info Info) error {
	data, err := json.MarshalIndent(info, "", "  ")
	if err != nil {
		return fmt.Errorf("encode %s: %w", InfoFile, err)
	}
	return d.WriteFile(InfoFile, append(data, '\n'))
}

// ReadInfo reads run.json.
func (d *Dir) ReadInfo() (Info, error) { return ReadInfo(d.path) }

// ReadInfo reads the run.json of a run folder, whoever holds it.
func ReadInfo(path string) (Info, error) {
	var info Info
	file := filepath.Join(path, InfoFile)
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return info, fmt.Errorf("run folder %s has no %s: %w", path, InfoFile, err)
	}
	if err != nil {
		return info, fmt.Errorf("read %s: %w", InfoFile, err)
	}
	if err := json.Unmarshal(data, &info); err != nil {
		return info, fmt.Errorf("%s is damaged: %w", file, err)
	}
	return info, nil
}
