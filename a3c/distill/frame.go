package distill

import (
	"encoding/binary"
	"math"

	"colonnade/nn"
)

// frame is what is kept of a step.
type frame struct {
	first     bool // it begins an episode
	sure      bool // the twin's state was known: the teacher's word counts
	byTeacher bool // the action was the teacher's
	reward    float32
	action    []uint8

	pixels   []uint8
	proprio  []float32
	output   []float32 // the teacher's logits and value
	features []float32 // the teacher's; none where the student has another number of them
	h, c     []float32 // LSTM states entering: of each of the student's columns, the last one's as sources.own says
}

// shape is the sizes of a frame's parts. It stands in the head of a file of frames, as JSON.
type shape struct {
	Factors        int    `json:"factors"`
	Pixels         int    `json:"pixels"` // bytes
	Proprioception int    `json:"proprioception"`
	Outputs        int    `json:"outputs"`
	Features       int    `json:"features"`
	State          int    `json:"state"` // LSTM cells of all columns
	Teacher        string `json:"teacher"`
}

// shapeOf returns the shape of a student's frames, under a teacher with that digest.
func shapeOf(student, teacher *nn.Network, digest string) shape {
	pixels, proprio := student.Observation()
	s := shape{
		Factors: len(student.Arch().Choices), Pixels: pixels[0] * pixels[1] * pixels[2], Proprioception: proprio,
		Outputs: student.Arch().Outputs(), Teacher: digest,
	}
	if width := featuresOf(student); width == featuresOf(teacher) {
		s.Features = width
	}
	for _, k := range student.Columns() {
		s.State += k.Arch.LSTM
	}
	return s
}

// featuresOf returns the width of the trained column's features.
func featuresOf(n *nn.Network) int { return n.Arch().FC + n.Arch().Encoder }

func (s shape) newFrame() *frame {
	return &frame{
		action: make([]uint8, s.Factors), pixels: make([]uint8, s.Pixels), proprio: make([]float32, s.Proprioception),
		output: make([]float32, s.Outputs), features: make([]float32, s.Features),
		h: make([]float32, s.State), c: make([]float32, s.State),
	}
}

// A record is a checksum, the frame's number, flags, and the frame's parts in the order of their
// fields, little-endian.
const (
	checksumSize = 8
	numberSize   = 8

	flagFirst, flagSure, flagByTeacher = 1, 2, 4
)

// size returns the bytes of a record.
func (s shape) size() int {
	return checksumSize + numberSize + 1 + 4 + s.Factors + s.Pixels +
		4*(s.Proprioception+s.Outputs+s.Features+2*s.State)
}

func (f *frame) lists() [5][]float32 {
	return [5][]float32{f.proprio, f.output, f.features, f.h, f.c}
}

// encode writes a frame behind the checksum and the number of its record.
func (f *frame) encode(b []byte) {
	b[0] = bit(f.first, flagFirst) | bit(f.sure, flagSure) | bit(f.byTeacher, flagByTeacher)
	binary.LittleEndian.PutUint32(b[1:], math.Float32bits(f.reward))
	b = b[5:]
	b = b[copy(b, f.action):]
	b = b[copy(b, f.pixels):]
	for _, list := range f.lists() {
		for _, v := range list {
			binary.LittleEndian.PutUint32(b, math.Float32bits(v))
			b = b[4:]
		}
	}
}

// decode is the inverse of encode.
func (f *frame) decode(b []byte) {
	f.first, f.sure, f.byTeacher = b[0]&flagFirst != 0, b[0]&flagSure != 0, b[0]&flagByTeacher != 0
	f.reward = math.Float32frombits(binary.LittleEndian.Uint32(b[1:]))
	b = b[5:]
	b = b[copy(f.action, b):]
	b = b[copy(f.pixels, b):]
	for _, list := range f.lists() {
		for i := range list {
			list[i] = math.Float32frombits(binary.LittleEndian.Uint32(b))
			b = b[4:]
		}
	}
}

func bit(set bool, flag byte) byte {
	if set {
		return flag
	}
	return 0
}
