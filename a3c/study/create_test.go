package study_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"colonnade/a3c/study"
	"colonnade/a3c/training"
)

// TestCreateAtOnce: of many that create a study at once, those with one and the same configuration
// succeed, and it is whole.
func TestCreateAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "study")
	var errs [8]error
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { errs[i] = study.Create(path, fmt.Appendf(nil, "seed = %d\n", i%2)) })
	}
	wg.Wait()
	present, err := os.ReadFile(training.ConfigPath(path))
	if err != nil {
		t.Fatal(err)
	}
	for i, err := range errs {
		if same := string(present) == fmt.Sprintf("seed = %d\n", i%2); same && err != nil || !same &&
			!errors.Is(err, study.ErrUsed) {
			t.Errorf("creator %d of %q: %v", i, present, err)
		}
	}
}
