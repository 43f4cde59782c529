package figure

import (
	"image"
	"image/color"
	"image/png"
	"io"
	"slices"
)

// WritePNG writes a picture with the 256 colours that median cut finds for it (Heckbert, SIGGRAPH
// 1982).
func WritePNG(w io.Writer, picture *image.RGBA) error {
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	return encoder.Encode(w, reduce(picture))
}

// shade is a colour at 6 bits a channel with how often it occurs; cells keep these instead of
// pixels.
type shade struct {
	rgb   [3]uint8 // mean
	bin   int
	count int
}

func reduce(picture *image.RGBA) *image.Paletted {
	cells := [][]shade{shades(picture)}
	for len(cells) < 256 {
		worst, channel, most := -1, 0, 0.0
		for i, c := range cells {
			if k, spread := widest(c); spread > most {
				worst, channel, most = i, k, spread
			}
		}
		if worst < 0 { // every cell is one shade
			break
		}
		a, b := cut(cells[worst], channel)
		cells[worst] = a
		cells = append(cells, b)
	}
	colours := make(color.Palette, len(cells))
	index := make([]uint8, 1<<18)
	for i, c := range cells {
		var sum [3]int
		n := 0
		for _, s := range c {
			index[s.bin] = uint8(i)
			n += s.count
			for k := range sum {
				sum[k] += s.count * int(s.rgb[k])
			}
		}
		colours[i] = color.RGBA{uint8(sum[0] / n), uint8(sum[1] / n), uint8(sum[2] / n), 0xff}
	}
	out := image.NewPaletted(picture.Rect, colours)
	for i := range out.Pix {
		out.Pix[i] = index[bin(picture.Pix[4*i:])]
	}
	return out
}

func bin(rgba []uint8) int {
	return int(rgba[0])>>2<<12 | int(rgba[1])>>2<<6 | int(rgba[2])>>2
}

func shades(picture *image.RGBA) []shade {
	sum := make([][3]int, 1<<18)
	count := make([]int, 1<<18)
	for i := 0; i < len(picture.Pix); i += 4 {
		b := bin(picture.Pix[i:])
		count[b]++
		for k := range 3 {
			sum[b][k] += int(picture.Pix[i+k])
		}
	}
	var used []shade
	for b, n := range count {
		if n > 0 {
			used = append(used, shade{[3]uint8{uint8(sum[b][0] / n), uint8(sum[b][1] / n), uint8(sum[b][2] / n)}, b, n})
		}
	}
	return used
}

// widest returns the channel in which a cell's shades differ most, and by how much altogether: the
// sum of squares.
func widest(cell []shade) (channel int, spread float64) {
	for k := range 3 {
		var n, sum, squares float64
		for _, s := range cell {
			x, c := float64(s.rgb[k]), float64(s.count)
			n += c
			sum += c * x
			squares += c * x * x
		}
		if v := squares - sum*sum/n; len(cell) > 1 && v > spread {
			channel, spread = k, v
		}
	}
	return channel, spread
}

// cut parts a cell of more than one shade at the median of a channel.
func cut(cell []shade, channel int) (a, b []shade) {
	slices.SortFunc(cell, func(a, b shade) int {
		if d := int(a.rgb[channel]) - int(b.rgb[channel]); d != 0 {
			return d
		}
		return a.bin - b.bin
	})
	total := 0
	for _, s := range cell {
		total += s.count
	}
	half, at := 0, 0
	for at < len(cell)-1 && (at == 0 || half < total/2) {
		half += cell[at].count
		at++
	}
	return cell[:at], cell[at:]
}
