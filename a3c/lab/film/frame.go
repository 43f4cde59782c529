package film

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

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
	Note        string  // how the episode ended, empty before that
}

const (
	caption = 36 // pixels below the picture
	inset   = 2  // screen pixels a pixel of the observation
	margin  = 8
)

var (
	ink    = color.RGBA{0xf2, 0xf2, 0xf2, 0xff}
	paper  = color.RGBA{0x18, 0x1c, 0x20, 0xff}
	reward = color.RGBA{0x4c, 0xc3, 0x6a, 0xff}
)

// Frame composes the picture of one moment.
func Frame(m Moment) *image.RGBA {
	size := m.Picture.Bounds().Size()
	frame := image.NewRGBA(image.Rect(0, 0, size.X, size.Y+caption))
	draw.Draw(frame, frame.Bounds(), image.NewUniform(paper), image.Point{}, draw.Src)
	draw.Draw(frame, image.Rect(0, 0, size.X, size.Y), m.Picture, m.Picture.Bounds().Min, draw.Src)

	// The observation in the upper right corner, with a border that lights up
	// while reward flows.
	side := m.Side * inset
	corner := image.Pt(size.X-side-margin, margin)
	border := ink
	if m.Reward > 0 {
		border = reward
	}
	draw.Draw(frame, image.Rectangle{corner, corner.Add(image.Pt(side, side))}.Inset(-2), image.NewUniform(border), image.Point{}, draw.Src)
	for y := range side {
		for x := range side {
			o := 3 * (y/inset*m.Side + x/inset)
			frame.SetRGBA(corner.X+x, corner.Y+y, color.RGBA{m.Observation[o], m.Observation[o+1], m.Observation[o+2], 0xff})
		}
	}

	step := fmt.Sprint(m.Step)
	if m.Steps > 0 {
		step = fmt.Sprintf("%d/%d", m.Step, m.Steps)
	}
	write(frame, margin, size.Y+14, fmt.Sprintf("episode %d  step %s  reward %g  return %g", m.Episode, step, m.Reward, m.Return))
	second := fmt.Sprintf("value %.2f", m.Value)
	if m.Note != "" {
		second += "  " + m.Note
	}
	write(frame, margin, size.Y+29, second)
	return frame
}

func write(dst *image.RGBA, x, y int, text string) {
	d := font.Drawer{Dst: dst, Src: image.NewUniform(ink), Face: basicfont.Face7x13, Dot: fixed.P(x, y)}
	d.DrawString(text)
}
