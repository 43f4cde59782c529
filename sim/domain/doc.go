// Package domain describes worlds as data: how a scene looks, what the camera does to it, and how
// the arm moves otherwise than its model says.
//
// A domain is a JSON file. Each quantity has a unit, a value or a range, and says where the number
// comes from. A quantity that is not listed has the value of preset sim:
//
//	{
//	  "name": "evening",
//	  "about": "The lab with the lamp on.",
//	  "quantities": {
//	    "light.ambient": {"unit": "1", "low": 0.2, "high": 0.3, "from": "measured with a grey card"},
//	    "room.drop":     {"unit": "m", "value": 0.74, "from": "tape measure"}
//	  }
//	}
//
// [Load] reads such a file or one of the presets, [Domain.Draw] fills a [World] from it: fixed
// values as they are, ranges uniformly and independently. All keys are in keys.go, what they mean
// in the structs they set: render.Scene, render.Sensor, sim.Motion. Colours are sRGB bytes, lengths
// metres, angles of things that are looked at degrees, of joints radians.
//
// # Presets
//
//	sim              the look that training uses; no errors of motion
//	color-small      the four perturbations of the paper's figure 6
//	color-large
//	view-small
//	view-large
//	robot            the emulated real arm: another look in every respect, a camera with faults,
//	                 late and inexact motion
//	robot-far        the same workcell further from sim, with the same motion: zero-shot, column 1
//	                 scores next to nothing there
//	random           domain randomisation: ranges that hold every other preset with room around it
//	transfer-search  unlike all of them: for choosing the hyper-parameters of transfer
//
// # What Load refuses
//
// Text that is not such a file, an unknown key (the nearest is named), a key or any other member
// given twice or in other letters, a wrong unit, a value beside a range, low above high, a number
// out of its bounds (so also one that is not finite), no word about the source. Then worlds at the
// ends of the ranges are tried: each must be one that can be drawn and moved in. The camera may
// come nowhere near enough to the arm to be inside it.
//
// Between the ends there may be worlds that cannot be drawn: a height from 0 to 0.1 m passes those
// that are too low for a box and not 0, a camera's way may lead through a box. Load refuses a
// domain of which that is more than half; of the others Draw draws such a world again.
//
// The target is the only saturated red thing in all presets but random, whose boxes and floor may
// be nearly as red: the robot's tracker goes by that colour. In every preset the target is whole in
// the picture and the palm in 9 of 10 starts. Preview sheets of all of them are in
// bench/results/worlds; the command figures draws those of other files.
//
// bench/results/simulator tells what worlds cost. Nothing is allocated for a frame.
package domain
