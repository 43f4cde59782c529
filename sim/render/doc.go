// Package render draws the arm, the table and the target: the 64x64 frames that a network learns
// from and large pictures for people, by the same code.
//
// The same poses give the same pixels on every machine, whatever its processor. From poses to
// pixels there is no function that differs between architectures (sines, powers), each product is
// rounded before it is added (so the compiler cannot fuse the two), vertices are snapped to 1/256
// of a pixel, and which pixels a triangle covers is decided in integers. Snapshot tests hold the
// hashes of frames.
//
// # Vocabulary
//
//   - A Scene is plain data: camera, light, colours. DefaultScene is the look that training uses.
//   - A Renderer holds the buffers for one scene and one picture size. It belongs to one goroutine.
//   - A mesh is the surface of one body in the body's own frame, made of lofts: rings of points
//     along an axis, joined by facets. There are two levels of detail, chosen by picture size: one
//     with few flat facets for small frames and one with many smooth facets for large pictures.
//   - Raster coordinates are pixels of the supersampled picture, x to the right, y down, the
//     centre of the first pixel at (0.5, 0.5). View coordinates are metres: x to the right, y down,
//     z ahead of the camera.
//   - A word is what the raster buffer keeps for a pixel: depth and an index into the palette. The
//     palette holds the final colour of each material at each level of brightness, so light and
//     gamma cost nothing per pixel.
//
// # Stages of a frame
//
//  1. Restore the words of the last frame's drawing to the empty table, see background.
//  2. Mark the target disc, then the shadow: each body flattened onto the table along the light.
//  3. Draw the bodies, nearest surface wins.
//  4. Turn words into bytes, several words a pixel if the frame is supersampled.
//
// Start reading at Renderer.Render, then raster.triangle.
package render
