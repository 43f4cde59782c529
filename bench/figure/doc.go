// Package figure draws the paper's figures from the results of runs: learning curves from run
// folders, and curves and sorted scores from the records that experiments keep. The same folders
// give the same bytes.
//
// Start reading at Bands for curves, and at Record for what is kept of a run.
package figure
