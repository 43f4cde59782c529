package view

import (
	"image/color"
	"math"
)

// scale holds colours that grow lighter from nothing to all, and from blue to yellow, which those who see red and green
// alike tell apart (after the idea of cividis; Nuñez, Anderton, Renslow 2018).
var scale = []color.NRGBA{
	{0x00, 0x22, 0x4e, 0xff}, {0x35, 0x45, 0x6c, 0xff}, {0x66, 0x69, 0x70, 0xff}, {0x94, 0x8e, 0x77, 0xff}, {0xc8, 0xb8, 0x66, 0xff}, {0xfe, 0xe8, 0x38, 0xff},
}

// scoreColor returns the colour of a share of the highest score.
func scoreColor(share float64) color.NRGBA {
	at := min(max(share, 0), 1) * float64(len(scale)-1)
	i := min(int(at), len(scale)-2)
	part := at - float64(i)
	mix := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + part*(float64(b)-float64(a)))) }
	a, b := scale[i], scale[i+1]
	return color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 0xff}
}
