package sim

import "math"

// MaxAngle is the largest joint angle, in rad, that Sincos accepts: a joint that turns without
// limit reaches it after 160 thousand turns.
const MaxAngle = 1e6

// The constants of Sincos. piOver2 is split in three: the first two parts have 33 significant bits,
// so their products with the number of quarter turns (below 2^20) are exact.
const (
	twoOverPi = 0.63661977236758138
	piOver2a  = 1.5707963267341256
	piOver2b  = 6.077100506303966e-11
	piOver2c  = 2.0222662487959506e-21
	// roundingShift added to a float64 below 2^51 leaves the nearest integer in the low bits.
	roundingShift = 3 << 51

	// sin r = r + r³(s0 + s1 z + ...), z = r², |r| <= π/4: minimax, relative error 3.5e-18.
	s0 = -0.16666666666666632
	s1 = 0.008333333333322316
	s2 = -0.00019841269829725248
	s3 = 2.755731366207464e-06
	s4 = -2.5050753267459485e-08
	s5 = 1.5896505127766658e-10

	// cos r = 1 - z/2 + z²(c0 + c1 z + ...): minimax, absolute error 4.7e-20.
	c0 = 0.041666666666666602
	c1 = -0.001388888888887399
	c2 = 2.4801587289394977e-05
	c3 = -2.7557314326045664e-07
	c4 = 2.0875719560801665e-09
	c5 = -1.1359448791770288e-11
)

// Sincos returns the sine and cosine of x to within 1 unit in the last place, the same bits on
// every architecture: it uses nothing but sums and explicitly rounded products. (math.Sin is
// another algorithm on some architectures, and the compiler may fuse its products and sums.) It
// returns NaN for a NaN and beyond ±MaxAngle.
func Sincos(x float64) (sin, cos float64) {
	if !(x <= MaxAngle && x >= -MaxAngle) {
		return math.NaN(), math.NaN()
	}
	// x = n·π/2 + r + t, t being what r cannot hold.
	shifted := float64(x*twoOverPi) + roundingShift
	n := shifted - roundingShift
	a := x - float64(n*piOver2a)
	w := float64(n * piOver2b)
	b := a - w
	w = float64(n*piOver2c) - ((a - b) - w)
	r := b - w
	t := (b - r) - w

	z := float64(r * r)
	p := s5
	p = float64(p*z) + s4
	p = float64(p*z) + s3
	p = float64(p*z) + s2
	p = float64(p*z) + s1
	p = float64(p*z) + s0
	half := float64(0.5 * z)
	one := 1 - half
	sin = r + (float64(float64(z*r)*p) + float64(t*one))

	p = c5
	p = float64(p*z) + c4
	p = float64(p*z) + c3
	p = float64(p*z) + c2
	p = float64(p*z) + c1
	p = float64(p*z) + c0
	cos = one + (((1 - one) - half) + (float64(float64(z*z)*p) - float64(r*t)))

	// A quarter turn exchanges the two and changes a sign; done on bits, as a branch would be
	// mispredicted.
	quarter := math.Float64bits(shifted)
	swap := -(quarter & 1)
	sb, cb := math.Float64bits(sin), math.Float64bits(cos)
	d := (sb ^ cb) & swap
	sb ^= d ^ (quarter&2)<<62
	cb ^= d ^ ((quarter+1)&2)<<62
	return math.Float64frombits(sb), math.Float64frombits(cb)
}

// sincosGeneric fills the sines and cosines of all joint angles.
func sincosGeneric(q, sin, cos *[NumJoints]float64) {
	for i, x := range q {
		sin[i], cos[i] = Sincos(x)
	}
}
