package study

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
)

// Range is an interval from which values are drawn log-uniformly.
type Range struct{ Low, High float64 }

// ParseRange reads "5e-5..5e-3".
func ParseRange(text string) (Range, error) {
	low, high, ok := strings.Cut(text, "..")
	var r Range
	var lowErr, highErr error
	r.Low, lowErr = strconv.ParseFloat(low, 64)
	r.High, highErr = strconv.ParseFloat(high, 64)
	if !ok || lowErr != nil || highErr != nil {
		return Range{}, fmt.Errorf("%q is no range: want LOW..HIGH, such as 5e-5..5e-3", text)
	}
	if !(r.Low > 0 && r.High >= r.Low && r.High <= math.MaxFloat64) {
		return Range{}, fmt.Errorf("%q: want 0 < LOW <= HIGH", text)
	}
	return r, nil
}

func (r Range) String() string { return fmt.Sprintf("%g..%g", r.Low, r.High) }

// Set implements flag.Value.
func (r *Range) Set(text string) error {
	parsed, err := ParseRange(text)
	if err == nil {
		*r = parsed
	}
	return err
}

// draw returns the value at u, which is uniform in [0, 1), to four digits where that stays in the range.
func (r Range) draw(u float64) float64 {
	v := fourDigits(math.Exp(math.Log(r.Low) + u*(math.Log(r.High)-math.Log(r.Low))))
	return min(max(v, r.Low), r.High)
}

// Trial is one draw of settings.
type Trial struct {
	Number       int
	Seed         uint64 // of the run
	LearningRate float64
	EntropyCost  float64
}

// Name is the trial's folder.
func (t Trial) Name() string { return fmt.Sprintf("trial-%03d", t.Number) }

// Draw returns a trial, which depends on the study's seed and the number alone. The rates are rounded to four digits, so
// that they can be typed again.
func (s *Settings) Draw(number int) Trial {
	rng := rand.New(rand.NewPCG(s.Seed, uint64(number)))
	return Trial{
		Number: number, Seed: s.Seed + uint64(number),
		LearningRate: s.LearningRate.draw(rng.Float64()),
		EntropyCost:  s.EntropyCost.draw(rng.Float64()),
	}
}

func fourDigits(v float64) float64 {
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 4, 64), 64) // what FormatFloat writes is a number
	return rounded
}
