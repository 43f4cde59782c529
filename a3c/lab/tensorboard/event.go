package tensorboard

import (
	"math"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// Scalar is a number under a tag, such as "loss/policy_loss": TensorBoard puts
// tags with the same word before the slash together.
type Scalar struct {
	Tag   string
	Value float64
}

// Image is a PNG under a tag.
type Image struct {
	Tag           string
	Height, Width int
	PNG           []byte
}

// fileVersion is what the first event of a file says; readers take it for the
// version of the format, and only from 2 on look at the marks of restarts.
const fileVersion = "brain.Event:2"

// Values of fields.
const (
	sessionStart = 1 // SessionLog.status
	colourRGB    = 3 // Summary.Image.colorspace
)

// event returns an Event with the fields that all have. The caller adds one of
// those that say what happened.
func event(at time.Time, step int64) []byte {
	var m []byte
	m = protowire.AppendTag(m, 1, protowire.Fixed64Type) // wall_time, s
	m = protowire.AppendFixed64(m, math.Float64bits(float64(at.UnixMicro())/1e6))
	return appendInt(m, 2, step)
}

// The fields of Event that say what happened.
func appendVersion(m []byte) []byte {
	return protowire.AppendString(protowire.AppendTag(m, 3, protowire.BytesType), fileVersion)
}

func appendStart(m []byte) []byte { return appendBytes(m, 7, appendInt(nil, 1, sessionStart)) }

func appendSummary(m []byte, scalars []Scalar, images []Image) []byte {
	var summary []byte
	for _, s := range scalars {
		value := appendBytes(nil, 1, []byte(s.Tag))
		value = protowire.AppendTag(value, 2, protowire.Fixed32Type)
		value = protowire.AppendFixed32(value, math.Float32bits(float32(s.Value)))
		summary = appendBytes(summary, 1, value)
	}
	for _, i := range images {
		image := appendInt(nil, 1, int64(i.Height))
		image = appendInt(image, 2, int64(i.Width))
		image = appendInt(image, 3, colourRGB)
		image = appendBytes(image, 4, i.PNG)
		summary = appendBytes(summary, 1, appendBytes(appendBytes(nil, 1, []byte(i.Tag)), 4, image))
	}
	return appendBytes(m, 5, summary)
}

func appendInt(m []byte, field protowire.Number, v int64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(m, field, protowire.VarintType), uint64(v))
}

func appendBytes(m []byte, field protowire.Number, b []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(m, field, protowire.BytesType), b)
}
