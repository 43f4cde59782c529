// Package render draws the arm, the table and the target: the 64x64 frames that a network learns
// from and large pictures for people, by the same code. The table may stand in a room, and the
// picture may go through the lens and the sensor of a camera.
//
// The same poses give the same pixels on every machine, whatever its processor. From poses to
// pixels there is no function that differs between architectures (sines, powers), each product is
// rounded before it is added (so the compiler cannot fuse the two), vertices are snapped to 1/256
// of a pixel, and which pixels a facet covers is decided in whole numbers; so are lens, blur and
// noise. Snapshot tests hold the hashes of frames.
//
// # Vocabulary
//
//   - A Scene is plain data: camera, light, colours; and what a laboratory adds: a pattern on the
//     table, its edges with a floor and a wall behind, boxes. DefaultScene is the look that
//     training uses.
//   - A Sensor is plain data, too: what lens and camera do to the picture.
//   - A Renderer holds the buffers for one scene and one picture size. It belongs to one goroutine
//     and may serve all environments of that goroutine that share the scene.
//   - A mesh is the surface of one body in the body's own frame, made of lofts: rings of points
//     along an axis, joined by faces of up to four corners. There are two levels of detail, chosen
//     by picture size: few flat faces for small frames, many smooth ones for large pictures.
//     Shadows of small frames come from a still coarser mesh.
//   - Raster coordinates are pixels of the supersampled picture, x to the right, y down, the
//     centre of the first pixel at (0.5, 0.5). View coordinates are metres: x to the right, y down,
//     z ahead of the camera.
//   - A word is what the raster buffer keeps for a pixel: depth and an index into the palette. The
//     palette holds the final colour of each material at each level of brightness, so light and
//     gamma cost nothing per pixel. An index of the table tells how much of the pattern is there,
//     in 128 steps, and has bits for target and shadow: patterns, too, cost nothing per frame.
//   - Lanes are a pixel's three colours in 21 bits each of one 64-bit number, so that lens and blur
//     multiply once for all of them.
//
// # Stages of a frame
//
//  1. Make the words that the last frame drew on the empty table again.
//  2. Mark the target disc, then the shadow: each body flattened onto the table along the light.
//  3. Draw the bodies; the nearest surface wins, in whatever order they come.
//  4. Turn words into bytes, several words a pixel if the frame is supersampled.
//  5. If there is a sensor, row by row: look through the lens (each pixel is mixed from four, found
//     in a table), blur along the row, blur across rows, and look up what exposure, white balance,
//     contrast and noise make of it.
//
// The empty scene is worked out once, by following the ray through each pixel to table, floor or
// wall; the pattern is so in perspective, smoothed over each pixel's part of the table. Boxes are
// drawn into it with their shadows, as faces. The shadows of arm and boxes fall on the table only.
//
// The lens of a bent picture looks further than its edge. Such pictures are therefore drawn with a
// wider angle, so that none of them has empty corners.
//
// On processors with AVX-512 target, shadows and arm of small frames are drawn by vector routines,
// eight vertices, faces or polygons at a time, with the same pixels (raster_amd64.s). Frames in
// which something must be clipped, and all frames elsewhere, are drawn mesh by mesh.
//
// # Why the default scene looks as it does
//
// The feedforward wide network learnt, by supervision from 24,000 frames in 6 passes, where palm
// and target are. Half of the frames were random starts ("wide"), half had the palm within 25 cm of
// the target ("near"). The mean error of the vector from target to palm on 2,000 other frames, in
// mm (another seed moves all of them together by some 3 %):
//
//	                                             wide  near
//	default scene                                31.2  24.2
//	supersampled 2x2                             29.0  23.1
//	white hand, which in its shade is as grey
//	as the table                                 33.9  27.1
//	lamp above the camera: shadows are hidden
//	behind their objects                         36.6  29.0
//
// Looking down by 38 to 53 degrees made no difference beyond the noise, 65 degrees was worse
// (height is hard to see); so was a narrower view, which loses the palm. The view is as wide as the
// target's least size of 20 pixels allows.
//
// Training frames are not supersampled: an error of 23 instead of 24 mm matters little where the
// reward begins at 100 mm, and it would cost 8 µs a frame.
//
// # Cost
//
// bench/results/simulator tells what frames cost. The coarse arm has 172 faces, its shadow 99. A
// renderer for training frames takes 60 KiB (supersampled 2x2: 156 KiB), besides the meshes, which
// all renderers share; a sensor adds 165 KiB.
//
// Start reading at Renderer.Render, then raster.polygon; for the camera at optics.apply.
package render
