package a3c

import (
	"fmt"
	"time"

	"colonnade/nn"
)

// Env is one environment: an arm, simulated or real, or a toy. It uses built-in types only, so
// packages that this one must not know can implement it.
//
// The buffers belong to the caller; an Env never keeps them or the action after a call returns. An
// empty pixels or proprio buffer is not written: the caller's network does not look at it, and an
// Env that renders can save the work. An Env belongs to one goroutine at a time.
//
// Optional: encoding.BinaryMarshaler and encoding.BinaryUnmarshaler where the environment can be
// resumed to the bit, and io.Closer, called when the trainer or the evaluation is done with it,
// Stopwatch, and Twin. Package a3c/envtest checks an implementation against this contract.
type Env interface {
	// Spec returns the size of the picture as height, width, channels (zero: no picture), the
	// number of proprioceptive values, and the number of choices of each factor of the action. It
	// never changes.
	Spec() (pixels [3]int, proprioception int, choices []int)

	// Reset begins an episode and writes its first observation: pixels (H,W,C) and proprio. The
	// same seed gives the same episode.
	Reset(seed uint64, pixels []uint8, proprio []float32) error

	// Step takes one choice for each factor, 0 to choices-1, and writes the observation that
	// follows, also after the last step of an episode. terminated means the episode truly ended:
	// nothing more would have been earned. truncated means it was cut off, by a time limit for
	// example: more would have followed, and the learner counts on it. After either one Reset comes
	// next.
	//
	// A wrong action, and a step without an episode under way, is an error and changes nothing. Any
	// error stops a run.
	Step(action []int, pixels []uint8, proprio []float32) (reward float32, terminated, truncated bool, err error)
}

// Stopwatch is an Env that knows what its time goes into. StageTimes returns the time it has spent
// on moving the world and on drawing it, since it was made.
type Stopwatch interface {
	StageTimes() (physics, render time.Duration)
}

// Twin is an Env that can draw its present state a second time, in the appearance of a world that
// was chosen when it was made: an arm knows its joint angles, and where the target was last seen. A
// policy that knows only that world can act by such pictures, and teach another one what it does
// (package a3c/distill).
//
// Twin writes the picture of the moment, as large as the observation's, after Reset or Step. sure
// tells whether the state is known: where the target's position is not, the last known one is
// drawn. Twin changes nothing.
type Twin interface {
	Twin(pixels []uint8) (sure bool, err error)
}

// space is what the network wants of an environment.
type space struct {
	pixels  [3]int // height, width, channels; zero: the network takes none
	proprio int    // proprioceptive values; 0: the network takes none
	choices []int
}

// CheckEnv returns an error if an environment does not offer what a network wants.
func CheckEnv(net *nn.Network, env Env) error { return spaceOf(net).check(env) }

// check compares an environment with what the network wants. An environment may offer more senses
// than the network has.
func (s space) check(env Env) error {
	pixels, proprio, choices := env.Spec()
	if want := s.pixels; want != [3]int{} && pixels != want {
		return fmt.Errorf("the environment's picture is %dx%dx%d, the network wants %dx%dx%d", pixels[0], pixels[1],
			pixels[2], want[0], want[1], want[2])
	}
	if s.proprio != 0 && proprio != s.proprio {
		return fmt.Errorf("the environment has %d proprioceptive values, the network wants %d", proprio, s.proprio)
	}
	if len(choices) != len(s.choices) {
		return fmt.Errorf("the environment's action has %d factors, the network's policy %d", len(choices),
			len(s.choices))
	}
	for i, n := range choices {
		if n != s.choices[i] {
			return fmt.Errorf("factor %d of the environment's action has %d choices, the network's policy %d", i, n,
				s.choices[i])
		}
	}
	return nil
}
