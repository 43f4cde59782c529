package main

import "testing"

// TestSeeTwin: in the world whose appearance the twin has, a policy does the same whether it sees
// the camera's pictures or the twin's; in another one it does not. The emulated arm can be driven
// by the twin too.
func TestSeeTwin(t *testing.T) {
	const path = "../../../bench/pretrained/reach-recurrent-wide.safetensors"
	score := func(args ...string) result {
		t.Helper()
		r, _ := eval(t, append([]string{"-checkpoint", path, "-episodes", "8"}, args...)...)
		return r
	}
	plain := score()
	if seen := score("-see", "twin"); seen.Length != plain.Length || seen.Mean != plain.Mean {
		t.Errorf("by the twin %+v, by the camera %+v", seen, plain)
	}
	camera, twin := score("-domain", "robot-far"), score("-domain", "robot-far", "-see", "twin")
	if !(camera.Mean < 15 && twin.Mean > 25) {
		t.Errorf("in another world the score is %.1f by the camera and %.1f by the twin", camera.Mean, twin.Mean)
	}
	score("-env", "jaco", "-domain", "robot", "-see", "twin", "-episodes", "1")
}

// TestSeeCalibratedTwin: known offsets of encoders change what a policy does by the twin, in the
// simulator and on the emulated arm.
func TestSeeCalibratedTwin(t *testing.T) {
	for env, episodes := range map[string]string{"sim": "4", "jaco": "1"} {
		args := []string{"-checkpoint", "../../../bench/pretrained/reach-recurrent-wide.safetensors", "-domain", "robot",
			"-env", env, "-see", "twin", "-episodes", episodes}
		plain, _ := eval(t, args...)
		if off, _ := eval(t, append(args, "-zeros", "40,-40,40,0,0,0,0,0,0")...); off.Mean == plain.Mean {
			t.Errorf("%s: the score is %v with and without offsets", env, off.Mean)
		}
	}
}
