package training

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"colonnade/a3c"
	"colonnade/a3c/cli"
	"colonnade/a3c/distill"
	"colonnade/nn"
)

// Teaching says whether a transfer has a teacher, and how the student learns from it.
type Teaching struct {
	// Teacher is "none", the default, or "twin": the checkpoint to start from, which looks at the
	// twin's pictures.
	Teacher string `flag:"teacher" choice:"none|twin" help:"*who* teaches: nobody, or the column of -from on the twin's pictures (package a3c/distill); scratch methods then take -from as their teacher"`
	// Inherit lets a scratch column begin with LSTM and output of its teacher, which must be as
	// wide. A progressive column of that width always does: the two differ in laterals alone.
	// Default false.
	Inherit bool `flag:"inherit" help:"let a scratch column begin with LSTM and output of its teacher, as a progressive column does that is as wide; they then differ in laterals alone"`
	distill.Settings
}

// The values of Teaching.Teacher.
const (
	NoTeacher   = "none"
	TwinTeacher = "twin"
)

// DefaultTeaching returns the defaults that the fields of Teaching name.
func DefaultTeaching() Teaching {
	return Teaching{Teacher: NoTeacher, Settings: distill.DefaultSettings()}
}

// Taught reports whether there is a teacher.
func (c *Config) Taught() bool { return c.Teacher == TwinTeacher }

// OfTeacher are the flags whose defaults are others where there is a teacher.
var OfTeacher = []string{"rollout", "learning-rate", "warmup", "value-cost", "checkpoint-every"}

// UseTeacher gives the settings that are named by their flags the defaults of a run with a teacher.
func (c *Config) UseTeacher(flags ...string) {
	c.Teacher = TwinTeacher
	l, usual := &c.Learner, distill.DefaultConfig()
	for _, name := range flags {
		switch name {
		case "rollout":
			l.Rollout = usual.Rollout
		case "learning-rate":
			l.LearningRate = usual.LearningRate
		case "warmup":
			l.Warmup = usual.Warmup
		case "value-cost":
			l.ValueCost = usual.ValueCost
		case "checkpoint-every":
			l.CheckpointEvery = usual.CheckpointEvery
		}
	}
}

// Place returns the settings of the world that the transfer takes place in: with a twin for the
// teacher, if there is one.
func (c *Config) Place() WorldSettings {
	w := c.World
	w.DrawTwin = c.Taught()
	return w
}

// validateTeaching says what does not go together where there is a teacher.
func (c *Config) validateTeaching(resume bool) error {
	if err := c.Teaching.Validate(); err != nil {
		return cli.Usagef("%v", err)
	}
	switch {
	case c.Method == FinetuneLast:
		return cli.Usagef("-teacher %s with -method %s: a student learns to see, so all of it learns", c.Teacher,
			c.Method)
	case c.Inherit && needsColumn(c.Method):
		return cli.Usagef("-inherit with -method %s: it is for a column that begins with nothing", c.Method)
	case len(c.From) != 1 && !resume:
		return cli.Usagef("-teacher %s needs one -from: the column that teaches", c.Teacher)
	case c.Learner.Workers != 1 || c.Learner.Envs > 1:
		return cli.Usagef("-teacher %s with several workers or environments: it is for one arm", c.Teacher)
	case c.World.See == SeeTwin:
		return cli.Usagef("-teacher %s with -see %s: the student is to see the camera", c.Teacher, c.World.See)
	}
	return nil
}

// lesson is how a run learns that has a teacher.
type lesson struct {
	settings distill.Settings
	teacher  *nn.Checkpoint // of a run that begins; a run that goes on has it in its folder
}

