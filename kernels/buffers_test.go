package kernels

import (
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"
)

// A placement says where in memory a test's slices lie.
type placement struct {
	name   string
	offset int // floats into an aligned array
	guard  guardKind
}

type guardKind int

const (
	noGuard     guardKind = iota
	guardBehind           // the slice ends at a page that cannot be touched
	guardBefore           // the slice begins behind one
)

// placements returns one of the eight offsets and, where the system has them,
// the two guarded ones.
func placements(i int) []placement {
	p := []placement{{"offset", i % 8, noGuard}}
	if haveGuards {
		p = append(p, placement{"behind", 0, guardBehind}, placement{"before", 0, guardBefore})
	}
	return p
}

// buffers makes the slices of one call, and afterwards says whether the call
// kept its hands off everything else.
type buffers struct {
	t     testing.TB
	rng   *rand.Rand
	place placement
	all   []buffer
}

type buffer struct {
	slice, saved []float32 // saved: an input as it was
	whole        []float32 // with canaries around, or nil
}

// canaries surround a slice. They are NaN, so reading one shows as well.
const (
	canaries   = 32
	canaryBits = 0x7fc0dead
)

// float makes a slice of n random floats in [-1,1).
func (b *buffers) float(n int) []float32 {
	s := b.raw(n)
	for i := range s {
		s[i] = b.rng.Float32()*2 - 1
	}
	return s
}

// input makes a slice that the call must not change.
func (b *buffers) input(n int) []float32 {
	s := b.float(n)
	b.freeze(s)
	return s
}

// freeze makes the slice made last an input, with the values it has now.
func (b *buffers) freeze(s []float32) {
	b.all[len(b.all)-1].saved = append([]float32{}, s...)
}

func (b *buffers) raw(n int) []float32 {
	if b.place.guard != noGuard && n > 0 {
		s := guarded(b.t, n, b.place.guard)
		b.all = append(b.all, buffer{slice: s})
		return s
	}
	whole := make([]float32, n+2*canaries)
	for i := range whole {
		whole[i] = math.Float32frombits(canaryBits)
	}
	at := canaries/2 + b.place.offset
	s := whole[at : at+n : at+n]
	b.all = append(b.all, buffer{slice: s, whole: whole})
	return s
}

// check fails the test if a canary or an input has changed.
func (b *buffers) check() {
	b.t.Helper()
	for i, u := range b.all {
		if u.saved != nil {
			for j, v := range u.slice {
				if math.Float32bits(v) != math.Float32bits(u.saved[j]) {
					b.t.Fatalf("%s: slice %d: input element %d changed from %g to %g", b.place.name, i, j, u.saved[j],
						v)
				}
			}
		}
		if u.whole == nil {
			continue
		}
		at := canaries/2 + b.place.offset
		for j, v := range u.whole {
			if (j < at || j >= at+len(u.slice)) && math.Float32bits(v) != canaryBits {
				b.t.Fatalf("%s: slice %d: wrote %g at %d, outside of 0 to %d", b.place.name, i, v, j-at, len(u.slice)-1)
			}
		}
	}
}

// eachPlacement runs f once per placement, the random numbers being the same.
func eachPlacement(t testing.TB, seed int, f func(b *buffers)) {
	t.Helper()
	for _, p := range placements(seed) {
		b := &buffers{t: t, rng: newRand(uint64(seed)), place: p}
		f(b)
		b.check()
		releaseGuards()
	}
}

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0x636f6c6f6e6e61)) }

// eps is the unit roundoff of float32.
const eps = 1.0 / (1 << 24)

// near fails the test unless |got - want| ≤ bound for every element; NaN must
// meet NaN, and an infinity itself.
func near(t testing.TB, what string, got []float32, want, bound []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d elements, want %d", what, len(got), len(want))
	}
	for i, g := range got {
		v := float64(g)
		switch w := want[i]; {
		case math.IsNaN(w):
			if !math.IsNaN(v) {
				t.Fatalf("%s: element %d is %g, want NaN", what, i, v)
			}
		case math.IsInf(w, 0):
			if v != w {
				t.Fatalf("%s: element %d is %g, want %g", what, i, v, w)
			}
		case !(math.Abs(v-w) <= bound[i]):
			t.Fatalf("%s: element %d is %g, want %g: off by %g, allowed %g", what, i, v, w, math.Abs(v-w), bound[i])
		}
	}
}

// same fails the test unless got and want have the same bits.
func same(t testing.TB, what string, got, want []float32) {
	t.Helper()
	for i, g := range got {
		if math.Float32bits(g) != math.Float32bits(want[i]) {
			t.Fatalf("%s: element %d is %g (%08x), want %g (%08x)", what, i, g, math.Float32bits(g), want[i],
				math.Float32bits(want[i]))
		}
	}
}

// bytesOf returns the last or the first n bytes of s.
func bytesOf(s []float32, n int, last bool) []uint8 {
	all := unsafe.Slice((*uint8)(unsafe.Pointer(&s[0])), 4*len(s))
	if last {
		return all[len(all)-n:]
	}
	return all[:n]
}
