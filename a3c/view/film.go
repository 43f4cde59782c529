package view

import (
	"context"
	"fmt"
	"image"

	"colonnade/a3c"
)

// Stage is an environment that can show itself to people.
type Stage interface {
	a3c.Env
	Picture(width, height int) (*image.RGBA, error)
}

// FilmOptions says what to record.
type FilmOptions struct {
	Episodes      int
	Seed          uint64 // the episodes are those of a3c.Evaluate with this seed
	Width, Height int    // of the large picture
	Steps         int    // most steps an episode can have, to be told; 0: unknown

	// RewardScale is the factor on rewards in which the network's values are expressed; they are shown without it, beside the
	// return. 0: 1.
	RewardScale float64

	OnFrame func(frames int) // is told how many there are after each; may be nil
}

// hold is how many times the last frame of an episode is repeated, so that
// people see how it ended.
const hold = 8

// Film plays episodes with an actor of one row and returns their frames: one
// for each observation.
func Film(ctx context.Context, actor *a3c.Actor, stage Stage, o FilmOptions) ([]*image.RGBA, error) {
	size, proprio, _ := stage.Spec()
	scale := o.RewardScale
	if scale == 0 {
		scale = 1
	}
	// The network may not look at pixels; people do.
	pixels := make([]uint8, size[0]*size[1]*size[2])
	joints := make([]float32, proprio)
	var frames []*image.RGBA
	for episode := range o.Episodes {
		seed, actions := a3c.EpisodeSeeds(o.Seed, episode)
		actor.Begin(0, actions)
		if err := stage.Reset(seed, pixels, joints); err != nil {
			return nil, fmt.Errorf("record episode %d: %w", episode+1, err)
		}
		m := Moment{Side: size[0], Episode: episode + 1, Steps: o.Steps}
		for over := false; !over; {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			copy(actor.Pixels(0), pixels)
			copy(actor.Proprioception(0), joints)
			if err := actor.Act(1); err != nil {
				return nil, fmt.Errorf("record episode %d: %w", episode+1, err)
			}
			m.Value = float64(actor.Value(0)) / scale
			if err := m.look(stage, o, pixels); err != nil {
				return nil, err
			}
			frames = append(frames, Frame(m))
			if o.OnFrame != nil {
				o.OnFrame(len(frames))
			}
			reward, terminated, truncated, err := stage.Step(actor.Action(0), pixels, joints)
			if err != nil {
				return nil, fmt.Errorf("record episode %d: %w", episode+1, err)
			}
			m.Step++
			m.Reward = float64(reward)
			m.Return += m.Reward
			over = terminated || truncated
			if terminated {
				m.Note = "violation:\nepisode ends"
			} else if truncated {
				m.Note = "time is up"
			}
		}
		if err := m.look(stage, o, pixels); err != nil {
			return nil, err
		}
		last := Frame(m)
		for range hold {
			frames = append(frames, last)
		}
	}
	return frames, nil
}

// look takes the large picture and the observation.
func (m *Moment) look(stage Stage, o FilmOptions, pixels []uint8) (err error) {
	m.Observation = pixels
	if m.Picture, err = stage.Picture(o.Width, o.Height); err != nil {
		return fmt.Errorf("record episode %d: %w", m.Episode, err)
	}
	return nil
}
