package world

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"colonnade/a3c"
	"colonnade/a3c/cmd/cmdtest"
	"colonnade/a3c/training"
	"colonnade/nn"
	"colonnade/sim/domain"
)

// TestTaughtOnARealArm: on a real arm the learner works beside the acting, whose time is measured.
// Every step is learnt from and kept as a frame.
func TestTaughtOnARealArm(t *testing.T) {
	from := cmdtest.Column(t, nn.ReachArch(true, false), 1, nil)
	world, cell := realCell(t, "-move", "-target-every", "100")
	world.stderr = seen(func(text string) { // a person who does what is asked, and says so
		var x, y float64
		if n, _ := fmt.Sscanf(text, "put the target at x %f m, y %f m", &x, &y); n == 2 {
			cell.PutTarget(x, y)
		}
	})
	world.workcell.Confirm = func() <-chan error {
		done := make(chan error, 1)
		done <- nil
		return done
	}
	var err error
	if world.twin, err = domain.Load("sim"); err != nil {
		t.Fatal(err)
	}
	c := training.DefaultTransfer()
	c.UseTeacher(training.OfTeacher...)
	c.Method, c.From = training.Finetune, training.Files{from}
	c.Learner.Steps, c.Learner.MetricsEvery = 200, 50
	plan, err := c.Plan("transfer", world, false)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "run")
	dir, err := training.TakeFolder(out, false)
	if err != nil {
		t.Fatal(err)
	}
	r, err := training.Open(plan, dir, false, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(r.Train(t.Context()), r.Close(), dir.Close()); err != nil {
		t.Fatal(err)
	}
	rows, err := training.ReadMetrics[a3c.Metrics](filepath.Join(out, training.MetricsFile))
	if err != nil || len(rows) != 4 || r.Steps() != 200 {
		t.Fatalf("%d rows of metrics after %d steps, %v", len(rows), r.Steps(), err)
	}
	late, slowest, learning := int64(0), 0.0, int64(0)
	for _, m := range rows {
		late, slowest = late+m.Teacher.Late, max(slowest, m.Teacher.Slowest)
		learning += m.Stages.Backward
	}
	updates := rows[3].Updates
	t.Logf("%d of 200 actions late, the slowest after %.1f ms; %.1f ms of backward pass an update", late, 1e3*slowest,
		float64(learning)/1e6/float64(updates))
	// Of late ones a loaded machine has some, too; where acting waits, a3c/distill has a test.
	if slowest == 0 || updates < 10 {
		t.Errorf("%d updates, the slowest action after %g s", updates, slowest)
	}
	if info, err := os.Stat(filepath.Join(out, "frames")); err != nil || info.Size() < 200*3*64*64 {
		t.Errorf("the frames of 200 steps: %v, %v", info, err)
	}
}
