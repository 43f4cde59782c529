package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/cpuid/v2"

	"colonnade/bench/internal/machine"
	"colonnade/kernels"
)

type options struct {
	isa     string
	out     string
	rounds  int
	span    time.Duration
	batches []int
	filter  *regexp.Regexp
}

func main() {
	o, err := parse(os.Args[1:])
	if err == nil {
		if os.Getenv(childVariable) == "" {
			err = runChildren(o)
		} else {
			err = run(o, os.Stdout, os.Stderr)
		}
	}
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

func parse(args []string) (*options, error) {
	o := &options{}
	f := flag.NewFlagSet("peers", flag.ContinueOnError)
	f.StringVar(&o.isa, "isa", "all", "`instructions` that all sides may use: avx2, best (what each finds), or all "+
		"(both where they differ)")
	f.StringVar(&o.out, "out", "", "`folder` for the table and the raw figures; empty: print only")
	f.IntVar(&o.rounds, "rounds", 9, "`number` of rounds")
	f.DurationVar(&o.span, "span", 2*time.Millisecond, "`time` of each candidate in each round")
	batches := f.String("batches", "1,8,16,160,320", "`list` of batches")
	filter := f.String("filter", "", "`pattern` of the lines to measure, as \"forward conv1 wide\"; empty: all")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if !slices.Contains([]string{"avx2", "best", "all"}, o.isa) {
		return nil, fmt.Errorf("-isa is %q, want avx2, best or all", o.isa)
	}
	if o.rounds < 1 || o.span <= 0 {
		return nil, errors.New("-rounds and -span must be above 0")
	}
	for word := range strings.SplitSeq(*batches, ",") {
		n, err := strconv.Atoi(word)
		if err != nil || n < 1 || n > 1<<12 {
			return nil, fmt.Errorf("-batches: %q is no number from 1 to 4096", word)
		}
		o.batches = append(o.batches, n)
	}
	var err error
	o.filter, err = regexp.Compile(*filter)
	return o, err
}

// childVariable marks the process that measures. The libraries read their
// settings from the environment before main begins, so the settings are made by
// starting the program anew.
const childVariable = "COLONNADE_PEERS_CHILD"

func runChildren(o *options) error {
	limits := []string{o.isa}
	if o.isa == "all" {
		limits = nil
		if cpuid.CPU.Supports(cpuid.AVX2, cpuid.FMA3) {
			limits = append(limits, "avx2")
		}
		if len(limits) == 0 || cpuid.CPU.Supports(cpuid.AVX512F) {
			limits = append(limits, "best")
		}
	}
	for _, limit := range limits {
		if err := runChild(limit); err != nil {
			return fmt.Errorf("-isa %s: %w", limit, err)
		}
	}
	return nil
}

func runChild(isa string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	child := exec.Command(self, append(os.Args[1:], "-isa", isa)...)
	child.Env = append(os.Environ(), childVariable+"=1", "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1", "GOMAXPROCS=1",
		"GODEBUG=asyncpreemptoff=1")
	if isa == "avx2" {
		child.Env = append(child.Env, "KERNELS=avx2")
	}
	if os.Getenv(coreVariable) == "" {
		if core := coreType(isa == "avx2", cpuid.CPU.VendorID, cpuid.CPU.Supports); core != "" {
			child.Env = append(child.Env, coreVariable+"="+core)
		}
	}
	child.Stdout, child.Stderr = os.Stdout, os.Stderr
	return child.Run()
}

// run measures in this process.
func run(o *options, stdout, stderr io.Writer) error {
	if err := kernels.ConfigError(); err != nil {
		return err
	}
	wanted := os.Getenv(coreVariable)
	if err := checkCore(wanted, openBLASCore()); err != nil {
		return err
	}
	if err := initOneDNN(o.isa == "avx2"); err != nil {
		return err
	}
	runtime.LockOSThread()
	debug.SetGCPercent(-1) // collected between lines only
	r := &record{
		Machine: machine.Here("."), Kernels: kernels.Implementation(), ISA: o.isa, Rounds: o.rounds,
		Versions: map[string]string{"openblas": openBLASVersion(wanted), "onednn": oneDNNVersion(),
			"gonum": moduleVersion("gonum.org/v1/gonum")},
	}
	for _, l := range lines(o.batches) {
		if !o.filter.MatchString(fmt.Sprintf("%s %s batch %d", l.Pass, l.Layer, l.Batch)) {
			continue
		}
		m, err := measure(l, o.rounds, o.span, r.Kernels)
		if err != nil {
			return err
		}
		r.Lines = append(r.Lines, m)
		if rival := m.rival(false); m.ratio(rival) < 1 {
			fmt.Fprintf(stderr, "behind: %-11s %-22s batch %4d: %.2f of %s %s\n", m.Pass, m.Layer, m.Batch,
				m.ratio(rival), rival.Library, rival.Variant)
		}
	}
	if len(r.Lines) == 0 {
		return errors.New("-filter matches no line")
	}
	if err := r.writeTable(stdout); err != nil {
		return err
	}
	if o.out == "" {
		return nil
	}
	return r.save(filepath.Join(o.out, r.Folder()))
}

// save writes the table and the raw figures of the record.
func (r *record) save(folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	var table bytes.Buffer
	if err := r.writeTable(&table); err != nil {
		return err
	}
	raw, err := json.Marshal(r)
	if err != nil {
		return err
	}
	name := filepath.Join(folder, r.Kernels+"-peers-"+r.ISA)
	return errors.Join(os.WriteFile(name+".md", table.Bytes(), 0o644), os.WriteFile(name+".json", raw, 0o644))
}

// moduleVersion returns the version of a module that this program was built with.
func moduleVersion(path string) string {
	if build, ok := debug.ReadBuildInfo(); ok {
		for _, m := range build.Deps {
			if m.Path == path {
				return m.Version
			}
		}
	}
	return "unknown"
}
