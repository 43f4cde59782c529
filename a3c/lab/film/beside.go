package film

import (
	"image"
	"image/draw"
)

// Beside puts two films next to each other, each under its title, in one room: the shorter one stands still at its end until
// the other one has ended. The frames of each are of one size.
func Beside(leftTitle string, left []*image.RGBA, rightTitle string, right []*image.RGBA) []*image.RGBA {
	if len(left) == 0 || len(right) == 0 {
		return nil
	}
	a, b := left[0].Rect.Size(), right[0].Rect.Size()
	both := make([]*image.RGBA, max(len(left), len(right)))
	for i := range both {
		frame := image.NewRGBA(image.Rect(0, 0, a.X+gutter+b.X, heading+max(a.Y, b.Y)))
		draw.Draw(frame, frame.Rect, image.NewUniform(paper), image.Point{}, draw.Src)
		write(frame, margin, heading-6, leftTitle)
		write(frame, a.X+gutter+margin, heading-6, rightTitle)
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
