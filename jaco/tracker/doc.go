// Package tracker tells where on the table the target lies, from the pictures that a policy sees.
//
// # Finding it
//
// The target is the only saturated red thing in view. A Finder goes by how much of a pixel's light
// is red beyond green and blue: a ratio, so that lamp, shadow and exposure hardly matter. How much
// of a pixel at the target's edge is target follows from the ratio, too; the middle is therefore
// known to a fraction of a pixel.
//
// # Where it is
//
// A Plane is the calibrated map between table and picture, a homography, fitted to four or more
// points, and kept in a small JSON file with its error. Plane.Locate says where the target is and
// how sure it is: a target that shows much less of itself than it should at that place, because the
// arm is before it, is not to be trusted.
//
// Angles of view, lens and camera need not be known. If the picture is square and not cropped off
// its middle, the plane also tells where the camera stands (Plane.Camera), by which an arm that
// hides the target can be told from a target that is gone.
//
// # Accuracy
//
// In frames of 64x64 pixels, the arm in random starts, the plane fitted to 12 places of the target;
// a pixel is 11 to 25 mm of table. Sure are those of Sight.Confidence of at least Sure: the others
// hide a part of the target behind the arm (go test ./jaco/tracker -run Accuracy -v):
//
//	domain            sure    error: median   95 %     99 %
//	sim                98 %         2.2 mm    4.7 mm    8 mm
//	color-*, view-*    98 %         2.2 mm    4.7 mm    9 mm
//	robot              99 %         2.6 mm    5.0 mm    7 mm
//	robot-far          98 %         2.6 mm    4.9 mm    7 mm
//	random             82 %         3.1 mm    7.2 mm   10 mm
//	transfer-search    98 %         2.2 mm    5.0 mm    8 mm
//
// A frame takes about 25 µs and allocates nothing.
package tracker
