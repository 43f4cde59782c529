package probe

// Spot shows a picture with a bright patch on a dim, noisy background, anywhere inside one of nine
// fields. The two factors name the field's row and column; each right one pays a half. Every step
// shows another patch.
type Spot struct {
	core
}

const (
	spotSide  = 24 // pixels: the smallest picture that two convolutions of 8x8 stride 4 and 5x5 stride 2 fit
	spotField = 8  // pixels
	spotPatch = 4  // pixels
	spotSteps = 4
)

// NewSpot returns an environment with pictures of 24 by 24 pixels and episodes of four steps.
func NewSpot() *Spot { return &Spot{newCore(spotSteps, 0, 0)} }

// Optimum returns the best mean score; guessing earns a third of it.
func (s *Spot) Optimum() float64 { return spotSteps }

var spotChoices = []int{3, 3}

// Spec describes the picture and the factors.
func (s *Spot) Spec() ([3]int, int, []int) { return [3]int{spotSide, spotSide, 3}, 0, spotChoices }

// Reset begins an episode.
func (s *Spot) Reset(seed uint64, pixels []uint8, _ []float32) error {
	s.begin(seed)
	s.observe(pixels)
	return nil
}

// Step takes one step.
func (s *Spot) Step(action []int, pixels []uint8, _ []float32) (reward float32, terminated, truncated bool, err error) {
	if err := s.check(action, spotChoices); err != nil {
		return 0, false, false, err
	}
	for axis := range 2 {
		if field, _ := s.place(axis); action[axis] == field {
			reward += 0.5
		}
	}
	s.step++
	s.live = s.step < spotSteps
	s.observe(pixels)
	return reward, !s.live, false, nil
}

// place returns the field and the first pixel of the patch along an axis, 0 being rows.
func (s *Spot) place(axis int) (field, first int) {
	i := 4*s.step + 2*axis
	field = s.choose(i, spotSide/spotField)
	return field, field*spotField + s.choose(i+1, spotField-spotPatch+1)
}

// observe draws the picture of this step.
func (s *Spot) observe(pixels []uint8) {
	if len(pixels) == 0 {
		return
	}
	noise := s.random(1000 + s.step)
	for i := range pixels {
		if i&7 == 0 { // eight bytes of noise from each number
			noise = noise*6364136223846793005 + 1442695040888963407
		}
		pixels[i] = 40 + uint8(noise>>(8*(i&7)))>>3
	}
	_, y := s.place(0)
	_, x := s.place(1)
	for r := y; r < y+spotPatch; r++ {
		row := pixels[3*(r*spotSide+x):]
		for i := range 3 * spotPatch {
			row[i] = 200
		}
	}
}
