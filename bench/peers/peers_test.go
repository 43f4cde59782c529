package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/cpuid/v2"

	"colonnade/kernels"
)

func TestMain(m *testing.M) {
	if err := initOneDNN(false); err != nil {
		println(err.Error())
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// Every candidate of every line computes the same.
func TestAgreement(t *testing.T) {
	for _, l := range lines([]int{1, 3}) {
		if _, err := measure(l, 1, time.Nanosecond, kernels.Implementation()); err != nil {
			t.Error(err)
		}
	}
}

func TestDisagreementIsFound(t *testing.T) {
	want := []float32{1, -20, 3}
	for _, got := range [][]float32{{1, -20}, {1, -20, 3.01}, {1, float32(math.NaN()), 3}, {0, 0, 0}} {
		if err := sameNumbers(got, want); err == nil {
			t.Errorf("%v passes for %v", got, want)
		}
	}
	if err := sameNumbers([]float32{1.0001, -20, 3}, want); err != nil {
		t.Error(err)
	}
	if err := sameNumbers(make([]float32, 3), make([]float32, 3)); err == nil {
		t.Error("results of zeros alone pass")
	}
}

// Gathering and summing count how many patches cover a pixel.
func TestPatches(t *testing.T) {
	g := kernels.Conv{H: 5, W: 6, C: 2, R: 3, S: 2, Stride: 2, O: 1}
	x := random(2*g.InLen(), 1)
	rows := patches(g, 2, x)
	if want := 2 * g.OutH() * g.OutW() * g.R * g.S * g.C; len(rows) != want {
		t.Fatalf("%d floats of patches, want %d", len(rows), want)
	}
	// The second patch of the first image begins Stride pixels to the right.
	if at := g.R * g.S * g.C; rows[at] != x[g.Stride*g.C] {
		t.Errorf("the second patch begins with %g, want %g", rows[at], x[g.Stride*g.C])
	}
	cover := make([]float32, len(x))
	eachRun(g, 2, func(at int) {
		for i := range g.S * g.C {
			cover[at+i]++
		}
	})
	for i, v := range sumPatches(g, 2, rows) {
		if math.Abs(float64(v-cover[i]*x[i])) > 1e-5 {
			t.Fatalf("float %d is %g, want %g times %g", i, v, cover[i], x[i])
		}
	}
}

func made() *record {
	return &record{Kernels: "avx2", ISA: "best", Rounds: 3, Lines: []*measured{
		{line: line{Pass: "forward", Layer: "fc", Batch: 16}, Peak: []float64{90, 100, 80}, Results: []result{
			{Library: "ours", GFLOPS: []float64{80, 40, 90}},
			{Library: "openblas", Variant: "sgemm", GFLOPS: []float64{40, 50, 45}},
			{Library: "onednn", Variant: "any", GFLOPS: []float64{50, 10, 60}},
			{Library: "onednn", Variant: "sgemm", GFLOPS: []float64{20, 20, 20}},
		}},
		{line: line{Pass: "gradinput", Layer: "conv", Batch: 8}, Peak: []float64{95, 90, 91}, Results: []result{
			{Library: "ours", GFLOPS: []float64{40, 40, 40}},
			{Library: "onednn", Variant: "nhwc", GFLOPS: []float64{50, 50, 50}},
			{Library: "openblas", Variant: "sgemm", Less: true, GFLOPS: []float64{80, 80, 80}},
		}},
	}}
}

// The best variant counts, a bare product is no rival, and a ratio is the
// median of the rounds' ratios.
func TestRatios(t *testing.T) {
	r := made()
	fc, conv := r.Lines[0], r.Lines[1]
	if rival := fc.rival(false); rival.Library != "onednn" || rival.Variant != "any" {
		t.Errorf("the best peer is %+v", rival)
	}
	if got := fc.ratio(fc.rival(false)); got != 1.6 { // of 1.6, 4, 1.5
		t.Errorf("ratio %g, want 1.6", got)
	}
	if got := conv.ratio(conv.rival(false)); got != 0.8 {
		t.Errorf("ratio %g, want 0.8", got)
	}
	if got := conv.ratio(conv.rival(true)); got != 0.5 {
		t.Errorf("ratio to the bare product %g, want 0.5", got)
	}
	if lost := r.losing(); len(lost) != 1 || lost[0] != conv {
		t.Errorf("%d lines are lost, want the second", len(lost))
	}
}

func TestSave(t *testing.T) {
	r, folder := made(), t.TempDir()
	if err := r.save(folder); err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile(filepath.Join(folder, "avx2-peers-best.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"ahead of the best peer in 1 of 2 lines",
		"FMA peak 100.0 GFLOP/s (of AVX2, the highest of all rounds)",
		"| forward | fc |  | 16 | 80.0 | 80 | 45.0 | 50.0 | - | onednn any | 1.60 | - |",
		"| gradinput | conv |  | 8 | 40.0 | 40 | - | 50.0 | - | onednn nhwc | **0.80** | 0.50 (openblas 80.0) |",
	} {
		if !strings.Contains(string(table), want) {
			t.Errorf("the table lacks %q:\n%s", want, table)
		}
	}
	raw, err := os.ReadFile(filepath.Join(folder, "avx2-peers-best.json"))
	if err != nil {
		t.Fatal(err)
	}
	var back record
	if err := json.Unmarshal(raw, &back); err != nil {
		t.Fatal(err)
	}
	if got := back.Lines[0].Results[0].GFLOPS[2]; got != 90 {
		t.Errorf("the raw record holds %g, want 90", got)
	}
}

// The core type is the best that the processor's instructions allow, known to the library or not.
func TestCoreType(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("the names are of amd64")
	}
	avx2 := []cpuid.FeatureID{cpuid.SSE42, cpuid.AVX, cpuid.AVX2, cpuid.FMA3}
	avx512 := append(slices.Clone(avx2), cpuid.AVX512F, cpuid.AVX512BW, cpuid.AVX512CD, cpuid.AVX512DQ, cpuid.AVX512VL)
	for _, c := range []struct {
		want     string
		avx2Only bool
		vendor   cpuid.Vendor
		features []cpuid.FeatureID
	}{
		{"Cooperlake", false, cpuid.Intel, append(slices.Clone(avx512), cpuid.AVX512BF16)},
		{"Cooperlake", false, cpuid.AMD, append(slices.Clone(avx512), cpuid.AVX512BF16)},
		{"SkylakeX", false, cpuid.Intel, avx512},
		{"Haswell", true, cpuid.Intel, avx512},
		{"Zen", true, cpuid.AMD, avx512},
		{"Haswell", false, cpuid.Intel, append(slices.Clone(avx2), cpuid.AVX512F)},
		{"Sandybridge", false, cpuid.Intel, avx2[:2]},
		{"Nehalem", false, cpuid.AMD, avx2[:1]},
		{"Prescott", false, cpuid.Intel, nil},
	} {
		has := func(wanted ...cpuid.FeatureID) bool {
			return !slices.ContainsFunc(wanted, func(f cpuid.FeatureID) bool { return !slices.Contains(c.features, f) })
		}
		if got := coreType(c.avx2Only, c.vendor, has); got != c.want {
			t.Errorf("%v, AVX2 only %v, features %v: %s, want %s", c.vendor, c.avx2Only, c.features, got, c.want)
		}
	}
}

// A library that fell back to another core type is refused; the error says what to do.
func TestFallbackIsRefused(t *testing.T) {
	if err := checkCore("SkylakeX", "Prescott"); err == nil || !strings.Contains(err.Error(), "runs as Prescott") ||
		!strings.Contains(err.Error(), "Install") {
		t.Errorf("a fallback gives %v", err)
	}
	for _, wanted := range []string{"skylakex", "SkylakeX", ""} {
		if err := checkCore(wanted, "SkylakeX"); err != nil {
			t.Error(err)
		}
	}
	if core := openBLASCore(); !strings.Contains(openBLASVersion("x"), core+" (set with OPENBLAS_CORETYPE)") ||
		!strings.Contains(openBLASVersion(""), core+" (its own choice)") {
		t.Errorf("the table says %q", openBLASVersion("x"))
	}
}

func TestParse(t *testing.T) {
	for _, args := range [][]string{
		{"-isa", "sse"}, {"-rounds", "0"}, {"-span", "-1s"}, {"-batches", "1,x"}, {"-batches", "0"}, {"-filter", "("},
	} {
		if _, err := parse(args); err == nil {
			t.Errorf("%v is accepted", args)
		}
	}
}
