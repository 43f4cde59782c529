package nn

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"colonnade/kernels"
)

// The filter geometry every pixel column shares (design of the paper, section 3): only the number
// of filters varies. There is no padding.
const (
	conv1Size, Conv1Stride = 8, 4
	conv2Size, Conv2Stride = 5, 2
)

// Limits of an architecture. They keep every product of sizes far from overflow, so that an
// architecture from a hostile checkpoint cannot ask for absurd memory; nothing useful comes near
// them.
const (
	maxSide       = 1 << 12 // height and width of a picture
	maxMaps       = 1 << 12 // channels and filters
	maxWidth      = 1 << 16 // layer widths, inputs, choices
	maxValues     = 1 << 24 // values of a picture, and of the maps made of it
	maxParameters = 1 << 27 // 512 MiB of float32
)

// Arch is the architecture of one column: what it sees, how wide its layers are, and the factors of
// its policy.
//
//	pixels (H,W,C) -> conv1 8x8/4 -> conv2 5x5/2 -> fc  -+
//	                                                     +-> [LSTM] -> output: logits, value
//	proprioception ------------------------> encoder ----+
//
// All layers but the LSTM and the output end in a ReLU. A column takes pixels, proprioception, or
// both.
type Arch struct {
	// Pixels is the size of the picture as H, W, C; all zero: the column takes no pixels.
	Pixels [3]int `json:"pixels"`
	// Proprioception is the number of proprioceptive values; 0: none.
	Proprioception int `json:"proprioception"`
	// Encoder is the width of the linear+ReLU encoder of proprioception, joined behind fc's output.
	Encoder int `json:"encoder"`
	// Conv1 and Conv2 are numbers of filters. The geometry is fixed: 8x8 stride 4, then 5x5 stride
	// 2, no padding.
	Conv1 int `json:"conv1"`
	Conv2 int `json:"conv2"`
	// FC is the width of the fully connected layer behind conv2.
	FC int `json:"fc"`
	// LSTM is the number of LSTM cells; 0: feedforward.
	LSTM int `json:"lstm"`
	// Choices holds the number of choices of each factor of the policy, each at least 2.
	Choices []int `json:"choices"`
}

// ReachArch returns one of the four architectures for the reach task: 64x64 RGB in, nine joints
// with three choices out.
//
//	           feedforward wide  feedforward narrow  recurrent wide  recurrent narrow
//	conv1, 2   16, 32            8, 8                16, 32          8, 8
//	fc, LSTM   512, -            32, -               128, 128        16, 16
//	parameters 620,620           13,324              298,700         10,364
func ReachArch(recurrent, wide bool) Arch {
	a := Arch{Pixels: [3]int{64, 64, 3}, Conv1: 8, Conv2: 8, FC: 32, Choices: slices.Repeat([]int{3}, 9)}
	if wide {
		a.Conv1, a.Conv2, a.FC = 16, 32, 512
	}
	switch {
	case recurrent && wide:
		a.FC, a.LSTM = 128, 128
	case recurrent:
		a.FC, a.LSTM = 16, 16
	}
	return a
}

// Outputs returns the width of the output layer: all logits, factor by factor, then the value.
func (a Arch) Outputs() int {
	n := 1
	for _, c := range a.Choices {
		n += c
	}
	return n
}

// Equal reports whether two architectures are the same.
func (a Arch) Equal(b Arch) bool {
	return a.Pixels == b.Pixels && a.Proprioception == b.Proprioception && a.Encoder == b.Encoder &&
		a.Conv1 == b.Conv1 && a.Conv2 == b.Conv2 && a.FC == b.FC && a.LSTM == b.LSTM &&
		slices.Equal(a.Choices, b.Choices)
}

func (a Arch) clone() Arch {
	a.Choices = slices.Clone(a.Choices)
	return a
}

// String describes the architecture in a line for people and error messages.
func (a Arch) String() string {
	var s strings.Builder
	if a.LSTM > 0 {
		s.WriteString("recurrent")
	} else {
		s.WriteString("feedforward")
	}
	if a.hasPixels() {
		fmt.Fprintf(&s, ", pixels %dx%dx%d, conv %d and %d, fc %d", a.Pixels[0], a.Pixels[1], a.Pixels[2], a.Conv1,
			a.Conv2, a.FC)
	}
	if a.Proprioception > 0 {
		fmt.Fprintf(&s, ", proprioception %d, encoder %d", a.Proprioception, a.Encoder)
	}
	if a.LSTM > 0 {
		fmt.Fprintf(&s, ", lstm %d", a.LSTM)
	}
	if k := len(a.Choices); k > 1 && slices.Equal(a.Choices, slices.Repeat(a.Choices[:1], k)) {
		fmt.Fprintf(&s, ", %d factors of %d choices", k, a.Choices[0])
	} else {
		fmt.Fprintf(&s, ", factors of %v choices", a.Choices)
	}
	return s.String()
}

// Validate reports what is wrong with the architecture, in words that name the field and what would
// be allowed.
func (a Arch) Validate() error {
	if err := a.validateInputs(); err != nil {
		return err
	}
	if a.LSTM < 0 || a.LSTM > maxWidth {
		return fmt.Errorf("architecture: lstm is %d, want 0 (feedforward) to %d", a.LSTM, maxWidth)
	}
	if len(a.Choices) == 0 {
		return errors.New("architecture: choices is empty, want at least one factor of the policy")
	}
	sum := 0
	for i, c := range a.Choices {
		if c < 2 || c > maxWidth {
			return fmt.Errorf("architecture: factor %d of the policy has %d choices, want 2 to %d", i, c, maxWidth)
		}
		if sum += c; sum > maxWidth {
			return fmt.Errorf("architecture: the policy has more than %d choices in all", maxWidth)
		}
	}
	if p := a.parameters(); p > maxParameters {
		return fmt.Errorf("architecture: %d parameters, the limit is %d", p, maxParameters)
	}
	return nil
}

