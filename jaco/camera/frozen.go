package camera

import (
	"bytes"
	"errors"
	"time"
)

// A camera that hangs may hand out its last picture again and again, with fresh times. A sensor has
// noise: of the 12,288 values of a picture, each the mean of dozens of its pixels, some differ from
// one picture to the next however little noise is left. A bridge may repeat each picture of a slow
// sensor, down to five a second: that is why the same picture is believed for a while, as long as
// Frame waits for one that does not come.
const (
	frozenFor   = 500 * time.Millisecond
	frozenLeast = 5 // pictures: one that is looked at now and then is no proof
)

// What the same picture again and again comes from.
var (
	errFrozen = errors.New("the very same picture again and again, though a sensor has noise: the camera hangs")
	errBlank  = errors.New("all pictures are of one colour, without any noise: is the lens covered, the room dark, " +
		"or everything too bright?")
)

// repeats counts how often the very same picture came.
type repeats struct {
	picture [FrameSize]uint8
	first   time.Time // when it was taken first
	count   int       // pictures in a row; 0: there was none yet
}

// note takes a picture into account, taken at a time, and returns why it is not believed, or nil.
func (r *repeats) note(frame []uint8, at time.Time) error {
	if r.count == 0 || !bytes.Equal(frame, r.picture[:]) {
		copy(r.picture[:], frame)
		r.first, r.count = at, 1
		return nil
	}
	if r.count++; r.count < frozenLeast || at.Sub(r.first) < frozenFor {
		return nil
	}
	if bytes.Equal(frame[3:], frame[:len(frame)-3]) {
		return errBlank
	}
	return errFrozen
}
