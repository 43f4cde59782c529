package distill

import (
	"fmt"
	"math"
	"time"

	"colonnade/a3c"
)

// Settings are those that only a student has. All others are in a3c.Config: of these Steps, Seed,
// Rollout, LearningRate, Warmup, ValueCost, ClipNorm, KeepScores, MetricsEvery and CheckpointEvery,
// and the functions that are told, mean what they say there; the rest does not matter. There is one
// worker of one environment.
type Settings struct {
	// ShareSteps is the number of steps over which the teacher's share of the actions falls from 1
	// to 0; at most half of the run. At least 0; default 5,000.
	ShareSteps int64 `json:"share_steps" flag:"share-steps" help:"*steps* over which the teacher's share of the actions falls from 1 to 0, at most half of the run"`
	// FeatureCost weighs the squared distance of the features. At least 0; default 0.005.
	FeatureCost float64 `json:"feature_cost" flag:"feature-cost" help:"*weight* of the squared distance of student's and teacher's features"`
	// Windows is the number of windows in an update. At least 1; default 8.
	Windows int `json:"windows" flag:"windows" help:"*number* of windows of frames in an update"`
	// Window is the number of steps of a window. At least 1; default 20.
	Window int `json:"window" flag:"window" help:"*steps* of a window"`
	// Beside lets the learner work beside the arm, in real time, instead of in turn with it. Such a
	// run cannot be repeated to the bit. Default false.
	Beside bool `json:"beside"`
}

// Deadline is the time from observation to action after which an action is late: a tenth of a
// control step.
const Deadline = 10 * time.Millisecond

// DefaultSettings returns the defaults that the fields name.
func DefaultSettings() Settings {
	return Settings{ShareSteps: 5000, FeatureCost: 0.005, Windows: 8, Window: 20}
}

// DefaultConfig returns the settings of a run on one arm: an update each 10 steps, 100 updates of
// warm-up.
func DefaultConfig() a3c.Config {
	c := a3c.DefaultConfig()
	c.Workers, c.Envs, c.Steps = 1, 1, 60_000
	c.Rollout, c.LearningRate, c.Warmup, c.ValueCost = 10, 1e-3, 1000, 0.1
	c.MetricsEvery, c.CheckpointEvery = 500, 5_000
	return c
}

// Validate says what is wrong with the settings.
func (s Settings) Validate() error {
	const most = 1 << 16
	switch {
	case s.ShareSteps < 0:
		return fmt.Errorf("share-steps is %d, want at least 0", s.ShareSteps)
	case !(s.FeatureCost >= 0 && s.FeatureCost <= math.MaxFloat32):
		return fmt.Errorf("feature-cost is %g, want a number of at least 0", s.FeatureCost)
	case s.Windows < 1 || s.Windows > most:
		return fmt.Errorf("windows is %d, want 1 to %d", s.Windows, most)
	case s.Window < 1 || s.Window > most:
		return fmt.Errorf("window is %d, want 1 to %d", s.Window, most)
	}
	return nil
}

// share returns the teacher's share of the actions after so many steps of a run.
func (s Settings) share(steps, all int64) float64 {
	over := min(s.ShareSteps, all/2)
	if steps >= over {
		return 0
	}
	return 1 - float64(steps)/float64(over)
}
