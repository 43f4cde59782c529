package probe

// Still has any sizes, always shows the same, pays nothing, and truncates its episodes. It costs
// nearly nothing, so what a benchmark measures with it is the learner.
type Still struct {
	core
	pixels  [3]int
	proprio int
	choices []int
	length  int
	frame   []uint8
}

// NewStill returns an environment with these sizes and episodes of length steps.
func NewStill(pixels [3]int, proprioception int, choices []int, length int) *Still {
	length = max(length, 1)
	s := &Still{core: newCore(length, 0, 0), pixels: pixels, proprio: proprioception, choices: choices, length: length}
	s.frame = make([]uint8, pixels[0]*pixels[1]*pixels[2])
	for i := range s.frame {
		s.frame[i] = uint8(i * 7)
	}
	return s
}

// Spec describes the sizes that NewStill was given.
func (s *Still) Spec() ([3]int, int, []int) { return s.pixels, s.proprio, s.choices }

// Reset begins an episode.
func (s *Still) Reset(seed uint64, pixels []uint8, proprio []float32) error {
	s.begin(seed)
	s.observe(pixels, proprio)
	return nil
}

// Step counts to the end of the episode.
func (s *Still) Step(action []int, pixels []uint8, proprio []float32) (reward float32, terminated, truncated bool,
	err error) {
	if err := s.check(action, s.choices); err != nil {
		return 0, false, false, err
	}
	s.step++
	s.live = s.step < s.length
	s.observe(pixels, proprio)
	return 0, false, !s.live, nil
}

func (s *Still) observe(pixels []uint8, proprio []float32) {
	copy(pixels, s.frame)
	for i := range proprio {
		proprio[i] = float32(i%5)/2 - 1
	}
}
