package training

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/minio/highwayhash"

	"colonnade/a3c"
	"colonnade/a3c/cli"
	"colonnade/a3c/view"
	"colonnade/sim"
	"colonnade/sim/domain"
	"colonnade/sim/reach"
)

// The task's clock: steps of an episode at most, and the time of each.
const (
	EpisodeSteps = reach.EpisodeSteps
	ControlStep  = time.Duration(sim.ControlStep * float64(time.Second))
)

// Factors returns the names of the action's factors: the joints.
func Factors() []string {
	model := sim.Canonical()
	names := make([]string, sim.NumJoints)
	for i := range names {
		names[i] = model.JointName(i)
	}
	return names
}

// World makes the environments of a run. [Simulator] is one; package a3c/cmd/world has one of a
// robot arm.
type World interface {
	// Task and Domain return the names that a checkpoint keeps; String puts the world into a few
	// words.
	Task() string
	Domain() string
	String() string

	// Make makes an environment for training: that of a worker and of an index among the worker's
	// own.
	Make(worker, index int) (a3c.Env, error)
	// MakeEvaluation makes an environment for evaluation, in which an episode follows from its seed
	// alone: the target has a new position in every episode. Where IsHardware, a real arm moves to
	// its starts, and a person moves the target.
	MakeEvaluation(worker, index int) (a3c.Env, error)
	// IsHardware tells whether there is one environment only, in real time.
	IsHardware() bool

	// Fingerprint tells worlds apart: see [Fingerprint].
	Fingerprint() (string, error)
	// KeepDomain writes the domain into the folder of a run, if it came from a file: see
	// [domain.Named.Keep].
	KeepDomain(write func(name string, data []byte) error) error
}

// The values of WorldSettings.Env.
const (
	EnvSim  = "sim"
	EnvJaco = "jaco"
)

// WorldSettings name a world.
type WorldSettings struct {
	// Env says where the arm is: "sim", the default, is the simulator; "jaco" an arm that is
	// driven, emulated or real.
	Env string `flag:"env" choice:"sim|jaco" help:"*environment*: the simulator, or an arm (emulated, or real with -arm) behind cable, driver, safety layer, camera and tracker"`
	// Task is one of reach.Tasks(). Default "reach".
	Task string `flag:"task" choice:"reach|conveyor" help:"*task* of the arm"`
	// Domain is how the world looks and moves. Default "sim", in which column 1 learns.
	Domain domain.Named `flag:"domain" help:"how the world looks and moves: the *name* of a domain, or a file"`
	// TargetEvery is the number of episodes between two new target positions, at least 1. Default
	// 1.
	TargetEvery int `flag:"target-every" help:"*episodes* between two new places of the target"`
	// See is what the picture of an observation is: "camera", the default, or "twin": that of the
	// present state as Twin shows it.
	See string `flag:"see" choice:"camera|twin" help:"what the policy sees: the *pictures* of the camera, or those of the twin: the present state, by encoders and tracker, drawn as the world -twin shows it"`
	// Twin is the domain in whose appearance twins are drawn, a name or a file, one without ranges.
	// Default "sim".
	Twin string `flag:"twin" help:"the *world* in which column 1 was trained, a name or a file: twins are drawn as it looks"`
	// Zeros are the encoder offsets that are known: twins are drawn at the true angles, and the
	// safety layer of an emulated arm allows for them. Those of a real arm are in its calibration.
	// Default none.
	Zeros Zeros `flag:"zeros" help:"encoder offsets that are known, so that twins are drawn at the true angles: the *file* that jacoctl calibrate -encoders left, or milliradians of all joints with commas"`
	// DrawTwin says that a teacher looks at the twin. Default false.
	DrawTwin bool
	// Faults are what goes wrong on the cable of an emulated arm, in the words of
	// transport.ParseRules. Default nothing.
	Faults string `flag:"faults" help:"what goes wrong on the cable of -env jaco: *rules* such as \"lose in every 900; unplug byte 400000 for 2s\""`
}

// DefaultWorld returns the defaults that the fields of WorldSettings name.
func DefaultWorld() WorldSettings {
	return WorldSettings{Env: EnvSim, Task: reach.Reach.String(), Domain: domain.ByName("sim"), TargetEvery: 1,
		See: SeeCamera, Twin: "sim"}
}

// The values of WorldSettings.See.
const (
	SeeCamera = "camera"
	SeeTwin   = "twin"
)

