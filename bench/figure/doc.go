// Package figure draws the paper's learning curves from run folders: the same folders give the same bytes.
//
// Start reading at Curves.
package figure