// validateInputs checks what the column sees and the layers that depend on it.
func (a Arch) validateInputs() error {
	between := func(name string, v, limit int) error {
		if v < 1 || v > limit {
			return fmt.Errorf("architecture: %s is %d, want 1 to %d", name, v, limit)
		}
		return nil
	}
	switch {
	case !a.hasPixels() && (a.Conv1 != 0 || a.Conv2 != 0 || a.FC != 0):
		return fmt.Errorf("architecture: conv1, conv2 and fc are %d, %d and %d without pixels, want 0", a.Conv1,
			a.Conv2, a.FC)
	case a.Proprioception == 0 && a.Encoder != 0:
		return fmt.Errorf("architecture: encoder is %d without proprioception, want 0", a.Encoder)
	case !a.hasPixels() && a.Proprioception == 0:
		return errors.New("architecture: neither pixels nor proprioception, want at least one of them")
	}
	if a.Proprioception != 0 {
		if err := errors.Join(between("proprioception", a.Proprioception, maxWidth), between("encoder", a.Encoder,
			maxWidth)); err != nil {
			return err
		}
	}
	if !a.hasPixels() {
		return nil
	}
	// The smallest picture leaves conv1 an output that conv2's filter still fits into.
	const minSide = conv1Size + (conv2Size-1)*Conv1Stride
	for i, name := range [2]string{"height", "width"} {
		if v := a.Pixels[i]; v < minSide || v > maxSide {
			return fmt.Errorf("architecture: %s of the pixels is %d, want %d to %d", name, v, minSide, maxSide)
		}
	}
	if err := errors.Join(between("number of channels of the pixels", a.Pixels[2], maxMaps),
		between("conv1", a.Conv1, maxMaps), between("conv2", a.Conv2, maxMaps),
		between("fc", a.FC, maxWidth)); err != nil {
		return err
	}
	c1, c2 := a.conv1(), a.conv2()
	for _, v := range [][3]int{a.Pixels, {c1.OutH(), c1.OutW(), c1.O}, {c2.OutH(), c2.OutW(), c2.O}} {
		if int64(v[0])*int64(v[1])*int64(v[2]) > maxValues {
			return fmt.Errorf("architecture: a picture or its maps would be %dx%dx%d, more than %d values", v[0], v[1],
				v[2], maxValues)
		}
	}
	return nil
}

func (a Arch) hasPixels() bool { return a.Pixels != [3]int{} }

// joined returns the width of what the LSTM, or without one the output layer, reads: fc's output,
// then the encoder's.
func (a Arch) joined() int { return a.FC + a.Encoder }

// hidden returns the width of what the output layer reads.
func (a Arch) hidden() int {
	if a.LSTM > 0 {
		return a.LSTM
	}
	return a.joined()
}

// conv1 and conv2 return the geometry of the convolutions of a column with pixels.
func (a Arch) conv1() kernels.Conv {
	return kernels.Conv{H: a.Pixels[0], W: a.Pixels[1], C: a.Pixels[2], R: conv1Size, S: conv1Size, Stride: Conv1Stride,
		O: a.Conv1}
}

func (a Arch) conv2() kernels.Conv {
	g := a.conv1()
	return kernels.Conv{H: g.OutH(), W: g.OutW(), C: a.Conv1, R: conv2Size, S: conv2Size, Stride: Conv2Stride,
		O: a.Conv2}
}

// parameters counts the parameters. Nothing overflows: with the limits above the largest product is
// below 2^50.
func (a Arch) parameters() int64 {
	linear := func(in, out int) int64 { return int64(in)*int64(out) + int64(out) }
	p := linear(a.Proprioception, a.Encoder)
	if a.hasPixels() {
		c1, c2 := a.conv1(), a.conv2()
		p += linear(c1.R*c1.S*c1.C, c1.O) + linear(c2.R*c2.S*c2.C, c2.O)
		p += int64(c2.OutH())*int64(c2.OutW())*int64(c2.O)*int64(a.FC) + int64(a.FC)
	}
	if a.LSTM > 0 {
		p += (int64(a.joined()) + int64(a.LSTM) + 1) * 4 * int64(a.LSTM)
	}
	return p + linear(a.hidden(), a.Outputs())
}

// InputScaling centres and scales the pixels: a column sees (pixel - Mean[c]) / Scale[c] in channel
// c. It is measured once at the start of a column's training, kept with the column, and not
// trained. Both are empty for a column without pixels.
type InputScaling struct {
	Mean  []float32 `json:"mean"`
	Scale []float32 `json:"scale"`
}

func (s InputScaling) clone() InputScaling {
	return InputScaling{Mean: slices.Clone(s.Mean), Scale: slices.Clone(s.Scale)}
}

func (s InputScaling) validate(a Arch) error {
	if c := a.Pixels[2]; len(s.Mean) != c || len(s.Scale) != c {
		return fmt.Errorf("input scaling: %d means and %d scales for %d channels of pixels", len(s.Mean), len(s.Scale),
			c)
	}
	for i := range s.Mean {
		mean, scale := float64(s.Mean[i]), float64(s.Scale[i])
		switch {
		case math.IsNaN(mean) || math.IsInf(mean, 0):
			return fmt.Errorf("input scaling: the mean of channel %d is %v", i, mean)
		case !(scale >= 1e-6 && scale <= 1e6):
			return fmt.Errorf("input scaling: the scale of channel %d is %v, want 1e-6 to 1e6", i, scale)
		}
	}
	return nil
}