// TwinDomain returns the domain in whose appearance environments draw their twin, nil where nobody
// looks at one.
func (s *WorldSettings) TwinDomain() (*domain.Domain, error) {
	if s.See != SeeTwin && !s.DrawTwin {
		return nil, nil
	}
	d, err := domain.Load(s.Twin)
	if err != nil {
		return nil, cli.Usagef("-twin: %v", err)
	}
	if !d.Fixed() {
		return nil, cli.Usagef("-twin %s: its worlds differ from episode to episode; want one that always looks the "+
			"same, such as sim", s.Twin)
	}
	return d, nil
}

// Seen is what String adds to a world that is not seen by the camera.
func (s *WorldSettings) Seen() string {
	if s.See == SeeTwin {
		return ", seen as " + s.Twin
	}
	return ""
}

// Validate says what is wrong with the values, as a usage error.
func (s *WorldSettings) Validate() error {
	if _, err := s.TwinDomain(); err != nil {
		return err
	}
	if s.TargetEvery < 1 {
		return cli.Usagef("-target-every is %d, want 1 or more", s.TargetEvery)
	}
	return nil
}

// Zeros are what the encoders of an arm are known to report beyond the true angles, rad. It
// implements flag.Value.
type Zeros [sim.NumJoints]float64

// String returns the offsets in milliradians, six digits, with commas; "": there are none.
func (z *Zeros) String() string {
	if *z == (Zeros{}) {
		return ""
	}
	var words []string
	for _, x := range z {
		words = append(words, milliradians(x))
	}
	return strings.Join(words, ",")
}

func milliradians(x float64) string { return strconv.FormatFloat(1000*x, 'g', 6, 64) }

// Set takes what String returns, or the name of a file whose "zeros" are the offsets in rad, as
// jacoctl calibrate -encoders writes it. The numbers are kept, not the name of the file.
func (z *Zeros) Set(text string) error {
	words := strings.Split(text, ",")
	if text == "" {
		*z = Zeros{}
		return nil
	}
	if len(words) != len(z) {
		var file struct{ Zeros []float64 }
		content, err := os.ReadFile(text)
		if err == nil {
			err = json.Unmarshal(content, &file)
		}
		if err != nil {
			return fmt.Errorf("want a file that jacoctl calibrate -encoders left, or %d numbers with commas: %w", len(z), err)
		}
		if len(file.Zeros) != len(z) {
			return fmt.Errorf("the file has the offsets of %d joints, want %d: jacoctl calibrate -encoders -out writes them",
				len(file.Zeros), len(z))
		}
		words = words[:0]
		for _, x := range file.Zeros {
			words = append(words, milliradians(x))
		}
	}
	var all Zeros
	for i, word := range words {
		x, err := strconv.ParseFloat(strings.TrimSpace(word), 64)
		if err != nil {
			return fmt.Errorf("%q is no number", word)
		}
		if all[i] = x / 1000; !(math.Abs(all[i]) <= sim.MaxEncoderError) {
			return fmt.Errorf("%s is off by %g mrad, want at most %g either way", sim.Canonical().JointName(i), x,
				1000*sim.MaxEncoderError)
		}
	}
	*z = all
	return nil
}

// Simulator is a [World] of the simulator.
type Simulator struct {
	settings WorldSettings
	once     sync.Once // fills in shared and err
	shared   reach.Options
	err      error
}

// NewSimulator returns the world that settings name. Their Env and Faults mean nothing to it. An
// error is one of usage.
func NewSimulator(s WorldSettings) (*Simulator, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	return &Simulator{settings: s}, nil
}

func (w *Simulator) Task() string   { return w.settings.Task }
func (w *Simulator) Domain() string { return w.settings.Domain.Name() }
func (w *Simulator) String() string {
	return w.Task() + " in " + w.Domain() + w.settings.Seen()
}
func (w *Simulator) IsHardware() bool { return false }

// KeepDomain implements World.
func (w *Simulator) KeepDomain(write func(name string, data []byte) error) error {
	return w.settings.Domain.Keep(write)
}

