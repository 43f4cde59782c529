package render

import "sync"

// pattern is a square of amounts, 0..255, of how far the table's colour is mixed with the
// texture's; it repeats. Level 0 has patternSide texels a side, each further one half as many, each
// texel the mean of four. The levels stand one after the other; each has its first row and its
// first column once more at its end, so that the texels to mix are always neighbours.
type pattern struct {
	texels []uint8
}

const (
	patternBits   = 8
	patternSide   = 1 << patternBits
	patternLevels = patternBits + 1
)

// patternStart is where each level begins, and where the last one ends.
var patternStart = func() (start [patternLevels + 1]int) {
	for l := range patternLevels {
		side := patternSide>>l + 1
		start[l+1] = start[l] + side*side
	}
	return start
}()

// The patterns are made once, of whole numbers only.
var (
	woodPattern  = sync.OnceValue(func() *pattern { return newPattern(wood) })
	clothPattern = sync.OnceValue(func() *pattern { return newPattern(cloth) })
)

func newPattern(at func(x, y int) int) *pattern {
	// Vector routines read four bytes for two.
	p := &pattern{make([]uint8, patternStart[patternLevels]+2)}
	for l := range patternLevels {
		side := patternSide >> l
		for y := range side + 1 {
			for x := range side + 1 {
				v, i, j := 0, x%side, y%side
				if l == 0 {
					v = min(max(at(i, j), 0), 255)
				} else {
					v = (p.texel(l-1, 2*i, 2*j) + p.texel(l-1, 2*i+1, 2*j) + p.texel(l-1, 2*i, 2*j+1) +
						p.texel(l-1, 2*i+1, 2*j+1) + 2) / 4
				}
				p.texels[patternStart[l]+(side+1)*y+x] = uint8(v)
			}
		}
	}
	return p
}

// texel returns one texel of a level.
func (p *pattern) texel(l, x, y int) int {
	return int(p.texels[patternStart[l]+(patternSide>>l+1)*y+x])
}

// at returns the amount at a place in 1/256 texels of level 0, smoothed over a footprint of as many
// of those: linear between texels and between the two levels whose texels are next in size.
func (p *pattern) at(u, v, footprint int) int {
	l := 0
	for l < patternLevels-2 && footprint >= 512<<l {
		l++
	}
	fine := p.linear(l, u>>l, v>>l)
	blend := footprint>>l - 256 // 0..255, or more at the last level
	if blend <= 0 {
		return fine
	}
	return fine + (p.linear(l+1, u>>(l+1), v>>(l+1))-fine)*min(blend, 256)>>8
}

// linear returns the amount of one level at a place in 1/256 of its texels.
func (p *pattern) linear(l, u, v int) int {
	side := patternSide >> l
	mask := side - 1
	// Texel centres are at halves.
	u, v = u-128, v-128
	x, y, fx, fy := u>>8&mask, v>>8&mask, u&255, v&255
	upper := p.texels[patternStart[l]+(side+1)*y+x:]
	lower := upper[side+1:][:2]
	top := int(upper[0])<<8 + (int(upper[1])-int(upper[0]))*fx
	bottom := int(lower[0])<<8 + (int(lower[1])-int(lower[0]))*fx
	return (top<<8 + (bottom-top)*fy + 1<<15) >> 16
}

// wood is a surface of boards that lie along x: year rings cut lengthwise, fibres, boards of
// different tone, gaps.
func wood(x, y int) int {
	const boards = 6
	board, across := y*boards/patternSide, y*boards%patternSide // 0..255 from side to side
	seed := uint32(board) * 7919
	// Each board has its own stretch of the log.
	along := x + int(hash(seed, 1, 0)&255)
	bend := latticeNoise(seed+1, along, 6, across, 2) + latticeNoise(seed+2, along, 5, across, 4)/2 // 0..382
	year := (across*2 + bend*3) & 255
	ring := year * year >> 8 // slowly darker through a summer, then light again
	fibre := latticeNoise(seed+3, along, 4, across<<1, 3)
	speck := latticeNoise(seed+4, along, 2, across<<2, 2)
	tone := int(hash(seed, 2, 0) & 255)
	v := 20 + ring*70/255 + fibre*55/255 + speck*30/255 + tone*70/255
	if across < 6 {
		v += 90 // the gap
	}
	return v
}

// cloth is woven of threads, 4 texels each, with a check of coloured ones.
func cloth(x, y int) int {
	const thread, check = 4, patternSide / 8
	warp, weft := x/check&1, y/check&1
	over := (x/thread + y/thread) & 1
	colour := warp
	if over == 1 {
		colour = weft
	}
	// A thread is lighter along its middle.
	along, across := x%thread, y%thread
	if over == 1 {
		along, across = across, along
	}
	edge := 0
	if across == 0 || across == thread-1 {
		edge = 30
	}
	return 20 + colour*150 + edge + latticeNoise(17, x, 1, y, 1)*40/255
}

// latticeNoise returns smooth noise, 0..255, that changes over 2^bits texels; x repeats with the
// pattern.
func latticeNoise(seed uint32, x, xBits, y, yBits int) int {
	cells := patternSide>>xBits - 1
	ix, iy := x>>xBits, y>>yBits
	fx, fy := smoothStep(x<<8>>xBits&255), smoothStep(y<<8>>yBits&255)
	corner := func(i, j int) int { return int(hash(seed, uint32(i&cells), uint32(j)) & 255) }
	top := corner(ix, iy)<<8 + (corner(ix+1, iy)-corner(ix, iy))*fx
	bottom := corner(ix, iy+1)<<8 + (corner(ix+1, iy+1)-corner(ix, iy+1))*fx
	return (top<<8 + (bottom-top)*fy) >> 16
}

// smoothStep eases 0..255 in and out.
func smoothStep(f int) int { return f * f * (3*256 - 2*f) >> 16 }

// hash mixes three numbers (the finaliser of MurmurHash3).
func hash(a, b, c uint32) uint32 {
	h := a*0x9e3779b1 ^ b*0x85ebca77 ^ c*0xc2b2ae3d
	h = (h ^ h>>16) * 0x85ebca6b
	h = (h ^ h>>13) * 0xc2b2ae35
	return h ^ h>>16
}
