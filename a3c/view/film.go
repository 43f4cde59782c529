package view

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"strings"

	"colonnade/a3c"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
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

	// RewardScale is the factor on rewards in which the network's values are expressed; they are
	// shown without it, beside the return. 0: 1.
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

// Moment is what one frame tells.
type Moment struct {
	Picture     *image.RGBA // the world, large
	Observation []uint8     // what the network saw: Side x Side x 3
	Side        int
	Episode     int
	Step        int
	Steps       int     // most steps an episode can have; 0: unknown
	Reward      float64 // of this step
	Return      float64 // so far
	Value       float64 // the network's estimate before the step
	Note        string  // how the episode ended, in short lines; empty before that
}

const (
	inset   = 2  // screen pixels a pixel of the observation
	margin  = 8  // round the observation and the text
	leading = 15 // pixels from line to line
	lines   = 6  // of text, at most
)

var (
	ink    = color.RGBA{0xf2, 0xf2, 0xf2, 0xff}
	paper  = color.RGBA{0x18, 0x1c, 0x20, 0xff}
	reward = color.RGBA{0x4c, 0xc3, 0x6a, 0xff}
)

// Frame composes the picture of one moment: the world at the left and, in a panel beside it that
// hides nothing, what the network saw, with a border that lights up while reward flows, over what
// happened so far.
func Frame(m Moment) *image.RGBA {
	size, side := m.Picture.Bounds().Size(), m.Side*inset
	frame := image.NewRGBA(image.Rect(0, 0, size.X+side+2*margin, max(size.Y, side+2*margin+lines*leading)))
	draw.Draw(frame, frame.Bounds(), image.NewUniform(paper), image.Point{}, draw.Src)
	draw.Draw(frame, image.Rectangle{Max: size}, m.Picture, m.Picture.Bounds().Min, draw.Src)

	corner := image.Pt(size.X+margin, margin)
	border := ink
	if m.Reward > 0 {
		border = reward
	}
	draw.Draw(frame, image.Rectangle{corner, corner.Add(image.Pt(side, side))}.Inset(-2), image.NewUniform(border),
		image.Point{}, draw.Src)
	for y := range side {
		for x := range side {
			o := 3 * (y/inset*m.Side + x/inset)
			frame.SetRGBA(corner.X+x, corner.Y+y,
				color.RGBA{m.Observation[o], m.Observation[o+1], m.Observation[o+2], 0xff})
		}
	}

	at := fmt.Sprintf("episode %d, %d", m.Episode, m.Step)
	if m.Steps > 0 {
		at += fmt.Sprintf("/%d", m.Steps)
	}
	text := []string{at, fmt.Sprintf("reward %g", m.Reward), fmt.Sprintf("return %g", m.Return),
		fmt.Sprintf("value  %.2f", m.Value)}
	for i, line := range append(text, strings.Split(m.Note, "\n")...) {
		drawText(frame, corner.X, corner.Y+side+leading+i*leading, line)
	}
	return frame
}

func drawText(dst *image.RGBA, x, y int, text string) {
	d := font.Drawer{Dst: dst, Src: image.NewUniform(ink), Face: basicfont.Face7x13, Dot: fixed.P(x, y)}
	d.DrawString(text)
}

// Beside puts two films next to each other, each under its title, in one room: the shorter one
// stands still at its end until the other one has ended. The frames of each are of one size.
func Beside(leftTitle string, left []*image.RGBA, rightTitle string, right []*image.RGBA) []*image.RGBA {
	if len(left) == 0 || len(right) == 0 {
		return nil
	}
	a, b := left[0].Rect.Size(), right[0].Rect.Size()
	both := make([]*image.RGBA, max(len(left), len(right)))
	for i := range both {
		frame := image.NewRGBA(image.Rect(0, 0, a.X+gutter+b.X, heading+max(a.Y, b.Y)))
		draw.Draw(frame, frame.Rect, image.NewUniform(paper), image.Point{}, draw.Src)
		drawText(frame, margin, heading-6, leftTitle)
		drawText(frame, a.X+gutter+margin, heading-6, rightTitle)
		l, r := left[min(i, len(left)-1)], right[min(i, len(right)-1)]
		draw.Draw(frame, image.Rect(0, heading, a.X, heading+a.Y), l, l.Rect.Min, draw.Src)
		draw.Draw(frame, image.Rect(a.X+gutter, heading, a.X+gutter+b.X, heading+b.Y), r, r.Rect.Min, draw.Src)
		both[i] = frame
	}
	return both
}

const (
	heading = 20 // pixels above the pictures
	gutter  = 4  // between them
)
