package figure_test

import (
	"bytes"
	"fmt"

	"colonnade/bench/figure"
	"colonnade/sim/domain"
)

func ExamplePreview() {
	d, err := domain.Load("color-small")
	if err != nil {
		fmt.Println(err)
		return
	}
	picture, err := figure.Preview(d, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	var file bytes.Buffer
	if err := figure.WritePNG(&file, picture); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(picture.Rect.Dx(), "pixels wide, below 100 KB:", file.Len() < 100_000)
	// Output: 1060 pixels wide, below 100 KB: true
}
