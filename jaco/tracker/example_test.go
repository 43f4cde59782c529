package tracker_test

import (
	"errors"
	"fmt"

	"colonnade/jaco/tracker"
)

// Calibrate by four clicked points, then ask where a pixel lies on the table.
func Example() {
	plane, err := tracker.Fit([]tracker.Point{
		{Table: [2]float64{-0.2, -0.6}, Pixel: [2]float64{8, 52}},
		{Table: [2]float64{0.2, -0.6}, Pixel: [2]float64{56, 52}},
		{Table: [2]float64{0.2, -0.3}, Pixel: [2]float64{50, 24}},
		{Table: [2]float64{-0.2, -0.3}, Pixel: [2]float64{14, 24}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	at := plane.Table([2]float64{32, 36})
	fmt.Printf("%.3f m, %.3f m\n", at[0], at[1])
	_, err = tracker.Fit(plane.Points()[:3])
	fmt.Println(errors.Is(err, tracker.ErrDegenerate))
	// Output:
	// 0.000 m, -0.450 m
	// true
}