// newReach makes environments that share renderers.
func (w *Simulator) newReach(targetEvery int) (*reach.Env, error) {
	w.once.Do(func() {
		var task reach.Task
		if task, w.err = reach.ParseTask(w.settings.Task); w.err == nil {
			var twin *domain.Domain
			if twin, w.err = w.settings.TwinDomain(); w.err != nil {
				return
			}
			w.shared, w.err = reach.Options{
				Task: task, Domain: w.settings.Domain.Domain, Twin: twin, SeeTwin: w.settings.See == SeeTwin,
				Zeros: w.settings.Zeros,
			}.Share()
		}
	})
	if w.err != nil {
		return nil, w.err
	}
	opt := w.shared
	opt.TargetEvery = targetEvery
	return reach.New(opt)
}

// Make implements World.
func (w *Simulator) Make(worker, index int) (a3c.Env, error) {
	return w.newReach(w.settings.TargetEvery)
}

// MakeEvaluation implements World.
func (w *Simulator) MakeEvaluation(worker, index int) (a3c.Env, error) { return w.newReach(1) }

// NewStage makes an environment whose episodes are those of evaluation, with its pictures for
// people.
func (w *Simulator) NewStage() (view.Stage, error) { return w.newReach(1) }

// Fingerprint returns the fingerprint of the world: task, looks, motion. How often the target gets
// a new position is not part of it.
func (w *Simulator) Fingerprint() (string, error) {
	env, err := w.newReach(1)
	if err != nil {
		return "", err
	}
	return Fingerprint(env)
}

// Keys of a checkpoint's metadata that say where it was trained.
const (
	FingerprintKey = "world" // what Fingerprint returned
	TaskKey        = "task"
	DomainKey      = "domain"
)

// Difference says in a sentence how a world differs from the one that a checkpoint with the given
// metadata was trained in: by name, which is a transfer, or under the same name, which means that
// the program or the domain's file has changed. It is empty where the worlds are the same, or the
// metadata does not tell.
func Difference(w World, metadata map[string]string) (string, error) {
	trained := metadata[FingerprintKey]
	if trained == "" {
		return "", nil
	}
	here, err := w.Fingerprint()
	if err != nil || here == trained {
		return "", err
	}
	task, place := metadata[TaskKey], metadata[DomainKey]
	switch {
	case task == "" || place == "":
		return fmt.Sprintf("the checkpoint was trained in another world (%s) than this one (%s)", trained, here), nil
	case task != w.Task() || place != w.Domain():
		return fmt.Sprintf("the checkpoint was trained on %s in %s, this is %s", task, place, w), nil
	}
	return fmt.Sprintf("the checkpoint was trained in another world (%s) than %s is now (%s): the world has changed "+
		"since", trained, w, here), nil
}

const (
	fingerprintEpisodes = 4
	fingerprintSteps    = 60
)

// Fingerprint returns a short hash of how an environment looks, moves and
// rewards: the HighwayHash-64 (zero key) of what it gives to a few episodes of
// fixed actions. Two worlds with one fingerprint are the same to a policy.
// Proprioception enters rounded to 1e-4, so that the last bits of the dynamics
// do not matter.
func Fingerprint(env a3c.Env) (string, error) {
	pixels, proprio, choices := env.Spec()
	frame := make([]uint8, pixels[0]*pixels[1]*pixels[2])
	joints := make([]float32, proprio)
	action := make([]int, len(choices))
	rng := rand.New(rand.NewPCG(1, 2))
	hash, err := highwayhash.New64(make([]byte, highwayhash.Size))
	if err != nil {
		return "", fmt.Errorf("fingerprint: %w", err)
	}
	var word []byte
	note := func(values ...float64) {
		word = word[:0]
		for _, v := range values {
			word = binary.LittleEndian.AppendUint64(word, uint64(int64(math.Round(v*1e4))))
		}
		hash.Write(word)
	}
	look := func() {
		hash.Write(frame)
		for _, v := range joints {
			note(float64(v))
		}
	}
	for _, n := range append([]int{proprio}, append(pixels[:], choices...)...) {
		note(float64(n))
	}
	for episode := range fingerprintEpisodes {
		if err := env.Reset(uint64(episode), frame, joints); err != nil {
			return "", fmt.Errorf("fingerprint: %w", err)
		}
		look()
		for range fingerprintSteps {
			for i, n := range choices {
				action[i] = rng.IntN(n)
			}
			reward, terminated, truncated, err := env.Step(action, frame, joints)
			if err != nil {
				return "", fmt.Errorf("fingerprint: %w", err)
			}
			look()
			note(float64(reward))
			if terminated || truncated {
				break
			}
		}
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
