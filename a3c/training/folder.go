package training

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/klauspost/cpuid/v2"

	"colonnade/a3c/cli"
	"colonnade/kernels"
	"colonnade/nn/atomicfile"
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

// ErrUsed is returned by [CreateFolder] for a folder that already holds a run.
var ErrUsed = errors.New("the folder already holds a run")

// ErrBusy is returned when another process is using the folder.
var ErrBusy = errors.New("another process is using the folder")

// ErrNoRun is returned by [OpenFolder] for a folder that holds no run.
var ErrNoRun = errors.New("the folder holds no run")

// Folder is a run folder held by this process. It belongs to one goroutine.
type Folder struct {
	path    string
	lock    *os.File
	metrics *os.File
}

// LockFolder takes the lock of a folder that need not hold a run, and makes the folder where it is
// missing. Closing gives the lock back. It returns [ErrBusy], wrapped, if anybody else has it.
func LockFolder(path string) (io.Closer, error) {
	if err := os.MkdirAll(path, 0o777); err != nil {
		return nil, fmt.Errorf("create %s: %w", path, err)
	}
	return hold(path)
}

// CreateFolder makes a new run folder. It returns [ErrUsed] or [ErrBusy] (wrapped)
// where there is one already.
func CreateFolder(path string) (*Folder, error) {
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

// OpenFolder takes an existing run folder to resume it. It returns [ErrNoRun] or
// [ErrBusy], wrapped.
func OpenFolder(path string) (*Folder, error) {
	if !isRun(path) {
		return nil, fmt.Errorf("run folder %s: %w", path, ErrNoRun)
	}
	return hold(path)
}

// JoinFolder takes a run folder, a new one or one that holds a run already: then begun is true. It
// returns [ErrBusy], wrapped.
func JoinFolder(path string) (d *Folder, begun bool, err error) {
	d, err = CreateFolder(path)
	if errors.Is(err, ErrUsed) {
		d, err = OpenFolder(path)
		return d, true, err
	}
	return d, false, err
}

// ConfigPath returns the path of a run folder's resolved configuration.
func ConfigPath(path string) string { return filepath.Join(path, ConfigFile) }

// isRun tells whether path is a folder that holds a run.
func isRun(path string) bool {
	_, err := os.Stat(ConfigPath(path))
	return err == nil
}

func hold(path string) (*Folder, error) {
	lock, err := lockExclusive(filepath.Join(path, lockFile))
	if err != nil {
		return nil, fmt.Errorf("run folder %s: %w", path, err)
	}
	return &Folder{path: path, lock: lock}, nil
}

// Close releases the folder.
func (d *Folder) Close() error {
	var errs []error
	if d.metrics != nil {
		errs = append(errs, d.metrics.Close())
	}
	errs = append(errs, d.lock.Close())
	d.metrics, d.lock = nil, nil
	return errors.Join(errs...)
}

// Path returns the path of a file in the folder; without a name, the folder.
func (d *Folder) Path(name ...string) string {
	return filepath.Join(append([]string{d.path}, name...)...)
}

// WriteFile writes a small file whole: a crash or a full disk leaves the old one.
func (d *Folder) WriteFile(name string, data []byte) error {
	return atomicfile.WriteFile(d.Path(name), data)
}

// WriteInfo writes what the run was started with (run.json).
func (d *Folder) WriteInfo(info Info) error {
	data, err := json.MarshalIndent(info, "", "  ")
	if err != nil {
		return fmt.Errorf("encode %s: %w", InfoFile, err)
	}
	return d.WriteFile(InfoFile, append(data, '\n'))
}

// ReadInfo reads run.json.
func (d *Folder) ReadInfo() (Info, error) { return ReadInfo(d.path) }

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

// TakeFolder takes the run folder that -out names: a new one, or with -resume an old one.
func TakeFolder(path string, resume bool) (*Folder, error) {
	if resume {
		return OpenFolder(path)
	}
	dir, err := CreateFolder(path)
	if errors.Is(err, ErrUsed) {
		return nil, cli.Hint(err, "add -resume to go on with it, or take another -out")
	}
	return dir, err
}

// Info is run.json: what a run was started with and on.
type Info struct {
	Command  []string  `json:"command"`
	Seed     uint64    `json:"seed"`
	Started  time.Time `json:"started"`
	Revision string    `json:"revision"` // of the source; "unknown" outside a repository
	Go       string    `json:"go"`
	CPU      string    `json:"cpu"`
	Cores    int       `json:"cores"`
	// part of a deterministic run's contract: resumed only under those of the same bits
	Kernels string `json:"kernels"`
	World   string `json:"world"` // fingerprint of the environment
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
