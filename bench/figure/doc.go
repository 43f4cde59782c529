// Package figure draws the paper's figures from what runs left: learning curves from run folders,
// and sorted scores and curves from the records that experiments keep. The same folders give the
// same bytes.
//
// Start reading at Bands for curves, and at Record for what is kept of a run.
package figure
