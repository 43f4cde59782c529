package kernels

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// allImplementations are the names that exist on some machine.
var allImplementations = []string{"avx512", "avx2", "neon", "base"}

// eachImplementation runs f as a subtest under every implementation. One that
// this machine or build lacks is skipped, or fails if KERNELS_REQUIRE names it.
func eachImplementation(t *testing.T, f func(t *testing.T)) {
	for _, name := range allImplementations {
		t.Run("impl="+name, func(t *testing.T) {
			if !slices.Contains(available(), name) {
				if slices.Contains(strings.Split(os.Getenv("KERNELS_REQUIRE"), ","), name) {
					t.Fatalf("KERNELS_REQUIRE asks for %s, which this machine or build lacks", name)
				}
				t.Skipf("no %s here", name)
			}
			withImplementation(name, func() { f(t) })
		})
	}
}

// withImplementation runs f under the named implementation.
func withImplementation(name string, f func()) {
	before := Implementation()
	use(name)
	defer use(before)
	f()
}

func TestChoose(t *testing.T) {
	best := available()[0]
	for _, test := range []struct {
		want, name string
		fails      bool
	}{
		{"", best, false},
		{"base", "base", false},
		{best, best, false},
		{"avx3", "base", true},
		{"AVX2", "base", true},
	} {
		name, err := choose(test.want)
		if name != test.name || (err != nil) != test.fails {
			t.Errorf("KERNELS=%s chooses %s, %v", test.want, name, err)
		}
		if err != nil && (!strings.Contains(err.Error(), "KERNELS="+test.want) ||
			!strings.Contains(err.Error(), best)) {
			t.Errorf("the error %q names neither what was asked for nor what there is", err)
		}
	}
	if ConfigError() == nil && os.Getenv("KERNELS") == "" && Implementation() != best {
		t.Errorf("without KERNELS %s is in use, not %s", Implementation(), best)
	}
}

// TestOneImplementationAtATime sees to it that the hook switches every flag back.
func TestOneImplementationAtATime(t *testing.T) {
	before := Implementation()
	for _, name := range available() {
		withImplementation(name, func() {
			if Implementation() != name {
				t.Errorf("asked for %s, got %s", name, Implementation())
			}
		})
	}
	if Implementation() != before {
		t.Errorf("%s is left in use, %s was before", Implementation(), before)
	}
}
