package render_test

import (
	"fmt"

	"colonnade/sim"
	"colonnade/sim/render"
)

// A frame as a network sees it: the arm in keyframe reach_start, the target straight ahead.
func ExampleRenderer_Render() {
	model := sim.Canonical()
	arm := model.NewData()
	arm.Q, _ = model.Keyframe("reach_start")
	model.Kinematics(arm)

	r, err := render.NewRenderer(render.DefaultScene(), 64, 64, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	pixels := make([]uint8, 64*64*3) // rows from the top, red green blue interleaved
	if err := r.Render(pixels, &arm.BodyPos, &arm.BodyRot, sim.Vec3{0.1, -0.5, 0}); err != nil {
		fmt.Println(err)
		return
	}
	red, bright := 0, 0
	for i := 0; i < len(pixels); i += 3 {
		switch {
		case pixels[i] > 100 && pixels[i+1] < 50:
			red++
		case pixels[i] > 160:
			bright++
		}
	}
	fmt.Printf("%d pixels of target, %d of hand\n", red, bright)
	// Output: 27 pixels of target, 45 of hand
}

// A camera's frame is scaled as a supersampled one: by the mean over each pixel's area.
func ExampleAreaAverage() {
	camera := make([]uint8, 640*480*3)
	for i := range camera {
		camera[i] = uint8(i / 3 % 640 / 10) // darker at the left
	}
	frame := make([]uint8, 64*64*3)
	render.AreaAverage(frame, 64, 64, camera, 640, 480)
	fmt.Println(frame[0], frame[3*31], frame[3*63])
	// Output: 0 31 63
}