// newLesson returns the lesson of a transfer whose checkpoints are loaded, unless it is resumed.
func (t *transfer) newLesson(resume bool) (*lesson, error) {
	if !t.Taught() {
		return nil, nil
	}
	l := &lesson{settings: t.Teaching.Settings}
	l.settings.Beside = t.world.IsHardware()
	if resume {
		return l, nil
	}
	l.teacher = t.below[0]
	// A column of many worlds knows that of the twin, too.
	if trained := l.teacher.Metadata[DomainKey]; trained != "" && trained != t.World.Twin && trained != "random" {
		return nil, cli.Usagef("%s was trained in %s, and the twin is drawn as %s: give -twin %s", t.From[0], trained,
			t.World.Twin, trained)
	}
	return l, nil
}

// inherit lets a new column begin with LSTM and output of its teacher: a progressive one if it can
// have them, another one if it is to.
func (t *transfer) inherit(net *nn.Network, theta []float32) error {
	if !t.Taught() || t.Method != Progressive && !t.Inherit {
		return nil
	}
	below := t.below[0]
	a, b := net.Arch(), below.Network.Arch()
	if a.LSTM != 0 && a.LSTM == b.LSTM && a.FC+a.Encoder == b.FC+b.Encoder {
		return distill.Inherit(net, theta, below)
	}
	if t.Inherit {
		return cli.Usagef("-inherit: the new column is %v, its teacher %v: they cannot share an LSTM (-method %s is wide)",
			a, b, ScratchWide)
	}
	return nil
}

// Files of a run with a teacher.
const (
	teacherFile = "teacher.safetensors"
	framesFile  = "frames"
)

// newStudent returns the trainer of a lesson. The teacher is kept in the folder, so that the run
// can go on whatever becomes of the file that it came from.
func (r *Run) newStudent(theta []float32, resume bool) (trainer, error) {
	l := r.plan.lesson
	if !resume {
		if _, err := nn.SaveCheckpoint(r.dir.Path(teacherFile), l.teacher); err != nil {
			return nil, err
		}
	}
	c, digest, err := nn.LoadCheckpoint(r.dir.Path(teacherFile))
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%w: it is the run's teacher", err)
	}
	if err != nil {
		return nil, err
	}
	teacher := distill.Teacher{Network: c.Network, Theta: c.Theta, Digest: digest}
	t, err := distill.New(r.plan.Config, l.settings, r.net, theta, teacher, r.plan.Watcher.Envs(r.plan.World.Make),
		r.dir.Path(framesFile), resume)
	if err != nil {
		return nil, err
	}
	return t, nil
}

// trainer is what a run trains with: a3c.Trainer, or distill.Trainer where there is a teacher.
type trainer interface {
	RunUntil(ctx context.Context, steps int64) error
	Snapshot() (*a3c.Snapshot, error)
	Restore(s *a3c.Snapshot) error
	Close() error
	Done() bool
	Steps() int64
	Elapsed() time.Duration
	LearningRate() float64
	Parameters(dst []float32)
	Workers() []a3c.WorkerStatus
}

// noteFrames says what was found damaged of a student's frames.
func (r *Run) noteFrames() {
	if t, ok := r.trainer.(*distill.Trainer); ok && t.Notes() != "" {
		fmt.Fprintf(r.stderr, "%s: note: %s\n", r.plan.Command, t.Notes())
	}
}

// ofLearner are flags of the learner that mean nothing to a student.
var ofLearner = strings.Fields("gamma lambda entropy-cost normalize-advantage decay epsilon gather replacements")

// ofTeaching are the flags that say how a student learns.
var ofTeaching = []string{"inherit", "share-steps", "feature-cost", "windows", "window"}

// CheckTaught returns a usage error for flags that were given and mean nothing where there is a
// teacher, or where there is none.
func (c *Config) CheckTaught(given func(flag string) bool) error {
	wrong, why := ofTeaching, "it needs -teacher "+TwinTeacher
	if c.Taught() {
		wrong, why = ofLearner, "a student under a teacher has none"
	}
	if i := slices.IndexFunc(wrong, given); i >= 0 {
		return cli.Usagef("-%s: %s", wrong[i], why)
	}
	return nil
}
